package io.firstline.feed;

import java.util.concurrent.TimeUnit;

/**
 * Decides when to report something that may begin and end often: at most once a minute. Pure; times are nanoseconds of
 * the monotonic clock.
 */
final class OnceAMinute {
    static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private boolean reported;
    private long reportedNanos;

    boolean isDue(long nowNanos) {
        return !reported || nowNanos - reportedNanos >= MINUTE_NANOS;
    }

    void reported(long nowNanos) {
        reported = true;
        reportedNanos = nowNanos;
    }
}
