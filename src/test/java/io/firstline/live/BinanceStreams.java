package io.firstline.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.feed.Feed;
import io.firstline.feed.WsPool;
import io.firstline.feed.WsSingle;
import io.firstline.feed.report.FeedReport;
import io.firstline.integration.Quiet;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rules for Binance's streams, from the simulator or the exchange. All time limits are generous: a quiet market
 * makes a test take longer, not fail.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BinanceStreams {
    private static final long MAX_AGE_MS = 15_000;
    private static final long MAX_AHEAD_MS = 2_000;
    private static final int EACH_STREAM = 5;
    private static final int WARM_UP = 100;

    private final Map<Entrance, Map<String, List<Tape.Arrival>>> samples = new EnumMap<>(Entrance.class);
    private final List<Feed> feeds = new ArrayList<>();
    private Vertx vertx;

    /** The address of an entrance: {@code wss://host[:port]}. */
    abstract String base(Entrance entrance);

    /** How long a test may wait for anything. */
    abstract Duration patience();

    /** How long load and latency are watched. */
    abstract Duration window();

    /** Called once, before anything else. */
    void open(Vertx on) {}

    void close() {}

    @BeforeAll
    void start() {
        Quiet.logs();
        vertx = Vertx.vertx();
        open(vertx);
    }

    @AfterEach
    void closeFeeds() {
        feeds.forEach(feed -> Reached.get(feed.close()));
        feeds.clear();
    }

    @AfterAll
    void stop() {
        close();
        Reached.get(vertx.close());
    }

    private Feed single(String name, String url, Tape tape) {
        return started(WsSingle.create(vertx, WsConnectionConfig.of(url).withConnectionId(name)), url, tape);
    }

    private Feed pool(String name, String url, int connections, Tape tape) {
        WsConnectionConfig config = WsConnectionConfig.of(url).withConnectionId(name);
        return started(WsPool.create(vertx, WsPoolConfig.of(config).withConnections(connections)), url, tape);
    }

    private Feed started(Feed feed, String url, Tape tape) {
        feeds.add(feed);
        feed.handler(tape::add);
        Reached.start(feed, url, patience());
        return feed;
    }

    private void receive(Tape tape, int count, String url) {
        Reached.until(
                patience(),
                () -> "only " + tape.size() + " of " + count + " messages from " + url,
                () -> tape.size() >= count);
    }

    @Test
    void shouldReceiveTheBookTickerOverOneConnection() {
        String url = Entrance.USDM_PUBLIC.url(base(Entrance.USDM_PUBLIC), List.of("btcusdt@bookTicker"));
        Tape tape = new Tape();

        Feed feed = single("single", url, tape);
        receive(tape, 20, url);

        assertThat(tape.byStream()).containsOnlyKeys("btcusdt@bookTicker");
        assertThat(tape.byStream().get("btcusdt@bookTicker"))
                .allSatisfy(each ->
                        assertThat(each.event(Entrance.USDM_PUBLIC).symbol()).isEqualTo("BTCUSDT"));
        assertThat(Reached.report(feed).live()).isEqualTo(1);
    }

    @Test
    void shouldReceiveTheBookTickerOverAPoolOnceAndInOrder() {
        String url = Entrance.USDM_PUBLIC.url(base(Entrance.USDM_PUBLIC), List.of("btcusdt@bookTicker"));
        Tape tape = new Tape();

        Feed feed = pool("pool", url, 3, tape);
        Reached.until(
                patience(),
                () -> "connections live: " + Reached.report(feed).live() + " of 3",
                () -> Reached.report(feed).live() == 3);
        receive(tape, tape.size() + 20, url);

        assertThat(tape.byStream()).containsOnlyKeys("btcusdt@bookTicker");
        assertThat(ids(Entrance.USDM_PUBLIC, tape.byStream().get("btcusdt@bookTicker")))
                .as("update ids, once each and in order")
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldCarryEverySymbolAndStreamUnderLoad() {
        List<String> streams = Entrance.streams("bookTicker", "trade");
        String url = Entrance.USDM_PUBLIC.url(base(Entrance.USDM_PUBLIC), streams);
        Tape tape = new Tape();
        Feed feed = pool("load", url, 3, tape);

        long start = System.nanoTime();
        Reached.until(
                patience(),
                () -> "no message yet on " + without(streams, tape.byStream()),
                () -> System.nanoTime() - start > window().toNanos()
                        && tape.byStream().keySet().containsAll(streams));

        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, List<Tape.Arrival>> received = tape.byStream();
        FeedReport report = Reached.report(feed);
        System.out.printf(
                Locale.ROOT,
                "[%s] load: %,d messages in %.1f s (%,.0f/s), %,d copies, per stream %s%n",
                getClass().getSimpleName(),
                tape.size(),
                seconds,
                tape.size() / seconds,
                report.copies(),
                counts(received));
        assertThat(received).containsOnlyKeys(streams);
        received.forEach((stream, arrivals) -> assertThat(ids(Entrance.USDM_PUBLIC, arrivals))
                .as("%s, once each and in order", stream)
                .isSorted()
                .doesNotHaveDuplicates());
        assertThat(report.dropped()).isEmpty();
    }

    @Test
    void shouldGiveAPoolAtLeastWhatASingleConnectionGot() {
        List<String> streams = Entrance.streams("bookTicker", "trade");
        String url = Entrance.USDM_PUBLIC.url(base(Entrance.USDM_PUBLIC), streams);
        Tape one = new Tape();
        Tape many = new Tape();
        Feed single = single("one", url, one);
        Feed pool = pool("many", url, 4, many);
        receive(many, WARM_UP, url);
        receive(one, WARM_UP, url);
        long from = Math.max(firstMicros(one), firstMicros(many));

        int before = one.size();
        long start = System.nanoTime();
        Reached.until(
                patience(),
                () -> "the single connection got nothing in the window",
                () -> System.nanoTime() - start > window().toNanos() && one.size() > before);
        Map<String, List<Tape.Arrival>> alone = one.byStream();
        Reached.until(patience(), () -> "the pool is behind the single connection", () -> hasReached(alone, many));

        Map<String, List<Tape.Arrival>> merged = many.byStream();
        long to = alone.values().stream()
                .flatMap(List::stream)
                .mapToLong(Tape.Arrival::receivedMicros)
                .max()
                .orElseThrow();
        System.out.printf(
                "[%s] event time to arrival, same window:%n%s%n%s%n%s%n",
                getClass().getSimpleName(),
                Latency.HEADING,
                Latency.of(latencies(alone, from, to)).row("single"),
                Latency.of(latencies(merged, from, to)).row("pool"));
        List<String> missing = missing(alone, merged);
        assertThat(missing)
                .as("what the single connection got and the pool of 4 did not")
                .isEmpty();
        assertThat(Reached.report(single).live()).isEqualTo(1);
        assertThat(Reached.report(pool).live()).isGreaterThan(0);
    }

    @ParameterizedTest
    @EnumSource(Entrance.class)
    void shouldDecodeEveryMessageStrictly(Entrance entrance) {
        sample(entrance).forEach((stream, arrivals) -> {
            Class<? extends Event> type = StrictJson.typeOf(entrance, stream);
            assertThat(arrivals)
                    .hasSizeGreaterThanOrEqualTo(EACH_STREAM)
                    .allSatisfy(each -> assertThat(each.event(entrance)).isInstanceOf(type));
        });
    }

    @ParameterizedTest
    @EnumSource(Entrance.class)
    void shouldBeFresh(Entrance entrance) {
        int timed = 0;
        for (Tape.Arrival each : all(sample(entrance))) {
            long eventMs = each.event(entrance).eventMs();
            if (eventMs != Event.NO_TIME) {
                timed++;
                assertThat(each.receivedMicros() / 1_000 - eventMs)
                        .as("age in ms of %s", each.text())
                        .isBetween(-MAX_AHEAD_MS, MAX_AGE_MS);
            }
        }
        assertThat(timed).as("messages with an event time").isPositive();
    }

    @ParameterizedTest
    @EnumSource(Entrance.class)
    void shouldKeepPricesAndQuantitiesSound(Entrance entrance) {
        for (Tape.Arrival each : all(sample(entrance))) {
            assertThat(each.event(entrance).problems()).as(each.text()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Entrance.class)
    void shouldCoverEverySymbolAndStreamWithItsOwnMessages(Entrance entrance) {
        Map<String, List<Tape.Arrival>> sample = sample(entrance);

        assertThat(sample).containsOnlyKeys(entrance.streams());
        sample.forEach((stream, arrivals) -> {
            String symbol = stream.substring(0, stream.indexOf('@')).toUpperCase(Locale.ROOT);
            assertThat(arrivals).allSatisfy(each -> {
                assertThat(each.envelope().stream()).isEqualTo(stream);
                assertThat(each.event(entrance).symbol()).isEqualTo(symbol);
            });
        });
    }

    /** The order book's updates name their predecessor, so the merged stream can be proved complete. */
    @ParameterizedTest
    @EnumSource(names = {"SPOT", "USDM_PUBLIC"})
    void shouldLeaveNoHoleInTheDepthChain(Entrance entrance) {
        sample(entrance).forEach((stream, arrivals) -> {
            if (stream.endsWith("@depth@100ms")) {
                List<Event> events =
                        arrivals.stream().map(each -> each.event(entrance)).toList();
                for (int i = 1; i < events.size(); i++) {
                    assertThat(predecessor(events.get(i)))
                            .as("what update %d of %s follows", i, stream)
                            .isEqualTo(events.get(i - 1).id());
                }
            }
        });
    }

    private static long predecessor(Event update) {
        return update instanceof Spot.Depth spot ? spot.firstId() - 1 : ((Usdm.Depth) update).previousId();
    }

    /** A few messages of every stream of an entrance, taken once for all tests, over a pool. */
    private Map<String, List<Tape.Arrival>> sample(Entrance entrance) {
        return samples.computeIfAbsent(entrance, e -> {
            String url = entrance.url(base(entrance), entrance.streams());
            Tape tape = new Tape();
            pool("sample", url, 2, tape);
            Reached.until(
                    patience(),
                    () -> "fewer than " + EACH_STREAM + " messages on some stream of " + url + ": "
                            + counts(tape.byStream()) + ", none on " + without(entrance.streams(), tape.byStream()),
                    () -> tape.byStream().size() == entrance.streams().size()
                            && tape.byStream().values().stream().allMatch(s -> s.size() >= EACH_STREAM));
            return tape.byStream();
        });
    }

    private static List<Tape.Arrival> all(Map<String, List<Tape.Arrival>> sample) {
        return sample.values().stream().flatMap(List::stream).toList();
    }

    private static List<Long> ids(Entrance entrance, List<Tape.Arrival> arrivals) {
        return arrivals.stream().map(each -> each.event(entrance).id()).toList();
    }

    private static Map<String, Integer> counts(Map<String, List<Tape.Arrival>> streams) {
        return streams.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().size(), Math::max, TreeMap::new));
    }

    private static List<String> without(List<String> streams, Map<String, ?> received) {
        return streams.stream().filter(s -> !received.containsKey(s)).toList();
    }

    private static long firstMicros(Tape tape) {
        return tape.messages().get(0).receivedMicros();
    }

    private static List<Long> latencies(Map<String, List<Tape.Arrival>> streams, long from, long to) {
        return all(streams).stream()
                .filter(each -> each.receivedMicros() >= from && each.receivedMicros() <= to)
                .map(each ->
                        each.receivedMicros() - each.event(Entrance.USDM_PUBLIC).eventMs() * 1_000)
                .toList();
    }

    /** Whether a feed has, of every stream, the newest message that the other had. */
    private static boolean hasReached(Map<String, List<Tape.Arrival>> other, Tape tape) {
        Map<String, List<Tape.Arrival>> own = tape.byStream();
        return other.entrySet().stream()
                .allMatch(e -> own.containsKey(e.getKey()) && newestId(own.get(e.getKey())) >= newestId(e.getValue()));
    }

    private static long newestId(List<Tape.Arrival> arrivals) {
        return arrivals.get(arrivals.size() - 1).event(Entrance.USDM_PUBLIC).id();
    }

    /**
     * Messages that the single connection had and the pool did not, from the pool's first message of each stream on.
     */
    private static List<String> missing(Map<String, List<Tape.Arrival>> alone, Map<String, List<Tape.Arrival>> merged) {
        List<String> missing = new ArrayList<>();
        int compared = 0;
        for (Map.Entry<String, List<Tape.Arrival>> stream : alone.entrySet()) {
            List<Long> got = ids(Entrance.USDM_PUBLIC, merged.get(stream.getKey()));
            Set<Long> known = Set.copyOf(got);
            for (long id : ids(Entrance.USDM_PUBLIC, stream.getValue())) {
                if (id >= got.get(0)) {
                    compared++;
                    if (!known.contains(id)) {
                        missing.add(stream.getKey() + " " + id);
                    }
                }
            }
        }
        assertThat(compared).as("messages compared").isPositive();
        return missing;
    }
}
