package io.firstline.pool;

import io.firstline.arbitration.Line;
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
import java.util.function.Predicate;

/** The streams that a feed has seen, up to a bound. Belongs to the feed's context. */
final class StreamTable {
    /** More are not watched: a venue's limit per connection is 1,024 or less. */
    static final int MAX_STREAMS = 4_096;
    /** What is longer is no name of a stream, in bytes. */
    static final int MAX_NAME = 256;

    private enum Fault {
        NO_NAME("no name that can be shown: longer than " + MAX_NAME + " bytes, blank, or with control characters"),
        TOO_MANY("another stream than the first " + MAX_STREAMS);

        private final String words;

        Fault(String words) {
            this.words = words;
        }
    }

    private final LongObjectMap<StreamWatch> byHash = new LongObjectHashMap<>();
    /** The same to go through, several times a second. */
    private final List<StreamWatch> all = new ArrayList<>();

    private final Map<String, StreamWatch> byName = new HashMap<>();
    private final Collection<String> shutdown;
    private final Map<Fault, Long> ignored = new EnumMap<>(Fault.class);
    private long slots;

    /**
     * An empty table.
     *
     * @param shutdown names of the streams that announce the end of a connection
     */
    StreamTable(Collection<String> shutdown) {
        this.shutdown = shutdown;
    }

    /** The stream of the message just read; null if it has none or no fitting name, or there are too many already. */
    StreamWatch of(MessageReader read, long nowNanos) {
        long hash = read.stream();
        if (hash == 0) {
            return null;
        }
        StreamWatch known = byHash.get(hash);
        return known != null ? known : add(hash, read, nowNanos);
    }

    private StreamWatch add(long hash, MessageReader read, long nowNanos) {
        if (byHash.size() == MAX_STREAMS) {
            return ignore(Fault.TOO_MANY);
        }
        String name = read.streamNameLength() <= MAX_NAME ? read.streamName() : "";
        if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
            return ignore(Fault.NO_NAME);
        }
        StreamWatch watch = byName.get(name); // a venue may send one stream under several names
        if (watch == null) {
            int place = all.size() < Line.MAX_STREAMS ? all.size() + 1 : 0;
            watch = new StreamWatch(name, place, shutdown.contains(name), read.placesOf(name), nowNanos);
            all.add(watch);
            byName.put(name, watch);
        }
        byHash.put(hash, watch);
        return watch;
    }

    private StreamWatch ignore(Fault fault) {
        ignored.merge(fault, 1L, Long::sum);
        return null;
    }

    /** What was taken for no stream and why, by what is wrong: each with how often. */
    Map<String, Long> ignored() {
        Map<String, Long> words = new LinkedHashMap<>();
        ignored.forEach((fault, count) -> words.put(fault.words, count));
        return words;
    }

    /** The stream at a place of the arrival matrix. */
    StreamWatch at(int place) {
        return all.get(place - 1);
    }

    /** The stream of this name; null if it has not been seen. */
    StreamWatch named(String name) {
        return byName.get(name);
    }

    Collection<StreamWatch> all() {
        return all;
    }

    void joined(int slot) {
        slots |= 1L << slot;
        all().forEach(watch -> watch.joined(slot));
    }

    void parted(int slot) {
        slots &= ~(1L << slot);
    }

    /** The slots that are taken, as bits. */
    long slots() {
        return slots;
    }

    void published(StreamWatch watch, int slot, long nowNanos) {
        watch.published(slots, nowNanos);
        watch.brought(slot);
    }

    /** A stream that is missing in this slot in the given way. */
    Optional<StreamWatch> any(Predicate<StreamWatch> missing) {
        for (StreamWatch watch : all()) {
            if (missing.test(watch)) {
                return Optional.of(watch);
            }
        }
        return Optional.empty();
    }
}
