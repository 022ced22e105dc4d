package io.firstline.feed;

import io.firstline.connection.report.Disconnect;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Detects a server that allows no further session. Such a server refuses further connections while some are open, or
 * closes an older connection when a new one opens; its close frame may come before the new one is open.
 * Three such events in a row are taken as proof; if the attempt had begun before the older one opened, six, because a
 * server that closes all connections at once looks alike. Losses after the same opening count once: a failing server
 * closes all connections together. Pure; times are nanoseconds of the monotonic clock.
 */
final class SessionLimit {
    private static final int EVIDENT = 6;
    private static final int SIGN = 2;
    private static final int WEAK_SIGN = 1;
    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final Set<Integer> REFUSALS = Set.of(406, 409);

    /** Whether no loss has been attributed to the last opening. */
    private boolean opened;

    private long openedNanos;

    /** Whether a loss may belong to an attempt that is under way. */
    private boolean unexplained;

    private long lostNanos;
    /** When the lost connection had opened. */
    private long lostOpenedNanos;

    private int inARow;

    /**
     * A connection has opened; returns true if this is a sign, and the proof is complete.
     *
     * @param startedNanos when its attempt began
     */
    boolean opened(long startedNanos, long nowNanos) {
        boolean during = unexplained && startedNanos - lostNanos < 0 && nowNanos - lostNanos < SOON_NANOS;
        if (unexplained && !during) {
            inARow = 0; // the loss had another reason
        }
        unexplained = false;
        opened = !during;
        openedNanos = nowNanos;
        return during && again(lostOpenedNanos - startedNanos < 0 ? SIGN : WEAK_SIGN);
    }

    /**
     * A connection was lost; returns true if this is a sign, and the proof is complete.
     *
     * @param ageMs how long it was open
     */
    boolean lost(Disconnect end, long ageMs, long nowNanos) {
        if (end.cause() == Disconnect.Cause.HALF_OPEN) {
            return again(0);
        }
        long sinceOpenedNanos = nowNanos - openedNanos;
        long ageNanos = TimeUnit.MILLISECONDS.toNanos(ageMs);
        boolean older = sinceOpenedNanos < SOON_NANOS && ageNanos > sinceOpenedNanos + TimeUnit.MILLISECONDS.toNanos(1);
        if (older) {
            boolean first = opened;
            opened = false;
            return first && again(SIGN);
        }
        opened = false;
        unexplained = true;
        lostNanos = nowNanos;
        lostOpenedNanos = nowNanos - ageNanos;
        return false;
    }

    /**
     * An attempt failed; returns true if this completes the proof.
     *
     * @param live the number of open connections
     */
    boolean refused(Disconnect end, int live) {
        return again(live == 1 && end.cause() == Disconnect.Cause.HTTP && isAboutSessions(end) ? SIGN : 0);
    }

    private static boolean isAboutSessions(Disconnect end) {
        return REFUSALS.contains(end.code())
                || (end.code() / 100 == 4
                        && end.reason().toLowerCase(Locale.ROOT).contains("session"));
    }

    /** Returns whether the proof is complete; 0 = the event is no sign. */
    private boolean again(int sign) {
        inARow = sign == 0 ? 0 : Math.min(EVIDENT, inARow + sign);
        return inARow == EVIDENT;
    }
}
