package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes in separate processes, an exchange, and a consumer on a fourth node, while the owner of the feeds is
 * killed, frozen, cut off and stopped. No message is lost or duplicated, and each stream keeps its order.
 * {@code mvn test -Pcluster -Dtest=ClusterFaultsTest [-Dcluster.feeds=20 -Dcluster.rate=200 -Dcluster.rounds=20]};
 * cutting needs root and iproute2.
 *
 * <p>The durations of takeovers are reported, also in {@code target/cluster-report.md}, but not asserted: they depend
 * on the load of the machine.
 */
@Tag("cluster")
class ClusterFaultsTest {
    private static final int FEEDS = Integer.getInteger("cluster.feeds", 20);
    private static final int RATE = Integer.getInteger("cluster.rate", 200);
    private static final int ROUNDS = Integer.getInteger("cluster.rounds", 5);
    private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(15);
    /** TCP retries after 12.6 and after 25 seconds: delayed messages arrive long after new connections have opened. */
    private static final long BLIND_NANOS = TimeUnit.SECONDS.toNanos(14);

    private static final String FAULTS = System.getProperty("cluster.faults", "KILL,STOP,HANG,CUT,SPLIT,BLIND");

    /** The faults of an owner. */
    enum Fault {
        KILL(1_000),
        HANG(3_000),
        /** Cut off from everything. */
        CUT(3_000),
        /** Cut off from the other nodes, but not from the exchange: it receives everything, and must not publish it. */
        SPLIT(3_000),
        /** Cut off from the exchange, but not from the other nodes. */
        BLIND(3_000),
        STOP(1_000);

        private final long targetMs;

        Fault(long targetMs) {
            this.targetMs = targetMs;
        }

        boolean isCut() {
            return this == CUT || this == SPLIT || this == BLIND;
        }
    }

    @TempDir
    Path folder;

    private final List<String> report = new ArrayList<>();
    private ClusterScene scene;

    @BeforeEach
    void open() throws IOException {
        scene = new ClusterScene(folder, FEEDS, RATE);
        scene.open();
    }

    @AfterEach
    void close() throws IOException {
        scene.close();
        Path file = Path.of(System.getProperty("project.dir", "."), "target", "cluster-report.md");
        Files.createDirectories(file.getParent());
        Files.write(file, report, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND);
    }

    private void tell(String form, Object... facts) {
        String line = String.format(Locale.ROOT, form, facts);
        report.add(line);
        System.out.println("[cluster] " + line);
    }

    @Test
    void shouldLoseNothingWhateverBefallsTheOwner() throws Exception {
        List<Fault> faults = Arrays.stream(FAULTS.split(","))
                .map(Fault::valueOf)
                .filter(fault -> scene.network.canCut() || !fault.isCut())
                .toList();
        if (!scene.network.canCut()) {
            tell("no network namespaces here: nothing is cut");
        }
        Map<Fault, List<Double>> times = new EnumMap<>(Fault.class);
        Map<Fault, List<Double>> gaps = new EnumMap<>(Fault.class);
        for (int round = 0; round < ROUNDS; round++) {
            Fault fault = faults.get(round % faults.size());
            List<Double> took = befall(fault, gaps.computeIfAbsent(fault, f -> new ArrayList<>()));
            times.computeIfAbsent(fault, f -> new ArrayList<>()).addAll(took);
            System.out.printf(
                    Locale.ROOT,
                    "[cluster] round %d %s: %s ms; %s%n",
                    round + 1,
                    fault,
                    took.stream().map(Math::round).toList(),
                    scene.ledger());
        }
        try {
            scene.settle();
        } finally {
            tell(times, gaps);
        }
        scene.assertNothingLost();
    }

    /**
     * Applies a fault to the node that owns the first feed; returns how long each of its feeds was silent.
     *
     * @param gaps takes the longest gaps at the consumers that merge the nodes
     */
    private List<Double> befall(Fault fault, List<Double> gaps) throws Exception {
        int victim = scene.ownerOf("f1");
        Map<String, Integer> epochs = scene.epochsOf(victim);
        scene.takeMergedGaps(epochs.keySet());
        long start = System.nanoTime();
        System.out.printf("[cluster] %tT.%<tL %s of node %d%n", Instant.now().atZone(ZoneOffset.UTC), fault, victim);
        switch (fault) {
            case KILL -> scene.node(victim).signal("KILL");
            case HANG -> scene.node(victim).signal("STOP");
            case CUT -> scene.network.cut(victim);
            case SPLIT -> scene.network.cutFromNodes(victim);
            case BLIND -> scene.network.cutFromExchange(victim);
            case STOP -> scene.node(victim).signal("TERM");
        }
        List<Double> took = scene.untilTaken(epochs, start);
        gaps.addAll(scene.takeMergedGaps(epochs.keySet()));
        Thread.sleep(1_000); // more load before the next check, not a proof
        switch (fault) {
            case KILL, STOP -> {
                assertThat(scene.node(victim).exitCode()).isEqualTo(fault == Fault.KILL ? 137 : 0);
                scene.start(victim);
            }
            case HANG -> scene.node(victim).signal("CONT");
            case CUT, SPLIT, BLIND -> scene.network.heal(victim);
        }
        scene.untilWhole();
        return took;
    }

    private void tell(Map<Fault, List<Double>> times, Map<Fault, List<Double>> gaps) {
        times.forEach((fault, took) -> {
            List<Double> sorted = took.stream().sorted().toList();
            double max = sorted.get(sorted.size() - 1);
            List<Double> merged = gaps.get(fault).stream().sorted().toList();
            tell(
                    "%-5s %3d takeovers, p50 %6.0f ms, max %6.0f ms (target %d ms%s); merged: longest gap p50 %4.1f ms, max %4.1f ms",
                    fault,
                    sorted.size(),
                    sorted.get(sorted.size() / 2),
                    max,
                    fault.targetMs,
                    max <= fault.targetMs ? "" : ", MISSED",
                    merged.isEmpty() ? 0 : merged.get(merged.size() / 2),
                    merged.isEmpty() ? 0 : merged.get(merged.size() - 1));
        });
        tell("%d faults, %s", ROUNDS, scene.ledger());
    }

    @Test
    void shouldLoseNothingInARollingRestart() throws Exception {
        for (int node = 1; node <= ClusterScene.NODES; node++) {
            scene.node(node).terminate();
            assertThat(scene.node(node).exitCode()).isZero();
            scene.start(node);
            scene.untilWhole();
        }
        ClusterScene.until(
                "feeds on every node again", () -> new HashSet<>(scene.owners().values()).size() == ClusterScene.NODES);
        scene.settle();
        tell("rolling restart, %s", scene.ledger());
        scene.assertNothingLost();
    }

    /** Longer than the members wait for a silent one: it has to join again. */
    @Test
    void shouldLoseNothingWhenTheOwnerIsCutOffForLong() throws Exception {
        assumeTrue(scene.network.canCut(), "no network namespaces here");
        int victim = scene.ownerOf("f1");
        Map<String, Integer> epochs = scene.epochsOf(victim);
        long start = System.nanoTime();
        scene.network.cut(victim);
        List<Double> took = scene.untilTaken(epochs, start);
        TimeUnit.NANOSECONDS.sleep(start + AWAY_NANOS - System.nanoTime());
        scene.network.heal(victim);
        scene.untilWhole();
        // not f1 for certain: on a busy machine its first owner may not be its preferred member
        ClusterScene.until("it owns feeds again", () -> scene.owners().containsValue(victim));
        int sent = scene.sent();
        ClusterScene.until("something of it", () -> scene.sent() > sent + RATE);
        scene.settle();
        tell(
                "cut off for %d s: taken over after at most %.0f ms, %s",
                TimeUnit.NANOSECONDS.toSeconds(AWAY_NANOS),
                took.stream().mapToDouble(t -> t).max().orElse(0),
                scene.ledger());
        scene.assertNothingLost();
    }

    /**
     * The owner loses only the exchange. TCP delivers the delayed messages long after the next owner has published
     * them. Then the next owner is killed, and the first one takes over.
     */
    @Test
    void shouldPublishNothingTwiceOfWhatWasHeldUpForLong() throws Exception {
        assumeTrue(scene.network.canCut(), "no network namespaces here");
        int victim = scene.ownerOf("f1");
        Map<String, Integer> epochs = scene.epochsOf(victim);
        long start = System.nanoTime();
        scene.network.cutFromExchange(victim);
        List<Double> took = scene.untilTaken(epochs, start);
        TimeUnit.NANOSECONDS.sleep(start + BLIND_NANOS - System.nanoTime());
        scene.network.heal(victim);
        scene.untilWhole();
        int next = scene.ownerOf("f1");
        scene.node(next).signal("KILL");
        assertThat(scene.node(next).exitCode()).isEqualTo(137);
        scene.start(next);
        scene.untilWhole();
        scene.settle();
        tell(
                "cut off from the exchange for %d s: taken over after at most %.0f ms, the next owner killed, %s",
                TimeUnit.NANOSECONDS.toSeconds(BLIND_NANOS),
                took.stream().mapToDouble(t -> t).max().orElse(0),
                scene.ledger());
        scene.assertNothingLost();
    }

    /**
     * Two of three nodes fail one after another: the last one has no majority, and continues with its data when one
     * is back.
     */
    @Test
    void shouldLoseNothingWhenTwoFailOneAfterTheOther() throws Exception {
        int first = scene.ownerOf("f1");
        scene.node(first).signal("KILL");
        assertThat(scene.node(first).exitCode()).isEqualTo(137);
        scene.untilWhole(ClusterScene.NODES - 1);

        int second = scene.ownerOf("f1");
        scene.node(second).terminate();
        assertThat(scene.node(second).exitCode()).isZero();
        int received = stopped();
        int sent = scene.sent();
        ClusterScene.until("the exchange goes on", () -> scene.sent() > sent + RATE);
        assertThat(scene.received()).as("published by one of three").isEqualTo(received);

        scene.start(first);
        ClusterScene.until("a majority again", () -> scene.owners().size() == FEEDS);
        scene.start(second);
        scene.untilWhole();
        scene.settle();
        tell("two of three failed, %s", scene.ledger());
        scene.assertNothingLost();
    }

    /** Waits until nothing has arrived for longer than a lease. */
    private int stopped() throws InterruptedException {
        int before = -1;
        for (int now = scene.received(); now != before; now = scene.received()) {
            before = now;
            TimeUnit.SECONDS.sleep(1);
        }
        return before;
    }

    /**
     * A consumer beside the node that is cut off receives nothing while the others continue, although that node
     * receives everything.
     */
    @Test
    void shouldPublishNothingInAMinority() throws Exception {
        assumeTrue(scene.network.canCut(), "no network namespaces here");
        int victim = scene.ownerOf("f1");
        Map<String, Integer> epochs = scene.epochsOf(victim);
        try (Program beside = scene.program(
                victim,
                "tail",
                "--cluster",
                "--feed",
                "f1",
                scene.configuration(victim).toString())) {
            beside.until("what it publishes", () -> beside.out().size() > RATE);
            long start = System.nanoTime();
            scene.network.cutFromNodes(victim);
            List<Double> took = scene.untilTaken(epochs, start);
            int heard = beside.out().size();
            int sent = scene.sent();
            ClusterScene.until("much that the others publish", () -> scene.sent() > sent + 5 * RATE);
            assertThat(beside.out().size())
                    .as("heard beside the minority, with what was on its way")
                    .isLessThanOrEqualTo(heard + RATE / 5);
            tell(
                    "split 2 + 1: taken over after at most %.0f ms; beside the minority %d messages came after that, of %d",
                    took.stream().mapToDouble(t -> t).max().orElse(0),
                    beside.out().size() - heard,
                    scene.sent() - sent);
        }
        scene.network.heal(victim);
        scene.untilWhole();
        scene.settle();
        tell("split 2 + 1 healed, %s", scene.ledger());
        scene.assertNothingLost();
    }
}
