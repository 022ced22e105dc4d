package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.integration.LossyWires.Quality;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes in separate processes and a consumer on a fourth node, with faults that meet, or that are no clear cuts.
 * No message is lost or duplicated, and each stream keeps its order, for consumers of the owner and for those that
 * merge the nodes. {@code mvn test -Pcluster -Dtest=ClusterCombinationsTest}; needs root, iproute2, and for two of the
 * tests socat and libfaketime.
 */
@Tag("cluster")
class ClusterCombinationsTest {
    private static final int FEEDS = Integer.getInteger("cluster.feeds", 20);
    private static final int RATE = Integer.getInteger("cluster.rate", 200);
    private static final int HERE = NodeNetwork.HERE;
    private static final int MINUTES_5 = 300;
    private static final long CUT_MS = 12_000;
    /** Less than the feed keeps for a consumer. */
    private static final long SHORT_CUT_MS = 4_000;
    /** Over before the other node is back: both together would be a majority without a message of some feeds. */
    private static final long HANG_MS = 1_500;
    /** 5 % of the packets are lost in each direction, and the round trip takes 50 ms longer. */
    private static final Quality BAD = new Quality(25, 5);

    @TempDir
    Path folder;

    private final List<String> report = new ArrayList<>();
    private ClusterScene scene;

    private void open(int rate) throws IOException {
        create(rate);
        scene.open();
    }

    private void create(int rate) {
        scene = new ClusterScene(folder, FEEDS, rate);
        assumeTrue(scene.network.canCut(), "no network namespaces here");
    }

    @AfterEach
    void close() throws IOException {
        scene.close();
        Path file = Path.of(System.getProperty("project.dir", "."), "target", "cluster-report.md");
        Files.createDirectories(file.getParent());
        Files.write(file, report, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void tell(String form, Object... facts) {
        String line = String.format(Locale.ROOT, form, facts);
        report.add(line);
        System.out.println("[cluster] " + line);
    }

    /** Ends a test: everything arrived once and in order. */
    private void judge(String what) {
        settle(what);
        scene.assertNothingLost();
    }

    private void settle(String what) {
        Collection<String> feeds = feeds();
        double leased = most(scene.takeLeasedGaps(feeds));
        double merged = most(scene.takeMergedGaps(feeds));
        try {
            scene.settle();
        } finally {
            tell("%s: longest gap leased %.0f ms, merged %.0f ms; %s", what, leased, merged, scene.ledger());
        }
    }

    private static List<String> feeds() {
        return IntStream.rangeClosed(1, FEEDS).mapToObj(i -> "f" + i).toList();
    }

    private static double most(List<Double> gaps) {
        return gaps.stream().mapToDouble(gap -> gap).max().orElse(0);
    }

    /** The time between the beginning of a fault and its end, not a proof. */
    private static void last(long ms) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(ms);
    }

    private static int next(int node) {
        return node % ClusterScene.NODES + 1;
    }

    // links that are no clear cuts

    private void rewire(int one, int other) {
        assumeTrue(scene.network.rewire(one, other), "no socat or no TUN devices here");
    }

    private void cutOneWay(int from, int to) {
        rewire(from, to);
        scene.network.wires().set(from, to, Quality.CUT);
    }

    private void repair() {
        for (int one : List.of(1, 2, 3, HERE)) {
            for (int other : List.of(1, 2, 3, HERE)) {
                scene.network.wires().set(one, other, Quality.PERFECT);
            }
        }
        scene.untilWhole();
        scene.network.unwire();
    }

    /** Longer than the members wait for a silent one: some take others for gone, which do not notice. */
    @Test
    void shouldLoseNothingInCutsOfOneDirection() throws Exception {
        open(RATE);
        int mute = scene.ownerOf("f1");
        cutOneWay(mute, next(mute));
        cutOneWay(mute, next(next(mute)));
        last(CUT_MS);
        repair();
        tell("owner heard by no node for %d ms, %s", CUT_MS, scene.ledger());
        int deaf = scene.ownerOf("f1");
        cutOneWay(next(deaf), deaf);
        cutOneWay(next(next(deaf)), deaf);
        last(SHORT_CUT_MS);
        repair();
        tell("owner hears no node for %d ms, %s", SHORT_CUT_MS, scene.ledger());
        int unheard = scene.ownerOf("f1");
        cutOneWay(unheard, HERE);
        last(SHORT_CUT_MS);
        repair();
        tell("owner not heard by the consumer for %d ms, %s", SHORT_CUT_MS, scene.ledger());
        int owner = scene.ownerOf("f1");
        cutOneWay(owner, next(owner));
        last(CUT_MS);
        repair();
        assertThat(scene.network.wires().dropped()).isPositive();
        judge("cuts of one direction, the last one between two nodes");
    }

    @Test
    void shouldLoseNothingOnABadLinkBetweenNodes() throws Exception {
        open(RATE);
        int owner = scene.ownerOf("f1");
        spoil(owner, next(owner));
        last(8_000);
        killAndRestart(owner);
        last(3_000);
        repair();
        tellOfWires();
        judge("5 % loss and 50 ms between two nodes, one of them killed");
    }

    /** At a rate that TCP can carry at this loss. */
    @Test
    void shouldLoseNothingOnABadLinkToTheConsumer() throws Exception {
        open(RATE / 10);
        int owner = scene.ownerOf("f1");
        spoil(owner, HERE);
        last(8_000);
        killAndRestart(owner);
        last(3_000);
        repair();
        tellOfWires();
        judge("5 % loss and 50 ms between a node and the consumer, the node killed");
    }

    private void spoil(int one, int other) {
        rewire(one, other);
        scene.network.wires().set(one, other, BAD);
        scene.network.wires().set(other, one, BAD);
    }

    private void tellOfWires() {
        LossyWires wires = scene.network.wires();
        assertThat(wires.dropped()).isPositive();
        tell("%d packets carried, %d lost (cluster.seed=%d)", wires.carried(), wires.dropped(), wires.seed());
    }

    private void killAndRestart(int node) throws Exception {
        Map<String, Integer> epochs = scene.epochsOf(node);
        long start = System.nanoTime();
        scene.node(node).signal("KILL");
        tell("owner killed: taken over after at most %.0f ms", most(scene.untilTaken(epochs, start)));
        assertThat(scene.node(node).exitCode()).isEqualTo(137);
        scene.start(node);
    }

    // faults that meet

    /**
     * The second one leaves no majority until the split ends. Then a feed of the two others has begun on the third: before, a
     * consumer that merges the nodes could not know that nothing is missing.
     */
    @Test
    void shouldLoseNothingInAKillDuringASplit() throws Exception {
        open(RATE);
        for (boolean alone : List.of(true, false)) {
            int split = scene.ownerOf("f1");
            Map<String, Integer> epochs = scene.epochsOf(split);
            long start = System.nanoTime();
            scene.network.cutFromNodes(split);
            scene.untilTaken(epochs, start);
            if (!alone) {
                scene.untilWhole(ClusterScene.NODES - 1);
            }
            last(1_000);
            int killed = alone ? split : scene.ownerOf("f1");
            scene.node(killed).signal("KILL");
            assertThat(scene.node(killed).exitCode()).isEqualTo(137);
            last(1_000);
            scene.network.heal(split);
            scene.start(killed);
            scene.untilWhole();
            tell("node %d split off, node %d killed, %s", split, killed, scene.ledger());
        }
        judge("kill during a split");
    }

    /**
     * While a node restarts, the next one hangs: only one is left, without a majority. Feeds that only these two carry
     * reach a consumer that merges the nodes from a third one first, which began meanwhile.
     */
    @Test
    void shouldLoseNothingInAHangDuringARollingRestart() throws Exception {
        open(RATE);
        for (int node = 1; node <= ClusterScene.NODES; node++) {
            Program hanging = scene.node(next(node));
            scene.node(node).terminate();
            assertThat(scene.node(node).exitCode()).isZero();
            hanging.signal("STOP");
            scene.start(node);
            last(HANG_MS);
            hanging.signal("CONT");
            scene.untilWhole();
            tell("node %d restarted, node %d hung, %s", node, next(node), scene.ledger());
        }
        settle("hang during a rolling restart");
        scene.assertNothingLostButLateOnes();
    }

    /** A node begins five minutes ahead, and its clock jumps to five minutes behind while it owns feeds. */
    @Test
    void shouldLoseNothingWithAWrongClock() throws Exception {
        Optional<WrongClock> found = WrongClock.in(folder.resolve("clock"));
        assumeTrue(found.isPresent(), "no libfaketime here");
        WrongClock clock = found.get();
        clock.set(MINUTES_5);
        int wrong = 1;
        create(RATE);
        scene.setClock(wrong, clock);
        scene.open();
        for (int seconds : List.of(MINUTES_5, -MINUTES_5)) {
            clock.set(seconds);
            for (int killed : List.of(next(wrong), wrong)) {
                killAndRestart(killed);
                scene.untilWhole();
            }
            tell("node %d's clock at %+d s, another node and this one killed, %s", wrong, seconds, scene.ledger());
        }
        judge("a clock five minutes ahead, then behind");
    }
}
