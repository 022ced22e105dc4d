package io.firstline.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.PathsConfig;
import io.firstline.config.Proxy;
import io.firstline.config.WsPoolConfig;
import io.firstline.connection.report.Path;
import io.firstline.feed.report.FeedEvent;
import io.firstline.testkit.Await;
import io.firstline.testkit.ProxyServer;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pool whose connections go through proxies, which fail under load. */
class ProxiesTest {
    private Vertx exchange;

    @BeforeEach
    void start() {
        exchange = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        Await.result(exchange.close());
    }

    /** The pool reaches the exchange by a name that only a proxy knows. */
    private static UnaryOperator<WsPoolConfig> through(String... proxies) {
        PathsConfig paths = new PathsConfig(
                PathsConfig.ALL, List.of(), Stream.of(proxies).map(Proxy::parse).toList(), List.of());
        return pool -> pool.withConnection(pool.connection()
                .withPaths(paths)
                .withAllowPlaintext(true)
                .withUrl(pool.connection().url().replace("127.0.0.1", "only.the.proxy.knows")));
    }

    private static void assertNothingMissing(Scene scene) {
        Tally.Verdict verdict = scene.end();
        assertThat(verdict.owed()).isPositive();
        assertThat(List.of(verdict.lost(), verdict.twice())).as("lost, twice").containsExactly(0, 0);
    }

    private static Set<String> proxiesInUse(Scene scene) {
        return scene.report().connections().stream()
                .filter(c -> c.connection().isConnected())
                .map(c -> c.connection().path())
                .map(Path::proxy)
                .collect(Collectors.toSet());
    }

    @Test
    void shouldMixProxiesAndLoseNothingWhenOneIsKilledAndComesBack() {
        try (ProxyServer http = ProxyServer.http("me:p@ss w:rd");
                ProxyServer socks = ProxyServer.socks("you:secret");
                Scene scene = new Scene(
                        exchange, 4, List.of(0, 5), through(http.url("me:p%40ss%20w%3Ard"), socks.url("you:secret")))) {
            scene.open();
            assertThat(proxiesInUse(scene)).containsExactlyInAnyOrder(http.url(), socks.url());
            assertThat(http.targets()).hasSize(2).allMatch(target -> target.startsWith("only.the.proxy.knows:"));
            assertThat(socks.targets()).hasSize(2).allMatch(target -> target.startsWith("only.the.proxy.knows:"));
            scene.strike(link -> http.kill());
            scene.detect("a connection lost", e -> e.type() == FeedEvent.Type.DISCONNECTED);
            scene.more();
            scene.recover();
            assertThat(proxiesInUse(scene)).as("the other one carries all").containsExactly(socks.url());

            http.listen();
            socks.kill();
            Await.until(
                    "all through the first one again",
                    () -> scene.report().live() == 4 && proxiesInUse(scene).equals(Set.of(http.url())));
        }
    }

    @Test
    void shouldLoseNothingWhileOneOfTwoProxiesRestarts() {
        try (ProxyServer http = ProxyServer.http("");
                ProxyServer socks = ProxyServer.socks("");
                Scene scene = new Scene(exchange, 4, List.of(0, 5), through(http.url(), socks.url()))) {
            scene.strike(link -> http.kill());
            scene.detect("a connection lost", e -> e.type() == FeedEvent.Type.DISCONNECTED);
            scene.more();
            http.listen();
            scene.recover();
            assertNothingMissing(scene);
        }
    }

    @Test
    void shouldNameTheRefusalOfAProxy() {
        try (ProxyServer proxy = ProxyServer.http("me:hush-1");
                Scene scene = new Scene(exchange, 2, List.of(0), through(proxy.url("me:hush-2")))) {
            Await.failure(scene.pool.start());
            FeedEvent refused = scene.events(FeedEvent.Type.CONNECT_FAILED).get(0);
            assertThat(refused.toJson().getString("cause")).isEqualTo("proxy-407");
            assertThat(refused.toJson().getString("reason"))
                    .contains("the proxy " + proxy.url() + " refused to connect to only.the.proxy.knows:")
                    .contains("HTTP 407 No; check its user and password")
                    .doesNotContain("hush");
        }
    }
}
