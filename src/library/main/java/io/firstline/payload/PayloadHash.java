package io.firstline.payload;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/** The 64-bit XXH3 hash of a payload's bytes. A text and a binary message of the same bytes have different hashes. */
public final class PayloadHash {
    private static final Hasher64 XXH3 = Hashing.xxh3_64();
    private static final long BINARY = 0x9E3779B97F4A7C15L;

    private PayloadHash() {}

    public static long of(Payload payload) {
        long hash = XXH3.hashBytesToLong(payload.array(), payload.from(), payload.length());
        return payload.isText() ? hash : hash ^ BINARY;
    }
}
