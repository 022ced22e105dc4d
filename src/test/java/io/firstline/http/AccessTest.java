package io.firstline.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.firstline.bus.Addresses;
import io.firstline.config.service.HttpConfig;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Loggers;
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
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Access for clients with and without the token, and protection from foreign pages. */
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

        for (String path :
                List.of("/", "/metrics", "/api/status", "/dashboard.js", "/nothing", "/health", "/health/other")) {
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

    @Test
    void shouldTellProbesHowItIsWithoutATokenAndNobodyWhy() throws IOException {
        serve(CLOSED);
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        HttpResponse<String> ready = get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).isEqualTo("{\"status\":\"DOWN\"}");
        assertThat(get("/health/ready", "Authorization", "Bearer " + TOKEN).body())
                .contains("no feed runs");
        assertThat(raw("GET /health/live HTTP/1.0\r\n\r\n")).contains("200");
        assertThat(post("/health/live", "").statusCode()).isEqualTo(401);
        assertThat(get("/metrics").statusCode()).isEqualTo(401);
    }

    @Test
    void shouldServeHealthAndMetricsAndNothingElseOnAPortOfTheirOwn() throws IOException {
        serve(CLOSED.withOpenMetrics().withManagement(new HttpConfig.Management("0.0.0.0", 0)));
        assertThat(get("/metrics").body()).contains("jvm_");
        assertThat(get("/").statusCode()).isEqualTo(401);

        port = URI.create(verticle.managementUrl()).getPort();
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/health/ready").body()).isEqualTo("{\"status\":\"DOWN\"}");
        assertThat(get("/metrics").body()).contains("jvm_");
        for (String path : List.of("/", "/api/status", "/api/tail", "/eventbus/info", "/dashboard.js")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(401);
            assertThat(get(path, "Authorization", "Bearer " + TOKEN).statusCode())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(post("/api/command", RENEW, "Authorization", "Bearer " + TOKEN)
                        .statusCode())
                .isEqualTo(403);
        String taken = Integer.toString(port);
        HttpVerticle second = new HttpVerticle(
                READING.withManagement(new HttpConfig.Management("0.0.0.0", port)), Metrics.registry(), List.of());
        assertThat(vertx.deployVerticle(second).toCompletionStage().toCompletableFuture())
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining("the management port cannot listen on 0.0.0.0:" + taken);
    }

    @Test
    void shouldAnswerHeadAsItAnswersGet() throws IOException {
        ExchangeSimulator exchange = exchange(quiet());
        serve(READING, "btc");
        deploy(config("btc", exchange.url(PATH), 2));
        eventually(() -> get("/api/gaps?feed=btc").statusCode() == 200);

        for (String path : List.of(
                "/",
                "/dashboard.js",
                "/metrics",
                "/health/live",
                "/health/ready",
                "/api/status",
                "/api/page",
                "/api/gaps?feed=btc",
                "/api/arrivals?feed=btc",
                "/api/worth?feed=btc",
                "/api/nodes",
                "/api/events",
                "/api/tail?feed=btc")) {
            HttpResponse<String> head = send(request(path)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .build());
            assertThat(head.statusCode()).as(path).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(head.headers().firstValue("Content-Type")).as(path).isPresent();
        }
        assertThat(raw("HEAD /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")).contains("404");
        assertThat(verticle.listeners()).isZero();
    }

    @Test
    void shouldSlowDownWhoGuessesAndNobodyElse() throws IOException {
        serve(CLOSED);
        String guess =
                "GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 6.6.6.6, %s\r\nAuthorization: Bearer %s\r\n\r\n";
        int looked = 0;
        for (int i = 0; i < 40; i++) {
            looked += raw(guess.formatted("10.0.0.1", "guess" + i)).contains("401") ? 1 : 0;
        }

        assertThat(looked).isBetween(10, 30);
        eventually(() -> {
            for (int i = 0; i < 20; i++) {
                if (raw(guess.formatted("10.0.0.1", "again" + i + System.nanoTime()))
                        .contains("429")) {
                    return true;
                }
            }
            return false;
        });
        assertThat(raw(guess.formatted("10.0.0.2", TOKEN)))
                .as("another client of the proxy")
                .contains("200");
        assertThat(get("/", "Authorization", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
    }

    /** Some proxies add a separate line after the client's instead of appending to it. */
    @Test
    void shouldNotLetAGuesserChooseItsAddress() throws IOException {
        serve(CLOSED);
        String guess = "GET / HTTP/1.1\r\nHost: localhost\r\n%sAuthorization: Bearer guess%d\r\n\r\n";
        String headers = "X-Forwarded-For: 6.6.6.%d\r\nX-Forwarded-For: 10.0.0.1\r\n";
        int looked = 0;
        for (int i = 0; i < 40; i++) {
            looked += raw(guess.formatted(headers.formatted(i), i)).contains("401") ? 1 : 0;
        }

        assertThat(looked).isBetween(10, 30);
    }

    // foreign pages

    @Test
    void shouldRefuseWhatPagesOfOthersMakeABrowserSend() throws IOException {
        serve(ACTING);
        String get =
                "GET %s HTTP/1.1\r\nHost: localhost:" + port + "\r\nSec-Fetch-Site: %s\r\nSec-Fetch-Mode: %s\r\n\r\n";

        for (String site : List.of("cross-site", "same-site", "what comes in ten years")) {
            for (String path : List.of("/api/status", "/api/events", "/metrics", "/", "/health/ready")) {
                assertThat(raw(get.formatted(path, site, "no-cors"))).as(path).contains("403");
            }
            assertThat(raw(get.formatted("/", site, "navigate")))
                    .as("a link leads here")
                    .contains("200");
            assertThat(renew("Authorization", "Bearer " + TOKEN, "Sec-Fetch-Site", site, "Sec-Fetch-Mode", "navigate"))
                    .isEqualTo(403);
        }
        assertThat(raw(get.formatted("/api/page", "same-origin", "cors"))).contains("200");
        assertThat(raw(get.formatted("/api/page", "none", "navigate"))).contains("200");
        assertThat(renew("Authorization", "Bearer " + TOKEN, "Sec-Fetch-Site", "same-origin"))
                .isEqualTo(404);
    }

    @Test
    void shouldBeAddressedByTheNamesThatAreAllowed() throws IOException {
        serve(READING.withAllowedHosts(List.of("Desk.example.com")));

        assertThat(raw("GET /api/page HTTP/1.1\r\nHost: desk.example.COM:8443\r\n\r\n"))
                .contains("200");
        assertThat(raw("GET /api/page HTTP/1.1\r\nHost: other.example.com\r\n\r\n"))
                .contains("403");
        assertThat(raw("GET /api/page HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")).contains("200");
    }

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

    // invalid requests

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
                    socket.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII)); // and nothing more
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

    /** Includes the connections to the exchange. */
    private long activeConnections() {
        return Exposition.parse(registry.scrape()).sum("vertx_http_server_active_connections");
    }

    // TLS

    @Test
    void shouldServeOverTls(@TempDir Path folder) throws Exception {
        Tls tls = Tls.selfSigned(folder, "dns:localhost,ip:127.0.0.1");
        serve(new HttpConfig("127.0.0.1", 0, false, null, new HttpConfig.PemFiles(tls.certificate(), tls.key())));
        SSLContext context = trusting(tls.certificate());

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

    static SSLContext trusting(String certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "page",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(Files.newInputStream(Path.of(certificate))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private boolean isServedTo(SSLContext context) {
        try (Socket socket = context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_S * 1_000);
            socket.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).endsWith("200");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void shouldTakeItsNewCertificateAndKeepTheOldOneIfThatIsBroken(@TempDir Path folder) throws Exception {
        Path certificate = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        Tls first = Tls.selfSigned(Files.createDirectory(folder.resolve("1")), "dns:localhost,ip:127.0.0.1");
        Tls second = Tls.selfSigned(Files.createDirectory(folder.resolve("2")), "dns:localhost,ip:127.0.0.1");
        Files.copy(Path.of(first.certificate()), certificate);
        Files.copy(Path.of(first.key()), key);
        Logger logger = Loggers.of("io.firstline.bridge.CertificateWatch");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger.addAppender(log);
        logger.setAdditive(false);
        logger.setLevel(Level.INFO);
        try {
            HttpConfig config = new HttpConfig(
                    "127.0.0.1", 0, false, null, new HttpConfig.PemFiles(certificate.toString(), key.toString()));
            serve(new HttpVerticle(config, registry, List.of(), null, new HttpTimeouts(30_000, 10_000, 60, 200)));
            SSLContext old = trusting(first.certificate());
            assertThat(isServedTo(old)).isTrue();
            assertThat(isServedTo(trusting(second.certificate()))).isFalse();

            eventually(() -> certificateIsKnown());
            Files.copy(Path.of(second.certificate()), certificate, StandardCopyOption.REPLACE_EXISTING);
            eventually(() -> told(log, "the key does not belong to the certificate"));
            assertThat(isServedTo(old)).as("the old one is kept").isTrue();
            Files.copy(Path.of(second.key()), key, StandardCopyOption.REPLACE_EXISTING);

            eventually(() -> isServedTo(trusting(second.certificate())));
            eventually(() -> told(log, "the page has a new certificate, valid until"));
            assertThat(isServedTo(old)).isFalse();
        } finally {
            logger.detachAppender(log);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
    }

    /** The server was given the files that it had read. */
    private boolean certificateIsKnown() {
        return verticle.watchesCertificate();
    }

    private static boolean told(ListAppender<ILoggingEvent> log, String what) {
        return log.list.stream().anyMatch(line -> line.getFormattedMessage().contains(what));
    }
}
