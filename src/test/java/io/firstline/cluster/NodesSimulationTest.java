package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.cluster.SimulatedNodes.Carried;
import io.firstline.cluster.SimulatedNodes.Feed;
import io.firstline.cluster.SimulatedNodes.Node;
import io.firstline.cluster.SimulatedNodes.Settings;
import io.firstline.integration.Quiet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random worlds of {@link SimulatedNodes}: nodes are killed, stopped, frozen, slow, busy, cut off from each other, in one
 * direction only, from the exchange, or from everything. No feed has two owners at a time, epochs ascend, a feed has an
 * owner soon whenever a node that could continue without a loss is connected with a majority, and a consumer gets every
 * message once and in order except where the package documentation of the cluster says otherwise.
 *
 * <p>{@code -Dfirstline.seed=N} repeats one world with its trace; {@code -Dfirstline.from=N -Dfirstline.worlds=M} runs
 * others.
 */
class NodesSimulationTest {
    private static final long MS = SimulatedNodes.MS;
    private static final long SECOND = SimulatedNodes.SECOND;
    /** The seeds are the same in every build: a new one that fails is a new bug. */
    private static final int WORLDS = 7;

    private static final int MORE_WORLDS = 2_000;

    @BeforeAll
    static void quiet() {
        Quiet.logs();
    }

    @Test
    void shouldKeepThePromisesToAConsumer() {
        Long only = Long.getLong("firstline.seed");
        if (only != null) {
            run(only, only);
        } else {
            long from = Long.getLong("firstline.from", 1);
            run(from, from + Integer.getInteger("firstline.worlds", WORLDS) - 1);
        }
    }

    @Test
    @Tag("stress")
    void shouldKeepThePromisesToAConsumerForHours() {
        run(WORLDS + 1, WORLDS + MORE_WORLDS);
    }

    private static void run(long from, long to) {
        List<String> faults = new ArrayList<>();
        long simulated = 0;
        long takeovers = 0;
        long reports = 0;
        long reported = 0;
        long falseReports = 0;
        long falseLeased = 0;
        for (long seed = from; seed <= to; seed++) {
            World world = new World(seed, from == to);
            world.run();
            simulated += world.nodes.now;
            takeovers +=
                    world.nodes.feeds.stream().mapToInt(feed -> feed.takeovers).sum();
            reports += world.nodes.feeds.stream()
                    .mapToInt(feed -> feed.merged.reports())
                    .sum();
            reported += world.nodes.feeds.stream()
                    .mapToInt(feed -> feed.merged.reported)
                    .sum();
            int falseHere = world.nodes.feeds.stream()
                    .mapToInt(feed -> feed.merged.falseReports)
                    .sum();
            falseReports += falseHere;
            int falseLeasedHere = world.nodes.feeds.stream()
                    .mapToInt(feed -> feed.leased.falseReports)
                    .sum();
            falseLeased += falseLeasedHere;
            if (falseHere + falseLeasedHere > 0 && to > WORLDS) {
                System.out.printf(
                        "[nodes] seed %d: reports of no loss: %d merged, %d leased%n",
                        seed, falseHere, falseLeasedHere);
            }
            for (String fault : world.faults) {
                faults.add("seed " + seed + ", " + world + ": " + fault);
            }
        }
        System.out.printf(
                "[nodes] %d worlds, %,d s simulated, %,d changes of owner, merged: %,d reports of losses (%,d of none), %,d lost, leased: %,d of none%n",
                to - from + 1, simulated / SECOND, takeovers, reports, falseReports, reported, falseLeased);
        assertThat(faults).isEmpty();
        assertThat(takeovers).isGreaterThan(to - from);
    }

    enum Fault {
        KILL,
        STOP,
        HANG,
        CUT,
        SPLIT,
        BLIND,
        ONE_WAY,
        /** The link to another node, or to the consumer, loses packets and delays them. */
        LOSSY,
        SLOW,
        /** The event loop of a node's feeds is busy again and again. */
        BUSY,
        /** The time of day of a node jumps. */
        CLOCK
    }

    private static final class World {
        private static final long AFTER_START = 2 * SECOND;
        private static final long UNKNOWN_BEFORE = 30 * SECOND;
        private static final long UNKNOWN_AFTER = 10 * SECOND;
        final SimulatedNodes nodes;
        final Random random;
        final List<String> faults = new ArrayList<>();
        private final Settings settings;
        private final boolean polite;
        private final boolean quick;
        private long disturbed;
        private int rounds;
        private final int most;
        private boolean ending;
        private long calmFrom;
        private long wantsSince;
        private boolean exchangeCut;

        World(long seed, boolean trace) {
            random = new Random(seed * 7919 + 13);
            polite = random.nextInt(4) > 0;
            quick = random.nextInt(4) == 0;
            int members = random.nextInt(3) > 0 ? 3 : 5;
            int leaseMs = random.nextInt(3) > 0 ? 500 : 200 + random.nextInt(1_800);
            int delayMs =
                    random.nextInt(2) == 0 ? 2 : List.of(15, 60, leaseMs / 6).get(random.nextInt(3));
            settings = new Settings(
                    members,
                    random.nextBoolean() ? members : members == 3 ? 2 + random.nextInt(2) : 2 + random.nextInt(3),
                    leaseMs,
                    1 + random.nextInt(3),
                    quick || random.nextInt(6) == 0 ? 100 + random.nextInt(200) : 2 + random.nextInt(30),
                    1 + random.nextInt(2),
                    4_096,
                    delayMs,
                    random.nextBoolean());
            most = 4 + random.nextInt(6);
            nodes = new SimulatedNodes(settings, random, trace);
            nodes.took = this::took;
            nodes.handedOver = (node, end) -> {
                if (end.reason() == HandOverPolicy.Reason.BLIND && !node.wasBlind) {
                    faults.add(end.feed() + " handed over as not received at " + nodes.now / MS + " ms");
                }
            };
        }

        void run() {
            nodes.nodes.forEach(node -> nodes.at(nodes.millis(0, 500), node::start));
            nodes.feeds.forEach(feed -> {
                nodes.at(2 * SECOND, feed::emit);
                nodes.at(0, feed::read);
                nodes.at(0, feed::want);
            });
            nodes.at(8 * SECOND, this::plan);
            nodes.at(0, this::look);
            while (!ending && nodes.now < 600 * SECOND) {
                nodes.runUntil(nodes.now + SECOND);
            }
            nodes.runUntil(nodes.now + 25 * SECOND);
            calmFrom = nodes.now;
            nodes.runUntil(nodes.now + 15 * SECOND);
            for (Feed feed : nodes.feeds) {
                check(feed.name, feed.leased);
                check(feed.name + " merged", feed.merged);
            }
        }

        private void check(String name, SimulatedConsumer consumer) {
            int lost = consumer.lost(calmFrom);
            if (consumer.disordered > 0 && consumer.keepsOrder() && !exchangeCut) {
                faults.add(name + " out of order: " + consumer.disordered);
            }
            if (lost > 0 || consumer.twice > 0 || consumer.unexplained > 0) {
                faults.add(name + " lost " + lost + ", twice " + consumer.twice + ", reports of no loss "
                        + consumer.unexplained + " " + consumer.faults);
            }
        }

        // faults

        private void plan() {
            if (rounds == most) {
                ending = true;
                return;
            }
            if (polite && !isWhole()) {
                if (nodes.now - wantsSince > 90 * SECOND) {
                    faults.add("not whole at " + nodes.now / MS + " ms");
                    ending = true;
                    return;
                }
                nodes.at(nodes.now + 50 * MS, this::plan);
                return;
            }
            rounds++;
            nodes.at(nodes.now + nodes.millis(0, quick ? 8_000 : random.nextInt(4) == 0 ? 20_000 : 500), this::befall);
        }

        private boolean isWhole() {
            return nodes.feeds.stream()
                            .allMatch(feed -> nodes.nodes.stream()
                                                    .flatMap(node -> node.carried(feed.name).stream())
                                                    .filter(carried -> carried.owns() || carried.isWarm())
                                                    .count()
                                            >= 2
                                    && nodes.nodes.stream().anyMatch(node -> node.carried(feed.name)
                                            .map(Carried::owns)
                                            .orElse(false)))
                    && nodes.nodes.stream().allMatch(node -> node.alive);
        }

        private void befall() {
            Feed feed = nodes.feeds.get(random.nextInt(nodes.feeds.size()));
            Node victim = nodes.nodes.get(random.nextInt(nodes.nodes.size()));
            if (random.nextInt(4) > 0) {
                victim = nodes.nodes.stream()
                        .filter(node ->
                                node.carried(feed.name).map(Carried::owns).orElse(false))
                        .findFirst()
                        .orElse(victim);
            }
            Node node = victim;
            Fault fault = List.of(Fault.values()).get(random.nextInt(Fault.values().length));
            boolean returns = quick && rounds % 2 == 1; // a long cut, and another fault soon after it
            fault = returns ? Fault.CUT : fault;
            long lasts = returns
                    ? nodes.millis(8_000, 20_000)
                    : random.nextInt(3) > 0
                            ? settings.leaseMs() * MS + nodes.millis(500, 2_500)
                            : nodes.millis(100, random.nextInt(2) == 0 ? 20_000 : 9_000);
            exchangeCut |= fault == Fault.CUT || fault == Fault.BLIND;
            disturbed = nodes.now;
            nodes.trace("%s of node %d for %d ms", fault, node.index + 1, lasts / MS);
            Runnable heal = () -> {};
            switch (fault) {
                case KILL, STOP -> {
                    if (!node.alive) {
                        break;
                    }
                    if (fault == Fault.KILL) {
                        node.kill();
                    } else {
                        node.stop();
                    }
                    heal = () -> {
                        if (!node.alive) {
                            node.start();
                        }
                    };
                    lasts = Math.max(lasts, SECOND);
                }
                case HANG -> node.freeze(Math.min(lasts, 8 * SECOND));
                case CUT -> {
                    cutFromNodes(node, true);
                    node.cutFromExchange();
                    heal = () -> {
                        cutFromNodes(node, false);
                        node.healFromExchange();
                    };
                }
                case SPLIT -> {
                    cutFromNodes(node, true);
                    heal = () -> cutFromNodes(node, false);
                }
                case BLIND -> {
                    node.cutFromExchange();
                    heal = node::healFromExchange;
                }
                case ONE_WAY -> {
                    boolean out = random.nextBoolean();
                    oneWay(node, out, true);
                    heal = () -> oneWay(node, out, false);
                }
                case LOSSY -> {
                    int other = (node.index + 1 + random.nextInt(settings.members())) % (settings.members() + 1);
                    int percent = 1 + random.nextInt(10);
                    long delay = nodes.millis(0, 50);
                    spoil(node.index, other, percent, delay);
                    heal = () -> spoil(node.index, other, 0, 0);
                }
                case CLOCK -> node.clockErrorMs = nodes.millis(-300_000, 300_000) / MS;
                case BUSY -> {
                    for (long t = nodes.now; t < nodes.now + lasts; t += nodes.millis(50, 600)) {
                        nodes.at(t, () -> node.feedLoop.busy(nodes.millis(20, 800)));
                    }
                }
                case SLOW -> {
                    for (Node each : nodes.nodes) {
                        for (long t = nodes.now; t < nodes.now + lasts; t += nodes.millis(50, 600)) {
                            long at = t;
                            nodes.at(at, () -> each.freeze(nodes.millis(5, 200)));
                        }
                    }
                }
            }
            Runnable mends = heal;
            nodes.at(nodes.now + lasts, () -> {
                nodes.trace("healed");
                disturbed = nodes.now;
                mends.run();
                wantsSince = nodes.now;
                if (polite) {
                    plan();
                }
            });
            if (!polite) {
                nodes.at(nodes.now + nodes.millis(100, 8_000), this::plan);
            }
        }

        private void spoil(int one, int other, int percent, long delay) {
            nodes.link(one, other).spoil(percent, delay);
            nodes.link(other, one).spoil(percent, delay);
        }

        private void cutFromNodes(Node node, boolean cut) {
            oneWay(node, true, cut);
            oneWay(node, false, cut);
        }

        private void oneWay(Node node, boolean out, boolean cut) {
            for (int i = 0; i <= settings.members(); i++) {
                if (i != node.index) {
                    SimulatedNodes.Link link = out ? nodes.link(node.index, i) : nodes.link(i, node.index);
                    if (cut) {
                        link.cut();
                    } else {
                        link.heal(true);
                    }
                }
            }
        }

        // invariants

        private void took(Carried carried, boolean warm) {
            Feed feed = carried.feed();
            feed.takeovers++;
            if (carried.epoch() < feed.lastEpoch
                    || (carried.epoch() == feed.lastEpoch && carried.node() != feed.lastOwner)) {
                faults.add(feed.name + " has an owner in epoch " + carried.epoch() + " after " + feed.lastEpoch);
            }
            feed.lastEpoch = carried.epoch();
            feed.lastOwner = carried.node();
            if (feed.takeovers == 1) {
                feed.leased.excuses.add(new long[] {0, nodes.now + AFTER_START});
                feed.merged.excuses.add(new long[] {0, nodes.now + AFTER_START});
            } else if (!warm
                    && (!anotherWasReady(carried)
                            || nodes.now - feed.disturbed < 2L * settings.leaseMs() * MS + SECOND)) {
                nodes.trace("%s: an exception applies", feed.name);
                feed.leased.excuses.add(new long[] {nodes.now - UNKNOWN_BEFORE, nodes.now + UNKNOWN_AFTER});
            }
        }

        private boolean anotherWasReady(Carried taker) {
            return nodes.nodes.stream()
                    .filter(node -> node != taker.node() && node.isAwake() && isConnected(node, taker.node()))
                    .anyMatch(node -> node.carried(taker.feed().name)
                            .map(Carried::isReady)
                            .orElse(false));
        }

        private void look() {
            for (Feed feed : nodes.feeds) {
                long owners = nodes.nodes.stream()
                        .filter(node ->
                                node.carried(feed.name).map(Carried::owns).orElse(false))
                        .count();
                if (owners > 1) {
                    faults.add(feed.name + " has " + owners + " owners at " + nodes.now / MS + " ms");
                }
                if (nodes.now - feed.ownerlessSince > 9_500 * MS) {
                    feed.leased.excuses.add(new long[] {feed.ownerlessSince - SECOND, nodes.now});
                }
                feed.look();
                if (!couldBeOwned(feed)) {
                    feed.disturbed = nodes.now;
                }
                long since = Math.max(feed.ownerlessSince, Math.max(feed.disturbed, disturbed));
                if (nodes.now - since > bound() && nodes.now - since < bound() + 30 * MS) {
                    faults.add(feed.name + " without an owner for " + (nodes.now - since) / MS + " ms at "
                            + nodes.now / MS + " ms");
                    nodes.trace("%s", faults.get(faults.size() - 1));
                    nodes.nodes.forEach(node -> nodes.trace("%s", node.describe(feed.name)));
                }
            }
            nodes.at(nodes.now + 20 * MS, this::look);
        }

        /** Whether a node that lost nothing of the feed is connected with a majority. */
        private boolean couldBeOwned(Feed feed) {
            return nodes.nodes.stream()
                    .filter(Node::isAwake)
                    .filter(node ->
                            node.carried(feed.name).map(Carried::isReady).orElse(false))
                    .anyMatch(node -> nodes.nodes.stream()
                                    .filter(other -> other == node || (other.isAwake() && isConnected(node, other)))
                                    .count()
                            > settings.members() / 2);
        }

        private boolean isConnected(Node one, Node other) {
            return nodes.link(one.index, other.index).isClear()
                    && nodes.link(other.index, one.index).isClear();
        }

        private long bound() {
            return 8L * settings.leaseMs() * MS + 2 * SECOND;
        }

        @Override
        public String toString() {
            return settings + (polite ? " polite" : "");
        }
    }
}
