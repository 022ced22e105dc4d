package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.ClusterConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Nodes request the lease of a feed from each other in virtual time, while messages are lost, late and duplicated,
 * nodes freeze, restart and are cut off, and clocks run at different speeds. Two nodes never own the feed at the same
 * time, and without faults one does.
 */
class LeaseModelTest {
    private static final long MS = 1_000_000;
    private static final long LEASE = ClusterConfig.DEFAULT.leaseMs() * MS;
    private static final long NOON_MS = 1_800_000_000_000L;
    private static final String FEED = "f";
    private static final int RUNS = 400;

    @Test
    void shouldNeverHaveTwoOwnersAtATime() {
        long seed = System.nanoTime();
        System.out.println("[lease] seed " + seed);
        Random seeds = new Random(seed);
        long tenures = 0;
        long without = 0;
        long total = 0;
        for (int run = 0; run < RUNS; run++) {
            World world = new World(seeds.nextLong(), run % 2 == 0 ? 3 : 5);
            world.run();
            tenures += world.tenures;
            without += world.withoutOwner;
            total += world.now;
        }
        System.out.printf(
                "[lease] %d runs, %,d s, %,d changes of owner, without one %.1f %% of the time%n",
                RUNS, total / 1_000 / MS, tenures, 100.0 * without / total);
        assertThat(tenures).isGreaterThan(RUNS * 5L);
    }

    private record Event(long at, long order, Runnable action) {}

    /** The whole model: {@code now} is the real time. */
    private static final class World {
        private final long seed;
        private final Random random;
        private final List<Node> nodes = new ArrayList<>();
        private final PriorityQueue<Event> agenda =
                new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
        private final Set<Integer> cutOff = new HashSet<>();
        private final Map<Integer, String> ownersByEpoch = new HashMap<>();
        private int lastEpoch;
        private double loss;
        private long maxDelay;
        private long order;
        private long now;
        private long tenures;
        private long withoutOwner;

        World(long seed, int size) {
            this.seed = seed;
            this.random = new Random(seed);
            for (int i = 0; i < size; i++) {
                nodes.add(new Node(this, i));
            }
        }

        void at(long time, Runnable action) {
            agenda.add(new Event(time, order++, action));
        }

        void run() {
            nodes.forEach(Node::start);
            for (long i = 0; i < 60; i++) {
                at(i * 1_000 * MS, this::misfortune);
            }
            runUntil(60_000 * MS);
            loss = 0;
            maxDelay = 20 * MS;
            cutOff.clear();
            nodes.forEach(node -> node.frozenUntil = now);
            runUntil(now + 10_000 * MS);
            assertThat(nodes.stream().filter(Node::owns).count())
                    .as("owners in the end, seed %d", seed)
                    .isEqualTo(1);
        }

        private void runUntil(long end) {
            while (!agenda.isEmpty() && agenda.peek().at <= end) {
                Event next = agenda.poll();
                if (nodes.stream().noneMatch(Node::owns)) {
                    withoutOwner += next.at - now;
                }
                now = next.at;
                next.action.run();
                check();
            }
            now = end;
        }

        private void misfortune() {
            loss = random.nextInt(3) == 0 ? random.nextDouble() * 0.5 : 0;
            maxDelay = random.nextInt(4) == 0 ? 1_500 * MS : 20 * MS;
            cutOff.clear();
            if (random.nextInt(3) == 0) {
                for (int i = 0; i < nodes.size(); i++) {
                    if (random.nextInt(3) == 0) {
                        cutOff.add(i);
                    }
                }
            }
            Node one = nodes.get(random.nextInt(nodes.size()));
            switch (random.nextInt(4)) {
                case 0 -> one.frozenUntil = now + random.nextInt(3_000) * MS;
                case 1 -> one.start();
                case 2 -> one.handOver();
                default -> {}
            }
        }

        /** Delivers late, twice, or never. */
        void send(int from, int to, Runnable receive) {
            int copies = random.nextInt(50) == 0 ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                if (random.nextDouble() >= loss && cutOff.contains(from) == cutOff.contains(to)) {
                    nodes.get(to).deliver(now + (long) (random.nextDouble() * maxDelay), receive);
                }
            }
        }

        private void check() {
            List<Node> owners = nodes.stream().filter(Node::owns).toList();
            assertThat(owners).as("owners at %d ms, seed %d", now / MS, seed).hasSizeLessThan(2);
            owners.forEach(owner -> {
                String before = ownersByEpoch.put(owner.candidate.epoch(), owner.name + "/" + owner.life);
                if (before == null) {
                    tenures++;
                    assertThat(owner.candidate.epoch())
                            .as("epoch after %d, seed %d", lastEpoch, seed)
                            .isGreaterThan(lastEpoch);
                    lastEpoch = owner.candidate.epoch();
                } else {
                    assertThat(before)
                            .as("owner of epoch %d, seed %d", owner.candidate.epoch(), seed)
                            .isEqualTo(owner.name + "/" + owner.life);
                }
            });
        }
    }

    private static final class Node {
        private final World world;
        private final int number;
        private final String name;
        /** At most one per cent fast or slow. */
        private final double speed;

        private final long offset;
        private LeaseAcceptor voter;
        private LeaseProposer candidate;
        private long frozenUntil;
        private long rounds;
        private int life;

        Node(World world, int number) {
            this.world = world;
            this.number = number;
            this.name = "n" + number;
            this.speed = 0.99 + 0.02 * world.random.nextDouble();
            this.offset = world.random.nextLong() / 4;
        }

        long clock() {
            return offset + (long) (world.now * speed);
        }

        boolean owns() {
            return candidate.owns(clock());
        }

        void start() {
            life++;
            voter = new LeaseAcceptor(LEASE, 1_100 * MS, clock());
            candidate = new LeaseProposer(FEED, name, world.nodes.size(), LEASE, clock());
            int mine = life;
            deliver(world.now + world.random.nextInt(50) * MS, () -> tick(mine));
        }

        /** Runs an action when the node is awake. */
        void deliver(long at, Runnable action) {
            int mine = life;
            world.at(at, () -> {
                if (life != mine) {
                    return; // the process it was meant for is dead
                }
                if (world.now < frozenUntil) {
                    deliver(frozenUntil, action);
                } else {
                    action.run();
                }
            });
        }

        private void tick(int mine) {
            long now = clock();
            if (candidate.isLost(now)) {
                tell(candidate.giveUp((100 + world.random.nextInt(300)) * MS, now));
            }
            GrantedLease known = voter.promised(FEED);
            if (known != null) {
                candidate.heardOf(known.epoch());
            }
            if (candidate.isFree(now) && voter.isReady(now) && (known == null || !known.isRunning(now))) {
                candidate.claim(NOON_MS + world.now / MS, now);
            }
            long round = ++rounds;
            LeaseRequest ask = candidate.ask(round, now);
            if (ask != null) {
                for (Node other : world.nodes) {
                    world.send(number, other.number, () -> other.asked(this, round, ask));
                }
            }
            deliver(world.now + (candidate.owns(now) ? 200 : 50) * MS, () -> tick(mine));
        }

        private void asked(Node from, long round, LeaseRequest ask) {
            if (from != this) {
                tell(candidate.giveWay(from.name, ask.epoch(), 100 * MS, clock()));
            }
            candidate.heardOf(ask.epoch());
            LeaseVote vote = voter.vote(from.name, ask, clock());
            world.send(number, from.number, () -> from.candidate.voted(name, round, vote));
        }

        void handOver() {
            if (world.now >= frozenUntil) {
                tell(candidate.giveUp(2_000 * MS, clock()));
            }
        }

        private void tell(LeaseRequest given) {
            if (given != null) {
                for (Node other : world.nodes) {
                    world.send(number, other.number, () -> other.voter.release(name, given, other.clock()));
                }
            }
        }
    }
}
