package io.firstline.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.HttpConfig;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in, and that nobody else does harm. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AccessTest extends HttpTestBase {
    private static final String RENEW = "{\"feed\":\"btc\",\"do\":\"renew\"}";

    private static String basic(String password) {
        return "Basic " + Base64.getEncoder().encodeToString(("operator:" + password).getBytes(StandardCharsets.UTF_8));
    }

    private int renew(String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Content-Type", "application/json"));
        return post("/api/command", RENEW, all.toArray(String[]::new)).statusCode();
    }

    // tokens

    @Test
    void shouldLetEverybodyOnThisMachineReadAndNobodyAct() {
        serve(READING);

        assertThat(get("/").statusCode()).isEqualTo(200);
        assertThat(get("/metrics").statusCode()).isEqualTo(200);
        assertThat(renew("Authorization", "Bearer " + TOKEN)).isEqualTo(403);
    }

    @Test
    void shouldWantTheTokenForActing() {
        ExchangeSimulator exchange = exchange(quiet());
        serve(ACTING, "btc");
        deploy(config("btc", exchange.url(PATH), 2));
        eventually(() -> get("/api/gaps?feed=btc").statusCode() == 200);

        assertThat(renew()).isEqualTo(401);
        assertThat(renew("Authorization", "Bearer wrong")).isEqualTo(401);
        assertThat(renew("Authorization", basic("wrong"))).isEqualTo(401);
        assertThat(renew("Authorization", "Digest " + TOKEN)).isEqualTo(401);
        assertThat(renew("Authorization", "Basic !!!")).isEqualTo(401);
        assertThat(renew("Authorization", "Basic " + TOKEN_SHA256)).isEqualTo(401);
        assertThat(renew("Authorization", "Bearer " + TOKEN_SHA256))
                .as("who has read the hash has not got the token")
                .isEqualTo(401);
        assertThat(renew("Authorization", "Bearer " + TOKEN)).isEqualTo(200);
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldWantTheTokenForEverythingWhereOthersCanConnect() {
        serve(CLOSED);

        for (String path : List.of("/", "/metrics", "/health/live", "/api/status", "/dashboard.js", "/nothing")) {
            HttpResponse<String> refused = get(path);
            assertThat(refused.statusCode()).as(path).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate"))
                    .as("a browser is to ask for it")
                    .hasValueSatisfying(value -> assertThat(value).startsWith("Basic"));
        }
        assertThat(get("/", "Authorization", basic(TOKEN)).statusCode()).isEqualTo(200);
        assertThat(get("/metrics", "Authorization", "bearer " + TOKEN).statusCode())
                .isEqualTo(200);
    }

    // pages of others

    @Test
    void shouldNotServePagesOfOthers() throws IOException {
        serve(ACTING);

        assertThat(get("/api/status", "Origin", "https://evil.example").statusCode())
                .isEqualTo(403);
        assertThat(get("/api/page", "Origin", "http://127.0.0.1:" + port).statusCode())
                .isEqualTo(200);
        assertThat(raw("GET /api/page HTTP/1.1\r\nHost: evil.example:" + port + "\r\n\r\n"))
                .as("a name of their own that has come to mean this machine")
                .contains("403");
        assertThat(raw("GET /api/page HTTP/1.1\r\nHost: a b\r\n\r\n")).contains("40");
        assertThat(raw("GET /api/page HTTP/1.1\r\n\r\n")).contains("40");
        assertThat(raw("GET /api/page HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n"))
                .contains("200");
    }

    @Test
    void shouldTellBrowsersToBeStrict() {
        serve(READING);

        for (String path : List.of("/", "/dashboard.js", "/dashboard.css", "/icon.svg", "/api/page", "/nothing")) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .as(path)
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
        }
    }

    // requests that are none

    @Test
    void shouldServeNothingBesideItsFiles() throws IOException {
        serve(READING);

        for (String path : List.of(
                "/../conf/config.json",
                "/..%2f..%2fetc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd",
                "//etc/passwd",
                "/web/index.html",
                "/index.html",
                "/.git/config",
                "/dashboard.js/x",
                "/dashboard.js%00",
                "/conf/firstline.schema.json",
                "/api",
                "/api/",
                "/\\..\\conf")) {
            assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .as(path)
                    .matches("HTTP/1.1 40[04].*");
        }
        assertThat(raw("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n")).contains("403");
        assertThat(raw("TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n")).contains("403");
    }

    @Test
    void shouldRefuseWhatIsTooLarge() throws IOException {
        serve(READING);

        assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(9_000) + "\r\n\r\n"))
                .contains("431");
        assertThat(raw("GET /" + "x".repeat(3_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .contains("414");
        assertThat(raw("nonsense\r\n\r\n"))
                .satisfiesAnyOf(line -> assertThat(line).isNull(), line -> assertThat(line)
                        .contains("400"));
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldAnswerBesideAThousandIdleConnections() throws IOException {
        List<String> sent = Collections.synchronizedList(new ArrayList<>());
        List<FeedMessage> received = Collections.synchronizedList(new ArrayList<>());
        ExchangeSimulator exchange = exchange(market(2_000));
        exchange.onEmit((stream, payload) -> {
            if (stream.equals(TRADE)) {
                sent.add(payload.toString());
            }
        });
        vertx.eventBus().<FeedMessage>consumer(Addresses.feed("btc"), message -> received.add(message.body()));
        serve(READING, "btc");
        deploy(config("btc", exchange.url(PATH), 2));
        eventually(() -> !received.isEmpty());
        List<Socket> idle = new ArrayList<>();
        try (Listening listening = new Listening("/api/events")) {
            for (int i = 0; i < 1_000; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                if (i % 2 == 0) {
                    socket.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII)); // and no more
                }
                idle.add(socket);
            }

            assertThat(get("/health/live").statusCode()).isEqualTo(200);
            eventually(() -> activeConnections() <= HttpVerticle.MOST_CONNECTIONS + 10);
            assertThat(listening.next()).as("who was there first stays").isNotNull();
            int soFar = received.size();
            eventually(() -> received.size() > soFar + 1_000);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
        exchange.pauseEmission();
        int from = sent.indexOf(received.get(0).asText());
        eventually(() -> received.size() == sent.size() - from);
        assertThat(received)
                .as("the feed has lost nothing, and kept its order")
                .extracting(FeedMessage::asText)
                .containsExactlyElementsOf(sent.subList(from, sent.size()));
        assertThat(received.get(received.size() - 1).sequence()).isEqualTo(received.size());
    }

    /** Those of the exchange included. */
    private long activeConnections() {
        return Exposition.parse(registry.scrape()).sum("vertx_http_server_active_connections");
    }

    // TLS

    @Test
    void shouldServeOverTls(@TempDir Path folder) throws Exception {
        Tls tls = Tls.selfSigned(folder, "dns:localhost,ip:127.0.0.1");
        serve(new HttpConfig("127.0.0.1", 0, false, null, new HttpConfig.PemFiles(tls.certificate(), tls.key())));
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "page",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(Files.newInputStream(Path.of(tls.certificate()))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);

        HttpResponse<String> answer = HttpClient.newBuilder()
                .sslContext(context)
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/health/live"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }
}
