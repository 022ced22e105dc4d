package io.firstline.cluster;

import java.util.concurrent.TimeUnit;

/**
 * Whether this node has the same configuration of a feed as the feed's owner. Nodes get a changed configuration one
 * after the other; meanwhile what they receive cannot be compared, so none can take over without a loss. Messages that
 * a node has received before the configurations agreed are compared for a while longer.
 *
 * <p>Pure and single-threaded; times are nanoseconds of one monotonic clock.
 */
final class ConfigAgreement {
    /** The longest time for which a {@link ReplicaCore} compares messages. */
    static final long SETTLE_NANOS = ReplicaCore.COMPARED_NANOS;
    /** A new configuration reaches all nodes sooner, also on Kubernetes; a longer difference is reported. */
    static final long WARN_NANOS = TimeUnit.SECONDS.toNanos(120);

    /** Empty = not known. */
    private String mine = "";

    private boolean differs;
    private long differsSinceNanos;
    private boolean warned;
    private boolean settled = true;
    private long unsettledNanos;

    /** This node has this configuration from now on. */
    void configured(String fingerprint, long nowNanos) {
        if (!mine.isEmpty() && !mine.equals(fingerprint)) {
            unsettle(nowNanos);
        }
        mine = fingerprint;
    }

    private void unsettle(long now) {
        settled = false;
        unsettledNanos = now;
    }

    String mine() {
        return mine;
    }

    /**
     * Compares it with that of the owner; called periodically.
     *
     * @param owners empty = not known
     * @return whether they have differed for long, once for each difference
     */
    boolean see(String owners, long nowNanos) {
        boolean different = !owners.isEmpty() && !mine.isEmpty() && !owners.equals(mine);
        if (different && !differs) {
            differsSinceNanos = nowNanos;
            warned = false;
        }
        differs = different;
        if (different) {
            unsettle(nowNanos);
        } else if (nowNanos - unsettledNanos >= SETTLE_NANOS) {
            settled = true;
        }
        boolean warns = different && !warned && nowNanos - differsSinceNanos >= WARN_NANOS;
        warned |= warns;
        return warns;
    }

    /** Returns whether they agree, and have done so for long enough. */
    boolean isSettled() {
        return settled;
    }
}
