package io.firstline.feed.message;

import io.firstline.config.venue.FieldMatcher;
import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A sign with the index of its pointer, which is read from every message. */
final class FieldMatch {
    private final int pointer;
    /** Hashes of the matching values; empty = any value matches. */
    private final long[] hashes;

    /**
     * Creates a sign once for all messages.
     *
     * @param pointer the index of its pointer among all pointers that are read
     */
    FieldMatch(FieldMatcher sign, int pointer) {
        this.pointer = pointer;
        this.hashes = sign.is().stream().mapToLong(FieldMatch::hash).toArray();
    }

    private static long hash(String json) {
        byte[] array = ("[" + json + "]").getBytes(StandardCharsets.UTF_8);
        KeyReader reader = new KeyReader(List.of("/0"));
        return reader.read(array, 0, array.length).hash(0);
    }

    public int pointer() {
        return pointer;
    }

    static boolean anyIsTrue(List<FieldMatch> signs, KeyValues read) {
        for (int i = 0; i < signs.size(); i++) {
            if (signs.get(i).isTrue(read)) {
                return true;
            }
        }
        return false;
    }

    public boolean isTrue(KeyValues read) {
        if (hashes.length == 0) {
            return read.isAny(pointer);
        }
        long found = read.hash(pointer);
        for (long hash : hashes) {
            if (hash == found) {
                return true;
            }
        }
        return false;
    }
}
