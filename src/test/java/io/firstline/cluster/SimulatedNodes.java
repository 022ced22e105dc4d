package io.firstline.cluster;

import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.Retention;
import io.firstline.connection.report.Path;
import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.replay.SimulatedReader;
import io.firstline.replay.retention.OwnerEpochs;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A cluster in virtual time: processes that run the shipped {@link LeaseNode}, {@link FeedLease}, {@link ReplicaCore}
 * and {@link RetentionBuffer}, an exchange, and a reader with the shipped gap filler. Links behave like TCP: they
 * deliver in order, and what is sent during a cut arrives at the first retransmission after it. All times are
 * nanoseconds; all randomness has one source.
 */
final class SimulatedNodes {
    static final long MS = 1_000_000;
    static final long SECOND = 1_000 * MS;
    private static final long NOON_MS = 1_800_000_000_000L;
    private static final Buffer SMALL = Buffer.buffer("x");
    /** TCP's first retransmission; each further one takes twice as long. */
    private static final long RETRANSMIT = 200 * MS;
    /** Members that are cut off for longer lose the messages sent meanwhile, and join anew. */
    private static final long GONE = 10 * SECOND;

    private static final long LOOK = 100 * MS;
    private static final long PING = SECOND;
    private static final long LINGER = 90 * SECOND;
    /** The numbers of messages whose way a trace tells. */
    private static final List<Integer> TOLD = Arrays.stream(
                    System.getProperty("firstline.messages", "").split(","))
            .filter(number -> !number.isEmpty())
            .map(Integer::valueOf)
            .toList();

    final Settings settings;
    final Random random;
    final List<Node> nodes = new ArrayList<>();
    final List<Feed> feeds = new ArrayList<>();
    private final PriorityQueue<Event> agenda =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private final Link[][] links;
    private final boolean trace;
    private long order;
    long now;
    long events;

    record Settings(
            int members,
            int replicas,
            int leaseMs,
            int feeds,
            double rate,
            int connections,
            int kept,
            int delayMs,
            boolean proofs) {}

    private record Event(long at, long order, Runnable action) {}

    SimulatedNodes(Settings settings, Random random, boolean trace) {
        this.settings = settings;
        this.random = random;
        this.trace = trace;
        List<String> names = IntStream.range(0, settings.members)
                .mapToObj(i -> "127.0.0.1:" + (i + 1))
                .toList();
        for (int i = 0; i < settings.members; i++) {
            nodes.add(new Node(i, names));
        }
        links = new Link[settings.members + 1][settings.members + 1]; // the last one is the reader
        for (Link[] from : links) {
            Arrays.setAll(from, i -> new Link());
        }
        for (int i = 0; i < settings.feeds; i++) {
            feeds.add(new Feed("f" + (i + 1)));
        }
    }

    void at(long time, Runnable action) {
        agenda.add(new Event(time, order++, action));
    }

    void runUntil(long end) {
        while (!agenda.isEmpty() && agenda.peek().at <= end) {
            Event next = agenda.poll();
            now = next.at;
            events++;
            next.action.run();
        }
        now = end;
    }

    void trace(String form, Object... facts) {
        if (trace) {
            System.out.printf("%,12.3f ms  %s%n", now / 1e6, String.format(Locale.ROOT, form, facts));
        }
    }

    long millis(long least, long most) {
        return (least + (long) (random.nextDouble() * (most - least))) * MS;
    }

    // links

    /** A TCP connection in one direction. */
    final class Link {
        private final long delay = 50_000 + (long) (random.nextDouble() * settings.delayMs * MS);
        private final ArrayDeque<Runnable> blocked = new ArrayDeque<>();
        private int cuts;
        private long cutSince;
        private long blockedSince;
        private long lastArrival;
        private long deafUntil;
        private int incarnation;
        private int lossPercent;
        private long extraDelay;

        /** Loses packets from now on, which arrive with the first retransmission, and delays all. */
        void spoil(int percent, long moreDelay) {
            lossPercent = percent;
            extraDelay = moreDelay;
        }

        void send(Runnable arrival) {
            if (now < deafUntil) {
                return;
            }
            if (cuts > 0 || !blocked.isEmpty()) {
                blockedSince = blocked.isEmpty() ? now : blockedSince;
                blocked.add(arrival);
            } else {
                arrive(arrival);
            }
        }

        private void arrive(Runnable arrival) {
            long late = extraDelay + (lossPercent > 0 && random.nextInt(100) < lossPercent ? RETRANSMIT : 0);
            long jitter = (long) (random.nextDouble() * settings.delayMs * MS / 2);
            lastArrival = Math.max(lastArrival, now + delay + jitter + late);
            at(lastArrival, arrival);
        }

        void cut() {
            if (cuts++ == 0) {
                cutSince = now;
            }
        }

        /** @param losesLong whether it breaks when it is cut for long */
        void heal(boolean losesLong) {
            if (--cuts > 0) {
                return;
            }
            if (losesLong && now - cutSince > GONE) {
                blocked.clear();
                deafUntil = now + millis(1_000, 6_000);
            } else if (!blocked.isEmpty()) {
                long next = blockedSince;
                for (long step = RETRANSMIT; next <= now; step *= 2) {
                    next += step;
                }
                int mine = ++incarnation;
                at(next, () -> {
                    if (mine == incarnation && cuts == 0) {
                        while (!blocked.isEmpty()) {
                            arrive(blocked.poll());
                        }
                    }
                });
            }
        }

        /** The receiver has died, or the sender. */
        void reset() {
            blocked.clear();
            incarnation++;
        }

        boolean isClear() {
            return cuts == 0 && blocked.isEmpty() && now >= deafUntil && lossPercent == 0;
        }
    }

    Link link(int from, int to) {
        return links[from][to];
    }

    // the exchange and the reader

    /** The messages of one feed that the exchange sent, and its consumers. */
    final class Feed {
        final String name;
        final List<Long> sentNanos = new ArrayList<>();
        /** Reads the owner. */
        final SimulatedConsumer leased;
        /** Merges the nodes. */
        final SimulatedConsumer merged;

        int lastEpoch;
        Node lastOwner;
        long ownerlessSince;
        long disturbed;
        int takeovers;

        Feed(String name) {
            this.name = name;
            this.leased = new SimulatedConsumer(SimulatedNodes.this, this, false);
            this.merged = new SimulatedConsumer(SimulatedNodes.this, this, true);
        }

        long identity(int message) {
            return (name.hashCode() * 1_000_003L + message) * 2 + 1;
        }

        void emit() {
            int number = sentNanos.size();
            sentNanos.add(now);
            nodes.forEach(node -> node.carried(name).ifPresent(carried -> carried.sent(number)));
            at(now + (long) (-Math.log(1 - random.nextDouble()) / settings.rate * SECOND), this::emit);
        }

        void read() {
            leased.look();
            merged.look();
            at(now + 200 * MS, this::read);
        }

        /** The consumer that merges the nodes asks for their lines. */
        void want() {
            for (Node node : nodes) {
                link(settings.members, node.index)
                        .send(() -> node.feedLoop.run(() -> node.carried(name).ifPresent(Carried::linesWanted)));
            }
            at(now + SECOND, this::want);
        }

        void look() {
            boolean owned = nodes.stream()
                    .anyMatch(node -> node.carried(name).map(Carried::owns).orElse(false));
            if (owned) {
                ownerlessSince = now;
            }
        }
    }

    /** The number of the message that the exchange sent. */
    static int numberOf(FeedMessage message) {
        return Integer.parseInt(
                message.connectionId().substring(message.connectionId().indexOf('#') + 1));
    }

    /** As {@code ReplayService.ask}: three carriers are asked, the first answer counts; null = none within a second. */
    void request(int from, String feed, SimulatedReader.Question question, Consumer<ReplayResponse> then) {
        request(
                from,
                feed,
                there -> question.line() == null
                        ? there.answer(question.epoch(), question.from(), question.to())
                        : there.answerForLine(question.line(), question.from(), question.to()),
                then);
    }

    private void request(
            int from, String feed, Function<Carried, ReplayResponse> question, Consumer<ReplayResponse> then) {
        List<Node> carriers = new ArrayList<>(
                nodes.stream().filter(node -> node.carried(feed).isPresent()).toList());
        Collections.shuffle(carriers, random);
        boolean[] done = new boolean[1];
        int[] failures = new int[1];
        List<Node> asked = carriers.subList(0, Math.min(3, carriers.size()));
        Consumer<ReplayResponse> once = answer -> {
            failures[0] += answer == null ? 1 : 0;
            if (!done[0] && (answer != null || failures[0] >= asked.size())) {
                done[0] = true;
                then.accept(answer);
            }
        };
        at(now + SECOND, () -> {
            if (!done[0]) {
                done[0] = true;
                then.accept(null);
            }
        });
        for (Node node : asked) {
            link(from, node.index)
                    .send(() -> node.feedLoop.run(() -> {
                        ReplayResponse answer = node.carried(feed).map(question).orElse(null);
                        link(node.index, from).send(() -> receive(from, () -> once.accept(answer)));
                    }));
        }
    }

    private void receive(int receiver, Runnable action) {
        if (receiver < nodes.size()) {
            nodes.get(receiver).feedLoop.run(action);
        } else {
            action.run();
        }
    }

    // processes

    /**
     * An event loop of a process. It runs nothing while the process is frozen, or while it is busy. Then it reads what has
     * arrived, in that order, before timers that are due.
     */
    final class Loop {
        private final Node node;
        private final ArrayDeque<Runnable> arrived = new ArrayDeque<>();
        private final ArrayDeque<Runnable> due = new ArrayDeque<>();
        private long busyUntil;
        private boolean draining;

        Loop(Node node) {
            this.node = node;
        }

        void busy(long nanos) {
            busyUntil = Math.max(busyUntil, now + nanos);
        }

        private void clear() {
            arrived.clear();
            due.clear();
            draining = false;
            busyUntil = now;
        }

        private boolean isFree() {
            return node.isAwake() && now >= busyUntil;
        }

        /** Runs an action as soon as the loop is free; never if the process is dead by then. */
        void run(Runnable action) {
            run(action, arrived);
        }

        /** The same for a timer. */
        void run(long at, Runnable action) {
            int mine = node.life;
            at(at, () -> {
                if (node.life == mine) {
                    run(action, due);
                }
            });
        }

        private void run(Runnable action, ArrayDeque<Runnable> queue) {
            if (isFree() && !draining) {
                action.run();
            } else if (node.alive) {
                queue.add(action);
                drainLater();
            }
        }

        private void drainLater() {
            if (!draining) {
                draining = true;
                int mine = node.life;
                at(Math.max(node.frozenUntil, busyUntil), () -> {
                    if (node.life == mine) {
                        drain();
                    }
                });
            }
        }

        private void drain() {
            while (isFree() && draining && !(arrived.isEmpty() && due.isEmpty())) {
                (arrived.isEmpty() ? due : arrived).poll().run(); // what it sends to itself waits behind the others
            }
            draining = false;
            if (!(arrived.isEmpty() && due.isEmpty())) {
                drainLater();
            }
        }
    }

    /** A process: it may be frozen, killed and started again. */
    final class Node {
        final int index;
        final ClusterConfig config;
        private final double speed = 0.99 + 0.02 * random.nextDouble();
        private final long offset = random.nextLong() / 4;
        private final TreeMap<String, Carried> carried = new TreeMap<>();
        /** The event loop of the leases. */
        private final Loop loop = new Loop(this);
        /** The event loop of the feeds, which may be busy while that of the leases is not. */
        final Loop feedLoop = new Loop(this);

        private LeaseNode lease;
        private long frozenUntil;
        /** When its last process ended, on its clock: the next one could listen at its port from then on. */
        private long endedNanos;

        int life;
        boolean alive;
        private int exchangeCuts;
        /** It was cut off from the exchange. */
        boolean wasBlind;

        /** The error of its time of day. */
        long clockErrorMs;

        Node(int index, List<String> names) {
            this.index = index;
            this.config = new ClusterConfig(
                    true, "model", "127.0.0.1", index + 1, 0, names, settings.replicas, settings.leaseMs, null, null);
        }

        private long clock() {
            return offset + (long) (now * speed);
        }

        private StepTime time() {
            return new StepTime(clock(), NOON_MS + now / MS + clockErrorMs);
        }

        Optional<Carried> carried(String feed) {
            return Optional.ofNullable(carried.get(feed));
        }

        boolean isAwake() {
            return alive && now >= frozenUntil;
        }

        void start() {
            life++;
            alive = true;
            frozenUntil = now;
            carried.clear();
            loop.clear();
            feedLoop.clear();
            lease = new LeaseNode(
                    config,
                    null,
                    feeds.stream().map(feed -> feed.name).toList(),
                    index + 1,
                    LeaseNode.LINGER_NANOS,
                    time(),
                    life == 1 ? clock() : endedNanos);
            deliver(now + millis(0, 50), this::tick);
            feedLoop.run(now + millis(0, 100), this::look);
        }

        void kill() {
            trace("kill of node %d", index + 1);
            if (settings.proofs) {
                nodes.stream().filter(other -> other != this).forEach(this::endsConnectionTo);
            }
            alive = false;
            endedNanos = clock();
            life++;
            carried.values().forEach(Carried::close);
            carried.clear();
            loop.clear();
            feedLoop.clear();
            for (int i = 0; i <= nodes.size(); i++) {
                link(i, index).reset();
                link(index, i).reset();
            }
        }

        /**
         * The kernel closes the connection after what was sent on it. The other node then finds that the port refuses
         * connections, if it reaches the host, and if the process has not been started again.
         */
        private void endsConnectionTo(Node other) {
            String self = config.self();
            link(index, other.index)
                    .send(() -> other.deliver(() -> {
                        NodeRun run = other.lease.run(self);
                        if (!run.isKnown() || !link(other.index, index).isClear()) {
                            return;
                        }
                        other.deliver(now + 2 * link(other.index, index).delay, () -> {
                            if (!alive && link(index, other.index).isClear()) {
                                trace("node %d finds node %d dead", other.index + 1, index + 1);
                                other.observe();
                                other.carryOut(other.lease.died(self, run, other.time()));
                            }
                        });
                    }));
        }

        void stop() {
            trace("stop of node %d", index + 1);
            carryOut(lease.leave(clock()));
            int mine = life;
            deliver(now + 600 * MS, () -> {
                if (life == mine) {
                    kill();
                }
            });
        }

        void freeze(long nanos) {
            frozenUntil = Math.max(frozenUntil, now + nanos);
        }

        void cutFromExchange() {
            wasBlind = true;
            exchangeCuts++;
            carried.values().forEach(feed -> feed.connections.forEach(c -> c.link.cut()));
        }

        void healFromExchange() {
            exchangeCuts--;
            carried.values().forEach(feed -> feed.connections.forEach(c -> c.link.heal(false)));
        }

        /** Runs an action on the event loop of the leases. */
        void deliver(Runnable action) {
            loop.run(action);
        }

        void deliver(long at, Runnable action) {
            loop.run(at, action);
        }

        private void tick() {
            lease.timer(clock());
            observe();
            carryOut(lease.tick(time()));
            deliver(now + settings.leaseMs * MS / LeaseNode.TICKS_PER_LEASE, this::tick);
        }

        private void look() {
            carried.values().forEach(Carried::look);
            feedLoop.run(now + LOOK, this::look);
        }

        private void observe() {
            carried.forEach((name, feed) -> lease.observe(name, feed.lease.state()));
        }

        void step(NodeMessage message) {
            observe();
            carryOut(lease.step(message, time()));
        }

        private void carryOut(List<LeaseAction> actions) {
            actions.forEach(this::carryOut);
        }

        private void carryOut(LeaseAction action) {
            if (action instanceof LeaseAction.Extend extend) {
                carried.get(extend.feed()).lease.extend(extend.epoch(), extend.untilNanos());
            } else if (action instanceof LeaseAction.End end) {
                if (end.reason() != null) {
                    trace("%s handed over by node %d: %s", end.feed(), index + 1, end.reason());
                    handedOver.accept(this, end);
                }
                carried.get(end.feed()).lease.end();
            } else if (action instanceof LeaseAction.Broadcast broadcast) {
                for (Node other : nodes) {
                    if (other != this) {
                        send(other, broadcast.heartbeat());
                    }
                }
            } else if (action instanceof LeaseAction.Reply reply) {
                send(nodes.get(config.members().indexOf(reply.to())), reply.votes());
            } else if (action instanceof LeaseAction.Deploy deploy) {
                Carried feed = new Carried(this, deploy.feed());
                carried.put(deploy.feed(), feed);
                deliver(now + millis(20, 400), () -> lease.started(deploy.feed()));
            } else if (action instanceof LeaseAction.Undeploy undeploy) {
                carried.remove(undeploy.feed()).close();
                deliver(now + millis(0, 100), () -> lease.stopped(undeploy.feed()));
            } else if (action instanceof LeaseAction.ReportLostClaim lost) {
                trace("%s claim of node %d lost to %s", lost.feed(), index + 1, lost.competitor());
            }
        }

        /** The node's state, for a trace. */
        String describe(String feed) {
            return "node " + (index + 1) + " hears " + lease.present(clock()) + ", majority " + lease.hasMajority()
                    + ", links to "
                    + IntStream.range(0, nodes.size())
                            .filter(i -> link(index, i).isClear())
                            .boxed()
                            .toList()
                    + carried(feed)
                            .map(c -> ", " + c.lease.state() + ", free "
                                    + lease.carried().get(feed).proposer().isFree(clock()))
                            .orElse("")
                    + (!isAwake() ? ", frozen" : "");
        }

        private void send(Node other, NodeMessage message) {
            link(index, other.index).send(() -> other.deliver(() -> other.step(message)));
        }
    }

    /** A connection to the exchange. */
    private final class Connection {
        private final Link link = new Link();
        private final String id;
        private long lastFrame = now;
        /** When the outstanding ping was sent; 0 = every ping is answered. */
        private long pinged;

        private boolean unanswered;
        private boolean lingers;
        private boolean closed;

        Connection(String id) {
            this.id = id;
        }

        private void heard() {
            lastFrame = now;
            pinged = 0;
            unanswered = false;
        }
    }

    /** A feed on a node: what {@code Replica} and a pool do around the shipped core. */
    final class Carried implements FeedLease.LeaseHolder {
        private final Node node;
        private final String name;
        private final Feed feed;
        private final FeedLease lease;
        private final RetentionBuffer retention = newMemory();
        private final ReplicaCore core;
        private final NodeLine line;
        private final Set<Integer> seen = new HashSet<>();
        /** The present run of its line: its first message, and when it received its messages, by their numbers. */
        private int firstOfRun;

        private final TreeMap<Integer, Long> ofRun = new TreeMap<>();
        private String run = "";
        private final List<Connection> connections = new ArrayList<>();
        private int opened;
        private long pingedNanos;
        private boolean closed;

        Carried(Node node, String name) {
            this.node = node;
            this.name = name;
            this.feed =
                    feeds.stream().filter(f -> f.name.equals(name)).findFirst().orElseThrow();
            this.lease = new FeedLease("" + (node.index + 1), node::clock);
            this.core = new ReplicaCore(retention, message -> retention.add(message, ""), node.clock());
            this.line = new NodeLine(lease.node(), NOON_MS + now / MS, run -> newMemory(), node.clock());
            lease.holder(this);
            node.feedLoop.run(now + millis(5, 200), () -> {
                core.subscriptionsChanged();
                for (int i = 0; i < settings.connections; i++) {
                    if (node.exchangeCuts == 0) {
                        open(false);
                    }
                }
            });
            node.feedLoop.run(now + millis(0, 1_000), this::ping);
        }

        private RetentionBuffer newMemory() {
            return new RetentionBuffer(new Retention(settings.kept, 1 << 30, 10), 1);
        }

        private void linesWanted() {
            line.wanted(node.clock());
        }

        private void open(boolean alone) {
            if (closed) {
                return;
            }
            Connection connection = new Connection(name + "-" + (node.index + 1) + "-" + ++opened);
            connections.add(connection);
            happened(new FeedFact.Connected(connection.id, Path.to("h")));
            if (alone) {
                happened(new FeedFact.InStep(connection.id, true));
            }
        }

        private void happened(FeedFact fact) {
            FeedEvent event = new FeedEvent(name, 0, 0, fact);
            line.happened(event);
            core.happened(event, node.clock());
            share();
        }

        /** As {@code Liveness}: a check that is late proves nothing. */
        private void ping() {
            boolean isLate = now - pingedNanos > PING + PING / 2;
            pingedNanos = now;
            for (Connection c : connections) {
                c.unanswered |= !isLate && c.pinged > 0 && now - c.pinged >= PING - PING / 10;
                if (c.pinged == 0) {
                    c.pinged = now;
                    c.link.send(() -> node.feedLoop.run(c::heard));
                }
            }
            node.feedLoop.run(now + PING, this::ping);
        }

        /** The exchange has sent a message. */
        void sent(int number) {
            for (Connection connection : connections) {
                connection.link.send(() -> node.feedLoop.run(() -> arrived(connection, number)));
            }
        }

        private void arrived(Connection connection, int number) {
            if (closed || connection.closed) {
                return;
            }
            connection.heard();
            if (seen.add(number)) {
                FeedMessage published = received(number, connection);
                publish(published);
                publishWaiting(published == null ? 2 : 0);
            }
        }

        /** The time of day of the node; no other node has the same. */
        private long receivedMicros() {
            return (NOON_MS + node.clockErrorMs) * 1_000 + now / 1_000 / 16 * 16 + node.index;
        }

        private FeedMessage received(int number, Connection connection) {
            FeedMessage message = new FeedMessage(
                    name,
                    0,
                    0,
                    connection.id + "#" + number,
                    receivedMicros(),
                    null,
                    feed.identity(number),
                    SMALL,
                    true,
                    false);
            FeedMessage ofLine = line.received(message, node.clock());
            if (ofLine != null) {
                if (!run.equals(line.name())) {
                    run = line.name();
                    firstOfRun = number;
                    ofRun.clear();
                }
                ofRun.put(number, now);
                String lineName = line.name();
                link(node.index, nodes.size()).send(() -> {
                    feed.merged.arrived(lineName, ofLine);
                    if (TOLD.contains(number)) {
                        trace("%s message %d arrived as %d of %s", name, number, ofLine.sequence(), lineName);
                    }
                });
            }
            check();
            FeedMessage published = core.received(message, node.clock());
            share();
            return published;
        }

        private void publish(FeedMessage message) {
            if (message == null) {
                return;
            }
            retention.add(message, "");
            for (Node other : nodes) {
                if (other != node) {
                    link(node.index, other.index)
                            .send(() -> other.feedLoop.run(
                                    () -> other.carried(name).ifPresent(there -> there.heard(message))));
                }
            }
            OwnerEpochs first = core.takeIntroduction();
            String header = first == null ? null : first.toString();
            link(node.index, nodes.size()).send(() -> feed.leased.arrived(header, message));
        }

        private void heard(FeedMessage message) {
            check();
            core.published(message, node.clock());
            ask();
            share();
        }

        private void ask() {
            ReplicaCore.Request request = core.nextRequest();
            if (request != null) {
                trace("%s node %d asks for %s", name, node.index + 1, request);
                Function<Carried, ReplayResponse> question =
                        there -> there.answer(request.epoch(), request.from(), request.to());
                request(node.index, name, question, answer -> {
                    if (answer != null) {
                        core.answered(request, answer, node.clock());
                        trace(
                                "%s node %d got %d messages up to %d, missing %d, epochs %s; has %s",
                                name,
                                node.index + 1,
                                answer.messages().size(),
                                answer.to(),
                                answer.missing(),
                                answer.epochs(),
                                retention.state().epochs());
                        ask();
                        share();
                    } else if (core.unanswered()) {
                        node.feedLoop.run(now + 100 * MS, () -> {
                            core.retry();
                            ask();
                        });
                    }
                });
            }
        }

        /** How long its line had been running when it received the last message up to this one, older ones of a stalled path aside. */
        long overlapNanos(int number) {
            return number < firstOfRun || ofRun.isEmpty()
                    ? 0
                    : ofRun.floorEntry(number).getValue() - ofRun.get(firstOfRun);
        }

        private ReplayResponse answer(int epoch, long from, long to) {
            if (core.publishingEpoch(lease.lease(), node.clock()) == 0
                    || epoch > retention.state().epochs().newest()) {
                return null;
            }
            return answer(retention, from, to);
        }

        private ReplayResponse answerForLine(String run, long from, long to) {
            RetentionBuffer kept = line.kept(run);
            return kept == null ? null : answer(kept, from, to);
        }

        private static ReplayResponse answer(RetentionBuffer kept, long from, long to) {
            return from > 0 ? kept.range(from, to > 0 ? to : Long.MAX_VALUE) : kept.state();
        }

        boolean owns() {
            return lease.lease().isRunning(node.clock());
        }

        boolean isWarm() {
            return core.state().warm();
        }

        private boolean isLossless() {
            return core.state().warm() || core.state().behind();
        }

        /** Whether it could publish without a loss, as a warm standby or as the owner that it was. */
        boolean isReady() {
            return isLossless() || (core.isPublishing() && core.state().receives());
        }

        @Override
        public void leaseAcquired() {
            node.feedLoop.run(now + 20_000, this::check);
        }

        @Override
        public void leaseLost() {
            if (core.leaseLost(node.clock())) {
                share();
            }
        }

        private void check() {
            if (closed) {
                return;
            }
            boolean warm = isLossless();
            StandbyState before = core.state();
            ReplicaCore.Change change = core.check(lease.lease(), node.clock());
            if (change instanceof ReplicaCore.Change.BecameOwner owner) {
                trace(
                        "%s node %d (%s) is owner of epoch %d from %d, waiting %d, behind %d",
                        name,
                        node.index + 1,
                        warm ? "warm" : "not warm " + before,
                        owner.epoch(),
                        owner.from(),
                        owner.waiting(),
                        owner.behind());
                took.accept(this, warm);
                share();
                step();
            } else if (change != null) {
                trace("%s lease of node %d expired", name, node.index + 1);
            }
            share();
        }

        /** Publishes a few of the messages that a new owner publishes first. */
        private void step() {
            publishWaiting(3);
            if (core.hasWaiting()) {
                node.feedLoop.run(now + MS, this::step);
            }
        }

        private void publishWaiting(int most) {
            for (int i = 0; i < most && core.hasWaiting(); i++) {
                publish(core.nextWaiting(lease.lease(), node.clock()));
            }
        }

        private void share() {
            lease.state(core.state(), retention.last());
        }

        private void look() {
            boolean unanswered = connections.stream().anyMatch(c -> !c.lingers)
                    && connections.stream().allMatch(c -> c.lingers || c.unanswered);
            if (connections.size() < settings.connections && node.exchangeCuts == 0) {
                open(false);
            } else if (unanswered && node.exchangeCuts == 0 && random.nextInt(4) == 0) {
                connections.forEach(c -> c.lingers = true);
                open(true);
            }
            for (Connection c : List.copyOf(connections)) {
                boolean back = c.lingers && c.link.isClear() && now - c.lastFrame < LOOK;
                if (c.lingers && (back || now - c.lastFrame > LINGER) && random.nextInt(20) == 0) {
                    c.closed = true;
                    connections.remove(c);
                }
            }
            long live = connections.stream().filter(c -> !c.lingers).count();
            long last = connections.stream()
                    .filter(c -> !c.lingers)
                    .mapToLong(c -> c.lastFrame)
                    .max()
                    .orElse(now);
            core.look(
                    List.of(
                            live == 0
                                    ? FeedActivity.NONE
                                    : new FeedActivity(
                                            (int) live,
                                            node.clock() - (now - last),
                                            unanswered,
                                            connections.stream().anyMatch(c -> c.lingers))),
                    node.clock());
            share();
        }

        void close() {
            closed = true;
            core.close();
            lease.holder(null);
        }

        int epoch() {
            return lease.lease().epoch();
        }

        Node node() {
            return node;
        }

        Feed feed() {
            return feed;
        }
    }

    /** Learns when a node hands a feed over. */
    BiConsumer<Node, LeaseAction.End> handedOver = (node, end) -> {};

    /** Learns when a feed has a new owner, and whether that one was warm. */
    BiConsumer<Carried, Boolean> took = (carried, warm) -> {};
}
