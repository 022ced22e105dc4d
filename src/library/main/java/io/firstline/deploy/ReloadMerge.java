package io.firstline.deploy;

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
 * Merges two generations of one feed while the new one takes over: publishes every message once, in the server's
 * order per stream, with consecutive numbers. An {@link Arbiter} does exactly this when a connection joins, so each
 * pool of the new generation is a line that joins the old one. Messages that only the new generation receives,
 * because of other subscriptions, are published once it is in step.
 *
 * <p>Called on the event loops of the pools, which wait here for each other.
 */
final class ReloadMerge {
    /** Represents everything published before, so that later lines join; it is not published. */
    private static final Arriving BEFORE = new Arriving(null);

    private final String feed;
    private final LongSupplier nowNanos;
    private final Arbiter<FeedMessage> arbiter;
    private final Line old;
    private final Line[] next;
    private final Consumer<FeedMessage> publisher;
    private long startedNanos;
    private long sequence;

    private record Arriving(FeedMessage message) implements Arrival<FeedMessage> {
        @Override
        public long identity() {
            return message == null ? Long.MIN_VALUE : message.identity();
        }

        @Override
        public long content() {
            return 0; // conflicts were reported when the copies arrived
        }

        @Override
        public int stream() {
            return 0;
        }

        @Override
        public int bytes() {
            return message == null ? 0 : message.length();
        }
    }

    /**
     * Starts without a message.
     *
     * @param settings the join guard and the history
     * @param pools the number of pools in the new generation
     * @param publisher publishes the merged messages
     * @param nowNanos the monotonic clock
     */
    ReloadMerge(String feed, WsPoolConfig settings, int pools, Consumer<FeedMessage> publisher, LongSupplier nowNanos) {
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
                    message.stream(),
                    message.identity(),
                    message.bytes(),
                    message.text(),
                    message.late() || late));
        }
    }

    /** The old generation's messages arrive here from now on; its last number was this one. */
    synchronized long begin(long lastSequence) {
        sequence = lastSequence;
        startedNanos = nowNanos.getAsLong();
        return lastSequence;
    }

    /** A message of the old generation. */
    synchronized void fromOld(FeedMessage message, int place) {
        arbiter.copy(old, new Arriving(message), nowNanos.getAsLong());
    }

    /** A message of the new generation. */
    synchronized void fromNext(FeedMessage message, int place) {
        long now = nowNanos.getAsLong();
        if (next[place] == null) {
            next[place] = arbiter.join(startedNanos, now);
        }
        arbiter.copy(next[place], new Arriving(message), now);
    }

    /** Returns whether each pool of the new generation is in step. */
    synchronized boolean isInStep() {
        for (Line line : next) {
            if (line == null || !line.inStep()) {
                return false;
            }
        }
        return true;
    }

    /** The old generation is closed. */
    synchronized void oldHasLeft() {
        arbiter.leave(old, nowNanos.getAsLong());
    }

    /** The new generation is closed: it does not take over. */
    synchronized void nextHasLeft() {
        for (Line line : next) {
            if (line != null) {
                arbiter.leave(line, nowNanos.getAsLong());
            }
        }
    }

    /** Returns the number of the last message. */
    synchronized long sequence() {
        return sequence;
    }
}
