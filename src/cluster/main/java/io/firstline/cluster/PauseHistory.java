package io.firstline.cluster;

import java.util.concurrent.TimeUnit;

/**
 * The pauses of this process within the last minute: times in which a periodic call came late, because the garbage
 * collector or the scheduler of the machine stopped the process. Pure and single-threaded; times are nanoseconds of one
 * monotonic clock.
 */
final class PauseHistory {
    /** Shorter delays are usual. */
    static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long PART_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int PARTS = 6;

    private final long startNanos;
    private final long periodNanos;
    private long calledNanos;
    private long lastNanos;
    private long endNanos;
    /** The two longest pauses of each of the last parts of a minute, and the part that each entry is of. */
    private final long[] longest = new long[PARTS];

    private final long[] second = new long[PARTS];
    private final long[] part = new long[PARTS];

    /** @param periodNanos between two calls that are on time */
    PauseHistory(long periodNanos, long nowNanos) {
        this.periodNanos = periodNanos;
        this.startNanos = nowNanos;
        this.calledNanos = nowNanos;
    }

    /** Called periodically; returns how late the call is, 0 = not noticeably. */
    long called(long nowNanos) {
        long late = nowNanos - calledNanos - periodNanos;
        calledNanos = nowNanos;
        if (late < LEAST_NANOS) {
            return 0;
        }
        lastNanos = late;
        endNanos = nowNanos;
        note(late, nowNanos);
        return late;
    }

    private void note(long pause, long now) {
        long number = (now - startNanos) / PART_NANOS;
        int at = (int) (number % PARTS);
        if (part[at] != number) {
            part[at] = number;
            longest[at] = 0;
            second[at] = 0;
        }
        second[at] = Math.max(second[at], Math.min(longest[at], pause));
        longest[at] = Math.max(longest[at], pause);
    }

    /**
     * Returns how long a pause must be expected to be: as the longest of the last minute, but at most twice as long as the
     * second longest, because a single one says little about the next. 0 = there were not two.
     */
    long expectedNanos(long nowNanos) {
        long number = (nowNanos - startNanos) / PART_NANOS;
        long first = 0;
        long next = 0;
        for (int i = 0; i < PARTS; i++) {
            if (number - part[i] < PARTS) {
                next = Math.max(next, Math.max(second[i], Math.min(first, longest[i])));
                first = Math.max(first, longest[i]);
            }
        }
        return Math.min(first, 2 * next);
    }

    /**
     * Returns whether a pause of at least this length ended less than that long ago: the node has not read all yet that
     * others have sent meanwhile, and they have not all heard of it.
     */
    boolean hasJustEnded(long lengthNanos, long nowNanos) {
        return lastNanos >= lengthNanos && nowNanos - endNanos < lengthNanos;
    }
}
