package io.firstline.relay;

import java.util.concurrent.TimeUnit;

/** The growth of a total in a second, between the last two looks. Pure. */
final class RateMeter {
    private long total;
    private long seenNanos;
    private long perSecond;
    private boolean hasSeen;

    void see(long newTotal, long nowNanos) {
        long nanos = nowNanos - seenNanos;
        if (hasSeen && nanos > 0) {
            perSecond = Math.round((newTotal - total) * (double) TimeUnit.SECONDS.toNanos(1) / nanos);
        }
        hasSeen = true;
        total = newTotal;
        seenNanos = nowNanos;
    }

    long perSecond() {
        return perSecond;
    }
}
