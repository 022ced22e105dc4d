package io.firstline.connection;

/**
 * Whether the other side is still there at all: a socket that is half-open refuses nothing and brings nothing. Pure: asked once a ping
 * interval, with the time in nanoseconds of a monotonic clock.
 *
 * <p>A pong that is missing proves nothing while other frames arrive, nor on a connection that has never answered a ping: some servers
 * answer none. Nothing at all since a ping that should have been answered long ago is a suspicion. It is not proof: a path that stands
 * still for two seconds looks the same, and TCP delivers everything afterwards. Whoever knows the other connections decides.
 */
final class Liveness {
    /** Pings may be sent so often that a moment's pause of the other side would be taken for its end. */
    static final long LEAST_DEADLINE_NANOS = 500_000_000L;

    /** A peer that has never brought a frame, nor answered a ping, is waited for so long: it may answer no pings and have nothing to say. */
    private static final long NEVER_HEARD_NANOS = 60_000_000_000L;

    /** A ping that waited longer than this, and than four usual round trips, was held up. */
    private static final long HELD_UP_PING_NANOS = 100_000_000L;

    private final long intervalNanos;
    private boolean heard;
    private long lastFrameNanos;
    private long lastCheckNanos;
    private long stallNanos;
    private long stallEndedNanos;

    /**
     * Made when the connection opens.
     *
     * @param pingIntervalMs how often it is asked
     */
    Liveness(long pingIntervalMs, long nowNanos) {
        this.intervalNanos = pingIntervalMs * 1_000_000;
        this.lastFrameNanos = nowNanos;
        this.lastCheckNanos = nowNanos;
        this.stallEndedNanos = nowNanos;
    }

    /** Any frame arrived, data or control. */
    void onFrame(long nowNanos) {
        lastFrameNanos = nowNanos;
        heard = true;
    }

    /**
     * A frame is about to be told that ends a silence of at least {@link #LEAST_DEADLINE_NANOS}. If a ping waited all the while, the path
     * stood still.
     *
     * @param pingOutstandingNanos how long the outstanding ping has waited, 0 = none
     * @param roundTripMs the usual round trip, NaN = no ping was ever answered
     */
    void silenceEnds(long pingOutstandingNanos, double roundTripMs, long nowNanos) {
        if (!Double.isNaN(roundTripMs)
                && pingOutstandingNanos >= Math.max(HELD_UP_PING_NANOS, fourRoundTrips(roundTripMs))) {
            stallNanos = silentNanos(nowNanos);
            stallEndedNanos = nowNanos;
        }
    }

    private static long fourRoundTrips(double roundTripMs) {
        return (long) (4 * roundTripMs * 1e6);
    }

    /** For how long nothing has arrived, nanoseconds. */
    long silentNanos(long nowNanos) {
        return nowNanos - lastFrameNanos;
    }

    /** When the last frame arrived, or the connection opened. */
    long lastFrameNanos() {
        return lastFrameNanos;
    }

    /** How long the last stall was that has ended, nanoseconds; 0 = there was none. */
    long stallNanos() {
        return stallNanos;
    }

    /** When it ended. */
    long stallEndedNanos() {
        return stallEndedNanos;
    }

    /**
     * Whether the connection may be half-open: nothing has arrived since a ping that was sent at least an interval, four usual round
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
        // a timer may fire a little early: nine tenths of an interval is the tick after the ping
        long deadline = Math.max(
                Math.max(intervalNanos - intervalNanos / 10, fourRoundTrips(roundTripMs)), LEAST_DEADLINE_NANOS);
        return !heldUp && pingOutstandingNanos >= deadline && silentNanos(nowNanos) >= deadline;
    }
}
