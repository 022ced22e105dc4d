package io.firstline.connection;

import io.vertx.core.buffer.Buffer;

/**
 * Whether the peer of one connection answers: its round trips, its silences, and the stalls of the path. Pure; times are
 * nanoseconds of the monotonic clock.
 */
public final class PingTracker {
    /** The first bytes of the connection's pings ("firstlin"): their pongs differ from those to a caller's ping. */
    private static final long PING_MARK = 0x66697273746C696EL;

    private final LatencyTracker latency;
    private Liveness liveness;
    private boolean unanswered;
    private long askedNanos;
    private long halfIntervalNanos;
    private long pingedNanos;

    PingTracker(int latencyWindow) {
        this.latency = new LatencyTracker(latencyWindow);
    }

    /** The connection is open. */
    void opened(long pingIntervalMs, long nowNanos) {
        liveness = new Liveness(pingIntervalMs, nowNanos);
        halfIntervalNanos = pingIntervalMs * 1_000_000 / 2;
        pingedNanos = nowNanos - halfIntervalNanos;
    }

    /** A frame of any kind arrived. */
    void heard(long nowNanos) {
        if (liveness.silentNanos(nowNanos) >= Liveness.LEAST_DEADLINE_NANOS) {
            liveness.silenceEnds(latency.outstandingNanos(nowNanos), latency.emaMs(), nowNanos);
            unanswered = false;
        }
        liveness.onFrame(nowNanos);
    }

    /** Whether the next ping may be sent: not twice within half an interval, at whatever time the first tick comes. */
    boolean isDue(long nowNanos) {
        return latency.isDue(nowNanos) && nowNanos - pingedNanos >= halfIntervalNanos;
    }

    /** Returns the payload of the ping to send now. */
    Buffer next(long nowNanos) {
        pingedNanos = nowNanos;
        return Buffer.buffer(2 * Long.BYTES).appendLong(PING_MARK).appendLong(latency.nextPing(nowNanos));
    }

    void onPong(Buffer payload, long nowNanos) {
        if (payload.length() == 2 * Long.BYTES && payload.getLong(0) == PING_MARK) {
            boolean stalled = liveness.stallNanos() > 0 && liveness.stallEndedNanos() - latency.sentNanos() >= 0;
            latency.onPong(payload.getLong(Long.BYTES), nowNanos, stalled);
        }
    }

    /** See {@link Liveness#isHalfOpen}. */
    boolean isHalfOpen(long nowNanos) {
        return liveness.isHalfOpen(latency.outstandingNanos(nowNanos), latency.emaMs(), nowNanos);
    }

    /** An answer is overdue; returns true if this is new. */
    boolean becomesUnanswered(long newAskedNanos) {
        if (unanswered) {
            return false;
        }
        unanswered = true;
        askedNanos = newAskedNanos;
        return true;
    }

    LatencyTracker latency() {
        return latency;
    }

    long silentNanos(long nowNanos) {
        return liveness == null ? 0 : liveness.silentNanos(nowNanos);
    }

    /** Whether nothing has arrived since an answer was due: the connection may be half-open. */
    public boolean isUnanswered() {
        return unanswered;
    }

    /** Whether anything has arrived. A server that answers no pings may have no data yet. */
    public boolean isHeard() {
        return liveness != null && liveness.isHeard();
    }

    /** Whether the peer has answered a ping: otherwise its silence proves nothing. */
    public boolean isAnswering() {
        return !Double.isNaN(latency.emaMs());
    }

    /** The time of the unanswered request, while {@link #isUnanswered()}. */
    public long askedNanos() {
        return askedNanos;
    }

    /** The time at which the last frame arrived or the connection opened; 0 = never opened. */
    public long lastFrameNanos() {
        return liveness == null ? 0 : liveness.lastFrameNanos();
    }

    /** The length of the last finished stall of the path, nanoseconds; 0 = none. */
    public long stallNanos() {
        return liveness == null ? 0 : liveness.stallNanos();
    }

    /** The end of that stall. */
    public long stallEndedNanos() {
        return liveness == null ? 0 : liveness.stallEndedNanos();
    }

    /** The length of the last finished silence of at least half a second, for any reason, nanoseconds; 0 = none. */
    public long silenceNanos() {
        return liveness == null ? 0 : liveness.silenceNanos();
    }

    /** The end of that silence. */
    public long silenceEndedNanos() {
        return liveness == null ? 0 : liveness.silenceEndedNanos();
    }
}
