package io.firstline.payload;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.List;

/**
 * The 64-bit XXH3 hash of a payload's bytes without the values at some pointers: copies that differ only there have
 * equal hashes. A feed has one instance, used on its event loop only.
 */
public final class MaskedHash {
    private final HashStream64 hash = Hashing.xxh3_64().hashStream();
    /** The ignored ranges, first to last. */
    private int[] starts = new int[4];

    private int[] ends = new int[4];

    /**
     * Hashes a payload, never to 0.
     *
     * @param read its values
     * @param ignored the numbers of the pointers whose values are left out
     */
    public long of(Payload payload, KeyValues read, List<Integer> ignored) {
        sort(read, ignored);
        hash.reset();
        int at = payload.from();
        for (int i = 0; i < ignored.size(); i++) {
            if (starts[i] >= at && ends[i] > starts[i]) { // not inside another ignored value
                hash.putBytes(payload.array(), at, starts[i] - at);
                at = ends[i];
            }
        }
        hash.putBytes(payload.array(), at, payload.from() + payload.length() - at);
        long all = hash.getAsLong();
        return all != 0 ? all : 1;
    }

    private void sort(KeyValues read, List<Integer> ignored) {
        if (starts.length < ignored.size()) {
            starts = new int[ignored.size()];
            ends = new int[ignored.size()];
        }
        for (int i = 0; i < ignored.size(); i++) {
            int start = read.from(ignored.get(i));
            int end = read.to(ignored.get(i));
            int place = i;
            for (; place > 0 && starts[place - 1] > start; place--) {
                starts[place] = starts[place - 1];
                ends[place] = ends[place - 1];
            }
            starts[place] = start;
            ends[place] = end;
        }
    }
}
