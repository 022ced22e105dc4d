package io.firstline.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.config.PathsConfig;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.faults.TwoLinks.Link;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.ConnectionReport.Role;
import io.firstline.feed.report.FeedReport;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A pool with two local addresses, whose links have 5 ms, and 25 ms with 1 % loss. {@code mvn test -Pcluster
 * -Dtest=TwoLinksTest}; needs root and iproute2.
 */
@Tag("cluster")
class TwoLinksTest {
    private static final Map<String, Long> ON_THE_FAST_ONE = Map.of(Link.FAST.local(), 3L, Link.SLOW.local(), 1L);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Vertx vertx = Vertx.vertx();
    private ExchangeSimulator exchange;
    private WsPool pool;

    @AfterEach
    void close() {
        if (pool != null) {
            Await.result(pool.close());
            Await.result(exchange.close());
        }
        Await.result(vertx.close());
    }

    private FeedReport report() {
        return Await.result(pool.report());
    }

    /** How many live connections each local address has. */
    private Map<String, Long> used() {
        Map<String, Long> used = new TreeMap<>();
        report().connections().stream()
                .filter(c -> c.role() == Role.MEMBER && c.connection().isConnected())
                .forEach(c -> used.merge(c.connection().path().local(), 1L, Long::sum));
        return used;
    }

    private void untilUsed(String what, Map<String, Long> wanted) {
        Await.until(PATIENCE, () -> what + ", but " + report().paths(), () -> used().equals(wanted));
    }

    @Test
    void shouldKeepConnectionsOnTheFastLinkAndOneOnTheOtherAndLoseNothingWhenTheFastLinkIsCut() {
        try (TwoLinks links = TwoLinks.create()) {
            assumeTrue(links != null, "no network namespaces here: they need root and iproute2");
            exchange = ExchangeSimulator.create(
                    vertx,
                    SimulatorConfig.of()
                            .withHost(links.exchange())
                            .withMessagesPerSecond(500)
                            .withClientFramesPerSecond(0));
            Await.result(exchange.start());
            exchange.pauseEmission();
            Tally tally = Tally.of(exchange);
            links.relayTo(exchange.port());
            WsConnectionConfig connection = WsConnectionConfig.of("wss://to.be.replaced/")
                    .withAllowPlaintext(true)
                    .withUrl(links.url("/ws/btcusdt@trade/btcusdt@bookTicker"))
                    .withLatencyPingIntervalMs(500)
                    .withConnectTimeoutMs(1_000)
                    .withRetry(new RetryConfig(50, 400, 10_000, 0))
                    .withPaths(new PathsConfig(
                            PathsConfig.ALL, List.of(Link.FAST.local(), Link.SLOW.local()), List.of(), List.of()));
            pool = WsPool.create(
                    vertx,
                    "f",
                    WsPoolConfig.of(connection)
                            .withConnections(4)
                            .withEvictIntervalMs(2_000)
                            .withJoinGuardMs(100),
                    SubscribeTemplates.NONE,
                    MessageFormat.NONE);
            pool.handler(tally::received);
            Await.result(pool.start());
            untilUsed("spread", Map.of(Link.FAST.local(), 2L, Link.SLOW.local(), 2L));
            exchange.resumeEmission();
            untilUsed("most on the fast link", ON_THE_FAST_ONE);
            links.cut(Link.FAST);
            untilUsed("all on the other link", Map.of(Link.SLOW.local(), 4L));
            links.heal(Link.FAST);
            untilUsed("back on the fast link", ON_THE_FAST_ONE);

            exchange.pauseEmission();
            Await.until(
                    () -> "all messages, but " + tally.verdict(),
                    () -> tally.verdict().lost() == 0);
            Tally.Verdict verdict = tally.verdict();
            System.out.println("[links] " + verdict + " " + report().paths());
            assertThat(List.of(verdict.lost(), verdict.twice()))
                    .as("lost, twice")
                    .containsExactly(0, 0);
        }
    }
}
