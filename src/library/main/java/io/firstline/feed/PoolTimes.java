package io.firstline.feed;

import java.util.concurrent.TimeUnit;

/**
 * The times of a pool's decisions, which tests shorten.
 *
 * @param trialMs how long a candidate may take until it delivers in step; 0 = no connection is replaced
 * @param resizeMs how often it is decided whether another number of connections is better
 * @param windowMs how long connections are compared at least until one is said to lack messages
 */
record PoolTimes(long trialMs, long resizeMs, long windowMs) {
    /** The times with this trial. */
    static PoolTimes of(long trialMs) {
        return new PoolTimes(
                trialMs,
                TimeUnit.MINUTES.toMillis(PoolSize.EVERY_MIN),
                TimeUnit.SECONDS.toMillis(LackingCopies.WINDOW_S));
    }
}
