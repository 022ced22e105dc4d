package io.firstline.pool;

import java.util.List;

/**
 * What becomes of a connection that answers nothing: is it half-open, or does the path stand still? Both look the same from one
 * connection, but TCP delivers everything when a path continues, so a connection is cut only if another one has all that it may still
 * bring. Pure; times are nanoseconds of the monotonic clock.
 *
 * <p>A path that stood still brings its connections back one after the other: TCP's retransmission timers double, so the last may come as
 * much later as the stall was long. What a sibling shows right after its own stall is therefore no evidence against one that is still
 * silent.
 */
final class HalfOpenPolicy {
    /** Where no sibling can tell, a replacement is opened beside only after this silence. */
    static final long ALONE_NANOS = 10_000_000_000L;
    /** A replaced connection that may still bring what nobody else has is kept open until it was silent for this long. */
    static final long LINGER_NANOS = 90_000_000_000L;
    /** The longest stall whose end is waited for again. */
    static final long LONGEST_GRACE_NANOS = 30_000_000_000L;
    /** A sibling has to be heard this long after the question that was not answered: the stall may have begun in between. */
    private static final long WITNESS_NANOS = 500_000_000L;
    /** Two connections that fall silent within this time may have stood still together. */
    private static final long SAME_MOMENT_NANOS = 300_000_000L;

    private HalfOpenPolicy() {}

    /** What is decided. */
    enum Verdict {
        WAIT,
        /** A sibling is alive and has all that this one may still bring: end it. */
        CUT,
        /** Nobody can tell: open a replacement beside it. */
        REPLACE
    }

    /**
     * What was heard of a connection.
     *
     * @param lastFrameNanos when anything last arrived
     * @param inStepNanos since when it brings all that the feed publishes, which counts only if {@code inStep}
     * @param unanswered it answers nothing itself
     * @param stallNanos how long its last stall was that has ended, 0 = none
     * @param stallEndedNanos when it ended
     * @param silenceNanos how long its last silence was that has ended, 0 = none; not every silence is a stall, but one in which no ping
     *     waited may have been
     * @param silenceEndedNanos when it ended
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

        /** Whether it has brought or will bring all that the other may still bring. */
        boolean covers(long lastFrameOfTheOther) {
            return inStep && !unanswered && inStepNanos - lastFrameOfTheOther <= 0;
        }

        /** Whether it is heard while the other is not, and the other would be back by now if the same stall had hit both. */
        private boolean shows(long askedOfTheOther, long lastFrameOfTheOther, long nowNanos) {
            boolean heard = !unanswered && lastFrameNanos - (askedOfTheOther + WITNESS_NANOS) >= 0;
            boolean settled = stallNanos == 0
                    || lastFrameOfTheOther - stallEndedNanos > 0
                    || nowNanos - stallEndedNanos >= Math.min(stallNanos, LONGEST_GRACE_NANOS);
            return heard && settled && isNoSharedSilence(lastFrameOfTheOther);
        }

        /** Whether its last silence was not that of the other, or it has been heard again for as long as that silence was. */
        private boolean isNoSharedSilence(long lastFrameOfTheOther) {
            long beganNanos = silenceEndedNanos - silenceNanos;
            return silenceNanos == 0
                    || lastFrameOfTheOther - silenceEndedNanos >= 0
                    || beganNanos - lastFrameOfTheOther >= SAME_MOMENT_NANOS
                    || lastFrameNanos - silenceEndedNanos >= Math.min(silenceNanos, LONGEST_GRACE_NANOS);
        }
    }

    /**
     * The verdict on a live connection that answers nothing.
     *
     * @param askedNanos when it was asked what it has not answered
     * @param lastFrameNanos when anything last arrived on it
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

    /** Whether any of these is heard while the one that was asked is not. */
    static boolean isAnybodyHeard(long askedNanos, long lastFrameNanos, List<Heard> others, long nowNanos) {
        return others.stream().anyMatch(other -> other.shows(askedNanos, lastFrameNanos, nowNanos));
    }
}
