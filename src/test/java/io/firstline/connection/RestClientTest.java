package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.PathConfig;
import io.firstline.config.PathsConfig;
import io.firstline.config.Proxy;
import io.firstline.config.WsConnectionConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.ProxyServer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RestClientTest {
    private static final WsConnectionConfig CONFIG =
            WsConnectionConfig.of("wss://any.example.com").withConnectTimeoutMs(3_000);

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicBoolean cut = new AtomicBoolean();
    private RestClient client;

    @BeforeEach
    void open() {
        client = RestClient.create(vertx, CONFIG);
    }

    @AfterEach
    void close() {
        client.close();
        Await.result(vertx.close());
    }

    @Test
    void shouldAskAsItWasTold() {
        String url = serving(request -> request.response()
                .end("{\"method\":\"" + request.method() + "\",\"key\":\"" + request.getHeader("X-Key") + "\"}"));

        JsonNode posted = Await.result(client.ask("POST", url, Map.of("X-Key", "k")));
        assertThat(posted.toString()).isEqualTo("{\"method\":\"POST\",\"key\":\"k\"}");
        assertThat(Await.result(client.ask("GET", url, Map.of())).path("method").asText())
                .isEqualTo("GET");
    }

    @Test
    void shouldTellTheStatusOfARefusalAndForHowLongTheHostWantsToBeLeftAlone() {
        String refusing = serving(request -> request.response()
                .setStatusCode(429)
                .putHeader("Retry-After", "7")
                .end("secret"));
        RestFailedException refused = failure(refusing);
        assertThat(refused).hasMessage("HTTP 429").hasNoCause();
        assertThat(refused.pauseMs()).isEqualTo(7_000);

        assertThat(failure(serving(
                                request -> request.response().setStatusCode(500).end("secret")))
                        .pauseMs())
                .isZero();
    }

    @Test
    void shouldUseThePathOfItsConnectionOrTheFirstOfItsFeed() {
        try (ProxyServer socks = ProxyServer.socks("me:hush")) {
            String url = serving(request -> request.response()
                            .end("{\"from\":\"" + request.remoteAddress().host() + "\"}"))
                    .replace("127.0.0.1", "only.the.proxy.knows");
            Proxy proxy = Proxy.parse(socks.url("me:hush"));
            PathsConfig paths = new PathsConfig(PathsConfig.ALL, List.of(), List.of(proxy), List.of("localhost"));
            RestClient proxied = RestClient.create(vertx, CONFIG.withPaths(paths));
            assertThat(Await.result(proxied.ask("GET", url, Map.of())).toString())
                    .isEqualTo("{\"from\":\"127.0.0.1\"}");
            assertThat(socks.targets()).hasSize(1).allMatch(target -> target.startsWith("only.the.proxy.knows:"));

            RestClient local = RestClient.create(vertx, CONFIG.withPath(new PathConfig(null, "127.0.0.6", null)));
            String here = url.replace("only.the.proxy.knows", "localhost");
            assertThat(Await.result(local.ask("GET", here, Map.of())).toString())
                    .isEqualTo("{\"from\":\"127.0.0.6\"}");
            Await.result(proxied.ask("GET", here, Map.of()));
            assertThat(socks.targets()).as("not for a host without a proxy").hasSize(1);
            proxied.close();
            local.close();
        }
    }

    @Test
    void shouldNameTheRefusalOfAProxy() {
        try (ProxyServer http = ProxyServer.http("me:hush-1")) {
            PathConfig path = new PathConfig(null, null, Proxy.parse(http.url("me:hush-2")));
            RestClient proxied = RestClient.create(vertx, CONFIG.withPath(path));
            assertThat(Await.failure(proxied.ask("GET", "https://a.example.com/", Map.of())))
                    .hasMessage("proxy-407 (the proxy " + http.url()
                            + " refused to connect to a.example.com:443: HTTP 407 No; check its user and password)");
            http.kill();
            assertThat(Await.failure(proxied.ask("GET", "https://a.example.com/", Map.of())))
                    .hasMessageStartingWith("proxy (the proxy " + http.url() + " cannot be reached: ");
            proxied.close();
        }
    }

    @Test
    void shouldNotFollowRedirects() {
        String url = serving(request -> request.response()
                .setStatusCode(302)
                .putHeader("Location", "https://b.example.com/elsewhere?token=secret")
                .end());

        assertThat(failure(url))
                .hasMessage("HTTP 302, to https://b.example.com/elsewhere?token=***"
                        + " (redirects are not followed; set the endpoint's \"url\" to where it is)");
        assertThat(asked).hasValue(1);
    }

    @Test
    void shouldRefuseAnAnswerThatIsNotJsonAndNotTellIt() {
        assertThat(failure(serving(request -> request.response().end("{\"secret\":"))))
                .hasMessage("an answer that is not JSON")
                .hasNoCause();
        assertThat(failure(
                        serving(request -> request.response().setStatusCode(204).end())))
                .hasMessage("an empty answer");
    }

    @Test
    void shouldGiveUpAnAnswerThatIsTooLongAndCutItOff() {
        String url = serving(request -> {
            request.response().setChunked(true).closeHandler(v -> cut.set(true));
            long timer = vertx.setPeriodic(1, t -> request.response().write("x".repeat(10_000)));
            request.connection().closeHandler(v -> vertx.cancelTimer(timer));
        });

        assertThat(failure(url)).hasMessage("an answer of more than 65536 bytes");
        client.close();
        Await.until("the server sees the connection end", cut::get);
    }

    @Test
    void shouldGiveUpAnAnswerThatDripsAndCutItOff() {
        String url = serving(request -> {
            request.response().setChunked(true).closeHandler(v -> cut.set(true));
            long timer = vertx.setPeriodic(50, t -> request.response().write(" "));
            request.connection().closeHandler(v -> vertx.cancelTimer(timer));
        });

        assertThat(failure(url)).hasMessage("no answer within 3000 ms");
        client.close();
        Await.until("the server sees the connection end", cut::get);
    }

    @Test
    void shouldSayWhyThereIsNoAnswer() {
        assertThat(failure("http://127.0.0.1:1/")).hasMessageStartingWith("refused (");
        String url = serving(request -> {
            request.response().setChunked(true).write("{");
            vertx.setTimer(20, t -> request.connection().close());
        });
        assertThat(failure(url)).hasMessageStartingWith("eof (");
    }

    private RestFailedException failure(String url) {
        return (RestFailedException) Await.failure(client.ask("GET", url, Map.of()));
    }

    private String serving(Handler<HttpServerRequest> handler) {
        Future<HttpServer> server = vertx.createHttpServer()
                .requestHandler(request -> {
                    asked.incrementAndGet();
                    handler.handle(request);
                })
                .listen(0, "127.0.0.1");
        return "http://127.0.0.1:" + Await.result(server).actualPort() + "/";
    }
}
