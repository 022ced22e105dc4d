package io.firstline.replay;

import io.firstline.bus.publish.Volume;
import io.firstline.cluster.Lease;
import io.firstline.cluster.ReplicaCore;
import io.firstline.config.feed.Retention;
import io.firstline.replay.retention.Answer;
import io.firstline.replay.retention.EpochHistory;
import io.firstline.replay.retention.OwnerEpochs;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Nodes that receive the same feed, one of which publishes until it dies; nodes and consumers miss messages on the
 * way. Time is virtual, in microseconds; all randomness has one source.
 */
final class SimulatedCluster {
    private static final int STREAMS = 4;
    private static final int NODE_LOSS_PERCENT = 5;
    /** A connection that breaks loses several messages in a row, at most this many. */
    private static final int MOST_LOST_AT_ONCE = 12;

    private static final Retention ALL = new Retention(1 << 20, 1 << 30, 100);
    private static final GapFiller.Settings SETTINGS =
            new GapFiller.Settings(20_000_000_000L, 5_000_000, new Volume(100_000, 1 << 30), 100_000, 60_000_000_000L);

    private record Event(long at, long order, Runnable action) {}

    /** A message of the venue: a text of a stream, at times equal to an earlier one. */
    record Sent(int stream, String text) {}

    private final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.order(), b.order()));
    private long now;
    private long order;
    final List<Sent> sent = new ArrayList<>();
    final List<Node> nodes = new ArrayList<>();
    final List<Consumer> consumers = new ArrayList<>();
    private Node owner;
    private int epoch;
    private long lives;
    private boolean lossy;
    int deaths;
    /** How many nodes became owners with a hole in what they know. */
    int holes;
    /**
     * Whether the order of each stream is guaranteed. It is not if a node became the owner with a hole, or did not know
     * which number the former owner began with: messages after the hole that it has not received come first, and of
     * equal messages it cannot tell which one is in the hole.
     */
    boolean inOrder = true;

    SimulatedCluster(Random random) {
        this.random = random;
    }

    private void at(long delayMicros, Runnable action) {
        events.add(new Event(now + delayMicros, order++, action));
    }

    private long nanos() {
        return now * 1_000;
    }

    /** A first-in, first-out link with random delays; cut, with its messages in flight, when its publisher dies. */
    private final class Link {
        private final int slowness = 1 + random.nextInt(3_000);
        private long lastArrival;
        private long cutAt = Long.MAX_VALUE;
        private int toLose;

        /** Returns whether the next message is lost. */
        boolean loses() {
            if (toLose == 0 && lossy && random.nextInt(100) < NODE_LOSS_PERCENT) {
                toLose = 1 + random.nextInt(MOST_LOST_AT_ONCE);
            }
            return lossy && toLose > 0 && toLose-- > 0;
        }

        void send(Runnable arrival) {
            lastArrival = Math.max(lastArrival, now + random.nextInt(slowness));
            long arrives = lastArrival;
            at(arrives - now, () -> {
                if (arrives <= cutAt) {
                    arrival.run();
                }
            });
        }

        void cut() {
            cutAt = random.nextBoolean() ? now + random.nextInt(4_000) : Long.MAX_VALUE;
        }
    }

    /**
     * A node that receives the whole feed, each stream in order, and may own it. It decides by the shipped
     * {@link ReplicaCore}; the simulation only carries messages.
     */
    final class Node {
        private final Map<Object, Link> links = new LinkedHashMap<>();
        private final List<Link> streams = new ArrayList<>();
        private RetentionBuffer retention;
        private ReplicaCore core;
        private Lease lease = new Lease(0, nanos());
        private boolean alive = true;

        Node() {
            for (int i = 0; i < STREAMS; i++) {
                streams.add(new Link());
            }
            forget();
        }

        private void forget() {
            retention = new RetentionBuffer(ALL, ++lives);
            core = new ReplicaCore(retention, message -> retention.add(message, ""), nanos());
        }

        void receive(Sent message) {
            FeedMessage received = new FeedMessage("f", 0, "c", now, Buffer.buffer(message.text()), true, false);
            streams.get(message.stream()).send(() -> publish(core.received(received, nanos())));
        }

        /** Makes the node the owner. */
        void own(int newEpoch) {
            boolean isWhole = retention.range(1, Long.MAX_VALUE).missing() == 0 && knowsBegin();
            holes += isWhole ? 0 : 1;
            inOrder &= isWhole;
            owner = this;
            lease = new Lease(newEpoch, Long.MAX_VALUE);
            core.check(lease, nanos());
            FeedMessage message = core.nextWaiting(lease, nanos());
            while (message != null) {
                publish(message);
                message = core.nextWaiting(lease, nanos());
            }
        }

        /** Whether it knows which number the former owner began with, if it knows that one. */
        private boolean knowsBegin() {
            EpochHistory known = retention.state().epochs();
            EpochHistory owners =
                    owner == null ? known : owner.retention.state().epochs();
            return known.newest() < owners.newest() || known.divergence(owners) == Long.MAX_VALUE;
        }

        boolean owns() {
            return core.isPublishing();
        }

        private void publish(FeedMessage out) {
            if (out == null) {
                return;
            }
            retention.add(out, "");
            OwnerEpochs introduction = core.takeIntroduction();
            OwnerEpochs said = introduction != null && random.nextBoolean() ? introduction : null;
            for (Node node : nodes) {
                Link link = links.computeIfAbsent(node, n -> new Link());
                if (node != this && !link.loses()) {
                    link.send(() -> node.sees(out));
                }
            }
            for (Consumer consumer : consumers) {
                boolean lost = lossy && random.nextInt(100) < consumer.lossPercent;
                Link link = links.computeIfAbsent(consumer, c -> new Link());
                if (!lost) {
                    link.send(() -> consumer.sees(said, out));
                }
            }
        }

        private void sees(FeedMessage message) {
            if (alive) {
                core.check(lease, nanos());
                core.published(message, nanos());
                turn();
            }
        }

        private void turn() {
            ReplicaCore.Request request = core.nextRequest();
            if (request != null) {
                at(random.nextInt(2_000), () -> ask(request));
            }
        }

        private void ask(ReplicaCore.Request request) {
            ReplayResponse answer =
                    answered(request.epoch(), () -> owner.retention.range(request.from(), request.to()));
            at(random.nextInt(2_000), () -> {
                if (answer != null) {
                    core.answered(request, answer, nanos());
                    turn();
                } else if (core.unanswered()) {
                    at(100_000, () -> {
                        core.retry();
                        turn();
                    });
                }
            });
        }

        void die() {
            alive = false;
            lease = new Lease(0, nanos());
            core.close();
            streams.forEach(link -> link.cutAt = now);
            links.values().forEach(Link::cut);
            deaths++;
        }

        /** The same process again: it has forgotten everything, and numbers begin with 1. */
        void restart() {
            forget();
            own(lease.epoch());
        }
    }

    /** Returns what the owner answers, or null: there is none, it knows no such epoch, or the answer is lost. */
    private ReplayResponse answered(int epoch, Supplier<ReplayResponse> answer) {
        boolean fails = owner == null || !owner.owns() || random.nextInt(10) == 0;
        return fails || owner.retention.state().epochs().newest() < epoch
                ? null
                : ReplayResponse.of(new Answer(answer.get()));
    }

    /** A consumer and its messages. */
    final class Consumer implements GapFiller.Receiver {
        final GapFiller gapFiller = new GapFiller(SETTINGS, false, this);
        final List<FeedMessage> got = new ArrayList<>();
        final List<Loss> losses = new ArrayList<>();
        private final int lossPercent;

        Consumer(int lossPercent) {
            this.lossPercent = lossPercent;
        }

        /** @param said what a new owner says with its first message; null = nothing, or it is of an older version */
        void sees(OwnerEpochs said, FeedMessage message) {
            if (said != null) {
                gapFiller.introduced(said, nanos());
            }
            gapFiller.arrived(message, nanos());
            turn();
        }

        private void turn() {
            ReplayRequest question = gapFiller.request(nanos());
            if (question != null) {
                at(random.nextInt(2_000), () -> ask(question));
            }
        }

        private void ask(ReplayRequest question) {
            ReplayResponse answer = answered(
                    question.epoch(),
                    () -> question.from() > 0
                            ? owner.retention.range(question.from(), question.to())
                            : owner.retention.state());
            at(random.nextInt(2_000), () -> {
                if (answer == null) {
                    gapFiller.unanswered(question, false, nanos());
                } else {
                    gapFiller.answered(question, answer, nanos());
                }
                turn();
            });
        }

        private void tick() {
            gapFiller.passed(nanos());
            turn();
            if (now < 60_000_000) {
                at(5_000, this::tick);
            }
        }

        @Override
        public void deliver(FeedMessage message) {
            got.add(message);
        }

        @Override
        public void lost(Loss loss) {
            losses.add(loss);
        }
    }

    // events

    void start(int nodeCount, int consumerCount, int firstEpoch) {
        for (int i = 0; i < nodeCount; i++) {
            nodes.add(new Node());
        }
        for (int i = 0; i < consumerCount; i++) {
            consumers.add(new Consumer(i * 10));
        }
        epoch = firstEpoch;
        nodes.get(0).own(epoch);
        consumers.forEach(Consumer::tick);
    }

    /** The venue sends this many messages. */
    void send(int count, boolean repeats) {
        for (int i = 0; i < count; i++) {
            Sent again = repeats && random.nextInt(5) == 0 && !sent.isEmpty()
                    ? sent.get(sent.size() - 1 - random.nextInt(Math.min(10, sent.size())))
                    : null;
            int stream = random.nextInt(STREAMS);
            Sent message = again == null ? new Sent(stream, "s" + stream + "-" + sent.size()) : again;
            sent.add(message);
            for (Node node : nodes) {
                if (node.alive) {
                    node.receive(message);
                }
            }
            run(random.nextInt(300));
        }
    }

    /** From now on the consumers' links lose messages, but not the first one, before which a loss is not noticeable. */
    void loseFromHereOn() {
        send(3, false);
        run(20_000);
        lossy = true;
    }

    /** Waits until messages in flight arrive, and one more for every consumer, which reveals earlier losses. */
    void settle() {
        run(20_000);
        lossy = false;
        send(1, false);
        run(1_000_000);
    }

    /** The owner dies, and another node takes over, soon or late, whatever is in flight. */
    void takeOver() {
        while (!owner.owns()) {
            run(1_000);
        }
        owner.die();
        Node dead = owner;
        at(random.nextInt(6_000), () -> {
            List<Node> living = nodes.stream().filter(n -> n.alive && n != dead).toList();
            living.get(random.nextInt(living.size())).own(++epoch);
        });
    }

    void restartOwner() {
        owner.restart();
    }

    void run(long micros) {
        long end = now + micros;
        while (!events.isEmpty() && events.peek().at() <= end) {
            Event event = events.poll();
            now = event.at();
            event.action().run();
        }
        now = end;
    }
}
