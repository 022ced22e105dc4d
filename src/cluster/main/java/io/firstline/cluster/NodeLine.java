package io.firstline.cluster;

import io.firstline.bus.Addresses;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.replay.retention.LineName;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * The line of this node, owner or standby: the messages that its own pools delivered, for subscriptions that merge the
 * nodes. It has its own numbers, and is kept and published only while a subscription wants it. A new run begins when
 * messages may be missing: after the loss of all connections of a pool, and after a time without a subscription. The
 * numbers continue, so that a subscription can request the end of the former run.
 *
 * <p>Single-threaded; times are nanoseconds of one monotonic clock.
 */
final class NodeLine {
    /** A subscription that is cut off for this long finds its line again. */
    private static final long WANTED_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** A new node does not know yet whether there is a subscription, and another node may die in this time. */
    private static final long AT_START_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final LongFunction<RetentionBuffer> newMemory;
    private LineName name;
    /** Null = no subscription wants the line. */
    private RetentionBuffer kept;

    /** Whether the next message begins a run. */
    private boolean begins = true;

    private DeliveryOptions options;
    private long sequence;
    private boolean wanted = true;
    private long wantedUntilNanos;

    /**
     * Starts without a subscription.
     *
     * @param process greater than those of earlier processes: the time of day
     * @param newMemory creates an empty memory of this process
     */
    NodeLine(String node, long process, LongFunction<RetentionBuffer> newMemory, long nowNanos) {
        this.name = new LineName(node, process, List.of());
        this.wantedUntilNanos = nowNanos + AT_START_NANOS;
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
            begins = true;
        }
    }

    /** Other pools deliver from now on; if they are not in step with the former ones, messages may be missing. */
    void changed(boolean inStep) {
        begins |= !inStep;
    }

    /** A message has arrived; returns it with the number of the line, or null if no subscription wants it. */
    FeedMessage received(FeedMessage message, long nowNanos) {
        if (wanted && nowNanos - wantedUntilNanos > 0) {
            wanted = false;
            kept = null;
            begins = true;
        }
        if (!wanted) {
            return null;
        }
        if (begins) {
            begin();
        }
        FeedMessage numbered = message.in(0, ++sequence);
        kept.add(numbered, null);
        return numbered;
    }

    private void begin() {
        begins = false;
        if (kept == null) {
            kept = newMemory.apply(name.process());
            kept.begin(0);
        }
        List<Long> firsts = new ArrayList<>(name.firsts());
        firsts.add(sequence + 1);
        name = new LineName(name.node(), name.process(), firsts);
        options = new DeliveryOptions().addHeader(Addresses.LINE, name.toString());
    }

    /** Returns the name of the line in this run. */
    String name() {
        return name.toString();
    }

    /** Returns how messages of this run are sent. */
    DeliveryOptions options() {
        return options;
    }

    /** Returns the kept messages of a line; null = it is not this one, or no subscription wants it. */
    RetentionBuffer kept(String key) {
        return name.key().equals(key) ? kept : null;
    }
}
