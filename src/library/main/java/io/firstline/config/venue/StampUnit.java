package io.firstline.config.venue;

import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The form of a venue's time stamps: a number of units since the Unix epoch, or a text. */
public enum StampUnit {
    /** Decimals may follow. */
    S(TimeUnit.SECONDS),
    MS(TimeUnit.MILLISECONDS),
    US(TimeUnit.MICROSECONDS),
    NS(TimeUnit.NANOSECONDS),
    /** RFC 3339, with any number of decimals. */
    ISO(TimeUnit.MICROSECONDS);

    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,18}|[1-8][0-9]{18}");
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
        return this != ISO && stamp >= earliest && stamp < latest;
    }

    /**
     * Converts a plausible time stamp to microseconds since the Unix epoch: the middle of its range, because the digits
     * below its unit are cut off.
     */
    public long micros(long stamp) {
        return unit.toMicros(stamp) + resolutionMicros / 2;
    }

    /** Whether a time stamp may be a text that is not a whole number. */
    public boolean isText() {
        return this == ISO || this == S;
    }

    /** Reads a time stamp; null if it is not a time of our century in this form. */
    public Stamp read(String text) {
        if (this == ISO) {
            return Stamp.ofIso(text);
        }
        if (WHOLE.matcher(text).matches()) {
            long stamp = Long.parseLong(text);
            return isPlausible(stamp) ? new Stamp(micros(stamp), resolutionMicros) : null;
        }
        return this == S ? Stamp.ofSeconds(text) : null;
    }
}
