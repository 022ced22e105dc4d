package io.firstline.feed;

import io.firstline.feed.message.Silence;
import java.util.Collection;

/**
 * Detects that all connections of a feed stalled together, and until when the figures of that moment do not count
 * against one of them. After a stall, connections deliver their bursts one after another. TCP's retransmission timers
 * can delay the last one by as long as the stall lasted. Pure; times are nanoseconds of the monotonic clock.
 */
final class CommonStall {
    /** The longest grace after a stall. */
    static final long LONGEST_GRACE_NANOS = 10_000_000_000L;

    private boolean known;
    private long endedNanos;
    private long graceUntilNanos;
    private boolean grace;

    /**
     * Looks at the last silence of each connection; called several times a second.
     *
     * @param ofConnections one of each live connection; null = it has never stalled
     * @param ofData of all data together; null = it has never been silent
     * @return whether a grace has just ended: start new measurements now
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

    /** Returns whether current figures may be the effect of a stall. */
    boolean isGrace() {
        return grace;
    }

    /** Returns the time in which all connections were silent, until the last recovery so far; null = there was none. */
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
