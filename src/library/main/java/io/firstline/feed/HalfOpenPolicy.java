package io.firstline.feed;

import java.util.List;

/**
 * Decides about a connection that answers nothing: it is half-open, or its path has stalled. One connection alone
 * cannot tell the two apart. But TCP delivers everything when a stalled path continues, so a connection is cut only
 * if another one has everything that it may still deliver. Pure; times are nanoseconds of the monotonic clock.
 *
 * <p>After a stall, connections recover one after another: TCP doubles its retransmission timers, so the last one may
 * take as long again as the stall lasted. A sibling that has just recovered from its own stall is therefore no
 * evidence against a connection that is still silent.
 */
final class HalfOpenPolicy {
    /** Without a sibling as evidence, a replacement is opened only after this silence. */
    static final long ALONE_NANOS = 10_000_000_000L;
    /** A replaced connection that may still deliver messages that no other has is kept open until this silence. */
    static final long LINGER_NANOS = 90_000_000_000L;
    /** The longest time that a connection gets to recover after a stall. */
    static final long LONGEST_GRACE_NANOS = 30_000_000_000L;
    /**
     * A sibling counts only if it is heard this long after the unanswered request: the stall may have begun in
     * between.
     */
    private static final long WITNESS_NANOS = 500_000_000L;
    /** Two connections that fall silent within this time may have stalled together. */
    private static final long SAME_MOMENT_NANOS = 300_000_000L;

    private HalfOpenPolicy() {}

    /** The verdict on a connection. */
    enum Verdict {
        WAIT,
        /** A sibling is alive and has everything that this connection may still deliver: close it. */
        CUT,
        /** There is no evidence: open a replacement beside it. */
        REPLACE
    }

    /**
     * The last frames of a connection and its state.
     *
     * @param lastFrameNanos when a frame last arrived
     * @param inStepNanos since when it delivers all that the feed publishes; valid only if {@code inStep}
     * @param unanswered whether it answers nothing itself
     * @param stallNanos the length of its last stall that has ended, 0 = none
     * @param stallEndedNanos when that stall ended
     * @param silenceNanos the length of its last silence that has ended, 0 = none; a silence without an unanswered ping
     *     may have been a stall, too
     * @param silenceEndedNanos when that silence ended
     */
    record Heard(
            long lastFrameNanos,
            boolean inStep,
            long inStepNanos,
            boolean unanswered,
            long stallNanos,
            long stallEndedNanos,
            long silenceNanos,
            long silenceEndedNanos) {

        /** Returns whether it has delivered or will deliver everything that the other may still deliver. */
        boolean covers(long lastFrameOfTheOther) {
            return inStep && !unanswered && inStepNanos - lastFrameOfTheOther <= 0;
        }

        /**
         * Returns whether it is heard while the other is not, although the other would have recovered from a common
         * stall by now.
         */
        private boolean shows(long askedOfTheOther, long lastFrameOfTheOther, long nowNanos) {
            boolean heard = !unanswered && lastFrameNanos - (askedOfTheOther + WITNESS_NANOS) >= 0;
            boolean settled = stallNanos == 0
                    || lastFrameOfTheOther - stallEndedNanos > 0
                    || nowNanos - stallEndedNanos >= Math.min(stallNanos, LONGEST_GRACE_NANOS);
            return heard && settled && isNoSharedSilence(lastFrameOfTheOther);
        }

        /**
         * Returns whether its last silence did not include that of the other, or it has been heard again for as long
         * as it was silent.
         */
        private boolean isNoSharedSilence(long lastFrameOfTheOther) {
            long beganNanos = silenceEndedNanos - silenceNanos;
            return silenceNanos == 0
                    || lastFrameOfTheOther - silenceEndedNanos >= 0
                    || beganNanos - lastFrameOfTheOther >= SAME_MOMENT_NANOS
                    || lastFrameNanos - silenceEndedNanos >= Math.min(silenceNanos, LONGEST_GRACE_NANOS);
        }
    }

    /**
     * Returns the verdict on a live connection that answers nothing.
     *
     * @param askedNanos when the unanswered request was sent
     * @param lastFrameNanos when a frame last arrived on it
     * @param siblings the other live connections of the feed
     */
    static Verdict verdict(long askedNanos, long lastFrameNanos, List<Heard> siblings, long nowNanos) {
        for (Heard sibling : siblings) {
            if (sibling.shows(askedNanos, lastFrameNanos, nowNanos) && sibling.covers(lastFrameNanos)) {
                return Verdict.CUT;
            }
        }
        return nowNanos - lastFrameNanos >= ALONE_NANOS ? Verdict.REPLACE : Verdict.WAIT;
    }

    /** Returns whether any of these is heard while the connection with the unanswered request is not. */
    static boolean isAnybodyHeard(long askedNanos, long lastFrameNanos, List<Heard> others, long nowNanos) {
        return others.stream().anyMatch(other -> other.shows(askedNanos, lastFrameNanos, nowNanos));
    }
}
