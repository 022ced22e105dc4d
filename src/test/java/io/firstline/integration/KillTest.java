package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsPoolConfig;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.ConnectionReport.Role;
import io.firstline.feed.report.FeedReport;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.LineBehaviour;
import io.firstline.simulator.SimulatedLine;
import io.firstline.simulator.SimulatorConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills each of five connections under load, one after another: no message is lost or duplicated, and each is
 * replaced.
 */
class KillTest {
    private static final int CONNECTIONS = 5;

    @ParameterizedTest
    @EnumSource(CutKind.class)
    void shouldLoseNothingWhicheverConnectionIsKilled(CutKind kind) {
        try (Bench bench = new Bench()) {
            // the first line leads clearly, so that one of the kills hits the connection that delivers first
            ExchangeSimulator exchange = bench.silentExchange(SimulatorConfig.of()
                    .withMessagesPerSecond(2_000)
                    .withLines(List.of(
                            LineBehaviour.perfect(),
                            LineBehaviour.perfect().withDelayMs(3),
                            LineBehaviour.perfect().withDelayMs(3),
                            LineBehaviour.perfect().withDelayMs(5),
                            LineBehaviour.perfect().withDelayMs(8))));
            Ledger ledger = new Ledger(exchange);
            WsPool pool = WsPool.create(
                    bench.vertx,
                    WsPoolConfig.of(exchange.url(Bench.STREAMS))
                            .withConnections(CONNECTIONS)
                            .withJoinGuardMs(100));
            pool.handler(message -> ledger.receive(message.asText()));
            Bench.connect(pool);
            exchange.resumeEmission();
            Bench.until("messages", () -> ledger.received() > 200);

            List<Double> times = new ArrayList<>();
            for (int number :
                    exchange.lines().stream().map(SimulatedLine::number).toList()) {
                long published = ledger.received();
                long start = System.nanoTime();
                Bench.get(exchange.cut(number, kind));
                Bench.until("the loss noticed", () -> Bench.report(pool).lost() == times.size() + 1);
                Bench.until("five live again", () -> Bench.report(pool).live() == CONNECTIONS);
                times.add(Math.rint((System.nanoTime() - start) / 1e6));
                Bench.until("the new one in step", () -> inStep(Bench.report(pool)) == CONNECTIONS);
                Bench.until("messages after it", () -> ledger.received() > published + 100);
            }
            Bench.silence(exchange);
            Bench.until("everything received", () -> ledger.received() >= ledger.sent());

            Ledger.Verdict verdict = ledger.verdict();
            System.out.printf(
                    "[kill] %-6s connections 1 to 5, live again after %s ms; %,d messages, %d lost, %d twice, %d out of order%n",
                    kind, times, verdict.sent(), verdict.lost(), verdict.duplicated(), verdict.outOfOrder());
            verdict.assertExact();
            assertThat(Bench.report(pool).lost()).isEqualTo(CONNECTIONS);
            // at most a second of back-off, and a generous second to connect on a busy machine
            assertThat(times).allMatch(ms -> ms < 2_000);
            Bench.get(pool.close());
        }
    }

    private static long inStep(FeedReport report) {
        return report.connections().stream()
                .filter(c -> c.role() == Role.MEMBER && c.line().inStep())
                .count();
    }
}
