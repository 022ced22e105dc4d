package io.firstline.feed;

import java.util.concurrent.TimeUnit;

/**
 * Decides when a feed may try again after its login, or one more connection, was refused: a server may lock an account
 * that tries often. The
 * first pause is a minute; each further refusal doubles it, up to {@value #LONGEST_S} seconds. After a pause one
 * connection tries, and the others wait for its result. Other failures do not count. Pure; times are nanoseconds of the
 * monotonic clock.
 */
final class LoginCircuit {
    static final long FIRST_S = 60;
    static final long LONGEST_S = 900;
    /** Others look again this long after one has begun to try. */
    private static final long LOOK_MS = 1_000;
    /** An attempt without a result is forgotten: it may have failed for another reason. */
    private static final long TRIAL_NANOS = TimeUnit.SECONDS.toNanos(60);

    private int refusals;
    private long untilNanos;
    private boolean trying;
    private long triesUntilNanos;

    /** Returns whether the last login was refused. */
    boolean isOpen() {
        return refusals > 0;
    }

    /**
     * A login was refused. The refusals of connections that tried together count as one.
     *
     * @return the pause in milliseconds, if one begins; 0 = one lasts already
     */
    long refused(long nowNanos) {
        if (isOpen() && !trying) {
            return 0;
        }
        long pauseS = Math.min(LONGEST_S, FIRST_S << Math.min(refusals, 10));
        refusals++;
        trying = false;
        untilNanos = nowNanos + TimeUnit.SECONDS.toNanos(pauseS);
        return TimeUnit.SECONDS.toMillis(pauseS);
    }

    /** Returns how long an attempt must wait, milliseconds; 0 = it may begin now. */
    long waitMs(long nowNanos) {
        if (!isOpen()) {
            return 0;
        }
        long leftNanos = untilNanos - nowNanos;
        if (leftNanos > 0) {
            return TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
        }
        if (trying && triesUntilNanos - nowNanos > 0) {
            return LOOK_MS;
        }
        return 0;
    }

    /** An attempt that need not wait begins; until it has a result, it is the only one. */
    void tries(long nowNanos) {
        if (isOpen()) {
            trying = true;
            triesUntilNanos = nowNanos + TRIAL_NANOS;
        }
    }

    /** An attempt ended without a refusal and without a login: another one may try. */
    void undecided() {
        trying = false;
    }

    /** A login was accepted, or a secret has changed; returns whether attempts were waiting. */
    boolean close() {
        boolean was = isOpen();
        refusals = 0;
        trying = false;
        return was;
    }
}
