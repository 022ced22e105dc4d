package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Server and client in this process: every sent message must have been counted by every kind of client. */
class RoundsTest {
    private static final Pace SHORT = new Pace(1, 50, 50, 0, 150, Long.MAX_VALUE, 1);

    @TempDir
    static Path directory;

    private static FeedServer server;
    private final FeedClient client = new FeedClient();
    private final List<String> progress = new ArrayList<>();

    @BeforeAll
    static void start() {
        server = FeedServer.start(Certificate.in(directory.toString()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private Results run(Cell... cells) {
        return run(SHORT, cells);
    }

    private Results run(Pace pace, Cell... cells) {
        try (client) {
            Rounds rounds = new Rounds(server, cell -> client, pace, true, progress::add);
            rounds.run(List.of(cells));
            return rounds.results();
        }
    }

    private static void assertExact(Results results, Cell cell) {
        assertThat(results.values(cell, Metric.COPIES_PER_SECOND)).isNotEmpty().allMatch(rate -> rate > 100);
        for (Metric none : List.of(Metric.LOST, Metric.TWICE, Metric.DROPPED, Metric.REPLACED)) {
            assertThat(results.values(cell, none))
                    .as("%s of %s", none, cell.label())
                    .allMatch(count -> count == 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCountEveryMessageOnceWhenTheServerSendsAllItCan(Variant variant) {
        Cell cell = Cell.plain(Section.THROUGHPUT, variant, variant.canHave(2) ? 2 : 1, Load.SATURATING);

        Results results = run(cell);

        assertExact(results, cell);
        Spread copies = results.spread(cell, Metric.COPIES_PER_SECOND);
        assertThat(results.spread(cell, Metric.UNIQUE_PER_SECOND).median() * cell.connections() / copies.median())
                .isBetween(0.5, 2.0); // the connections are not read in step
        assertThat(results.spread(cell, Metric.CPU_MICROS_PER_COPY).median()).isPositive();
        assertThat(results.spread(cell, Metric.P50_MICROS).isKnown()).isFalse();
        assertThat(progress)
                .singleElement()
                .asString()
                .startsWith("100 %  round 1/1  throughput: ")
                .endsWith("M copies/s");
    }

    @ParameterizedTest
    @EnumSource
    void shouldMeasureFromTheIntendedTimeOfSending(Variant variant) {
        Cell cell = Cell.plain(Section.LATENCY, variant, variant.canHave(2) ? 2 : 1, Load.bursts(2_000, 20));

        Results results = run(cell);

        assertExact(results, cell);
        double p50 = results.spread(cell, Metric.P50_MICROS).median();
        assertThat(p50).isBetween(1.0, 1e6);
        assertThat(results.spread(cell, Metric.P999_MICROS).median()).isGreaterThanOrEqualTo(p50);
        assertThat(results.spread(cell, Metric.SERVER_MESSAGES_PER_SECOND).median())
                .isBetween(500.0, 4_000.0);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BYTES")
    void shouldReadEachFormOfMessages(MessageForm form) {
        Cell cell = Cell.plain(Section.PROFILES, Variant.STREAM, 3, Load.saturating(form, 50));

        assertExact(run(cell), cell);
    }

    @ParameterizedTest
    @EnumSource(names = {"VERTX", "STREAM"})
    void shouldCountEveryMessageOverTls(Variant variant) {
        Cell cell = new Cell(Section.TLS, variant, Encryption.OPENSSL, 1, 2, Load.SATURATING);

        Results results = run(cell);

        assertExact(results, cell);
        assertThat(results.tlsEngine(cell)).isIn("JDK", "OpenSSL");
    }

    @Test
    void shouldHoldTheDeliveredLagAgainstTheBestThatArrived() {
        Cell cell = Cell.plain(Section.LAG, Variant.STREAM, 3, Load.lagging(1_000));

        Results results = run(cell);

        assertExact(results, cell);
        assertThat(results.spread(cell, Metric.IDEAL_P50_MICROS).median())
                .isGreaterThan(100)
                .isLessThanOrEqualTo(results.spread(cell, Metric.P50_MICROS).median());
    }

    @Test
    void shouldCountEveryMessageOfManyFeeds() {
        Cell cell = new Cell(Section.FEEDS, Variant.BUS, Encryption.PLAIN, 4, 2, Load.paced(200));

        Results results = run(cell);

        assertExact(results, cell);
        assertThat(results.spread(cell, Metric.RESIDENT_MB).median()).isNotZero();
    }

    @Test
    void shouldGoThroughAllCellsInEveryRoundAndStopInTime() {
        Cell netty = Cell.plain(Section.THROUGHPUT, Variant.NETTY, 1, Load.SATURATING);
        Cell vertx = Cell.plain(Section.THROUGHPUT, Variant.VERTX, 1, Load.SATURATING);

        Results results = run(new Pace(3, 10, 10, 0, 20, 1, 1), netty, vertx);

        assertThat(progress).hasSize(3);
        assertThat(progress.get(0)).contains("raw Netty");
        assertThat(progress.get(1)).contains("raw Vert.x");
        assertThat(progress.get(2)).isEqualTo("ended after round 1: the next would take too long");
        assertThat(results.values(netty, Metric.COPIES_PER_SECOND)).hasSize(1);
    }

    @Test
    void shouldFindThatClocksOfOneMachineAgree() {
        assertThat(Clocks.compare(server).agree()).isTrue();
        assertThat(Clocks.compare(client).agree()).isTrue();
        assertThat(new Clocks(100, 50).agree()).isFalse();
    }

    @Test
    void shouldAnswerOneLineForEachLine() throws IOException {
        String requests = "{\"do\":\"clock\"}\n{\"do\":\"dance\"}\n{\"do\":\"where\"}\n";
        ByteArrayOutputStream answers = new ByteArrayOutputStream();

        Child.serve(server, new ByteArrayInputStream(requests.getBytes(StandardCharsets.UTF_8)), answers);

        List<String> lines = answers.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(new JsonObject(lines.get(0)).getLong("nanos")).isNotNull();
        assertThat(lines.get(1)).contains("\"error\":\"dance: ");
        assertThat(new JsonObject(lines.get(2)).getInteger("port")).isPositive();
        assertThatThrownBy(() -> client.ask("dance")).hasMessageContaining("dance");
    }

    @Test
    void shouldWriteTheFirstMessageInTheMinimalProgram() {
        int port = server.ask("where").getInteger("port");
        server.ask(new JsonObject()
                .put("do", "start")
                .put("load", Load.paced(1_000).toJson()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        Vertx vertx = Vertx.vertx();
        MinimalProgram.run(vertx, "ws://127.0.0.1:" + port + "/", new PrintStream(out, true, StandardCharsets.UTF_8));
        server.ask("stop");
        Await.result(vertx.close());

        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("{\"e\":\"bookTicker\"");
    }
}
