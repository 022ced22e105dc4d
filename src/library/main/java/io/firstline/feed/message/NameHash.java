package io.firstline.feed.message;

import io.firstline.payload.Payload;
import io.firstline.payload.PayloadHash;
import java.nio.charset.StandardCharsets;

/** Hashes of names that have several parts. */
final class NameHash {
    private NameHash() {}

    /** Returns the hash of a text. */
    static long of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return PayloadHash.of(new Payload().over(bytes, 0, bytes.length, true));
    }

    /** Adds the hash of a part to that of the parts before it. */
    static long mixed(long sum, long hash) {
        return (Long.rotateLeft(sum, 23) ^ hash) * 0x9E3779B97F4A7C15L;
    }
}
