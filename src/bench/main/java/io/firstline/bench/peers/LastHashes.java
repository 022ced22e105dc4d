package io.firstline.bench.peers;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/** The last 16,384 hashes in a ring, searched from the newest one on, as the Python library does it. */
final class LastHashes implements Way {
    static final String LABEL = "list of 16,384 hashes";

    private static final int KEPT = 16_384;

    private final Hasher64 xxh3 = Hashing.xxh3_64();
    private final long[] ring = new long[KEPT];
    private long added;

    @Override
    public boolean passes(int line, byte[] copy, long nowNanos) {
        long hash = xxh3.hashBytesToLong(copy, 0, copy.length);
        for (long i = added - 1; i >= Math.max(0, added - KEPT); i--) {
            if (ring[(int) (i % KEPT)] == hash) {
                return false;
            }
        }
        ring[(int) (added++ % KEPT)] = hash;
        return true;
    }
}
