package io.firstline.feed;

import io.firstline.connection.report.Disconnect;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Detects a server that allows no further session. Such a server refuses further connections while some are open, or
 * closes an older connection when a new one opens, each time with the same code; its close frame may come before the
 * new one is open. {@value #REFUSALS} such refusals or {@value #CLOSES} such closes in a row are taken as proof: a
 * server that ends all connections of a pool, one after another, has another reason. Losses after the same opening
 * count once: a failing server closes all connections together. Pure; times are nanoseconds of the monotonic clock.
 */
final class SessionLimit {
    static final int REFUSALS = 3;
    static final int CLOSES = 6;
    /** Codes of a server that goes away, fails, or restarts. */
    private static final Set<Integer> OTHER_REASONS = Set.of(1001, 1011, 1012, 1013);

    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final Set<Integer> REFUSING = Set.of(406, 409);

    /** Whether no loss has been attributed to the last opening. */
    private boolean opened;

    private long openedNanos;

    /** Whether a loss may belong to an attempt that is under way. */
    private boolean unexplained;

    private long lostNanos;
    /** When the lost connection had opened. */
    private long lostOpenedNanos;

    private Disconnect lostEnd;
    /** The common kind of the events in a row. */
    private String label = "";

    private int inARow;

    /**
     * A connection has opened; returns true if this is a sign, and the proof is complete.
     *
     * @param startedNanos when its attempt began
     */
    boolean opened(long startedNanos, long nowNanos) {
        boolean during = unexplained && startedNanos - lostNanos < 0 && nowNanos - lostNanos < SOON_NANOS;
        // otherwise the server may have closed that connection at once
        boolean kicked = during && lostOpenedNanos - startedNanos < 0;
        if (unexplained && !during) {
            inARow = 0; // the loss had another reason
        }
        unexplained = false;
        opened = !during;
        openedNanos = nowNanos;
        return kicked && again(lostEnd.label(), CLOSES);
    }

    /**
     * A connection was lost; returns true if this is a sign, and the proof is complete.
     *
     * @param ageMs how long it was open
     */
    boolean lost(Disconnect end, long ageMs, long nowNanos) {
        if (end.cause() != Disconnect.Cause.CLOSED || OTHER_REASONS.contains(end.code())) {
            inARow = 0;
            return false;
        }
        long sinceOpenedNanos = nowNanos - openedNanos;
        long ageNanos = TimeUnit.MILLISECONDS.toNanos(ageMs);
        boolean older = sinceOpenedNanos < SOON_NANOS && ageNanos > sinceOpenedNanos + TimeUnit.MILLISECONDS.toNanos(1);
        if (older) {
            boolean first = opened;
            opened = false;
            return first && again(end.label(), CLOSES);
        }
        opened = false;
        unexplained = true;
        lostEnd = end;
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
        if (live == 1 && end.cause() == Disconnect.Cause.HTTP && isAboutSessions(end)) {
            return again("refused", REFUSALS);
        }
        inARow = 0;
        return false;
    }

    private static boolean isAboutSessions(Disconnect end) {
        return REFUSING.contains(end.code())
                || (end.code() / 100 == 4
                        && end.reason().toLowerCase(Locale.ROOT).contains("session"));
    }

    /** Returns whether the proof is complete. */
    private boolean again(String sign, int proof) {
        inARow = sign.equals(label) ? Math.min(proof, inARow + 1) : 1;
        label = sign;
        return inARow == proof;
    }
}
