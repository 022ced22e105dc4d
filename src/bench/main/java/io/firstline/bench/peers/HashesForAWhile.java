package io.firstline.bench.peers;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A set of the hashes of all bytes that arrived in the last ten seconds. */
final class HashesForAWhile implements Way {
    static final String LABEL = "set of hashes, 10 s";

    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Hasher64 xxh3 = Hashing.xxh3_64();
    private final Map<Long, Long> seenNanos = new LinkedHashMap<>();

    @Override
    public boolean passes(int line, byte[] copy, long nowNanos) {
        Iterator<Long> oldest = seenNanos.values().iterator();
        while (oldest.hasNext() && nowNanos - oldest.next() > KEPT_NANOS) {
            oldest.remove();
        }
        return seenNanos.putIfAbsent(xxh3.hashBytesToLong(copy, 0, copy.length), nowNanos) == null;
    }
}
