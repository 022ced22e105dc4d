package io.firstline.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.config.PathsConfig;
import io.firstline.config.Proxy;
import io.firstline.config.WsPoolConfig;
import io.firstline.feed.report.ConnectionReport.Role;
import io.firstline.feed.report.FeedEvent;
import io.firstline.testkit.Await;
import io.firstline.testkit.FaultLink;
import io.firstline.testkit.ProxyProcess;
import io.firstline.testkit.ProxyProcess.Program;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Feeds through the proxies of a distribution; skipped where they are not installed. */
class InstalledProxiesTest {
    @TempDir
    private Path directory;

    private Vertx exchange;

    @BeforeEach
    void start() {
        exchange = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        Await.result(exchange.close());
    }

    private ProxyProcess run(Program program, String user, String password) {
        assumeTrue(program.isInstalled(), program.missing());
        assumeTrue(
                program != Program.DANTE || user.isEmpty() || ProxyProcess.canReplaceFiles(),
                "a user for Dante needs root and mount namespaces");
        return ProxyProcess.start(program, directory, user, password);
    }

    private static UnaryOperator<WsPoolConfig> through(ProxyProcess... proxies) {
        List<Proxy> parsed =
                Stream.of(proxies).map(ProxyProcess::url).map(Proxy::parse).toList();
        return pool -> pool.withConnection(pool.connection()
                .withPaths(new PathsConfig(PathsConfig.ALL, List.of(), parsed, List.of()))
                .withUrl(pool.connection().url().replace("127.0.0.1", "localhost")));
    }

    private static Set<String> inUse(Scene scene) {
        return scene.report().connections().stream()
                .filter(c -> c.role() == Role.MEMBER)
                .map(c -> c.connection().path().proxy())
                .collect(Collectors.toSet());
    }

    private static void assertNothingLost(Scene scene) {
        Tally.Verdict verdict = scene.end();
        assertThat(verdict.owed()).isPositive();
        assertThat(List.of(verdict.lost(), verdict.twice())).as("lost, twice").containsExactly(0, 0);
    }

    @ParameterizedTest
    @CsvSource({"TINYPROXY,'',''", "TINYPROXY,me,hush", "DANTE,'',''", "DANTE,me,hush", "MICROSOCKS,me,hush"})
    void shouldLoseNothingWhileTheOnlyProxyWorks(Program program, String user, String password) {
        try (ProxyProcess proxy = run(program, user, password);
                Scene scene = new Scene(exchange, 3, List.of(0, 5), through(proxy))) {
            scene.strike(FaultLink::cut);
            scene.detect("a connection lost", e -> e.type() == FeedEvent.Type.DISCONNECTED);
            scene.recover();
            assertThat(inUse(scene)).containsExactly(proxy.address());
            assertNothingLost(scene);
        }
    }

    @Test
    void shouldLoseNothingWhenOneOfSeveralIsKilledAndRestarted() {
        try (ProxyProcess http = run(Program.TINYPROXY, "me", "hush");
                ProxyProcess socks = run(Program.DANTE, "", "");
                Scene scene = new Scene(exchange, 4, List.of(0, 5), through(http, socks))) {
            scene.open();
            assertThat(inUse(scene)).containsExactlyInAnyOrder(http.address(), socks.address());
            scene.strike(link -> http.kill());
            scene.detect("a connection lost", e -> e.type() == FeedEvent.Type.DISCONNECTED);
            scene.more();
            scene.recover();
            assertThat(inUse(scene)).containsExactly(socks.address());
            http.start();
            scene.more();
            assertNothingLost(scene);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TINYPROXY,proxy-401,check its user and password",
        "DANTE,proxy,refused the login",
        "MICROSOCKS,proxy,refused the login"
    })
    void shouldNameARefusedLogin(Program program, String cause, String words) {
        try (ProxyProcess proxy = run(program, "me", "hush");
                Scene scene = new Scene(
                        exchange,
                        2,
                        List.of(0),
                        pool -> pool.withConnection(pool.connection()
                                .withPaths(new PathsConfig(
                                        PathsConfig.ALL,
                                        List.of(),
                                        List.of(Proxy.parse(proxy.url().replace("me:hush", "me:guess"))),
                                        List.of()))))) {
            Await.failure(scene.pool.start());
            FeedEvent refused = scene.events(FeedEvent.Type.CONNECT_FAILED).get(0);
            assertThat(refused.toJson().getString("cause")).isEqualTo(cause);
            assertThat(refused.toJson().getString("reason"))
                    .contains(proxy.address(), words)
                    .doesNotContain("guess");
        }
    }
}
