package io.firstline.relay;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Which streams of a feed its clients want, and what to subscribe and unsubscribe upstream for that. A stream of the feed's
 * own configuration stays as it is. Pure.
 */
final class StreamLedger {
    private Set<String> configured;
    private int mostStreams;
    private final long lingerNanos;
    /** Wanted streams with the number of their clients. */
    private final Map<String, Integer> wanted = new HashMap<>();
    /** Streams that nobody wants any more, with the time at which they are unsubscribed; the next is first. */
    private final Map<String, Long> lingering = new LinkedHashMap<>();

    /**
     * Starts without clients.
     *
     * @param configured the feed's own streams
     * @param mostStreams the most streams that the venue allows, of the feed and all clients together
     */
    StreamLedger(Collection<String> configured, int mostStreams, int lingerMs) {
        this.configured = Set.copyOf(configured);
        this.mostStreams = mostStreams;
        this.lingerNanos = TimeUnit.MILLISECONDS.toNanos(lingerMs);
    }

    /**
     * The feed has another configuration.
     *
     * @return the streams to subscribe upstream: clients want them, and the feed has them no more
     */
    List<String> configuredAs(Collection<String> streams, int most) {
        List<String> missing = wanted.keySet().stream()
                .filter(stream -> configured.contains(stream) && !streams.contains(stream))
                .sorted()
                .toList();
        configured = Set.copyOf(streams);
        mostStreams = most;
        configured.forEach(lingering::remove);
        return missing;
    }

    /** All beyond the feed's own streams that may be subscribed upstream. */
    Set<String> subscribed() {
        Set<String> all = wanted();
        all.addAll(lingering.keySet());
        return all;
    }

    /**
     * Whether the venue's limit has room for these streams too.
     *
     * @param others the streams of other relays' clients
     */
    boolean hasRoomFor(Collection<String> streams, Collection<String> others) {
        Set<String> all = new HashSet<>(configured);
        List.of(wanted.keySet(), lingering.keySet(), streams, others).forEach(all::addAll);
        return all.size() <= mostStreams;
    }

    /** Whether a stream is subscribed upstream, or about to be. */
    boolean has(String stream) {
        return !isNew(stream);
    }

    private boolean isNew(String stream) {
        return !configured.contains(stream) && !wanted.containsKey(stream) && !lingering.containsKey(stream);
    }

    /**
     * A client wants these streams, which it did not want before.
     *
     * @return the streams to subscribe upstream
     */
    List<String> add(Collection<String> streams) {
        List<String> missing = streams.stream().distinct().filter(this::isNew).toList();
        streams.forEach(stream -> {
            wanted.merge(stream, 1, Integer::sum);
            lingering.remove(stream);
        });
        return missing;
    }

    /** The venue refuses these streams: no client has them any more, and nothing is to be unsubscribed. */
    void forget(Collection<String> streams) {
        streams.forEach(wanted::remove);
        streams.forEach(lingering::remove);
    }

    /** A client wants these streams no more, or they could not be subscribed. */
    void remove(Collection<String> streams, long nowNanos) {
        for (String stream : streams) {
            if (wanted.containsKey(stream)
                    && wanted.computeIfPresent(stream, (any, clients) -> clients == 1 ? null : clients - 1) == null
                    && !configured.contains(stream)) {
                lingering.put(stream, nowNanos + lingerNanos);
            }
        }
    }

    /** Another relay, which is gone, has subscribed these streams. */
    void inherit(Collection<String> streams, long nowNanos) {
        streams.stream().filter(this::isNew).forEach(stream -> lingering.put(stream, nowNanos + lingerNanos));
    }

    /** The streams to unsubscribe upstream now; they are forgotten. */
    List<String> due(long nowNanos) {
        List<String> due = new ArrayList<>();
        lingering.forEach((stream, atNanos) -> {
            if (atNanos - nowNanos <= 0) {
                due.add(stream);
            }
        });
        due.forEach(lingering::remove);
        return due;
    }

    /** All that clients want beyond the feed's own streams. */
    Set<String> wanted() {
        Set<String> further = new TreeSet<>(wanted.keySet());
        further.removeAll(configured);
        return further;
    }
}
