package io.firstline.connection;

import io.firstline.config.RetryConfig;
import java.util.random.RandomGenerator;

/**
 * The delay before an attempt to connect: capped exponential back-off with full jitter (AWS Architecture Blog,
 * "Exponential Backoff And Jitter"). Pure.
 */
public final class RetryPolicy {
    private final RetryConfig config;
    private final RandomGenerator random;

    public RetryPolicy(RetryConfig config, RandomGenerator random) {
        this.config = config;
        this.random = random;
    }

    /**
     * The delay before an attempt.
     *
     * @param attempt 0 for the first after a stable connection
     * @return milliseconds, from 0 to {@code base × 2^attempt}, at most the cap
     */
    public long delayMs(int attempt) {
        long ceiling = Math.min(config.capMs(), (long) config.baseMs() << Math.min(attempt, 30));
        return random.nextLong(ceiling + 1);
    }

    /** The number of the next attempt after a connection of this uptime. */
    public int attemptAfter(int attempt, long uptimeMs) {
        return uptimeMs >= config.stableMs() ? 0 : attempt;
    }
}
