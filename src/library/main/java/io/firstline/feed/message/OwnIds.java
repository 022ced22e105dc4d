package io.firstline.feed.message;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The ids of a feed's own that messages are published with. They come from the names of streams: they are the same on all
 * connections, after reconnects and on other nodes. Ten digits that fit 32 bits with a sign: servers count from small
 * numbers. Pure.
 */
final class OwnIds {
    private static final long LOWEST = 1_000_000_000L;
    private static final long COUNT = Integer.MAX_VALUE - LOWEST + 1;

    private final Map<String, Long> byName = new HashMap<>();
    private final Set<Long> used = new HashSet<>();

    /** Returns the id of a stream. */
    long of(String stream) {
        Long known = byName.get(stream);
        if (known != null) {
            return known;
        }
        long id = LOWEST + Long.remainderUnsigned(NameHash.of(stream), COUNT);
        if (byName.size() >= StreamTable.MAX_STREAMS) {
            return id; // such a stream is not watched either
        }
        while (!used.add(id)) {
            id = id == Integer.MAX_VALUE ? LOWEST : id + 1;
        }
        byName.put(stream, id);
        return id;
    }
}
