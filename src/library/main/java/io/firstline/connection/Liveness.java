package io.firstline.connection;

/**
 * Detects a peer that may be gone: a half-open socket reports no error and delivers nothing. Pure: called once per ping
 * interval with the time in nanoseconds of a monotonic clock.
 *
 * <p>A missing pong proves nothing while other frames arrive, or if the peer has never answered a ping: some servers
 * answer none. No frame at all since a ping that is overdue raises a suspicion, not a proof: a path that stalls for two
 * seconds looks the same, and TCP delivers everything afterwards. The code that knows the other connections decides.
 */
final class Liveness {
    /** The shortest deadline. With very frequent pings, a short pause of the peer would look like its end. */
    static final long LEAST_DEADLINE_NANOS = 500_000_000L;

    /**
     * The deadline for a peer that has neither sent a frame nor answered a ping. It may answer no pings and have no
     * data yet.
     */
    private static final long NEVER_HEARD_NANOS = 60_000_000_000L;

    /** A ping was held up if it waited longer than this and longer than four usual round trips. */
    private static final long HELD_UP_PING_NANOS = 100_000_000L;

    private final long intervalNanos;
    private boolean heard;
    private long lastFrameNanos;
    private long lastCheckNanos;
    private long stallNanos;
    private long stallEndedNanos;
    private long silenceNanos;
    private long silenceEndedNanos;

    /**
     * Starts when the connection opens.
     *
     * @param pingIntervalMs the interval of the checks
     */
    Liveness(long pingIntervalMs, long nowNanos) {
        this.intervalNanos = pingIntervalMs * 1_000_000;
        this.lastFrameNanos = nowNanos;
        this.lastCheckNanos = nowNanos;
        this.stallEndedNanos = nowNanos;
        this.silenceEndedNanos = nowNanos;
    }

    /** A frame of any kind, data or control, arrived. */
    void onFrame(long nowNanos) {
        lastFrameNanos = nowNanos;
        heard = true;
    }

    /**
     * A frame has ended a silence of at least {@link #LEAST_DEADLINE_NANOS} and is about to be reported. If a ping
     * waited all that time, the path stalled.
     *
     * @param pingOutstandingNanos age of the outstanding ping, 0 = none
     * @param roundTripMs the usual round trip, NaN = no ping was ever answered
     */
    void silenceEnds(long pingOutstandingNanos, double roundTripMs, long nowNanos) {
        silenceNanos = silentNanos(nowNanos);
        silenceEndedNanos = nowNanos;
        if (!Double.isNaN(roundTripMs)
                && pingOutstandingNanos >= Math.max(HELD_UP_PING_NANOS, fourRoundTrips(roundTripMs))) {
            stallNanos = silenceNanos;
            stallEndedNanos = nowNanos;
        }
    }

    private static long fourRoundTrips(double roundTripMs) {
        return (long) (4 * roundTripMs * 1e6);
    }

    /** Whether any frame has arrived. */
    boolean isHeard() {
        return heard;
    }

    /** The time since the last frame, nanoseconds. */
    long silentNanos(long nowNanos) {
        return nowNanos - lastFrameNanos;
    }

    /** The time at which the last frame arrived or the connection opened. */
    long lastFrameNanos() {
        return lastFrameNanos;
    }

    /** The length of the last finished stall, nanoseconds; 0 = none. */
    long stallNanos() {
        return stallNanos;
    }

    /** The end of that stall. */
    long stallEndedNanos() {
        return stallEndedNanos;
    }

    /**
     * The length of the last finished silence of at least {@link #LEAST_DEADLINE_NANOS}, with or without a ping,
     * nanoseconds; 0 = none.
     */
    long silenceNanos() {
        return silenceNanos;
    }

    /** The end of that silence. */
    long silenceEndedNanos() {
        return silenceEndedNanos;
    }

    /**
     * Whether the connection may be half-open: nothing has arrived since a ping that was sent at least an interval,
     * four usual round trips, and half a second ago. Returns false if the check itself is late: then our event loop was
     * held up and may have unread data.
     *
     * @param pingOutstandingNanos age of the outstanding ping, 0 = none
     * @param roundTripMs the usual round trip, NaN = no ping was ever answered
     */
    boolean isHalfOpen(long pingOutstandingNanos, double roundTripMs, long nowNanos) {
        boolean heldUp = nowNanos - lastCheckNanos > intervalNanos + intervalNanos / 2;
        lastCheckNanos = nowNanos;
        if (Double.isNaN(roundTripMs)) {
            return !heldUp && !heard && silentNanos(nowNanos) >= NEVER_HEARD_NANOS;
        }
        // a timer may fire a little early: the tick after the ping comes after at least nine tenths of an interval
        long deadline = Math.max(
                Math.max(intervalNanos - intervalNanos / 10, fourRoundTrips(roundTripMs)), LEAST_DEADLINE_NANOS);
        return !heldUp && pingOutstandingNanos >= deadline && silentNanos(nowNanos) >= deadline;
    }
}
