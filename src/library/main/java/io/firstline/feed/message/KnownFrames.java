package io.firstline.feed.message;

import java.util.concurrent.TimeUnit;

/**
 * What reading found in the frames that arrived last, by the hash of their bytes: nearly all late copies have the bytes
 * of the first one, so they need not be decoded and read again. Holds only frames whose reading depends on their bytes
 * alone and has no other effect: a message of a stream, whole or cut into at most {@value #MAX_ITEMS} items, each of which
 * takes a place of its own. Runs on the feed's context.
 *
 * <p>A table of sets of two places. The younger frame replaces the older one of its set, so a frame may be forgotten
 * before its last copy arrives: that copy is read. The table begins with {@value #FEWEST} places, and doubles while it
 * often replaces frames that are younger than half a second. A place takes 64 bytes: 4 KiB at first, 512 KiB at most.
 *
 * <p><b>Collisions.</b> An unseen frame is taken for a known one if their seeded 64-bit hashes, lengths and types are
 * equal. With {@value #MOST} frames this happens less often than once in 2^51 frames: at 10,000 new messages a second,
 * once in 7,000 years. Identity by bytes accepts more, because it compares with the whole history.
 */
final class KnownFrames {
    /** The most places. */
    static final int MOST = 8_192;
    /** A frame with more items is not kept. */
    static final int MAX_ITEMS = 16;
    /** The places at first. */
    static final int FEWEST = 64;

    private static final long YOUNG_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** The table doubles if a larger share of replaced frames was young. */
    private static final int YOUNG_SHARE = 8;

    // a place
    private static final int WORDS = 8;
    private static final int FRAME = 0;
    /** Length, flags, and the number of the stream. */
    private static final int FACTS = 1;

    private static final int KEY = 2;
    private static final int HASH = 3;
    private static final int FIRST = 4;
    private static final int LAST = 5;
    private static final int ARRIVAL_NANOS = 6;
    /** Its length, and the number of items that the frame is cut into. */
    private static final int MESSAGE = 7;

    private static final int SET_SHIFT = 4;
    private static final int LENGTH_SHIFT = 32;
    private static final int ITEMS_SHIFT = 32;
    private static final long TEXT = 1L << 31;
    private static final long RESTARTS = 1L << 30;
    private static final long DECODED = 1L << 29;
    private static final long STREAM = 0xFFFF;
    /** The facts of a frame that are known before it is read. */
    private static final long OUTSIDE = -1L << LENGTH_SHIFT | TEXT;

    private final StreamTable streams;
    private final int most;
    private long[] places;
    private int setMask;
    private int kept;
    private int replacedYoung;

    /**
     * Creates an empty table.
     *
     * @param most the most places, a power of two from 2
     */
    KnownFrames(StreamTable streams, int most) {
        this.streams = streams;
        this.most = most;
        resize(Math.min(FEWEST, most));
    }

    private void resize(int size) {
        places = new long[size * WORDS];
        setMask = size / 2 - 1;
        kept = 0;
        replacedYoung = 0;
    }

    /** The number of places. */
    int size() {
        return places.length / WORDS;
    }

    private int set(long hash) {
        return ((int) hash & setMask) << SET_SHIFT;
    }

    /**
     * Fills in what the frame of a copy contains.
     *
     * @param mostBytes a frame with a longer message is not known
     * @return whether it is known
     */
    boolean fill(ArrivingCopy copy, int mostBytes) {
        int at = find(copy.frame);
        if (at < 0 || (places[at + FACTS] & OUTSIDE) != outside(copy) || (int) places[at + MESSAGE] > mostBytes) {
            return false;
        }
        long facts = places[at + FACTS];
        int items = (int) (places[at + MESSAGE] >>> ITEMS_SHIFT);
        for (int i = 0; items > 1 && i < items; i++) {
            if (find(hashOfItem(copy.frame, i)) < 0) {
                return false;
            }
        }
        copy.stream = streams.numbered((int) (facts & STREAM));
        copy.key = places[at + KEY];
        copy.hash = places[at + HASH];
        copy.first = places[at + FIRST];
        copy.last = places[at + LAST];
        copy.restarts = (facts & RESTARTS) != 0;
        if ((facts & DECODED) != 0 || items > 1) {
            copy.isInFrame((int) places[at + MESSAGE], items);
        }
        return true;
    }

    /** Returns the place of a frame or item; negative = it is not known. */
    private int find(long hash) {
        int at = set(hash);
        if (places[at + FRAME] == hash) {
            return at;
        }
        at += WORDS;
        return places[at + FRAME] == hash ? at : -1;
    }

    /** Returns what stands for the hash of an item of a frame. */
    static long hashOfItem(long frame, int item) {
        long hash = NameHash.mixed(frame, item + 1L);
        return hash != 0 ? hash : 1;
    }

    private static long outside(ArrivingCopy copy) {
        return (long) copy.frameBytes << LENGTH_SHIFT | (copy.frameIsText ? TEXT : 0);
    }

    /**
     * Keeps what was read from the frame of a copy.
     *
     * @param items the number of items that it is cut into, which are kept too; 1 = it stays whole
     */
    void keep(ArrivingCopy copy, int items) {
        int at = place(copy.frame, copy.arrivalNanos);
        places[at + FRAME] = copy.frame;
        places[at + FACTS] =
                outside(copy) | (copy.restarts ? RESTARTS : 0) | (copy.isDecoded() ? DECODED : 0) | copy.stream.number;
        places[at + KEY] = copy.key;
        places[at + HASH] = items == 1 ? copy.hashOfMessage() : 0;
        places[at + FIRST] = copy.first;
        places[at + LAST] = copy.last;
        places[at + ARRIVAL_NANOS] = copy.arrivalNanos;
        places[at + MESSAGE] = (long) items << ITEMS_SHIFT | copy.bytes();
    }

    /** Returns the place for a frame: its own, an empty one, or that of the older frame. */
    private int place(long hash, long nowNanos) {
        int one = set(hash);
        int other = one + WORDS;
        if (places[one + FRAME] == hash || places[one + FRAME] == 0) {
            return one;
        }
        if (places[other + FRAME] == hash || places[other + FRAME] == 0) {
            return other;
        }
        int older = places[one + ARRIVAL_NANOS] - places[other + ARRIVAL_NANOS] <= 0 ? one : other;
        return replaces(nowNanos - places[older + ARRIVAL_NANOS]) ? place(hash, nowNanos) : older;
    }

    /** A frame of this age is about to be replaced; returns whether the table has doubled instead. */
    private boolean replaces(long ageNanos) {
        if (++kept > size()) {
            kept = 0;
            replacedYoung = 0;
        }
        if (ageNanos < YOUNG_NANOS) {
            replacedYoung++;
        }
        if (size() == most || replacedYoung <= size() / YOUNG_SHARE) {
            return false;
        }
        grow();
        return true;
    }

    private void grow() {
        long[] old = places;
        resize(2 * size());
        for (int from = 0; from < old.length; from += WORDS) {
            if (old[from + FRAME] != 0) {
                int set = set(old[from + FRAME]);
                int at = places[set + FRAME] == 0 ? set : set + WORDS;
                System.arraycopy(old, from, places, at, WORDS);
            }
        }
    }
}
