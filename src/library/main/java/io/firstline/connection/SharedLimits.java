package io.firstline.connection;

import io.firstline.config.Limit;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The limits that connections of this process share, by place. Thread-safe. */
public final class SharedLimits {
    private static final int MAX_PLACES = 1_024;

    private record Key(Limit limit, String place) {}

    private final Map<Key, SharedFrames> frames = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, SharedFrames> eldest) {
            return size() > MAX_PLACES;
        }
    };

    /** How many connections, or subscriptions, each feed has. */
    private final Map<Key, Map<Object, Integer>> held = new HashMap<>();

    /** Makes limits that nothing shares. */
    public SharedLimits() {}

    /** The frames that may be sent to a place under this limit. */
    synchronized SharedFrames frames(Limit limit, String place) {
        return frames.computeIfAbsent(new Key(limit, place), any -> new SharedFrames(limit));
    }

    /** Whether there is room for this many of a feed beside those of others; if so, the feed holds them. */
    public synchronized boolean tryHold(Limit limit, String place, Object feed, int count) {
        int others = held.getOrDefault(new Key(limit, place), Map.of()).entrySet().stream()
                .filter(each -> each.getKey() != feed)
                .mapToInt(Map.Entry::getValue)
                .sum();
        boolean room = others + count <= limit.max();
        if (room) {
            hold(limit, place, feed, count);
        }
        return room;
    }

    /** A feed has this many. */
    public synchronized void hold(Limit limit, String place, Object feed, int count) {
        if (count == 0) {
            release(limit, place, feed);
        } else {
            held.computeIfAbsent(new Key(limit, place), any -> new IdentityHashMap<>())
                    .put(feed, count);
        }
    }

    /** A feed has none. */
    public synchronized void release(Limit limit, String place, Object feed) {
        held.computeIfPresent(new Key(limit, place), (key, feeds) -> {
            feeds.remove(feed);
            return feeds.isEmpty() ? null : feeds;
        });
    }
}
