package io.firstline.cluster;

import io.firstline.bus.Addresses;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * The line of this node, owner or standby: the messages that its own pools delivered, for subscriptions that merge the
 * nodes. It has its own numbers, and is kept and published only while a subscription wants it. A new run begins when
 * messages may be missing: after the loss of all connections of a pool, and after a time without a subscription.
 *
 * <p>Single-threaded; times are nanoseconds of one monotonic clock.
 */
final class NodeLine {
    /** A subscription that is cut off for this long finds its line again. */
    private static final long WANTED_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** A new node does not know yet whether there is a subscription, and another node may die in this time. */
    private static final long AT_START_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final String node;
    private final LongFunction<RetentionBuffer> newMemory;
    private long run;
    /** Null = no run has begun. */
    private RetentionBuffer kept;

    private DeliveryOptions options;
    private String name = "";
    private long sequence;
    private boolean wanted = true;
    private long wantedUntilNanos;

    /**
     * Starts without a subscription.
     *
     * @param firstRun greater than those of earlier processes: the time of day
     * @param newMemory creates an empty memory for a run
     */
    NodeLine(String node, long firstRun, LongFunction<RetentionBuffer> newMemory, long nowNanos) {
        this.node = node;
        this.wantedUntilNanos = nowNanos + AT_START_NANOS;
        this.run = firstRun;
        this.newMemory = newMemory;
    }

    /** A subscription wants the line. */
    void wanted(long nowNanos) {
        wanted = true;
        wantedUntilNanos = nowNanos + WANTED_NANOS;
    }

    /** Takes an event of one of the pools. */
    void happened(FeedEvent event) {
        boolean isDark = event.fact() instanceof FeedFact.Degraded now && now.state() == FeedState.DISCONNECTED;
        if (isDark || (event.fact() instanceof FeedFact.InStep joined && joined.alone())) {
            kept = null;
        }
    }

    /** A message has arrived; returns it with the number of the line, or null if no subscription wants it. */
    FeedMessage received(FeedMessage message, long nowNanos) {
        if (wanted && nowNanos - wantedUntilNanos > 0) {
            wanted = false;
            kept = null;
        }
        if (!wanted) {
            return null;
        }
        if (kept == null) {
            begin();
        }
        FeedMessage numbered = message.in(0, ++sequence);
        kept.add(numbered, null);
        return numbered;
    }

    private void begin() {
        run++;
        kept = newMemory.apply(run);
        kept.begin(0);
        sequence = 0;
        name = node + "/" + run;
        options = new DeliveryOptions().addHeader(Addresses.LINE, name);
    }

    /** Returns the name of the run. */
    String name() {
        return name;
    }

    /** Returns how messages of this run are sent. */
    DeliveryOptions options() {
        return options;
    }

    /** Returns the kept messages of a run; null = it is not the present one. */
    RetentionBuffer kept(String runName) {
        return name.equals(runName) ? kept : null;
    }
}
