package io.firstline.cluster;

import java.util.concurrent.TimeUnit;

/**
 * Whether a standby is behind its owner: the owner publishes, and what this node receives is missing or late. Pure; the
 * caller passes the time in nanoseconds of the monotonic clock.
 */
final class BehindOwner {
    /** It is late if the owner has published it so long ago. */
    static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final int LEAST_MESSAGES = 3;

    /** What has arrived late for so long was not held up: this node is always that late. */
    private static final long CATCH_UP_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How many messages the owner has published that this node has not received, since the last one in time. */
    private int missing;
    /** When the first of them was published, and how long before the last. */
    private long sinceNanos;

    private long forNanos;
    /** Whether late messages arrive, and since when. */
    private boolean catchingUp;

    private long catchingUpSinceNanos;

    /** The owner has published this many messages, for this long, since one arrived here that was not late. */
    boolean isTrue() {
        return missing >= LEAST_MESSAGES && forNanos >= LATE_NANOS;
    }

    /**
     * The owner has published a message.
     *
     * @param received it had arrived here before
     */
    void published(boolean received, long nowNanos) {
        if (received) {
            ends();
            return;
        }
        if (missing++ == 0) {
            sinceNanos = nowNanos;
            catchingUp = false;
        }
        forNanos = nowNanos - sinceNanos;
    }

    /**
     * A message has arrived.
     *
     * @param late the owner has published it {@link #LATE_NANOS} ago or earlier, and others that are missing here: the next
     *     one may be late again
     */
    void received(boolean late, long nowNanos) {
        if (!late || !isTrue()) {
            ends();
            return;
        }
        if (!catchingUp) {
            catchingUp = true;
            catchingUpSinceNanos = nowNanos;
        }
        if (nowNanos - catchingUpSinceNanos >= CATCH_UP_NANOS) {
            ends();
        }
    }

    /** Nothing is missing, or there is no owner to compare with. */
    void ends() {
        missing = 0;
    }
}
