package io.firstline.feed;

import io.firstline.connection.report.Disconnect;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Detects a server that allows no further session. Such a server refuses further connections while some are open, or
 * closes an older connection when a new one opens; its close frame may come before the new one is open.
 * {@value #EVIDENT} such events in a row are taken as proof. Losses after the same opening count once: a failing server
 * closes all connections together. Pure; times are nanoseconds of the monotonic clock.
 */
final class SessionLimit {
    private static final int EVIDENT = 3;
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
        boolean kicked = during && lostOpenedNanos - startedNanos < 0;
        if (unexplained && !during) {
            inARow = 0; // the loss had another reason
        }
        unexplained = false;
        opened = !kicked;
        openedNanos = nowNanos;
        return kicked && again(true);
    }

    /**
     * A connection was lost; returns true if this is a sign, and the proof is complete.
     *
     * @param ageMs how long it was open
     */
    boolean lost(Disconnect end, long ageMs, long nowNanos) {
        if (end.cause() == Disconnect.Cause.HALF_OPEN) {
            return again(false);
        }
        long sinceOpenedNanos = nowNanos - openedNanos;
        long ageNanos = TimeUnit.MILLISECONDS.toNanos(ageMs);
        boolean older = sinceOpenedNanos < SOON_NANOS && ageNanos > sinceOpenedNanos + TimeUnit.MILLISECONDS.toNanos(1);
        if (older) {
            boolean first = opened;
            opened = false;
            return first && again(true);
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
        return again(live == 1 && end.cause() == Disconnect.Cause.HTTP && isAboutSessions(end));
    }

    private static boolean isAboutSessions(Disconnect end) {
        return REFUSALS.contains(end.code())
                || (end.code() / 100 == 4
                        && end.reason().toLowerCase(Locale.ROOT).contains("session"));
    }

    private boolean again(boolean sign) {
        inARow = sign ? inARow + 1 : 0;
        return inARow >= EVIDENT;
    }
}
