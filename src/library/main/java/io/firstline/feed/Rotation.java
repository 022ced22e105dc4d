package io.firstline.feed;

import io.firstline.config.DailyWindow;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Decides when to replace a connection before its server closes it: at a random age between four fifths of the
 * maximum and the maximum, so that connections opened together are not replaced together. A connection is replaced
 * earlier, in a daily window, if it would reach that age before the end of the next window. Pure. A step of the wall
 * clock can at most replace connections early, once a window.
 */
final class Rotation {
    private final long maxAgeMs;
    private final List<DailyWindow> windows;
    private final RandomGenerator random;

    /**
     * Creates the rule of one pool.
     *
     * @param maxAgeMs 0 = never
     */
    Rotation(long maxAgeMs, List<DailyWindow> windows, RandomGenerator random) {
        this.maxAgeMs = maxAgeMs;
        this.windows = windows;
        this.random = random;
    }

    /** Returns the age at which a connection that opens now is replaced, milliseconds. */
    long ageLimitMs() {
        return maxAgeMs == 0 ? Long.MAX_VALUE : maxAgeMs - random.nextLong(maxAgeMs / 5 + 1);
    }

    /**
     * Returns whether to replace a connection now.
     *
     * @param epochMs the wall clock, milliseconds since the epoch
     */
    boolean isDue(long ageMs, long ageLimitMs, long epochMs) {
        if (ageMs >= ageLimitMs || windows.isEmpty()) {
            return ageMs >= ageLimitMs;
        }
        return windows.stream()
                .filter(window -> window.sinceStartMs(epochMs) < window.lengthMs())
                .anyMatch(window ->
                        ageMs > window.sinceStartMs(epochMs) && ageMs >= ageLimitMs - untilEndOfNextMs(epochMs));
    }

    /** Returns the time until the end of the next window to begin, which may be the same one tomorrow. */
    private long untilEndOfNextMs(long epochMs) {
        return windows.stream()
                .mapToLong(next -> DailyWindow.DAY_MS - next.sinceStartMs(epochMs) + next.lengthMs())
                .min()
                .orElse(0);
    }
}
