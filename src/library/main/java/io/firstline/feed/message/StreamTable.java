package io.firstline.feed.message;

import io.firstline.arbitration.Line;
import io.firstline.payload.KeyValues;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** The streams that a feed has received, bounded. Runs on the feed's context. */
public final class StreamTable {
    /** The most streams that are watched: venues allow at most 1,024 per connection. */
    public static final int MAX_STREAMS = 4_096;
    /** The longest stream name, bytes. */
    static final int MAX_NAME = 256;

    private enum Fault {
        NO_NAME("no valid stream name: longer than " + MAX_NAME + " bytes, blank, or with control characters"),
        TOO_MANY("a stream beyond the first " + MAX_STREAMS);

        private final String words;

        Fault(String words) {
            this.words = words;
        }
    }

    private final LongObjectMap<StreamWatch> byHash = new LongObjectHashMap<>();
    /** The same as a list, which is iterated several times a second. */
    private final List<StreamWatch> all = new ArrayList<>();

    private final Map<String, StreamWatch> byName = new HashMap<>();
    private final Collection<String> shutdown;
    private final Map<Fault, Long> ignored = new EnumMap<>(Fault.class);
    private long slots;

    /**
     * Creates an empty table.
     *
     * @param shutdown names of the streams that announce the end of a connection
     */
    public StreamTable(Collection<String> shutdown) {
        this.shutdown = shutdown;
    }

    /** Returns the stream whose name has this hash; null = not known. */
    public StreamWatch get(long hash) {
        return byHash.get(hash);
    }

    /**
     * Adds a stream.
     *
     * @param nameOfStream returns its name, empty = not a valid one; called only if there is room
     * @param placesOf returns the indexes of the values of a stream with a name
     * @return null if it has no valid name or there are too many streams
     */
    public StreamWatch add(
            long hash,
            KeyValues read,
            Function<KeyValues, String> nameOfStream,
            Function<String, ValuePlaces> placesOf,
            long nowNanos) {
        if (byHash.size() == MAX_STREAMS) {
            return ignore(Fault.TOO_MANY);
        }
        String name = nameOfStream.apply(read);
        if (!isName(name)) {
            return ignore(Fault.NO_NAME);
        }
        StreamWatch watch = byName.get(name); // a venue may send one stream under several names
        if (watch == null) {
            int place = all.size() < Line.MAX_STREAMS ? all.size() + 1 : 0;
            watch = new StreamWatch(name, place, shutdown.contains(name), placesOf.apply(name), nowNanos);
            watch.number = all.size();
            all.add(watch);
            byName.put(name, watch);
        }
        byHash.put(hash, watch);
        return watch;
    }

    static boolean isName(String name) {
        return name.length() <= MAX_NAME && !name.isBlank() && name.chars().noneMatch(Character::isISOControl);
    }

    private StreamWatch ignore(Fault fault) {
        ignored.merge(fault, 1L, Long::sum);
        return null;
    }

    /** Returns how many copies were assigned to no stream, by cause. */
    public Map<String, Long> ignored() {
        Map<String, Long> words = new LinkedHashMap<>();
        ignored.forEach((fault, count) -> words.put(fault.words, count));
        return words;
    }

    /** Returns the stream at an index of the arrival matrix. */
    public StreamWatch at(int place) {
        return all.get(place - 1);
    }

    /** Returns the stream with this {@link StreamWatch#number}. */
    StreamWatch numbered(int number) {
        return all.get(number);
    }

    /** Returns the stream with this name; null if it was not received. */
    public StreamWatch named(String name) {
        return byName.get(name);
    }

    public Collection<StreamWatch> all() {
        return all;
    }

    public void joined(int slot) {
        slots |= 1L << slot;
        all().forEach(watch -> watch.joined(slot));
    }

    public void parted(int slot) {
        slots &= ~(1L << slot);
    }

    /** Returns the occupied slots, as bits. */
    public long slots() {
        return slots;
    }

    public void published(StreamWatch watch, int slot, long nowNanos) {
        watch.published(slots, nowNanos);
        watch.brought(slot);
    }

    /** Returns a stream that is missing in a slot by this predicate. */
    public Optional<StreamWatch> any(Predicate<StreamWatch> missing) {
        for (StreamWatch watch : all()) {
            if (missing.test(watch)) {
                return Optional.of(watch);
            }
        }
        return Optional.empty();
    }
}
