package io.firstline.feed.message;

import io.firstline.config.venue.FieldMatcher;
import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A sign with the index of its pointer, which is read from every message. */
final class FieldMatch {
    private final int pointer;
    /** Hashes of the matching values. */
    private final long[] hashes;
    /** The beginnings of matching texts. */
    private final List<byte[]> starts;

    private final boolean any;

    /**
     * Creates a sign once for all messages.
     *
     * @param pointer the index of its pointer among all pointers that are read
     */
    FieldMatch(FieldMatcher sign, int pointer) {
        this.pointer = pointer;
        this.hashes = sign.is().stream().mapToLong(FieldMatch::hash).toArray();
        this.starts = sign.starts().stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        this.any = sign.isAny();
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
        if (any) {
            return read.isAny(pointer);
        }
        long found = read.hash(pointer);
        for (long hash : hashes) {
            if (hash == found) {
                return true;
            }
        }
        for (int i = 0; i < starts.size(); i++) {
            if (read.startsWith(pointer, starts.get(i))) {
                return true;
            }
        }
        return false;
    }
}
