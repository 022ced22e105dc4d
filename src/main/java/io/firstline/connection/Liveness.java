package io.firstline.connection;

/**
 * Whether the other side is still there at all: a socket that is half-open refuses nothing and brings nothing. Pure: asked once a ping
 * interval, with the time in nanoseconds of a monotonic clock.
 *
 * <p>A pong that is missing proves nothing while other frames arrive, nor on a connection that has never answered a ping: some servers
 * answer none. Nothing at all since a ping that should have been answered long ago is proof.
 */
final class Liveness {
    /** Pings may be sent so often that a moment's pause of the other side would be taken for its end. */
    private static final long LEAST_DEADLINE_NANOS = 500_000_000L;

    /** A peer that has never brought a frame, nor answered a ping, is waited for so long: it may answer no pings and have nothing to say. */
    private static final long NEVER_HEARD_NANOS = 60_000_000_000L;

    private final long intervalNanos;
    private boolean heard;
    private long lastFrameNanos;
    private long lastCheckNanos;

    /**
     * Made when the connection opens.
     *
     * @param pingIntervalMs how often it is asked
     */
    Liveness(long pingIntervalMs, long nowNanos) {
        this.intervalNanos = pingIntervalMs * 1_000_000;
        this.lastFrameNanos = nowNanos;
        this.lastCheckNanos = nowNanos;
    }

    /** Any frame arrived, data or control. */
    void onFrame(long nowNanos) {
        lastFrameNanos = nowNanos;
        heard = true;
    }

    /** For how long nothing has arrived, nanoseconds. */
    long silentNanos(long nowNanos) {
        return nowNanos - lastFrameNanos;
    }

    /**
     * Whether the connection is half-open: nothing has arrived since a ping that was sent at least an interval, four usual round
     * trips, and half a second ago. Says no when the question itself comes late: then our own loop was held up and may not have read what is there.
     *
     * @param pingOutstandingNanos how long the outstanding ping has waited, 0 = none
     * @param roundTripMs the usual round trip, NaN = no ping was ever answered
     */
    boolean isHalfOpen(long pingOutstandingNanos, double roundTripMs, long nowNanos) {
        boolean heldUp = nowNanos - lastCheckNanos > intervalNanos + intervalNanos / 2;
        lastCheckNanos = nowNanos;
        if (Double.isNaN(roundTripMs)) {
            return !heldUp && !heard && silentNanos(nowNanos) >= NEVER_HEARD_NANOS;
        }
        long usual = (long) (4 * roundTripMs * 1e6);
        // a timer may fire a little early: nine tenths of an interval is the tick after the ping
        long deadline = Math.max(Math.max(intervalNanos - intervalNanos / 10, usual), LEAST_DEADLINE_NANOS);
        return !heldUp && pingOutstandingNanos >= deadline && silentNanos(nowNanos) >= deadline;
    }
}
