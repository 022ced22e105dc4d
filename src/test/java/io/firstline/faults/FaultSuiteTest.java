package io.firstline.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RankBy;
import io.firstline.config.WsPoolConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.integration.Quiet;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.firstline.testkit.Await;
import io.firstline.testkit.FaultLink;
import io.firstline.testkit.FaultProxy;
import io.firstline.testkit.Frame;
import io.firstline.testkit.NameServer.Mood;
import io.firstline.testkit.Tls;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each fault of a connection, one row each: the messages that are lost or published twice, the time until the pool
 * notices, and the time until all connections are live again. If one connection still had a message, it must be
 * published once and in order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultSuiteTest {
    /**
     * A killed connection is replaced within a second; half-open ones are found in two ping periods; the machine may be
     * busy.
     */
    private static final int BUSY_MS = 500;

    private static final int REPLACED_MS = 1_000 + BUSY_MS;
    /** Above the half second under which silence proves nothing, so that two periods are the bound. */
    private static final int SLOWER_PING_MS = 600;
    /** A second of the others' messages is proof; the pool checks four times a second. */
    private static final int SILENT_MS = 1_250 + BUSY_MS;

    private static final String NEWCOMERS =
            "connections that open together while messages flow: what the first of them alone had may come"
                    + " within skewMs after younger messages without a mark";

    private static final int SMALL_MESSAGE = 16_384;

    private static final String SUBSCRIBE = "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@trade\"],\"id\":1}";

    @TempDir
    private static Path directory;

    /** Scenes mostly wait, so this many are played at the same time; the two that take ten seconds begin first. */
    private static final int BESIDE = 6;

    private static Vertx exchange;
    private static Tls authority;
    private static Tls trusted;
    private static ExecutorService beside;
    private static Map<String, Future<Played>> played;
    private static final FaultReport report = new FaultReport();

    /** The fault of a scene, and the expected result. */
    private interface Fault {
        void play(Scene scene);
    }

    /**
     * A row of the table.
     *
     * @param delaysMs of the exchange's lines, taken in turn
     * @param unordered why messages are still published out of order without a mark: the report then says MISSED and
     *     how many; null if none may be
     */
    private record Row(
            String name,
            int connections,
            List<Integer> delaysMs,
            UnaryOperator<WsPoolConfig> shape,
            Fault fault,
            String unordered) {
        Row(String name, Fault fault) {
            this(name, UnaryOperator.identity(), fault);
        }

        Row(String name, UnaryOperator<WsPoolConfig> shape, Fault fault) {
            this(name, 3, List.of(0, 2, 4), shape, fault, null);
        }

        Row of(int newConnections) {
            return new Row(name, newConnections, delaysMs, shape, fault, unordered);
        }

        Row delays(Integer... newDelaysMs) {
            return new Row(name, connections, List.of(newDelaysMs), shape, fault, unordered);
        }

        Row unordered(String why) {
            return new Row(name, connections, delaysMs, shape, fault, why);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** The result of a row: {@code verdict} is null if the row did not finish, {@code error} is null if it passed. */
    private record Played(Tally.Verdict verdict, Scene scene, AssertionError error) {}

    @BeforeAll
    static void prepare() {
        Quiet.logs();
        authority = Tls.authority(directory);
        trusted = authority.issue("dns:localhost", 0);
        exchange = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        beside = Executors.newFixedThreadPool(BESIDE);
        // so that no row measures class loading, which may be slow
        try (Scene warmUp = new Scene(exchange, 3, List.of(0), config -> overTls(connectsWithin(10_000, config)))) {
            warmUp.proxy.secure(trusted);
            warmUp.strike(FaultLink::cut);
            warmUp.recover();
        }
        played = Stream.concat(slowRows(), rows())
                .collect(Collectors.toMap(Row::name, row -> beside.submit(() -> play(row))));
    }

    @AfterAll
    static void write() {
        report.write();
        beside.shutdownNow();
        Await.result(exchange.close());
    }

    @Order(1)
    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldLoseNothing(Row row) throws Exception {
        judge(row);
    }

    @Order(2)
    @ParameterizedTest(name = "{0}")
    @MethodSource("slowRows")
    void shouldLoseNothingInTheLongRun(Row row) throws Exception {
        judge(row);
    }

    private static Played play(Row row) {
        try (Scene scene = new Scene(exchange, row.connections(), row.delaysMs(), row.shape())) {
            AssertionError error = null;
            Tally.Verdict verdict = null;
            try {
                row.fault().play(scene);
            } catch (AssertionError e) {
                error = e;
            }
            try {
                verdict = scene.end();
            } catch (AssertionError e) {
                error = error == null ? e : error;
            }
            return new Played(verdict, scene, error);
        }
    }

    private static void judge(Row row) throws Exception {
        Played result = played.get(row.name()).get(60, TimeUnit.SECONDS);
        Tally.Verdict verdict = result.verdict();
        Scene scene = result.scene();
        AssertionError error = result.error();
        if (verdict != null) {
            boolean excused = row.unordered() != null && verdict.outOfOrder() > 0;
            if (excused) {
                scene.missed(row.unordered());
            }
            try {
                assertThat(verdict)
                        .isEqualTo(new Tally.Verdict(
                                verdict.owed(), 0, 0, verdict.late(), excused ? verdict.outOfOrder() : 0));
                assertThat(scene.thrown).as("exceptions that nobody caught").isEmpty();
            } catch (AssertionError e) {
                error = error == null ? e : error;
            }
        }
        report.row(row.name(), verdict, scene, error == null ? null : firstLine(error));
        if (error != null) {
            throw error;
        }
    }

    private static String firstLine(AssertionError error) {
        return error.getMessage().strip().replaceAll("\\s+", " ");
    }

    static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int code : new int[] {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 4000}) {
            rows.add(new Row("close " + code, killed("closed-" + code, link -> link.close(code, "over"))));
        }
        rows.add(new Row("close without a code", killed("closed-1005", link -> {
            link.inject(Frame.bytes(Frame.FIN | Frame.CLOSE, new byte[0]));
            link.cut();
        })));
        rows.add(new Row(
                "close 1006, which nobody may send", killed("malformed-frame", link -> link.close(1_006, "over"))));
        rows.add(new Row(
                "close 1001, but data and TCP go on",
                killed("closed-1001", link -> link.inject(Frame.close(1_001, "over")))));
        rows.add(new Row("RST", killed("reset", FaultLink::reset)));
        rows.add(new Row("FIN without a close frame", killed("eof", FaultLink::cut)));
        rows.add(new Row("four of five cut at once", FaultSuiteTest::fourOfFive).of(5));
        rows.add(new Row(
                        "random kills under eviction every 250 ms",
                        pool -> pool.withEvictIntervalMs(250),
                        FaultSuiteTest::randomKills)
                .of(4));
        silence(rows);
        slowness(rows);
        badBytes(rows);
        noWayBack(rows);
        outages(rows);
        consumers(rows);
        return rows.stream();
    }

    static Stream<Row> slowRows() {
        return Stream.of(
                new Row(
                        "subscriptions acknowledged, nothing comes",
                        FaultSuiteTest::subscribeTemplates,
                        FaultSuiteTest::nothingComes),
                new Row(
                        "RST, the new connection acknowledged, nothing comes",
                        FaultSuiteTest::subscribeTemplates,
                        FaultSuiteTest::nothingComesToTheNewOne));
    }

    // endings

    /** One connection is lost for this cause and soon replaced. */
    private static Fault killed(String cause, Consumer<FaultLink> kill) {
        return scene -> {
            scene.strike(kill);
            scene.detectLoss(cause);
            scene.recover();
            scene.assertRecoveredWithinMs(REPLACED_MS);
            scene.assertLostConnections(1);
            assertThat(scene.events(FeedEvent.Type.CONNECT_FAILED)).isEmpty();
            assertNeverWithoutConnection(scene);
        };
    }

    private static void fourOfFive(Scene scene) {
        scene.strike(first -> scene.proxy.links().stream().limit(4).forEach(FaultLink::reset));
        scene.detectLoss("reset");
        scene.recover();
        scene.assertRecoveredWithinMs(REPLACED_MS);
        scene.assertLostConnections(4);
        assertNeverWithoutConnection(scene);
    }

    /** Members, candidates, and connections that are closing: whichever the fault hits, two in step are left. */
    private static void randomKills(Scene scene) {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        System.out.println("[fault] seed " + seed);
        Random random = new Random(seed);
        scene.strike(first -> {});
        for (int kill = 0; kill < 14; kill++) {
            Await.until("three in step", () -> scene.inStep() >= 3);
            List<FaultLink> open =
                    scene.proxy.links().stream().filter(link -> !link.isEnded()).toList();
            FaultLink hit = open.get(random.nextInt(open.size()));
            if (random.nextBoolean()) {
                hit.reset();
            } else {
                hit.cut();
            }
            Scene.pass(random.nextInt(150));
        }
        scene.recover();
        assertNeverWithoutConnection(scene);
    }

    private static void assertNeverWithoutConnection(Scene scene) {
        assertThat(scene.events(FeedEvent.Type.DEGRADED))
                .as("the feed always had a connection")
                .allMatch(e -> e.toJson().getInteger("live") > 0);
    }

    // silence

    private static void silence(List<Row> rows) {
        UnaryOperator<WsPoolConfig> slowerPing = pings(SLOWER_PING_MS);
        rows.add(new Row("half-open, both ways", slowerPing, halfOpen(FaultLink::lose)));
        rows.add(new Row(
                "half-open, towards the client only",
                slowerPing,
                halfOpen(link -> link.lose(FaultLink.Way.TO_CLIENT))));
        rows.add(new Row("half-open, towards the server only: data comes", scene -> {
            scene.strike(link -> link.lose(FaultLink.Way.TO_SERVER));
            Scene.pass(700);
            scene.assertLostConnections(0);
        }));
        rows.add(new Row("frozen 0.3 s, alive again", scene -> {
            scene.strike(FaultLink::freeze);
            Scene.pass(300);
            scene.struck().thaw();
            scene.more();
            scene.assertLostConnections(0);
        }));
        rows.add(new Row("frozen until given up, alive again then", scene -> {
            scene.strike(FaultLink::freeze);
            scene.detectLoss("half-open");
            scene.recover();
            scene.struck().thaw();
            scene.assertLostConnections(1);
        }));
        rows.add(new Row("frozen 1 s under slow pings, alive again", pings(5_000), scene -> {
            scene.strike(FaultLink::freeze);
            Scene.pass(1_000);
            scene.struck().thaw();
            scene.assertLostConnections(0);
        }));
        rows.add(new Row("the others reset while it is frozen for 0.3 s", pings(5_000), onlyHolderFrozen(300)));
        rows.add(new Row("the others reset while it is frozen for 1.6 s", pings(5_000), onlyHolderFrozen(1_600)));
        rows.add(new Row("one message in ten skipped where it leads by 30 ms", scene -> {
                    scene.strike(link -> link.mute(text -> text.hashCode() % 10 == 0));
                    scene.more();
                    scene.more();
                    scene.assertLostConnections(0);
                })
                .delays(0, 30, 30)
                .unordered("bytes do not name their stream: within skewMs any order may be another stream's"));
        rows.add(new Row("no data but pongs, on the connection that leads", noData(Scene::struck)));
        rows.add(new Row("no data but pongs, on one that lags by 30 ms", noData(Scene::follower)).delays(0, 30, 30));
        rows.add(new Row("one stream silent on one connection", scene -> {
            scene.strike(link -> link.mute(text -> text.contains("\"e\":\"trade\"") && text.contains("ETHUSDT")));
            scene.detect(
                    "the silent stream",
                    e -> e.type() == FeedEvent.Type.STREAM_SILENT
                            && "trade ETHUSDT".equals(e.toJson().getString("stream")));
            Await.until(
                    "a replacement", () -> !scene.events(FeedEvent.Type.EVICTED).isEmpty());
            scene.recover();
            scene.assertLostConnections(0);
            assertNeverWithoutConnection(scene);
        }));
    }

    private static WsPoolConfig subscribeTemplates(WsPoolConfig pool) {
        String url = pool.connection().url();
        return pool.withConnection(pool.connection()
                .withUrl(url.substring(0, url.indexOf("/ws/") + 3))
                .withOnConnect(List.of(SUBSCRIBE)));
    }

    /** It may be a quiet market, so it is reported and no connection is replaced. */
    private static void nothingComes(Scene scene) {
        scene.strikeFromTheStart();
        FeedEvent silent = scene.detect("told that nothing comes", e -> e.type() == FeedEvent.Type.STREAM_SILENT);
        assertThat(silent.toJson().containsKey("connection"))
                .as("blamed on one")
                .isFalse();
        assertThat(scene.report().copies()).as("acknowledgements").isEqualTo(3);
        assertThat(scene.events(FeedEvent.Type.EVICTED)).isEmpty();
        scene.assertLostConnections(0);
        scene.send();
        scene.more();
    }

    private static void nothingComesToTheNewOne(Scene scene) {
        scene.strike(link -> {
            scene.proxy.greet(muted -> {
                muted.mute(text -> !text.contains("result"));
                FaultProxy.pass().greet(muted);
            });
            link.reset();
        });
        Await.until("a new connection", () -> scene.proxy.links().size() > 3);
        scene.proxy.greet(FaultProxy.pass());
        scene.detect(
                "the silent one",
                e -> e.type() == FeedEvent.Type.STREAM_SILENT && e.toJson().containsKey("connection"));
        Await.until("a replacement", () -> !scene.events(FeedEvent.Type.EVICTED).isEmpty());
        scene.recover();
        scene.assertLostConnections(1);
        assertNeverWithoutConnection(scene);
    }

    private static UnaryOperator<WsPoolConfig> pings(int everyMs) {
        return pool -> pool.withConnection(pool.connection().withLatencyPingIntervalMs(everyMs));
    }

    /** Found by its pings, or earlier because the others deliver. */
    private static Fault halfOpen(Consumer<FaultLink> fault) {
        return scene -> {
            scene.strike(fault);
            scene.detect(
                    "the dead one",
                    e -> "half-open".equals(e.toJson().getString("cause"))
                            || (e.type() == FeedEvent.Type.STREAM_SILENT
                                    && e.toJson().containsKey("connection")));
            scene.assertDetectedWithinMs(2 * SLOWER_PING_MS + BUSY_MS);
            scene.recover();
            scene.assertRecoveredWithinMs(2 * SLOWER_PING_MS + REPLACED_MS);
            assertThat(scene.events(FeedEvent.Type.DISCONNECTED)).hasSizeLessThanOrEqualTo(1);
            assertNeverWithoutConnection(scene);
        };
    }

    /** Found only because the others deliver. */
    private static Fault noData(Function<Scene, FaultLink> which) {
        return scene -> {
            scene.strike(leader -> which.apply(scene).mute(text -> true));
            scene.detect(
                    "the silent one",
                    e -> e.type() == FeedEvent.Type.STREAM_SILENT && e.toJson().containsKey("connection"));
            scene.assertDetectedWithinMs(SILENT_MS);
            Await.until(
                    "a replacement", () -> !scene.events(FeedEvent.Type.EVICTED).isEmpty());
            scene.recover();
            scene.assertLostConnections(0);
            assertNeverWithoutConnection(scene);
        };
    }

    /** Only the frozen connection has the messages that were sent between the others' end and their return. */
    private static Fault onlyHolderFrozen(int forMs) {
        return scene -> {
            scene.strike(FaultLink::freeze);
            Scene.pass(50);
            scene.proxy.links().stream()
                    .filter(link -> link != scene.struck())
                    .limit(2)
                    .forEach(FaultLink::reset);
            scene.detectLoss("reset");
            Scene.pass(forMs);
            scene.struck().thaw();
            scene.recover();
            scene.assertLostConnections(2);
        };
    }

    // slowness

    private static void slowness(List<Row> rows) {
        rows.add(new Row("slow drip of 2 kB/s", scene -> {
            scene.strike(link -> link.limit(2_000));
            Scene.pass(700);
            scene.assertLostConnections(0);
            scene.struck().limit(0);
        }));
        rows.add(new Row(
                "slow drip of 2 kB/s, eviction by lag",
                pool -> pool.withRankBy(RankBy.LAG).withEvictIntervalMs(500),
                scene -> {
                    scene.strike(link -> link.limit(2_000));
                    scene.detect(
                            "the slow one evicted",
                            e -> e.type() == FeedEvent.Type.EVICTED
                                    && e.toJson().getLong("lagP99Micros") > 50_000);
                    scene.recover();
                    scene.struck().limit(0);
                    scene.assertLostConnections(0);
                    assertNeverWithoutConnection(scene);
                }));
        rows.add(new Row("slow drip until it is out of step", pool -> pool.withHashCapacity(256), scene -> {
            scene.strike(link -> link.limit(4_000));
            scene.detect("out of step", e -> e.type() == FeedEvent.Type.OUT_OF_STEP);
            Await.until(
                    "a replacement", () -> !scene.events(FeedEvent.Type.EVICTED).isEmpty());
            scene.recover();
            scene.struck().limit(0); // and all its delayed messages arrive now
            scene.assertLostConnections(0);
            assertNeverWithoutConnection(scene);
        }));
        rows.add(new Row("bandwidth cap at two thirds", scene -> {
            scene.strike(link -> link.limit(90_000));
            Scene.pass(700);
            scene.assertLostConnections(0);
            scene.struck().limit(0);
        }));
    }

    // bytes that are no WebSocket

    private static void badBytes(List<Row> rows) {
        rows.add(new Row(
                "malformed frame: reserved bits and opcode",
                killed("malformed-frame", link -> link.inject(new byte[] {(byte) 0xF3, 0}))));
        rows.add(new Row(
                "masked server frame",
                killed(
                        "malformed-frame",
                        link -> link.inject(new byte[] {(byte) 0x81, (byte) 0x82, 1, 2, 3, 4, 'h', 'i'}))));
        rows.add(new Row(
                "oversize header: a frame of 1 TiB",
                killed("oversize", link -> link.inject(new byte[] {(byte) 0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0}))));
        rows.add(new Row("text that is not UTF-8", scene -> {
            dropped(
                            "not-utf8",
                            link -> link.inject(
                                    Frame.bytes(Frame.FIN | Frame.TEXT, new byte[] {'a', (byte) 0xC3, '('})))
                    .play(scene);
            Await.until("told", () -> !scene.events(FeedEvent.Type.DROPPED).isEmpty());
        }));
        rows.add(new Row(
                "oversize message in fragments",
                pool -> pool.withConnection(pool.connection().withMaxMessageBytes(SMALL_MESSAGE)),
                dropped("oversize", link -> link.inject(fragments(20, 1_000)))));
        rows.add(new Row(
                "flood of 40,000 one-byte fragments",
                pool -> pool.withConnection(pool.connection().withMaxMessageBytes(SMALL_MESSAGE)),
                dropped("oversize", link -> link.inject(fragments(40_000, 1)))));
        rows.add(new Row("message truncated within its frame", killed("eof", FaultLink::truncate)));
        rows.add(new Row("message truncated between its fragments", scene -> {
            killed("eof", link -> {
                        link.mute(text -> true); // or a whole message may arrive between the fragment and the cut
                        link.inject(Frame.bytes(Frame.TEXT, Frame.utf8("{\"half\":")));
                        link.cut();
                    })
                    .play(scene);
            assertThat(scene.report().dropped()).containsEntry("truncated", 1L);
        }));
    }

    private static byte[] fragments(int count, int size) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            int opcode = i == 0 ? Frame.TEXT : Frame.CONTINUATION;
            all.writeBytes(Frame.bytes(
                    i == count - 1 ? Frame.FIN | opcode : opcode,
                    "x".repeat(size).getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        }
        return all.toByteArray();
    }

    /** The message is dropped and counted; the connection stays. */
    private static Fault dropped(String cause, Consumer<FaultLink> fault) {
        return scene -> {
            scene.strike(fault);
            scene.detect("counted", () -> scene.report().dropped().getOrDefault(cause, 0L) == 1);
            scene.assertLostConnections(0);
        };
    }

    // no way back

    private static void noWayBack(List<Row> rows) {
        for (int status : new int[] {401, 403, 404, 418, 429, 500, 503}) {
            rows.add(new Row(
                    "RST, new connections answered " + status,
                    badUpgrade("http-" + status, FaultProxy.answer(status, "Retry-After: 1"))));
        }
        rows.add(new Row(
                "RST, new connections hang",
                FaultSuiteTest::impatient,
                badUpgrade("upgrade-timeout", FaultProxy.hang())));
        rows.add(new Row(
                "RST, new connections with a wrong Sec-WebSocket-Accept",
                badUpgrade("upgrade", FaultProxy.wrongAccept())));
        rows.add(new Row(
                "RST, new connections refused",
                noNewConnection("refused", scene -> scene.proxy.refuse(), scene -> scene.proxy.listen())));
        rows.add(new Row(
                "RST, new connections' packets dropped",
                FaultSuiteTest::impatient,
                noNewConnection("connect-timeout", scene -> scene.proxy.swallow(), scene -> scene.proxy.listen())));
        for (Mood mood : List.of(Mood.DENIES, Mood.SILENT)) {
            rows.add(new Row(
                    "RST, name server " + mood.name().toLowerCase(Locale.ROOT),
                    FaultSuiteTest::byName,
                    noNameServer(mood)));
        }
        rows.add(new Row(
                "RST, new connections' certificate has expired",
                FaultSuiteTest::overTls,
                badCertificate("dns:localhost", -10)));
        rows.add(new Row(
                "RST, new connections' certificate is another host's",
                FaultSuiteTest::overTls,
                badCertificate("dns:feed.example.com", 0)));
        Fault hanging = badUpgrade("tls", FaultProxy.hang());
        rows.add(new Row("RST, new TLS handshakes hang", FaultSuiteTest::overTls, scene -> {
            scene.proxy.secure(trusted);
            hanging.play(scene);
        }));
    }

    private static WsPoolConfig impatient(WsPoolConfig pool) {
        return connectsWithin(400, pool);
    }

    private static WsPoolConfig connectsWithin(int timeoutMs, WsPoolConfig pool) {
        return pool.withConnection(pool.connection().withConnectTimeoutMs(timeoutMs));
    }

    private static WsPoolConfig byName(WsPoolConfig pool) {
        return pool.withConnection(pool.connection()
                .withAllowPlaintext(true)
                .withUrl(pool.connection().url().replace("127.0.0.1", "feed.example.com")));
    }

    private static WsPoolConfig overTls(WsPoolConfig pool) {
        return pool.withConnection(pool.connection()
                .withTrustedCertificates(authority.certificate())
                .withUrl(pool.connection().url().replace("ws://127.0.0.1", "wss://localhost")));
    }

    private static Fault badUpgrade(String cause, FaultProxy.Greeting greeting) {
        return noNewConnection(
                cause, scene -> scene.proxy.greet(greeting), scene -> scene.proxy.greet(FaultProxy.pass()));
    }

    /** The last address of the host is used. */
    private static Fault noNameServer(Mood mood) {
        return scene -> {
            scene.open();
            scene.names.become(mood);
            scene.strike(FaultLink::reset);
            scene.detectLoss("reset");
            scene.recover();
            assertThat(scene.events(FeedEvent.Type.CONNECT_FAILED)).isEmpty();
            scene.assertLostConnections(1);
            assertNeverWithoutConnection(scene);
        };
    }

    private static Fault badCertificate(String hosts, int firstDay) {
        return scene -> {
            Tls bad = authority.issue(hosts, firstDay);
            scene.proxy.secure(trusted);
            noNewConnection("tls", open -> open.proxy.secure(bad), open -> open.proxy.secure(trusted))
                    .play(scene);
        };
    }

    /**
     * One connection is lost and cannot reconnect for a while: the others continue, the cause is reported once, retries
     * are paced.
     */
    private static Fault noNewConnection(String cause, Consumer<Scene> bar, Consumer<Scene> unbar) {
        return scene -> {
            scene.open();
            bar.accept(scene);
            scene.strike(FaultLink::reset);
            scene.detect(
                    "why no new connection",
                    e -> e.type() == FeedEvent.Type.CONNECT_FAILED
                            && e.toJson().getString("cause").equals(cause));
            assertThat(scene.pool.state()).isEqualTo(FeedState.DEGRADED);
            scene.more();
            Scene.pass(100);
            assertThat(scene.proxy.links()).as("attempts").hasSizeLessThan(3 + 20);
            assertThat(scene.report().live()).isEqualTo(2);
            unbar.accept(scene);
            scene.recover();
            assertThat(scene.events(FeedEvent.Type.CONNECT_FAILED)).hasSize(1);
            scene.assertLostConnections(1);
            assertNeverWithoutConnection(scene);
        };
    }

    // outages

    private static void outages(List<Row> rows) {
        rows.add(new Row("all cut at once", FaultSuiteTest::allCut).of(5).unordered(NEWCOMERS));
        rows.add(new Row(
                        "all cut at once, new ones 40 ms apart, joinGuard > skew",
                        pool -> pool.withJoinGuardMs(200).withSkewMs(50),
                        FaultSuiteTest::allCutNewOnesApart)
                .of(5)
                .delays(0, 40)
                .unordered(NEWCOMERS));
        rows.add(new Row(
                        "all cut at once, new ones 40 ms apart, joinGuard < skew",
                        pool -> pool.withJoinGuardMs(100).withSkewMs(250),
                        FaultSuiteTest::allCutNewOnesApart)
                .of(5)
                .delays(0, 40)
                .unordered(NEWCOMERS));
        rows.add(new Row("start while the exchange sends, lines 40 ms apart", scene -> {
                    scene.tally.oweDeliveredOnly();
                    scene.proxy.greet(FaultSuiteTest::oneAfterTheOther);
                    scene.send();
                    scene.open();
                    scene.more();
                })
                .of(5)
                .delays(40, 0)
                .unordered(NEWCOMERS));
        rows.add(new Row("server restart: all cut, refused for 1 s", scene -> {
                    scene.tally.oweDeliveredOnly();
                    scene.strike(first -> {
                        scene.proxy.refuse();
                        scene.proxy.links().forEach(FaultLink::cut);
                    });
                    scene.detect(
                            "no connection",
                            e -> e.type() == FeedEvent.Type.DEGRADED
                                    && e.toJson().getString("state").equals("DISCONNECTED"));
                    Scene.pass(1_000);
                    assertThat(scene.pool.state()).isEqualTo(FeedState.DISCONNECTED);
                    scene.proxy.listen();
                    scene.recover();
                    scene.assertRecoveredWithinMs(1_000 + REPLACED_MS);
                    assertThat(scene.events(FeedEvent.Type.RECOVERED)).hasSize(1);
                })
                .of(5)
                .unordered(NEWCOMERS));
        rows.add(new Row("flapping every 200 ms for 1 s", scene -> {
            scene.strike(link -> {
                scene.proxy.greet(FaultProxy.passFor(Duration.ofMillis(200)));
                link.cut();
            });
            scene.detectLoss("eof");
            Scene.pass(1_000);
            scene.proxy.greet(FaultProxy.pass());
            scene.recover();
            assertThat(scene.events(FeedEvent.Type.DISCONNECTED)).hasSizeBetween(2, 7);
            assertNeverWithoutConnection(scene);
        }));
    }

    /** The first to connect is the last to deliver, and it alone gets some messages. */
    private static void oneAfterTheOther(FaultLink link) throws IOException {
        Scene.pass(15 * ((link.number() - 1) % 5 + 1));
        FaultProxy.pass().greet(link);
    }

    private static void allCutNewOnesApart(Scene scene) {
        scene.tally.oweDeliveredOnly();
        scene.strike(first -> {
            scene.proxy.greet(FaultSuiteTest::oneAfterTheOther);
            scene.proxy.links().forEach(FaultLink::cut);
        });
        scene.detectLoss("eof");
        scene.recover();
    }

    private static void allCut(Scene scene) {
        scene.tally.oweDeliveredOnly();
        scene.strike(first -> scene.proxy.links().forEach(FaultLink::cut));
        scene.detectLoss("eof");
        scene.recover();
        scene.assertRecoveredWithinMs(REPLACED_MS);
        scene.assertLostConnections(5);
    }

    // consumers

    private static void consumers(List<Row> rows) {
        rows.add(new Row("consumer that throws", scene -> {
            AtomicInteger heard = new AtomicInteger();
            FeedStream bad = scene.pool.stream(1_000, Overflow.DROP_OLDEST);
            scene.strike(link -> bad.handler(message -> {
                heard.incrementAndGet();
                throw new IllegalStateException("on purpose");
            }));
            scene.detect("the exception told", () -> !scene.thrown.isEmpty());
            int before = heard.get();
            scene.more();
            assertThat(heard.get()).as("it still gets messages").isGreaterThan(before);
            scene.assertLostConnections(0);
            scene.pool.detach(bad);
            scene.report();
            scene.thrown.removeIf(e -> "on purpose".equals(e.getMessage()));
        }));
        rows.add(new Row("consumer that never reads", scene -> {
            scene.strike(link -> scene.pool.stream(100, Overflow.DROP_OLDEST));
            scene.detect("its drops told", e -> e.type() == FeedEvent.Type.DROPPED);
            scene.assertLostConnections(0);
        }));
        rows.add(new Row("consumer that blocks the loop for 0.8 s", scene -> {
            AtomicInteger blocks = new AtomicInteger(1);
            FeedStream slow = scene.pool.stream(1_000, Overflow.DROP_OLDEST);
            scene.strike(link -> slow.handler(message -> {
                if (blocks.getAndDecrement() > 0) {
                    Scene.pass(800);
                }
            }));
            Await.until("blocked", () -> blocks.get() < 0);
            scene.assertLostConnections(0);
        }));
    }
}
