package io.firstline.pool;

import io.firstline.config.DailyWindow;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * When a connection is replaced before its server cuts it: at an age drawn anew for each between four fifths of the maximum and the
 * maximum, so that connections opened together do not go together; or before that, in a daily window, if it would not live to see the
 * end of the next one. Pure. A step of the wall clock can at most bring a rotation forward, once a window.
 */
final class Rotation {
    private final long maxAgeMs;
    private final List<DailyWindow> windows;
    private final RandomGenerator random;

    /**
     * The rule of one pool.
     *
     * @param maxAgeMs 0 = never
     */
    Rotation(long maxAgeMs, List<DailyWindow> windows, RandomGenerator random) {
        this.maxAgeMs = maxAgeMs;
        this.windows = windows;
        this.random = random;
    }

    /** The age at which a connection that opens now is to be replaced, milliseconds. */
    long ageLimitMs() {
        return maxAgeMs == 0 ? Long.MAX_VALUE : maxAgeMs - random.nextLong(maxAgeMs / 5 + 1);
    }

    /**
     * Whether a connection is to be replaced now.
     *
     * @param epochMs the wall clock's milliseconds
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

    /** The next one that is to begin, which may be the same tomorrow. */
    private long untilEndOfNextMs(long epochMs) {
        return windows.stream()
                .mapToLong(next -> DailyWindow.DAY_MS - next.sinceStartMs(epochMs) + next.lengthMs())
                .min()
                .orElse(0);
    }
}
