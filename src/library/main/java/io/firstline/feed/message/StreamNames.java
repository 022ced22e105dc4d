package io.firstline.feed.message;

import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.util.List;

/**
 * Reads the stream's name at a feed's {@code streamPointer}. Messages of one stream share one string: a known name
 * allocates nothing. Runs on the feed's context.
 */
final class StreamNames {
    /** At most this many names are shared; a message of a further stream gets a new string. */
    static final int MAX_SHARED = StreamTable.MAX_STREAMS;

    private final KeyReader reader;
    private final LongObjectMap<String> byHash = new LongObjectHashMap<>();

    StreamNames(String pointer) {
        this.reader = new KeyReader(List.of(pointer));
    }

    /** Returns the name; null if the payload is not JSON, or if no string, number or boolean is at the pointer. */
    public String in(byte[] message) {
        KeyValues read = reader.read(message, 0, message.length);
        if (read == null || !read.isPresent(0)) {
            return null;
        }
        long hash = read.hash(0);
        String known = byHash.get(hash);
        if (known == null) {
            known = read.text(0);
            if (byHash.size() < MAX_SHARED) {
                byHash.put(hash, known);
            }
        }
        return known;
    }
}
