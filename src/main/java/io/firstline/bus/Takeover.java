package io.firstline.bus;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.ArbiterSettings;
import io.firstline.arbitration.Arrival;
import io.firstline.arbitration.Line;
import io.firstline.config.WsPoolConfig;
import io.firstline.stream.FeedMessage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Two generations of one feed deliver, the younger is to take over: publishes what comes, once, in the server's order per stream, numbered
 * through. That is what an {@link Arbiter} does with a connection that joins, so each pool of the younger generation is a line that joins
 * one that has always been there. What only the younger one has, because it has other subscriptions, is published once it is in step.
 *
 * <p>Called on the event loops of the pools, which wait here for each other.
 */
final class Takeover {
    /** Stands for what was published before: whoever comes after it joins. It is passed on to nobody. */
    private static final Arriving BEFORE = new Arriving(null);

    private final String feed;
    private final LongSupplier nowNanos;
    private final Arbiter<FeedMessage> arbiter;
    private final Line old;
    private final Line[] next;
    private Consumer<FeedMessage> publisher;
    private long startedNanos;
    private long sequence;

    private record Arriving(FeedMessage message) implements Arrival<FeedMessage> {
        @Override
        public long identity() {
            return message == null ? Long.MIN_VALUE : message.identity();
        }

        @Override
        public long content() {
            return 0; // copies that differ were told when they came
        }

        @Override
        public int stream() {
            return 0;
        }

        @Override
        public int bytes() {
            return message == null ? 0 : message.payload().length();
        }
    }

    /**
     * Nothing has come yet.
     *
     * @param settings how long a line joins, and what is remembered
     * @param pools how many there are in the younger generation
     * @param publisher publishes in the older generation's way
     * @param nowNanos the monotonic clock
     */
    Takeover(String feed, WsPoolConfig settings, int pools, Consumer<FeedMessage> publisher, LongSupplier nowNanos) {
        this.feed = feed;
        this.publisher = publisher;
        this.nowNanos = nowNanos;
        this.next = new Line[pools];
        this.arbiter = new Arbiter<>(
                new ArbiterSettings(
                        settings.hashCapacity(),
                        TimeUnit.MILLISECONDS.toNanos(settings.historyMs()),
                        TimeUnit.MILLISECONDS.toNanos(settings.joinGuardMs()),
                        TimeUnit.MILLISECONDS.toNanos(settings.skewMs())),
                new Arbiter.Output<>() {
                    @Override
                    public void first(Line line, FeedMessage message, boolean late) {
                        publish(message, late);
                    }

                    @Override
                    public void inStep(Line line, boolean alone) {}

                    @Override
                    public void outOfStep(Line line) {}

                    @Override
                    public void conflict(Line line, int stream) {}
                });
        this.startedNanos = nowNanos.getAsLong();
        this.old = arbiter.join(startedNanos, startedNanos);
        arbiter.copy(old, BEFORE, startedNanos);
    }

    private void publish(FeedMessage message, boolean late) {
        if (message != null) {
            publisher.accept(new FeedMessage(
                    feed,
                    message.epoch(),
                    ++sequence,
                    message.connectionId(),
                    message.receivedMicros(),
                    message.key(),
                    message.payload(),
                    message.text(),
                    message.late() || late));
        }
    }

    /** The older generation's messages come here from now on; this was its last number. */
    synchronized long begin(long lastSequence) {
        sequence = lastSequence;
        startedNanos = nowNanos.getAsLong();
        return lastSequence;
    }

    /** A message of the older generation. */
    synchronized void fromOld(FeedMessage message, int place) {
        arbiter.copy(old, new Arriving(message), nowNanos.getAsLong());
    }

    /** A message of the younger generation. */
    synchronized void fromNext(FeedMessage message, int place) {
        long now = nowNanos.getAsLong();
        if (next[place] == null) {
            next[place] = arbiter.join(startedNanos, now);
        }
        arbiter.copy(next[place], new Arriving(message), now);
    }

    /** Whether all that comes next comes from each pool of the younger generation as well. */
    synchronized boolean isInStep() {
        for (Line line : next) {
            if (line == null || !line.inStep()) {
                return false;
            }
        }
        return true;
    }

    /** Publishes in the younger generation's way from now on. */
    synchronized void publishBy(Consumer<FeedMessage> younger) {
        publisher = younger;
    }

    /** The older generation is closed. */
    synchronized void oldHasLeft() {
        arbiter.leave(old, nowNanos.getAsLong());
    }

    /** The younger generation is closed: it is not to take over after all. */
    synchronized void nextHasLeft() {
        for (Line line : next) {
            if (line != null) {
                arbiter.leave(line, nowNanos.getAsLong());
            }
        }
    }

    /** The number of the last message. */
    synchronized long sequence() {
        return sequence;
    }
}
