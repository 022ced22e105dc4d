package io.firstline.feed.clock;

import io.firstline.config.venue.EventTime;
import io.firstline.config.venue.Stamp;
import io.firstline.config.venue.StampUnit;
import io.firstline.payload.KeyValues;
import java.util.List;

/** Reads the time of a message's event among its values. Immutable. */
public final class EventTimeReader {
    /** The message has no time. */
    public static final long NO_TIME = Long.MIN_VALUE;
    /** Longer messages are snapshots: their age says little, and they take long to read. */
    public static final int MAX_BYTES = 65_536;

    private final StampUnit unit;
    private final int[] pointers;

    /**
     * Creates a reader.
     *
     * @param pointers the numbers of the event time's pointers, in their order
     */
    public EventTimeReader(EventTime event, List<Integer> pointers) {
        this.unit = event.unit();
        this.pointers = pointers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns the time in microseconds since the Unix epoch, or {@link #NO_TIME}. */
    public long micros(KeyValues read) {
        for (int pointer : pointers) {
            if (isTime(read, pointer)) {
                return micros(read, pointer);
            }
        }
        return NO_TIME;
    }

    private boolean isTime(KeyValues read, int pointer) {
        return read.isLong(pointer)
                || (unit.isText() && read.isPresent(pointer) && read.length(pointer) <= Stamp.MAX_LENGTH);
    }

    private long micros(KeyValues read, int pointer) {
        if (!read.isLong(pointer)) {
            Stamp stamp = unit.read(read.text(pointer));
            return stamp == null ? NO_TIME : stamp.micros();
        }
        long stamp = read.asLong(pointer);
        return unit.isPlausible(stamp) ? unit.micros(stamp) : NO_TIME;
    }
}
