package io.firstline.pool;

import java.util.random.RandomGenerator;

/**
 * At which age a connection is replaced before its server cuts it: drawn anew for each between four fifths of the maximum and the
 * maximum, so that connections opened together do not go together. Pure.
 */
final class Rotation {
    private final long maxAgeMs;
    private final RandomGenerator random;

    /**
     * The rule of one pool.
     *
     * @param maxAgeMs 0 = never
     */
    Rotation(long maxAgeMs, RandomGenerator random) {
        this.maxAgeMs = maxAgeMs;
        this.random = random;
    }

    /** The age at which a connection that opens now is to be replaced, milliseconds. */
    long ageLimitMs() {
        return maxAgeMs == 0 ? Long.MAX_VALUE : maxAgeMs - random.nextLong(maxAgeMs / 5 + 1);
    }
}
