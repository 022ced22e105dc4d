package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.FeedReport;
import io.firstline.integration.Union.Published;
import io.firstline.simulator.ExchangeSimulator;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Recordings of real exchanges, one per connection, over real sockets: the merged stream is exactly their union. Once
 * played by the simulator to a pool in this JVM, and once by an independent server to the program in another.
 */
class RecordingsTest {
    private static List<List<String>> texts(List<Path> files) {
        return files.stream().map(Recordings::texts).toList();
    }

    /** Plays to a pool whose connections are all open at both ends before the first message; returns what it merged. */
    private static List<Published> play(List<Path> files, List<Integer> lagMs, int connections) {
        int copies = Recordings.copies(files, connections);
        try (Bench bench = new Bench()) {
            ExchangeSimulator exchange = bench.silentReplay(files, Bench.REPLAY_SPEED, lagMs, connections);
            List<Published> merged = Collections.synchronizedList(new ArrayList<>());
            WsPool pool = WsPool.create(
                    bench.vertx,
                    "recordings",
                    WsPoolConfig.of(exchange.url("/")).withConnections(connections),
                    SubscribeTemplates.NONE,
                    MessageFormat.NONE);
            pool.handler(message -> merged.add(new Published(message.connectionId(), message.asText())));
            Bench.connect(pool);

            exchange.resumeEmission();
            Bench.until("every copy received", () -> Bench.report(pool).copies() == copies);

            FeedReport report = Bench.report(pool);
            assertThat(report.published()).isEqualTo(merged.size());
            assertThat(report.dropped()).isEmpty();
            assertThat(report.lost()).as("connections lost").isZero();
            assertThat(report.problems()).isEmpty();
            Bench.get(pool.close());
            return List.copyOf(merged);
        }
    }

    @Test
    void shouldMergeFourHitbtcConnectionsIntoTheirUnion() {
        List<Path> files = Recordings.hitbtc();

        Union.Verdict verdict = Union.judge(texts(files), play(files, List.of(), 4), Recordings::stream);

        tell("hitbtc x4", verdict);
        Recordings.assertSame(verdict, 922);
    }

    @Test
    void shouldMergeThreeOkexConnectionsIntoTheirUnion() {
        List<Path> files = Recordings.okex();

        Union.Verdict verdict = Union.judge(texts(files), play(files, List.of(), 3), Recordings::stream);

        tell("okex x3", verdict);
        Recordings.assertSame(verdict, 1_629);
    }

    @Test
    void shouldKeepEveryIdenticalMessageOfBitmexOnConnectionsThatLag() {
        Path file = Recordings.bitmex();
        List<String> recorded = Recordings.texts(file);

        List<Published> merged = play(List.of(file), List.of(0, 20, 75), 3);

        tell("bitmex x3, 0/20/75 ms", Union.judge(List.of(recorded), merged, text -> "all"));
        assertThat(merged).hasSize(2_120);
        assertThat(recorded.size() - recorded.stream().distinct().count()).isEqualTo(199);
        assertThat(textsOf(merged).equals(recorded))
                .as("the very messages in the very order")
                .isTrue();
    }

    @Test
    void shouldMergeHitbtcInTheRealProgram() throws Exception {
        List<Path> files = Recordings.hitbtc();
        Union.Verdict verdict = Union.judge(texts(files), tail(files, List.of(0, 0, 0, 0)), Recordings::stream);

        tell("hitbtc x4, tail", verdict);
        Recordings.assertSame(verdict, 922);
    }

    @Test
    void shouldMergeOkexInTheRealProgram() throws Exception {
        List<Path> files = Recordings.okex();
        Union.Verdict verdict = Union.judge(texts(files), tail(files, List.of(0, 0, 0)), Recordings::stream);

        tell("okex x3, tail", verdict);
        Recordings.assertSame(verdict, 1_629);
    }

    @Test
    void shouldKeepEveryIdenticalMessageOfBitmexInTheRealProgram() throws Exception {
        Path file = Recordings.bitmex();
        List<String> recorded = Recordings.texts(file);

        List<Published> merged = tail(List.of(file), List.of(0, 20, 75));

        tell("bitmex x3, tail", Union.judge(List.of(recorded), merged, text -> "all"));
        assertThat(textsOf(merged).equals(recorded))
                .as("the very messages in the very order")
                .isTrue();
    }

    /**
     * Plays to {@code firstline tail} in a separate JVM, from an independent server; returns the texts that it wrote.
     */
    private static List<Published> tail(List<Path> files, List<Integer> lagMs) throws Exception {
        int connections = lagMs.size();
        PlainServer.Script replay =
                PlainServer.replay(files.stream().map(Recordings::read).toList(), lagMs, Bench.REPLAY_SPEED);
        try (PlainServer server = new PlainServer(connections, replay);
                Program tail = Program.start(
                        "tail",
                        "--format",
                        "json",
                        "--connections",
                        Integer.toString(connections),
                        "--on-connect",
                        "hello",
                        server.url())) {
            tail.until("the end of every connection", () -> ends(tail.out()) == connections);
            tail.terminate();

            assertThat(tail.exitCode()).as("exit code, stderr %s", tail.err()).isZero();
            List<JsonObject> lines = tail.out().stream().map(JsonObject::new).toList();
            for (int i = 0; i < lines.size(); i++) {
                assertThat(lines.get(i).getLong("sequence")).isEqualTo(i + 1);
                assertThat(lines.get(i).fieldNames())
                        .as(lines.get(i).encode())
                        .containsSequence("feed", "sequence", "connection", "receivedMicros")
                        .contains("text");
                // the last message of a connection is on no other one, and may arrive after the last of another
                assertThat(lines.get(i).containsKey("late")
                                && !isEnd(lines.get(i).getString("text")))
                        .as("late: %s", lines.get(i).encode())
                        .isFalse();
            }
            assertThat(tail.err())
                    .filteredOn(line -> line.contains(" messages from "))
                    .hasSize(1);
            return lines.stream()
                    .map(line -> new Published(line.getString("connection"), line.getString("text")))
                    .filter(each -> !isEnd(each.text()))
                    .toList();
        }
    }

    private static boolean isEnd(String text) {
        return text.startsWith("{\"end\":");
    }

    private static List<String> textsOf(List<Published> merged) {
        return merged.stream().map(Published::text).toList();
    }

    private static int ends(List<String> lines) {
        return (int)
                lines.stream().filter(line -> line.contains("{\\\"end\\\":")).count();
    }

    private static void tell(String what, Union.Verdict verdict) {
        System.out.printf(
                "[recordings] %-24s %,6d merged, %d lost, %d duplicated, %d out of order (%d overtaken by a connection without them)%n",
                what,
                verdict.messages(),
                verdict.lost().size(),
                verdict.invented().size(),
                verdict.outOfOrder().size(),
                verdict.overtaken());
    }
}
