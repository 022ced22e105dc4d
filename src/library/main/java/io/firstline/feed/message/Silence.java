package io.firstline.feed.message;

/**
 * The last time without data: on one connection, or in the whole feed.
 *
 * @param toNanos when it ended; now if it has not
 * @param lasts whether it has not ended
 */
public record Silence(long fromNanos, long toNanos, boolean lasts) {
    public long nanos() {
        return toNanos - fromNanos;
    }
}
