package io.firstline.bus;

/**
 * Whether a node of a cluster may publish a feed that other nodes receive too. The lease holder's code sets it, and
 * the feed checks it for each message. Thread-safe; times are nanoseconds of this node's monotonic clock.
 */
public final class FeedLease {
    private static final Lease NONE = new Lease(0, System.nanoTime());

    /** Receives changes of the lease. */
    interface LeaseHolder {
        /** This node has acquired the lease. Called on any thread. */
        void leaseAcquired();

        /** This node has lost the lease; when this returns, nothing more is published. */
        void leaseLost();
    }

    /**
     * The right to publish for a while.
     *
     * @param epoch greater than that of every earlier owner
     * @param untilNanos its end
     */
    record Lease(int epoch, long untilNanos) {
        boolean isRunning(long nowNanos) {
            return nowNanos - untilNanos < 0;
        }
    }

    /** Whether the feed is received, if not whether for want of answers, and when anything arrived the last time. */
    private record Receiving(boolean isReceiving, boolean isUnanswered, long lastNanos) {}

    private final String node;
    private volatile Lease lease = NONE;
    private volatile LeaseHolder holder;
    private volatile int heardEpoch;
    private volatile boolean warm;
    private volatile Receiving receiving = new Receiving(false, false, System.nanoTime());
    private volatile boolean majority = true;

    /** Creates the state of one feed on one node. */
    public FeedLease(String node) {
        this.node = node;
    }

    // called by the lease code

    /** This node has the lease until an instant. */
    public void extend(int epoch, long untilNanos) {
        Lease before = lease;
        lease = new Lease(epoch, untilNanos);
        LeaseHolder living = holder;
        if (living != null && (before.epoch() != epoch || !before.isRunning(System.nanoTime()))) {
            living.leaseAcquired();
        }
    }

    /** The lease is released. When this returns, nothing more is published. */
    public void end() {
        lease = NONE;
        LeaseHolder living = holder;
        if (living != null) {
            living.leaseLost();
        }
    }

    /** Sets whether enough nodes hear each other for any of them to publish, as far as this one knows. */
    public void majority(boolean isThere) {
        majority = isThere;
    }

    /** Returns the highest epoch in which a message was published. */
    public int heardEpoch() {
        return heardEpoch;
    }

    /** Returns whether the node could take over without a loss. */
    public boolean isWarm() {
        return warm;
    }

    /** Returns whether every pool of the feed that ever had a connection here has one that answers. */
    public boolean isReceiving() {
        return receiving.isReceiving();
    }

    /**
     * Whether all pools are connected, but one is not answered: its connections are half-open, or their path stalls.
     */
    public boolean isUnanswered() {
        return receiving.isUnanswered();
    }

    /** Returns how long nothing has arrived on the connections of a pool, or up to half a second more. */
    public long silentNanos(long nowNanos) {
        return Math.max(0, nowNanos - receiving.lastNanos());
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

    void holder(LeaseHolder newHolder) {
        holder = newHolder;
        if (newHolder != null && lease.isRunning(System.nanoTime())) {
            newHolder.leaseAcquired();
        }
    }

    void heard(int epoch) {
        heardEpoch = epoch;
    }

    /**
     * Says whether the feed is received; called several times a second.
     *
     * @param isUnanswered it is not, although there are connections
     * @param lastNanos when anything arrived the last time; now if there are no connections
     */
    void receives(boolean isReceiving, boolean isUnanswered, long lastNanos) {
        receiving = new Receiving(isReceiving, isUnanswered, lastNanos);
    }

    void warm(boolean isWarm) {
        warm = isWarm;
    }
}
