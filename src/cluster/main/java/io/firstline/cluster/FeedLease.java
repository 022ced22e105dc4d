package io.firstline.cluster;

import io.vertx.core.json.JsonObject;
import java.util.function.LongSupplier;

/**
 * Whether a node of a cluster may publish a feed that other nodes receive too. The lease holder's code sets it, and
 * the feed checks it for each message. Thread-safe; times are nanoseconds of this node's monotonic clock.
 */
final class FeedLease {
    /** Receives changes of the lease. */
    interface LeaseHolder {
        /** This node has acquired the lease. Called on any thread. */
        void leaseAcquired();

        /** This node has lost the lease; when this returns, nothing more is published. */
        void leaseLost();
    }

    private final String node;
    private final LongSupplier nowNanos;
    private volatile Lease lease;
    private volatile LeaseHolder holder;
    private volatile StandbyState state;
    private volatile JsonObject figures = new JsonObject();
    private volatile long sequence;
    private volatile boolean majority = true;
    private volatile boolean shed;

    /**
     * Creates the state of one feed on one node: no lease, nothing received.
     *
     * @param nowNanos the node's monotonic clock
     */
    FeedLease(String node, LongSupplier nowNanos) {
        this.node = node;
        this.nowNanos = nowNanos;
        this.lease = none();
        this.state = StandbyState.atStart(nowNanos.getAsLong());
    }

    private Lease none() {
        return new Lease(0, nowNanos.getAsLong());
    }

    // called by the lease code

    /** This node has the lease until an instant. */
    void extend(int epoch, long untilNanos) {
        Lease before = lease;
        lease = new Lease(epoch, untilNanos);
        LeaseHolder living = holder;
        if (living != null && (before.epoch() != epoch || !before.isRunning(nowNanos.getAsLong()))) {
            living.leaseAcquired();
        }
    }

    /** The lease is released. When this returns, nothing more is published. */
    void end() {
        lease = none();
        LeaseHolder living = holder;
        if (living != null) {
            living.leaseLost();
        }
    }

    /** Sets whether enough nodes hear each other for any of them to publish, as far as this one knows. */
    void majority(boolean isThere) {
        majority = isThere;
    }

    /** Sets whether this node omits its work for the feed as a standby, because it is overloaded. */
    void shed(boolean isShed) {
        shed = isShed;
    }

    /** Returns the feed's state on this node. */
    StandbyState state() {
        return state.withSequence(sequence);
    }

    /** Returns what operators see of the feed on this node, slightly stale; empty while it starts. Read only. */
    JsonObject figures() {
        return figures;
    }

    // called by the feed

    String node() {
        return node;
    }

    Lease lease() {
        return lease;
    }

    boolean hasMajority() {
        return majority;
    }

    boolean isShed() {
        return shed;
    }

    void holder(LeaseHolder newHolder) {
        holder = newHolder;
        if (newHolder != null && lease.isRunning(nowNanos.getAsLong())) {
            newHolder.leaseAcquired();
        }
    }

    /**
     * Sets the feed's state on this node. Called by one thread at a time.
     *
     * @param number the number of the last published message; that of the state is ignored
     */
    void state(StandbyState now, long number) {
        state = now;
        sequence = number;
    }

    /** Sets what operators see of the feed on this node; not changed afterwards. */
    void figures(JsonObject now) {
        figures = now;
    }
}
