package io.firstline.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RankBy;
import io.firstline.config.WsPoolConfig;
import io.firstline.integration.Quiet;
import io.firstline.pool.FeedEvent;
import io.firstline.pool.FeedState;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.firstline.testkit.Await;
import io.firstline.testkit.FaultLink;
import io.firstline.testkit.FaultProxy;
import io.firstline.testkit.Frame;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that can happen to a connection, one row each: what is lost, what comes twice, how long until it is noticed and until all
 * connections are live again. Wherever one connection still had a message, nothing may be lost, come twice, or come out of order.
 */
class FaultSuiteTest {
    /** A killed connection is replaced within a second; half-open ones are found in two ping periods; and the machine may be busy. */
    private static final int BUSY_MS = 500;

    private static final int REPLACED_MS = 1_000 + BUSY_MS;
    /** Above the half second under which silence proves nothing, so that two periods are the bound. */
    private static final int SLOWER_PING_MS = 600;

    private static final String NEWCOMERS =
            "connections that open together while messages flow: what the first of them alone had may come"
                    + " within skewMs after younger messages without a mark";

    private static final int SMALL_MESSAGE = 16_384;

    private static Vertx exchange;
    private static Vertx pool;
    private static final List<Throwable> thrown = new CopyOnWriteArrayList<>();
    private static final FaultReport report = new FaultReport();

    /** What is done to a scene and expected of it. */
    private interface Fault {
        void play(Scene scene);
    }

    /**
     * A line of the table.
     *
     * @param delaysMs of the exchange's lines, taken in turn
     * @param unordered why messages still come out of order without a mark: the report then says MISSED and how many; null where they
     *     must not
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

    private static Vertx vertx() {
        return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1)).exceptionHandler(e -> thrown.add(e));
    }

    @BeforeAll
    static void quiet() {
        Quiet.logs();
        exchange = vertx();
        pool = vertx();
        try (Scene warmUp = new Scene(
                exchange, pool, 3, List.of(0), UnaryOperator.identity())) { // so that no row measures class loading
            warmUp.strike(FaultLink::cut);
            warmUp.recover();
        }
    }

    @AfterAll
    static void write() {
        report.write();
        Await.result(pool.close());
        Await.result(exchange.close());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldLoseNothing(Row row) {
        thrown.clear();
        try (Scene scene = new Scene(exchange, pool, row.connections(), row.delaysMs(), row.shape())) {
            Tally.Verdict verdict = null;
            AssertionError error = null;
            try {
                row.fault().play(scene);
            } catch (AssertionError e) {
                error = e;
            }
            try {
                verdict = scene.end();
                int unordered = row.unordered() == null ? 0 : verdict.outOfOrder();
                assertThat(verdict).isEqualTo(new Tally.Verdict(verdict.owed(), 0, 0, verdict.late(), unordered));
                assertThat(thrown).as("exceptions that nobody caught").isEmpty();
            } catch (AssertionError e) {
                error = error == null ? e : error;
            }
            if (verdict != null && row.unordered() != null && verdict.outOfOrder() > 0) {
                scene.missed(row.unordered());
            }
            report.row(row.name(), verdict, scene, error == null ? null : firstLine(error));
            if (error != null) {
                throw error;
            }
        }
    }

    private static String firstLine(AssertionError error) {
        return error.getMessage().strip().replaceAll("\\s+", " ");
    }

    static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int code : new int[] {1000, 1001, 1008, 1011, 1012, 4000}) {
            rows.add(new Row("close " + code, killed("closed-" + code, link -> link.close(code, "over"))));
        }
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
        badUpgrades(rows);
        outages(rows);
        consumers(rows);
        return rows.stream();
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

    /** Members, candidates, and those that are closing: whoever it hits, two in step are left. */
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
                .allMatch(e -> e.facts().getInteger("live") > 0);
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
        rows.add(new Row("one stream silent on one connection", scene -> {
            scene.strike(link -> link.mute(text -> text.contains("\"e\":\"trade\"") && text.contains("ETHUSDT")));
            Scene.pass(1_500);
            if (scene.report().connections().stream()
                    .allMatch(c -> c.connection().end() == null)) {
                scene.missed("nobody notices that siblings deliver what this connection does not");
            }
        }));
    }

    private static UnaryOperator<WsPoolConfig> pings(int everyMs) {
        return pool -> pool.withConnection(pool.connection().withLatencyPingIntervalMs(everyMs));
    }

    private static Fault halfOpen(Consumer<FaultLink> fault) {
        return scene -> {
            scene.strike(fault);
            scene.detectLoss("half-open");
            scene.assertDetectedWithinMs(2 * SLOWER_PING_MS + BUSY_MS);
            scene.recover();
            scene.assertRecoveredWithinMs(2 * SLOWER_PING_MS + REPLACED_MS);
            scene.assertLostConnections(1);
            assertNeverWithoutConnection(scene);
        };
    }

    /** What was sent between the others' end and their return only the frozen connection has. */
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
                            e -> e.type() == FeedEvent.Type.EVICTED && e.facts().getLong("lagP99Micros") > 50_000);
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
            scene.struck().limit(0); // and all that it still had comes now
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
                        link.mute(text -> true); // or a whole message may come between the fragment and the cut
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

    // upgrades

    private static void badUpgrades(List<Row> rows) {
        for (int status : new int[] {401, 403, 404, 418, 429, 500, 503}) {
            rows.add(new Row(
                    "RST, new connections answered " + status,
                    noNewConnection("http-" + status, FaultProxy.answer(status, "Retry-After: 1"))));
        }
        rows.add(new Row(
                "RST, new connections hang",
                pool -> pool.withConnection(pool.connection().withConnectTimeoutMs(400)),
                noNewConnection("upgrade-timeout", FaultProxy.hang())));
        rows.add(new Row(
                "RST, new connections with a wrong Sec-WebSocket-Accept",
                noNewConnection("upgrade", FaultProxy.wrongAccept())));
    }

    /** One connection is lost and cannot come back for a while: the others go on, the cause is told once, and there is no storm. */
    private static Fault noNewConnection(String cause, FaultProxy.Greeting greeting) {
        return scene -> {
            scene.strike(link -> {
                scene.proxy.greet(greeting);
                link.reset();
            });
            scene.detect(
                    "why no new connection",
                    e -> e.type() == FeedEvent.Type.CONNECT_FAILED
                            && e.facts().getString("cause").equals(cause));
            assertThat(scene.pool.state()).isEqualTo(FeedState.DEGRADED);
            scene.more();
            Scene.pass(100);
            assertThat(scene.proxy.links()).as("attempts").hasSizeLessThan(3 + 20);
            assertThat(scene.report().live()).isEqualTo(2);
            scene.proxy.greet(FaultProxy.pass());
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
                                    && e.facts().getString("state").equals("DISCONNECTED"));
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

    /** The first to connect is the last to deliver, and some messages it alone gets. */
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
            scene.detect("the exception told", () -> !thrown.isEmpty());
            int before = heard.get();
            scene.more();
            assertThat(heard.get()).as("it still gets messages").isGreaterThan(before);
            scene.assertLostConnections(0);
            scene.pool.detach(bad);
            scene.report();
            thrown.removeIf(e -> "on purpose".equals(e.getMessage()));
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
