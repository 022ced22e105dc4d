package io.firstline.feed;

import io.firstline.connection.report.Disconnect;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Detects a server that allows one session at a time. Such a server refuses further connections while one is open, or
 * closes an older connection when a new one opens. {@value #EVIDENT} such events in a row are taken as proof. Pure;
 * times are nanoseconds of the monotonic clock.
 */
final class SessionLimit {
    private static final int EVIDENT = 3;
    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final Set<Integer> REFUSALS = Set.of(406, 409);

    private boolean opened;
    private long openedNanos;
    private int inARow;

    /** A connection has opened. */
    void opened(long nowNanos) {
        opened = true;
        openedNanos = nowNanos;
    }

    /**
     * A connection was lost; returns true if this completes the proof.
     *
     * @param ageMs how long it was open
     */
    boolean lost(Disconnect end, long ageMs, long nowNanos) {
        long sinceOpenedNanos = nowNanos - openedNanos;
        boolean kicked = opened
                && sinceOpenedNanos < SOON_NANOS
                && TimeUnit.MILLISECONDS.toNanos(ageMs) > sinceOpenedNanos + TimeUnit.MILLISECONDS.toNanos(1)
                && end.cause() != Disconnect.Cause.HALF_OPEN;
        opened = false;
        return again(kicked);
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
