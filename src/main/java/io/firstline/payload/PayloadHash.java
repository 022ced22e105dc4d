package io.firstline.payload;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/** XXH3 of a payload's bytes, 64 bits. Text and binary messages of the same bytes are different messages. */
public final class PayloadHash {
    private static final Hasher64 XXH3 = Hashing.xxh3_64();
    private static final long BINARY = 0x9E3779B97F4A7C15L;

    private PayloadHash() {}

    public static long of(Payload payload) {
        long hash = XXH3.hashBytesToLong(payload.array(), payload.from(), payload.length());
        return payload.isText() ? hash : hash ^ BINARY;
    }
}
