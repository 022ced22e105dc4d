package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import io.firstline.cluster.ClusterVerticle;
import io.firstline.cluster.HazelcastCluster;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.cluster.LeaseConfig;
import io.firstline.replay.FeedSubscription;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.LineBehaviour;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.EtcdProcess;
import io.firstline.testkit.Loggers;
import io.firstline.testkit.TcpRelay;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two nodes in separate processes that keep their lease in a real etcd of one or three members, and a consumer on a
 * third node, while the owner is killed, frozen, stopped and cut off from etcd, and etcd's members are killed and
 * paused. No message is lost or duplicated. {@code mvn test -Pcluster -Dtest=EtcdFaultsTest [-Detcd.rounds=3]}
 * prints how long the stream stood still; it is not asserted, because it depends on the load of the machine.
 */
@Tag("cluster")
class EtcdFaultsTest {
    private static final int ROUNDS = Integer.getInteger("etcd.rounds", 3);
    private static final int LEASE_MS = Integer.getInteger("cluster.leaseMs", ClusterConfig.DEFAULT.leaseMs());
    private static final int RATE = 200;
    private static final int PATIENCE_S = 60;
    private static final String FEED = "f";

    /** What happens, for a second and a half. */
    private enum Fault {
        KILL,
        HANG,
        STOP,
        CUT_FROM_ETCD,
        ETCD_KILLED,
        ETCD_PAUSED
    }

    @TempDir
    Path folder;

    private final Vertx exchangeVertx = Vertx.vertx();
    private final List<EtcdProcess> etcd = new ArrayList<>();
    /** How each node reaches each member of etcd. */
    private final List<List<TcpRelay>> relays = new ArrayList<>();

    private final List<Program> nodes = new ArrayList<>(Collections.nCopies(2, null));
    private final List<Integer> ports = new ArrayList<>();
    private ExchangeSimulator exchange;
    private Vertx vertx;
    private Census.Share share;
    private volatile long lastNanos;
    private volatile long longestNanos;

    @AfterEach
    void close() {
        nodes.stream().filter(node -> node != null).forEach(Program::close);
        relays.forEach(all -> all.forEach(TcpRelay::close));
        etcd.forEach(EtcdProcess::close);
        if (vertx != null) {
            Bench.get(vertx.close());
        }
        Bench.get(exchangeVertx.close());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldLoseNothing(int members) throws IOException {
        assumeTrue(EtcdProcess.isInstalled(), EtcdProcess.missing());
        open(members);
        Map<Fault, List<Long>> still = new EnumMap<>(Fault.class);
        for (int round = 0; round < ROUNDS; round++) {
            for (Fault fault : Fault.values()) {
                untilWhole();
                still.computeIfAbsent(fault, f -> new ArrayList<>()).add(cause(fault));
            }
        }
        untilWhole();
        exchange.pauseEmission();
        until("all messages: " + share.lost() + " missing", () -> share.lost() == 0);
        still.forEach((fault, times) -> {
            Collections.sort(times);
            System.out.printf(
                    "[etcd] %d members, lease %d ms, %s: the stream stood still for %d ms (median), %d ms (most)%n",
                    members, LEASE_MS, fault, times.get(times.size() / 2), times.get(times.size() - 1));
        });
        System.out.printf(
                "[etcd] %,d messages, lost %d, twice %d, out of order %d%n",
                share.received, share.lost(), share.twice, share.outOfOrder);
        assertThat(share.oddities).isEmpty();
        assertThat(share.twice + share.outOfOrder + share.unknown).isZero();
    }

    private void open(int members) throws IOException {
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
        exchange = ExchangeSimulator.create(
                exchangeVertx,
                SimulatorConfig.of()
                        .withMessagesPerSecond(RATE)
                        .withLines(List.of(
                                LineBehaviour.perfect(), LineBehaviour.perfect().withDelayMs(3))));
        Bench.get(exchange.start());
        exchange.pauseEmission();
        Census census = new Census(exchange);
        share = census.new Share();
        etcd.addAll(EtcdProcess.start(members, folder));
        for (int i = 0; i < 3; i++) {
            ports.add(freePort());
        }
        for (int i = 0; i < 2; i++) {
            relays.add(etcd.stream().map(member -> new TcpRelay(member.port())).toList());
            start(i);
        }
        VertxOptions options = new VertxOptions();
        ClusterConfig here = ClusterConfig.DEFAULT
                .withLease(LeaseConfig.of(etcd.stream().map(EtcdProcess::url).toList()))
                .withPort(ports.get(2))
                .listening(List.of(member(0), member(1)));
        HazelcastCluster.prepare(options, here);
        vertx = HazelcastCluster.join(Vertx.builder().with(options), here)
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                .join();
        FeedSubscription subscription = FeedSubscription.of(vertx, FEED).handler(message -> {
            long now = System.nanoTime();
            longestNanos = Math.max(longestNanos, lastNanos == 0 ? 0 : now - lastNanos);
            lastNanos = now;
            share.receive(message);
        });
        Bench.get(subscription.start());
        until("an owner", () -> owner() >= 0);
        exchange.resumeEmission();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private String member(int node) {
        return "127.0.0.1:" + ports.get(node);
    }

    private void start(int node) throws IOException {
        JsonObject feed = new JsonObject()
                .put("url", exchange.url(Bench.STREAMS))
                .put("connections", 2)
                .put("connectsPer5Min", 0)
                .put("joinGuardMs", 100);
        JsonObject cluster = new JsonObject()
                .put("port", ports.get(node))
                .put("leaseMs", LEASE_MS)
                .put(
                        "lease",
                        new JsonObject()
                                .put(
                                        "etcd",
                                        new JsonArray(relays.get(node).stream()
                                                .map(TcpRelay::url)
                                                .toList())));
        Path file = folder.resolve("node" + node + ".json");
        Files.writeString(
                file,
                new JsonObject()
                        .put("cluster", cluster)
                        .put("feeds", new JsonObject().put(FEED, feed))
                        .encodePrettily());
        Program program = Program.start("run", file.toString());
        program.until("a node", () -> program.out().contains("running; Ctrl-C ends it"));
        nodes.set(node, program);
    }

    /** Causes a fault and ends it; returns the longest time without a message, milliseconds. */
    private long cause(Fault fault) throws IOException {
        int owner = owner();
        Program process = nodes.get(owner);
        longestNanos = 0;
        switch (fault) {
            case KILL -> {
                process.close();
                pause();
                start(owner);
            }
            case STOP -> {
                process.terminate();
                pause();
                start(owner);
            }
            case HANG -> {
                process.signal("STOP");
                pause();
                process.signal("CONT");
            }
            case CUT_FROM_ETCD -> {
                relays.get(owner).forEach(TcpRelay::stall);
                pause();
                relays.get(owner).forEach(TcpRelay::flow);
            }
            case ETCD_KILLED -> {
                EtcdProcess leader = leader();
                leader.kill();
                pause();
                leader.restart();
            }
            case ETCD_PAUSED -> {
                EtcdProcess leader = leader();
                leader.pause();
                pause();
                leader.resume();
            }
        }
        untilWhole();
        return TimeUnit.NANOSECONDS.toMillis(longestNanos);
    }

    private static void pause() {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500);
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private EtcdProcess leader() {
        return etcd.stream().filter(EtcdProcess::isLeader).findFirst().orElse(etcd.get(0));
    }

    private static void until(String what, Callable<Boolean> condition) {
        Await.attempt(Duration.ofSeconds(PATIENCE_S), Duration.ofMillis(20), what, condition);
    }

    private JsonObject status(int node) {
        Future<JsonObject> status = vertx.eventBus()
                .<JsonObject>request(
                        ClusterVerticle.ADDRESS + member(node),
                        new JsonObject().put("do", "status"),
                        new DeliveryOptions().setSendTimeout(500))
                .map(reply -> reply.body().getJsonObject("feeds").getJsonObject(FEED, new JsonObject()))
                .otherwise(new JsonObject());
        return Bench.get(status);
    }

    private int owner() {
        return IntStream.range(0, 2)
                .filter(node -> "owner".equals(status(node).getString("role")))
                .findFirst()
                .orElse(-1);
    }

    /** One node owns the feed and the other could take it over without a loss; nothing is missing for long. */
    private void untilWhole() {
        until("an owner and a warm standby", () -> {
            List<JsonObject> all = List.of(status(0), status(1));
            return all.stream().allMatch(feed -> feed.getBoolean("warm", false))
                    && all.stream()
                                    .filter(feed -> "owner".equals(feed.getString("role")))
                                    .count()
                            == 1
                    && System.nanoTime() - lastNanos < TimeUnit.MILLISECONDS.toNanos(100);
        });
    }
}
