package io.firstline.pool;

import java.util.Collection;

/**
 * Finds out that all connections of a feed stood still together, and until when the figures of that moment are no evidence against
 * one of them: bursts come one after the other, and TCP's retransmission timers bring the last connection back as much later as the
 * stall was long. Pure; times are nanoseconds of the monotonic clock.
 */
final class CommonStall {
    /** No stall is waited for longer. */
    static final long LONGEST_GRACE_NANOS = 10_000_000_000L;

    /**
     * The last time that nothing came: on one connection, or of all data.
     *
     * @param toNanos when it ended; now if it lasts
     * @param lasts nothing has come since
     */
    record Silence(long fromNanos, long toNanos, boolean lasts) {
        long nanos() {
            return toNanos - fromNanos;
        }
    }

    private boolean known;
    private long endedNanos;
    private long graceUntilNanos;
    private boolean grace;

    /**
     * Looks at the last silence of each connection; called several times a second.
     *
     * @param ofConnections of each live connection; null = it has never stood still
     * @param ofData of all data together; null = it has never been silent
     * @return whether a grace has just ended: measure anew from here
     */
    boolean look(Collection<Silence> ofConnections, Silence ofData, long nowNanos) {
        Silence common = common(ofConnections);
        for (Silence silence : new Silence[] {common, ofData}) {
            if (silence != null && !silence.lasts() && (!known || silence.toNanos() - endedNanos > 0)) {
                known = true;
                endedNanos = silence.toNanos();
                long until = endedNanos + Math.min(silence.nanos(), LONGEST_GRACE_NANOS);
                graceUntilNanos = grace && graceUntilNanos - until > 0 ? graceUntilNanos : until;
                grace = true;
            }
        }
        boolean over = grace && nowNanos - graceUntilNanos >= 0;
        grace &= !over;
        return over;
    }

    /** Whether what comes now may be the aftermath of a stall. */
    boolean isGrace() {
        return grace;
    }

    /** The time in which all stood still, until the last one came back that has; null = there was none. */
    private static Silence common(Collection<Silence> silences) {
        long from = 0;
        long to = 0;
        long lastBack = 0;
        boolean lasts = true;
        boolean first = true;
        for (Silence silence : silences) {
            if (silence == null) {
                return null;
            }
            from = first || silence.fromNanos() - from > 0 ? silence.fromNanos() : from;
            to = first || silence.toNanos() - to < 0 ? silence.toNanos() : to;
            if (!silence.lasts()) {
                lastBack = lasts || silence.toNanos() - lastBack > 0 ? silence.toNanos() : lastBack;
                lasts = false;
            }
            first = false;
        }
        if (first || lasts || from - to >= 0) {
            return null;
        }
        return new Silence(from, lastBack, false);
    }
}
