package io.firstline.bus;

/**
 * Whether a node of a cluster may publish a feed that others receive as well. Told by who keeps the leases, asked by the feed for each
 * message. For any thread; times are nanoseconds of this node's monotonic clock.
 */
public final class Tenancy {
    private static final Lease NONE = new Lease(0, System.nanoTime());

    /** What hears of it. */
    interface Tenant {
        /** The feed is its own now. On any thread. */
        void moveIn();

        /** The feed is not its own any more; when this returns, nothing more is published. */
        void moveOut();
    }

    /**
     * The right to publish for a while.
     *
     * @param epoch above that of everybody who had it before
     * @param untilNanos the end of it
     */
    record Lease(int epoch, long untilNanos) {
        boolean isRunning(long nowNanos) {
            return nowNanos - untilNanos < 0;
        }
    }

    private final String node;
    private volatile Lease lease = NONE;
    private volatile Tenant tenant;
    private volatile int heardEpoch;
    private volatile boolean warm;
    private volatile boolean receiving;
    private volatile boolean majority = true;

    /** Of one feed on one node. */
    public Tenancy(String node) {
        this.node = node;
    }

    // told by who keeps the leases

    /** The feed is this node's until a moment. */
    public void extend(int epoch, long untilNanos) {
        Lease before = lease;
        lease = new Lease(epoch, untilNanos);
        Tenant living = tenant;
        if (living != null && (before.epoch() != epoch || !before.isRunning(System.nanoTime()))) {
            living.moveIn();
        }
    }

    /** The feed is given back. When this returns, nothing more is published. */
    public void end() {
        lease = NONE;
        Tenant living = tenant;
        if (living != null) {
            living.moveOut();
        }
    }

    /** Whether enough nodes hear each other for anybody to publish, as far as this one knows. */
    public void majority(boolean isThere) {
        majority = isThere;
    }

    /** The highest epoch in which something was published. */
    public int heardEpoch() {
        return heardEpoch;
    }

    /** Whether the node could take over without a loss. */
    public boolean isWarm() {
        return warm;
    }

    /** Whether every pool of the feed that ever had a connection here has one. */
    public boolean isReceiving() {
        return receiving;
    }

    // asked and told by the feed

    String node() {
        return node;
    }

    Lease lease() {
        return lease;
    }

    boolean hasMajority() {
        return majority;
    }

    void tenant(Tenant newTenant) {
        tenant = newTenant;
        if (newTenant != null && lease.isRunning(System.nanoTime())) {
            newTenant.moveIn();
        }
    }

    void heard(int epoch) {
        heardEpoch = epoch;
    }

    void receives(boolean isReceiving) {
        receiving = isReceiving;
    }

    void warm(boolean isWarm) {
        warm = isWarm;
    }
}
