package io.firstline.bench;

import java.util.Random;

/**
 * The lag of one connection, similar to recorded ones: a median of 0.35 to 4 ms that differs between connections, and
 * freezes after which all waiting messages arrive at once. Freezes make the 99th percentile 14 to 113 ms. The order is
 * kept, as on TCP. The same seed gives the same lag.
 */
final class SimulatedLag {
    private static final double[] MEDIAN_MS = {0.35, 0.6, 1, 2, 4};
    private static final double[] P99_MS = {14, 25, 40, 70, 113};
    /**
     * A frozen message waits for the rest of the freeze, which is uniform: a third of 3 % waits longer than two thirds
     * of a freeze.
     */
    private static final double FROZEN = 0.03;

    private static final double FREEZE_TO_P99 = 1.5;

    private final Random random;
    private final double medianNanos;
    private final double freezeNanos;
    private double freezeStart;
    private long lastNanos;

    SimulatedLag(int line) {
        random = new Random(line);
        medianNanos = MEDIAN_MS[line % MEDIAN_MS.length] * 1e6;
        freezeNanos = P99_MS[line % P99_MS.length] * 1e6 * FREEZE_TO_P99;
        freezeStart = pause();
    }

    private double pause() {
        return -Math.log(1 - random.nextDouble()) * freezeNanos * (1 - FROZEN) / FROZEN;
    }

    /** The arrival time of the next message, sent at the given time. Call it in the order of sending. */
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
