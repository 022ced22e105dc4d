package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.cluster.ClusterConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The production {@link LeaseNode}s of a cluster in virtual time, while messages are lost, late and duplicated, nodes
 * freeze, restart, leave and are cut off, lose the feed and receive it again, and clocks run at different speeds. Two
 * nodes never own the feed at the same time, and without faults one does. {@code -Dfirstline.worlds=N} runs N worlds.
 */
class LeaseModelTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final long NOON_MS = 1_800_000_000_000L;
    private static final String FEED = "f";
    private static final long TICK = ClusterConfig.DEFAULT.leaseMs() * MS / LeaseNode.TICKS_PER_LEASE;

    @Test
    void shouldNeverHaveTwoOwnersAtATime() {
        run("lease", 20, 5, Keeper.MEMBERS);
    }

    /** The same with nodes that have no vote, and that the others see at times and at times not. */
    @Test
    void shouldNeverHaveTwoOwnersAtATimeWithNodesThatComeAndGo() {
        run("lease of three voters", 10, 3, Keeper.MEMBERS);
    }

    /** The same with leases in etcd, whose requests and answers are lost, late and out of order, and whose data is lost. */
    @Test
    void shouldNeverHaveTwoOwnersAtATimeWithLeasesInEtcd() {
        run("lease in etcd", 20, 5, Keeper.ETCD);
    }

    /** The same with leases in Kubernetes: one transaction of etcd is a sequence of requests there. */
    @Test
    void shouldNeverHaveTwoOwnersAtATimeWithLeasesInKubernetes() {
        run("lease in Kubernetes", 20, 5, Keeper.KUBERNETES);
    }

    /** Grants the leases. */
    private enum Keeper {
        MEMBERS,
        ETCD,
        KUBERNETES
    }

    private static void run(String what, int usual, int voters, Keeper keeper) {
        int runs = Integer.getInteger("firstline.worlds", usual);
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        System.out.println("[" + what + "] seed " + seed);
        Random seeds = new Random(seed);
        long tenures = 0;
        long without = 0;
        long total = 0;
        for (int run = 0; run < runs; run++) {
            World world = new World(seeds.nextLong(), run % 2 == 0 && voters == 5 ? 3 : 5, voters, keeper);
            world.run();
            tenures += world.tenures;
            without += world.withoutOwner;
            total += world.now;
        }
        System.out.printf(
                "[%s] %d runs, %,d s, %,d changes of owner, without one %.1f %% of the time%n",
                what, runs, total / SECOND, tenures, 100.0 * without / total);
        assertThat(tenures).isGreaterThan(runs * 4L);
    }

    private record Event(long at, long order, Runnable action) {}

    /** The whole model: {@code now} is the real time. */
    private static final class World {
        private final long seed;
        private final Random random;
        private final List<Member> nodes = new ArrayList<>();
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
        private boolean calm;

        private final Keeper keeper;
        private final SimulatedEtcd etcd = new SimulatedEtcd();
        private final SimulatedKubernetes kubernetes = new SimulatedKubernetes();

        World(long seed, int size, int voters, Keeper keeper) {
            this.seed = seed;
            this.keeper = keeper;
            this.random = new Random(seed);
            List<String> names = IntStream.range(0, size)
                    .mapToObj(i -> "127.0.0.1:" + (i + 1))
                    .toList();
            for (int i = 0; i < size; i++) {
                nodes.add(new Member(this, i, names, names.subList(0, Math.min(voters, size))));
            }
        }

        void at(long time, Runnable action) {
            agenda.add(new Event(time, order++, action));
        }

        void run() {
            nodes.forEach(Member::start);
            for (long i = 0; i < 40; i++) {
                at(i * SECOND, this::misfortune);
            }
            runUntil(40 * SECOND);
            calm = true;
            loss = 0;
            maxDelay = 20 * MS;
            cutOff.clear();
            nodes.forEach(Member::recover);
            runUntil(now + 15 * SECOND);
            assertThat(nodes.stream().filter(Member::owns).count())
                    .as("owners in the end, seed %d", seed)
                    .isEqualTo(1);
        }

        private void runUntil(long end) {
            while (!agenda.isEmpty() && agenda.peek().at <= end) {
                Event next = agenda.poll();
                if (nodes.stream().noneMatch(Member::owns)) {
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
            if (keeper != Keeper.MEMBERS) {
                misfortuneOfKeeper();
            }
            Member one = nodes.get(random.nextInt(nodes.size()));
            switch (random.nextInt(5)) {
                case 0 -> one.frozenUntil = now + random.nextInt(3_000) * MS;
                case 1 -> one.start();
                case 2 -> one.receives = !one.receives;
                case 3 -> one.leave();
                default -> one.fails = random.nextBoolean();
            }
        }

        private void misfortuneOfKeeper() {
            for (Member node : nodes) {
                node.lackOfKeeper = random.nextInt(4) == 0 ? random.nextDouble() : 0;
            }
            boolean isAll = random.nextInt(2) == 0;
            int losses = random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 0;
            for (int i = 0; i < losses; i++) { // often while a claim is on its way
                at(now + random.nextInt(1_000) * MS, () -> lose(isAll));
            }
        }

        private void lose(boolean isAll) {
            if (isAll) {
                etcd.wipe();
                kubernetes.wipe();
            } else {
                etcd.deleteReports();
                kubernetes.deleteReports();
            }
        }

        /** Delivers late, twice, or never. */
        void send(int from, int to, NodeMessage message) {
            int copies = random.nextInt(50) == 0 ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                if (random.nextDouble() >= loss && cutOff.contains(from) == cutOff.contains(to)) {
                    Member receiver = nodes.get(to);
                    receiver.deliver(now + (long) (random.nextDouble() * maxDelay), () -> receiver.step(message));
                }
            }
        }

        private void check() {
            List<Member> owners = nodes.stream().filter(Member::owns).toList();
            assertThat(owners).as("owners at %d ms, seed %d", now / MS, seed).hasSizeLessThan(2);
            owners.forEach(owner -> {
                String before = ownersByEpoch.put(owner.epoch, owner.identity());
                if (before == null) {
                    tenures++;
                    assertThat(owner.epoch)
                            .as("epoch after %d, seed %d", lastEpoch, seed)
                            .isGreaterThan(lastEpoch);
                    lastEpoch = owner.epoch;
                } else {
                    assertThat(before)
                            .as("owner of epoch %d, seed %d", owner.epoch, seed)
                            .isEqualTo(owner.identity());
                }
            });
        }
    }

    /** A process: the shipped node, a clock that is up to one per cent fast or slow, and a feed that may fail. */
    private static final class Member {
        private final World world;
        private final int number;
        private final ClusterConfig config;
        private final List<String> names;
        private final double speed;
        private final long offset;
        private LeaseNode node;
        /** Null = the members grant the leases. */
        private RecordedLeases leases;

        private KubernetesService kubernetes;
        /** The share of requests to the keeper, and of its answers, that is lost. */
        private double lackOfKeeper;

        private long frozenUntil;
        private int life;
        private boolean receives = true;
        private boolean fails;
        private boolean deployed;
        /** The right that the feed has: the same two values as in {@link FeedLease}. */
        private int epoch;

        private long untilNanos;

        Member(World world, int number, List<String> names, List<String> voters) {
            this.world = world;
            this.names = names;
            this.number = number;
            this.config = new ClusterConfig(
                    true,
                    "model",
                    "127.0.0.1",
                    number + 1,
                    0,
                    0,
                    voters,
                    names.size() - 1,
                    ClusterConfig.DEFAULT.leaseMs(),
                    ClusterConfig.DEFAULT.standbyBytes(),
                    null,
                    null,
                    false,
                    null,
                    "nodes.example:1",
                    false);
            this.speed = 0.99 + 0.02 * world.random.nextDouble();
            this.offset = world.random.nextLong() / 4;
        }

        String identity() {
            return number + "/" + life;
        }

        private long clock() {
            return offset + (long) (world.now * speed);
        }

        private StepTime time() {
            return new StepTime(clock(), NOON_MS + world.now / MS);
        }

        boolean owns() {
            return epoch != 0 && clock() - untilNanos < 0;
        }

        void start() {
            life++;
            epoch = 0;
            deployed = false;
            leases = world.keeper == Keeper.MEMBERS
                    ? null
                    : new RecordedLeases(config.self(), new NodeRun(life, number + 1), "", config.leaseMs(), clock());
            kubernetes = new KubernetesService(new Requests(), "model", config.leaseMs());
            node = new LeaseNode(config, leases, List.of(FEED), 1, 2 * SECOND, time(), time().nanos());
            int mine = life;
            deliver(world.now + world.random.nextInt(50) * MS, () -> tick(mine));
        }

        /** All is well from now on. */
        void recover() {
            frozenUntil = world.now;
            receives = true;
            fails = false;
            lackOfKeeper = 0;
        }

        void leave() {
            if (world.now >= frozenUntil) {
                carryOut(node.leave(clock()));
                deliver(world.now + 600 * MS, this::start);
            }
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
            node.joined(names.stream()
                    .filter(name -> world.calm || world.random.nextInt(20) > 0)
                    .toList());
            node.timer(clock());
            observe();
            carryOut(node.tick(time()));
            askKeeper();
            deliver(world.now + TICK, () -> tick(mine));
        }

        void step(NodeMessage message) {
            observe();
            carryOut(node.step(message, time()));
            askKeeper();
        }

        /** A request arrives after a while, or not, and so does the answer; after its time-out the round has failed. */
        private void askKeeper() {
            LeaseRound round = leases == null ? null : leases.next(clock());
            if (round == null) {
                return;
            }
            deliver(world.now + leases.timeoutNanos(), () -> {
                leases.failed(round.number(), world.random.nextInt(300) * MS, clock());
                askKeeper();
            });
            Future<Optional<LeaseRound.Answer>> answer =
                    world.keeper == Keeper.ETCD ? sent(() -> world.etcd.carryOut(round)) : kubernetes.carryOut(round);
            RecordedLeases ours = leases;
            answer.onSuccess(found -> {
                if (ours == leases) {
                    found.ifPresentOrElse(
                            state -> leases.answered(state, clock()), () -> leases.ended(round.number(), clock()));
                    observe();
                    carryOut(node.granted(time()));
                    askKeeper();
                }
            });
        }

        /** The request may arrive when the process has died. */
        private <T> Future<T> sent(Supplier<T> request) {
            Promise<T> answer = Promise.promise();
            if (world.random.nextDouble() >= lackOfKeeper) {
                world.at(world.now + delay(), () -> {
                    T reply = request.get();
                    if (world.random.nextDouble() >= lackOfKeeper) {
                        deliver(world.now + delay(), () -> answer.complete(reply));
                    }
                });
            }
            return answer.future();
        }

        private final class Requests implements KubernetesObjects {
            @Override
            public Future<Reply> send(String method, String rest, JsonObject body) {
                return sent(() -> world.kubernetes.handle(method, rest, body));
            }

            @Override
            public void close() {}
        }

        private long delay() {
            return (long) (world.random.nextDouble() * world.maxDelay);
        }

        private void observe() {
            if (deployed) {
                boolean warm = !owns() && receives && (world.calm || world.random.nextInt(4) > 0);
                node.observe(FEED, new StandbyState(warm, receives, false, clock(), world.lastEpoch, false, 0));
            }
        }

        private void carryOut(List<LeaseAction> actions) {
            actions.forEach(this::carryOut);
        }

        private void carryOut(LeaseAction action) {
            if (action instanceof LeaseAction.Extend extend) {
                epoch = extend.epoch();
                untilNanos = extend.untilNanos();
            } else if (action instanceof LeaseAction.End) {
                epoch = 0;
            } else if (action instanceof LeaseAction.Broadcast broadcast) {
                for (Member other : world.nodes) {
                    if (other != this && node.members().contains(other.config.self())) {
                        world.send(number, other.number, broadcast.heartbeat());
                    }
                }
            } else if (action instanceof LeaseAction.Reply reply) {
                world.send(number, names.indexOf(reply.to()), reply.votes());
            } else if (action instanceof LeaseAction.Deploy) {
                deliver(world.now + world.random.nextInt(300) * MS, () -> {
                    deployed = !fails;
                    if (fails) {
                        node.failed(FEED, clock());
                    } else {
                        node.started(FEED);
                    }
                });
            } else if (action instanceof LeaseAction.Undeploy) {
                deployed = false;
                epoch = 0;
                deliver(world.now + world.random.nextInt(300) * MS, () -> node.stopped(FEED));
            }
        }
    }
}
