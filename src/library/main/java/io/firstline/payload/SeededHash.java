package io.firstline.payload;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.security.SecureRandom;

/**
 * The 64-bit XXH3 hash of a payload's bytes and their number, with a secret seed. For comparisons within one process:
 * another instance gives other hashes. A text and a binary message of the same bytes have different hashes.
 *
 * <p>Nobody outside the process sees a hash or the seed, so a stranger who chooses bytes of messages cannot search for
 * two of equal hash.
 */
public final class SeededHash {
    private static final long BINARY = 0x9E3779B97F4A7C15L;

    private final Hasher64 xxh3;

    /** Draws a seed. */
    public SeededHash() {
        this(new SecureRandom().nextLong());
    }

    SeededHash(long seed) {
        this.xxh3 = Hashing.xxh3_64(seed);
    }

    /** Hashes a payload, never to 0. */
    public long of(Payload payload) {
        long bytes = xxh3.hashBytesToLong(payload.array(), payload.from(), payload.length());
        long hash = payload.isText() ? bytes : bytes ^ BINARY;
        return hash != 0 ? hash : 1;
    }
}
