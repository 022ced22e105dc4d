package io.firstline.config;

import java.util.concurrent.TimeUnit;

/** In what a venue counts the time since the epoch. */
public enum StampUnit {
    S(TimeUnit.SECONDS),
    MS(TimeUnit.MILLISECONDS),
    US(TimeUnit.MICROSECONDS),
    NS(TimeUnit.NANOSECONDS);

    private static final long YEAR_2000_S = 946_684_800;
    private static final long YEAR_2100_S = 4_102_444_800L;

    private final TimeUnit unit;
    private final long earliest;
    private final long latest;
    private final long resolutionMicros;

    StampUnit(TimeUnit unit) {
        this.unit = unit;
        this.earliest = unit.convert(YEAR_2000_S, TimeUnit.SECONDS);
        this.latest = unit.convert(YEAR_2100_S, TimeUnit.SECONDS);
        this.resolutionMicros = unit.toMicros(1);
    }

    /** Whether a stamp is one of our century; of another it is rather in another unit, or no time at all. */
    public boolean isPlausible(long stamp) {
        return stamp >= earliest && stamp < latest;
    }

    /** The middle of what a plausible stamp stands for, microseconds since the epoch: what follows its last digit was cut off. */
    public long micros(long stamp) {
        return unit.toMicros(stamp) + resolutionMicros / 2;
    }

    /** How much time one stamp stands for, microseconds. */
    public long resolutionMicros() {
        return resolutionMicros;
    }
}
