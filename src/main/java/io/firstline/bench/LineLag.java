package io.firstline.bench;

import java.util.Random;

/**
 * How one connection lags, as recorded ones do: a median of 0.35 to 4 ms from connection to connection, and freezes, after which
 * everything that waited comes at once, that make the 99th percentile 14 to 113 ms. Order is kept, as on TCP. The same seed gives the same lag.
 */
final class LineLag {
    private static final double[] MEDIAN_MS = {0.35, 0.6, 1, 2, 4};
    private static final double[] P99_MS = {14, 25, 40, 70, 113};
    /** What is frozen waits for the rest of the freeze, evenly spread: a third of 3 % waits longer than two thirds of it. */
    private static final double FROZEN = 0.03;

    private static final double FREEZE_TO_P99 = 1.5;

    private final Random random;
    private final double medianNanos;
    private final double freezeNanos;
    private double freezeStart;
    private long lastNanos;

    LineLag(int line) {
        random = new Random(line);
        medianNanos = MEDIAN_MS[line % MEDIAN_MS.length] * 1e6;
        freezeNanos = P99_MS[line % P99_MS.length] * 1e6 * FREEZE_TO_P99;
        freezeStart = pause();
    }

    private double pause() {
        return -Math.log(1 - random.nextDouble()) * freezeNanos * (1 - FROZEN) / FROZEN;
    }

    /** When the next message arrives that is sent at this time; asked in the order of sending. */
    long arrivalNanos(long sentNanos) {
        double arrival = sentNanos + medianNanos * Math.exp(0.15 * random.nextGaussian());
        while (arrival > freezeStart + freezeNanos) {
            freezeStart += freezeNanos + pause();
        }
        if (arrival > freezeStart) {
            arrival = freezeStart + freezeNanos;
        }
        lastNanos = Math.max(lastNanos, (long) arrival);
        return lastNanos;
    }
}
