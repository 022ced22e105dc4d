package io.firstline.simulator;

import java.util.random.RandomGenerator;

/** The distribution of a line's extra delay per message, on top of its base delay. */
public enum Jitter {
    /** Every message has exactly the base delay. */
    NONE,
    /** Uniform between 0 and the scale. */
    UNIFORM,
    /** Exponential with the scale as its mean. */
    EXPONENTIAL,
    /**
     * Log-normal with the scale as its median and σ = 1: mostly small, rarely ten times as long, as on the internet.
     */
    LOG_NORMAL;

    /** Draws one delay in milliseconds, never negative. */
    double drawMs(double scaleMs, RandomGenerator random) {
        return switch (this) {
            case NONE -> 0;
            case UNIFORM -> scaleMs * random.nextDouble();
            case EXPONENTIAL -> scaleMs * random.nextExponential();
            case LOG_NORMAL -> scaleMs * Math.exp(random.nextGaussian());
        };
    }
}
