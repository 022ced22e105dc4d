package io.firstline.config.venue;

import java.util.concurrent.TimeUnit;

/** The unit of a venue's time stamps since the Unix epoch. */
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

    /** Whether a time stamp is in our century. Otherwise it probably has another unit or is not a time. */
    public boolean isPlausible(long stamp) {
        return stamp >= earliest && stamp < latest;
    }

    /**
     * Converts a plausible time stamp to microseconds since the Unix epoch: the middle of its range, because the digits
     * below its unit are cut off.
     */
    public long micros(long stamp) {
        return unit.toMicros(stamp) + resolutionMicros / 2;
    }

    /** The range of one time stamp, microseconds. */
    public long resolutionMicros() {
        return resolutionMicros;
    }
}
