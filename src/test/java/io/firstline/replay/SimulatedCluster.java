package io.firstline.replay;

import io.firstline.bus.publish.Volume;
import io.firstline.config.feed.Retention;
import io.firstline.replay.retention.Answer;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Nodes that receive the same feed, one of which publishes until it dies; nodes and consumers miss messages on the
 * way. Time is virtual, in microseconds; all randomness has one source.
 */
final class SimulatedCluster {
    private static final int STREAMS = 4;
    private static final int NODE_LOSS_PERCENT = 5;
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

    /** A node that receives the whole feed, each stream in order, and may own it. */
    final class Node {
        private final Map<Object, Link> links = new HashMap<>();
        private final List<Link> streams = new ArrayList<>();
        private final List<Sent> received = new ArrayList<>();
        private RetentionBuffer memory = new RetentionBuffer(ALL, ++lives);
        private final Map<String, Integer> ahead = new HashMap<>();
        private int myEpoch;
        private long sequence;
        private boolean owning;
        private boolean alive = true;

        Node() {
            for (int i = 0; i < STREAMS; i++) {
                streams.add(new Link());
            }
        }

        void receive(Sent message) {
            streams.get(message.stream()).send(() -> {
                received.add(message);
                if (owning) {
                    publishUnlessPublished(message);
                }
            });
        }

        private void publishUnlessPublished(Sent message) {
            if (ahead.merge(message.text(), -1, Integer::sum) < 0) {
                ahead.remove(message.text());
                publish(message);
            } else if (ahead.get(message.text()) == 0) {
                ahead.remove(message.text());
            }
        }

        private List<FeedMessage> line() {
            List<FeedMessage> line = new ArrayList<>();
            for (long from = 1; from <= memory.last(); ) {
                ReplayResponse part = memory.range(from, Long.MAX_VALUE);
                line.addAll(part.messages());
                from = part.to() + 1;
            }
            return line;
        }

        private long firstMissing() {
            long next = 1;
            for (FeedMessage message : line()) {
                if (message.sequence() != next) {
                    holes++;
                    return next;
                }
                next++;
            }
            return Long.MAX_VALUE;
        }

        /**
         * Makes the node the owner. It knows what was published up to the first hole, and publishes its other
         * messages. The other nodes have requested what they missed so far.
         */
        void own(int newEpoch) {
            myEpoch = newEpoch;
            memory.forgetFrom(firstMissing());
            sequence = memory.begin(newEpoch) - 1;
            owning = true;
            owner = this;
            ahead.clear();
            line().forEach(seen -> ahead.merge(seen.asText(), 1, Integer::sum));
            nodes.stream().filter(node -> node.alive && node != this).forEach(node -> {
                node.memory.follow(memory.state().epochs());
                line().forEach(seen -> node.memory.add(seen, ""));
            });
            List.copyOf(received).forEach(this::publishUnlessPublished);
        }

        private void publish(Sent message) {
            FeedMessage out = new FeedMessage(
                    "f", myEpoch, ++sequence, "c", now, null, 0, Buffer.buffer(message.text()), true, false);
            memory.add(out, "" + message.stream());
            for (Node node : nodes) {
                boolean lost = lossy && random.nextInt(100) < NODE_LOSS_PERCENT;
                if (node != this && !lost) {
                    links.computeIfAbsent(node, n -> new Link()).send(() -> node.sees(out));
                }
            }
            for (Consumer consumer : consumers) {
                boolean lost = lossy && random.nextInt(100) < consumer.lossPercent;
                Link link = links.computeIfAbsent(consumer, c -> new Link());
                if (!lost) {
                    link.send(() -> consumer.sees(out));
                }
            }
        }

        private void sees(FeedMessage message) {
            if (alive && !(owning && message.epoch() <= myEpoch)) {
                memory.add(message, "");
            }
        }

        void die() {
            alive = false;
            owning = false;
            streams.forEach(link -> link.cutAt = now);
            links.values().forEach(Link::cut);
            deaths++;
        }

        /** The same process again: it has forgotten everything, and numbers begin with 1. */
        void restart() {
            memory = new RetentionBuffer(ALL, ++lives);
            received.clear();
            sequence = memory.begin(0) - 1;
        }
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

        void sees(FeedMessage message) {
            gapFiller.arrived(message, nanos());
            turn();
        }

        private void turn() {
            ReplayRequest question = gapFiller.question(nanos());
            if (question != null) {
                at(random.nextInt(2_000), () -> ask(question));
            }
        }

        private void ask(ReplayRequest question) {
            Node asked = owner;
            boolean fails = asked == null || !asked.owning || random.nextInt(10) == 0;
            ReplayResponse answer = fails || asked.myEpoch < question.epoch()
                    ? null
                    : question.from() > 0 ? asked.memory.range(question.from(), question.to()) : asked.memory.state();
            at(random.nextInt(2_000), () -> {
                if (answer == null) {
                    gapFiller.unanswered(question, false, nanos());
                } else {
                    gapFiller.answered(question, ReplayResponse.of(new Answer(answer)), nanos());
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
        while (!owner.owning) {
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
