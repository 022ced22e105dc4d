package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.report.Proof;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.check.Records;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.Venue;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.StreamReport;
import io.firstline.simulator.ExchangeSimulator;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Recordings of real exchanges, read with their venues' profiles: keys identify messages, sequence numbers prove that
 * none is missing.
 */
@Execution(ExecutionMode.CONCURRENT)
class VenueRecordingsTest {
    /** For a recording of six minutes, of a market at night. */
    private static final double FAST = 5 * Bench.REPLAY_SPEED;

    /** On a busy machine a connection may be as silent as a half-open one; another one would get its messages again. */
    private static final int NO_PINGS = 3_600_000;

    @TempDir
    private Path directory;

    /** The published messages of a pool that received recordings. */
    private record Outcome(List<String> merged, FeedReport report, List<JsonObject> gaps) {
        StreamReport stream(String name) {
            return report.ledger().stream()
                    .filter(s -> s.stream().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no stream " + name + " in " + report.ledger()));
        }

        List<JsonObject> gaps(String state) {
            return gaps.stream().filter(g -> g.getString("state").equals(state)).toList();
        }
    }

    private static Outcome play(String venue, List<Path> files, List<Integer> lagMs) {
        return play(venue, files, Bench.REPLAY_SPEED, lagMs);
    }

    private static Outcome play(String venue, List<Path> files, double speed, List<Integer> lagMs) {
        return play(venue, Venue.find(venue, null).format(), files, speed, lagMs);
    }

    /** The same format, whose messages wait for a missing one however busy the machine is. */
    private static MessageFormat patient(MessageFormat format) {
        return Records.with(
                format,
                "classes",
                format.classes().stream()
                        .map(type -> Records.with(type, "holdMs", 10_000))
                        .toList());
    }

    private static Outcome play(
            String venue, MessageFormat format, List<Path> files, double speed, List<Integer> lagMs) {
        int connections = Math.max(files.size(), lagMs.size());
        int copies = Recordings.copies(files, connections);
        try (Bench bench = new Bench()) {
            ExchangeSimulator exchange = bench.silentReplay(files, speed, lagMs, connections);
            WsPool pool = WsPool.create(
                    bench.vertx,
                    venue,
                    WsPoolConfig.of(WsConnectionConfig.of(exchange.url("/")).withLatencyPingIntervalMs(NO_PINGS))
                            .withConnections(connections)
                            .withHashCapacity(1 << 17),
                    SubscribeTemplates.NONE,
                    format);
            List<String> merged = Collections.synchronizedList(new ArrayList<>());
            List<JsonObject> gaps = Collections.synchronizedList(new ArrayList<>());
            pool.handler(message -> merged.add(message.asText()));
            pool.eventHandler(event -> {
                if (event.type() == FeedEvent.Type.GAP) {
                    gaps.add(event.toJson());
                }
            });
            Bench.connect(pool);
            exchange.resumeEmission();
            Bench.until("every copy received", () -> Bench.report(pool).copies() == copies);
            Bench.until("every gap decided", () -> Bench.report(pool).ledger().stream()
                    .allMatch(s -> s.openGaps() == 0));
            assertThat(Bench.report(pool).problems())
                    .as("with what real exchanges send")
                    .isEmpty();
            Outcome outcome = new Outcome(List.copyOf(merged), Bench.report(pool), List.copyOf(gaps));
            Bench.get(pool.close());
            return outcome;
        }
    }

    private static Path binance(String name) {
        return Recordings.folder().resolve(name + ".jsonl.gz");
    }

    private static void tell(String what, Outcome outcome) {
        System.out.printf(
                "[venues] %-36s %,6d merged, %,d late; %d gaps healed, %d lost; %s%n",
                what,
                outcome.merged().size(),
                outcome.report().late(),
                outcome.gaps("healed").size(),
                outcome.gaps("lost").size(),
                outcome.report().ledger().stream()
                        .map(s -> s.stream() + " " + s.published() + " " + s.proof())
                        .sorted()
                        .toList());
    }

    @Test
    void shouldProveTheDepthChainOfBinanceSpot() {
        Path file = binance("binance-spot-btcusdt-20230405");

        Outcome outcome = play("binance-spot", List.of(file), FAST, List.of(0, 20, 75));

        tell("binance-spot x3, 0/20/75 ms", outcome);
        assertThat(outcome.merged()).containsExactlyInAnyOrderElementsOf(Recordings.texts(file));
        assertThat(outcome.stream("btcusdt@depth@100ms").proof()).isEqualTo(Proof.PROVEN_COMPLETE);
        assertThat(outcome.stream("btcusdt@bookTicker").proof()).isEqualTo(Proof.UNPROVABLE);
        assertThat(outcome.gaps()).isEmpty();
    }

    @Test
    void shouldProveTheDepthChainOfBinanceUsdm() {
        Path file = binance("binance-usdm-btcusdt-20230404");

        Outcome outcome = play("binance-usdm", List.of(file), List.of(0, 20, 75));

        tell("binance-usdm x3, 0/20/75 ms", outcome);
        assertThat(outcome.merged()).containsExactlyInAnyOrderElementsOf(Recordings.texts(file));
        assertThat(outcome.stream("btcusdt@depth@0ms").proof()).isEqualTo(Proof.PROVEN_COMPLETE);
        assertThat(outcome.gaps("lost")).isEmpty();
    }

    @Test
    void shouldHealWhatOnlyOneConnectionLacks() throws IOException {
        Path whole = binance("binance-usdm-btcusdt-20230404");
        Path holed = without(whole, "holed", n -> n % 50 == 49);

        Outcome outcome = play(
                "binance-usdm",
                patient(Venue.find("binance-usdm", null).format()),
                List.of(holed, whole, whole),
                Bench.REPLAY_SPEED,
                List.of(0, 20, 75));

        tell("binance-usdm, every 50th lacks on one", outcome);
        assertThat(outcome.merged()).containsExactlyInAnyOrderElementsOf(Recordings.texts(whole));
        assertThat(outcome.gaps("lost")).isEmpty();
        assertThat(outcome.gaps("healed")).isNotEmpty();
        assertThat(outcome.stream("btcusdt@depth@0ms").proof()).isEqualTo(Proof.PROVEN_COMPLETE);
    }

    @Test
    void shouldReportExactlyWhatEveryConnectionLacks() throws IOException {
        Path whole = binance("binance-usdm-btcusdt-20230404");
        Path holed = without(whole, "holed", n -> n % 50 == 49 && n < 8_990); // no one can miss the very last;
        Set<Long> missing = new TreeSet<>(depthNumbers(whole));
        missing.removeAll(depthNumbers(holed));

        Outcome outcome = play("binance-usdm", List.of(holed), List.of(0, 20, 75));

        tell("binance-usdm, every 50th lacks on all", outcome);
        assertThat(outcome.merged()).containsExactlyInAnyOrderElementsOf(Recordings.texts(holed));
        List<Long> told = outcome.gaps("lost").stream()
                .filter(g -> g.getString("stream").equals("btcusdt@depth@0ms"))
                .map(g -> g.getLong("to"))
                .toList();
        assertThat(told).containsExactlyInAnyOrderElementsOf(missing);
        assertThat(outcome.gaps("healed")).isEmpty();
        assertThat(outcome.stream("btcusdt@depth@0ms").proof()).isEqualTo(Proof.GAP);
    }

    @ParameterizedTest
    @CsvSource({
        "bitmex,            bitmex-20210722,           31",
        "coinbase-exchange, coinbase-legacy-20210417,   3",
        "gemini-v2,         gemini-20210624,            7",
        "kraken-v1,         kraken-v1-20210417/trade,  41",
        "kraken-v1,         kraken-v1-20210417/ticker, 42",
        "kraken-v1,         kraken-v1-20210417/book,   42"
    })
    void shouldKeepControlMessagesOutAndEverythingElseInOrder(String venue, String recording, int control) {
        Path file = Recordings.folder().resolve(recording + ".jsonl.gz");

        Outcome outcome = play(venue, List.of(file), List.of(0, 20, 75));

        tell(recording + " x3, 0/20/75 ms", outcome);
        List<String> data = Recordings.texts(file).stream()
                .filter(text -> !isControl(new JsonArray("[" + text + "]").getValue(0)))
                .toList();
        assertThat(outcome.merged().equals(data))
                .as("the very messages in the very order")
                .isTrue();
        assertThat(outcome.report().control()).isEqualTo(3L * control);
        assertThat(outcome.report().malformed()).isZero();
        assertThat(outcome.gaps("lost")).isEmpty();
        assertThat(outcome.report().ledger().stream()
                        .mapToLong(StreamReport::conflicts)
                        .sum())
                .isZero();
    }

    /** The control messages of the venues above, decided independently: without a symbol, or about a subscription. */
    private static boolean isControl(Object message) {
        return message instanceof JsonObject json
                && (json.containsKey("event")
                        || json.containsKey("success")
                        || json.containsKey("info")
                        || List.of("subscriptions", "heartbeat").contains(json.getString("type", "")));
    }

    @Test
    void shouldMergeOkexWithoutItsReplies() {
        List<Path> files = Recordings.okex();
        List<List<String>> data = files.stream()
                .map(file -> Recordings.texts(file).stream()
                        .filter(text -> !isControl(new JsonObject(text)))
                        .toList())
                .toList();

        Outcome outcome = play("okx", files, List.of());

        tell("okex x3", outcome);
        Set<String> union = new TreeSet<>();
        data.forEach(union::addAll);
        assertThat(outcome.merged()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(union);
        assertThat(outcome.report().control()).isEqualTo(3 * 30);
        assertThat(outcome.report().ledger()).isNotEmpty().allMatch(stream -> stream.conflicts() == 0);
    }

    @Test
    void shouldPublishTheHitbtcTickerThatDiffersInBytesOnce() {
        List<Path> files = Recordings.hitbtc();

        Outcome outcome = play("hitbtc-v2", files, List.of());

        tell("hitbtc x4", outcome);
        assertThat(outcome.merged())
                .hasSize(760); // 762 by bytes: two events have another timestamp on another connection
        assertThat(outcome.report().control()).as("replies to requests").isEqualTo(4 * 40);
        assertThat(outcome.report().ledger())
                .filteredOn(s -> s.type().equals("orderbook"))
                .isNotEmpty()
                .allMatch(s -> s.proof() == Proof.PROVEN_COMPLETE);
    }

    /** The last numbers of the order book's messages. */
    private static List<Long> depthNumbers(Path file) {
        return Recordings.texts(file).stream()
                .map(JsonObject::new)
                .filter(m -> "btcusdt@depth@0ms".equals(m.getString("stream")))
                .map(m -> m.getJsonObject("data").getLong("u"))
                .toList();
    }

    /** Copies a recording without some of its messages. */
    private Path without(Path file, String name, IntPredicate missing) throws IOException {
        List<Recordings.Recorded> all = Recordings.read(file);
        Path holed = directory.resolve(name + ".jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(holed))) {
            for (int i = 0; i < all.size(); i++) {
                if (!missing.test(i)) {
                    JsonObject line = new JsonObject()
                            .put("t_us", all.get(i).micros())
                            .put("msg", all.get(i).text());
                    out.write((line.encode() + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return holed;
    }
}
