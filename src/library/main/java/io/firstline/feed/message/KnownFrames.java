package io.firstline.feed.message;

import java.util.concurrent.TimeUnit;

/**
 * What reading found in the frames that arrived last, by the hash of their bytes: nearly all late copies have the bytes
 * of the first one, so they need not be decoded and read again. Holds only frames whose reading depends on their bytes
 * alone and has no other effect: a message of a stream, whole or cut into at most {@value #MAX_ITEMS} items, each of
 * which takes another place. Runs on the feed's context.
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

    // what finds a set: two hashes, and when their frames arrived
    private static final int SET_SHIFT = 2;
    private static final int ARRIVAL = 2;

    // what a place holds
    private static final int WORDS = 6;
    /** Length, number of items, flags, and the number of the stream. */
    private static final int FACTS = 0;

    private static final int KEY = 1;
    private static final int HASH = 2;
    private static final int FIRST = 3;
    private static final int LAST = 4;
    /** Its length, if it is not that of the frame. */
    private static final int MESSAGE_BYTES = 5;

    // the facts
    private static final int LENGTH_SHIFT = 32;
    private static final long TEXT = 1L << 31;
    private static final long RESTARTS = 1L << 30;
    private static final long DECODED = 1L << 29;
    private static final int ITEMS_SHIFT = 16;
    private static final int ITEMS = 0xFF;
    private static final long STREAM = 0xFFFF;
    /** The facts of a frame that are known before it is read. */
    private static final long OUTSIDE = -1L << LENGTH_SHIFT | TEXT;

    private final StreamTable streams;
    private final int most;
    private long[] sets = {};
    private long[] places = {};
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
        sets = new long[(size / 2) << SET_SHIFT];
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

    /** Returns where the facts of one of the two frames of a set are. */
    private static int place(int set, int number) {
        return (set / 2 + number) * WORDS;
    }

    /** Returns where the facts of a frame or item are; negative = it is not known. */
    private int find(long hash) {
        int set = set(hash);
        return sets[set] == hash ? place(set, 0) : sets[set + 1] == hash ? place(set, 1) : -1;
    }

    /**
     * Fills in what the frame of a copy contains.
     *
     * @param mostBytes a frame with a longer message is not known
     * @return whether it is known
     */
    boolean fill(ArrivingCopy copy, int mostBytes) {
        int at = find(copy.frame);
        if (at < 0) {
            return false;
        }
        long facts = places[at + FACTS];
        int items = (int) (facts >>> ITEMS_SHIFT) & ITEMS;
        if ((facts & OUTSIDE) != outside(copy) || (items > 1 && !areItemsKnown(copy.frame, items))) {
            return false;
        }
        if ((facts & DECODED) != 0) {
            int bytes = (int) places[at + MESSAGE_BYTES];
            if (bytes > mostBytes) {
                return false;
            }
            copy.isInFrame(bytes);
        }
        copy.parts = items;
        copy.in(streams.numbered((int) (facts & STREAM)));
        copy.key = places[at + KEY];
        copy.hash = places[at + HASH];
        copy.first = places[at + FIRST];
        copy.last = places[at + LAST];
        copy.restarts = (facts & RESTARTS) != 0;
        return true;
    }

    private boolean areItemsKnown(long frame, int items) {
        for (int i = 0; i < items; i++) {
            if (find(hashOfItem(frame, i)) < 0) {
                return false;
            }
        }
        return true;
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
        int at = take(copy.frame, copy.arrivalNanos);
        places[at + FACTS] = outside(copy)
                | (copy.restarts ? RESTARTS : 0)
                | (copy.isDecoded() ? DECODED : 0)
                | (long) items << ITEMS_SHIFT
                | copy.streamWatch().number;
        places[at + KEY] = copy.key;
        places[at + HASH] = items == 1 ? copy.hashOfMessage() : 0;
        places[at + FIRST] = copy.first;
        places[at + LAST] = copy.last;
        places[at + MESSAGE_BYTES] = copy.bytes();
    }

    /** Takes a place for a frame: its own, an empty one, or that of the older frame. Returns where its facts are. */
    private int take(long hash, long nowNanos) {
        int set = set(hash);
        int number = isFree(set, hash) ? 0 : isFree(set + 1, hash) ? 1 : older(set);
        if (!isFree(set + number, hash) && replaces(nowNanos - sets[set + ARRIVAL + number])) {
            return take(hash, nowNanos);
        }
        sets[set + number] = hash;
        sets[set + ARRIVAL + number] = nowNanos;
        return place(set, number);
    }

    private boolean isFree(int at, long hash) {
        return sets[at] == hash || sets[at] == 0;
    }

    private int older(int set) {
        return sets[set + ARRIVAL] - sets[set + ARRIVAL + 1] <= 0 ? 0 : 1;
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
        long[] oldSets = sets;
        long[] oldPlaces = places;
        resize(2 * size());
        for (int old = 0; old < oldSets.length; old += 1 << SET_SHIFT) {
            for (int i = 0; i < 2; i++) {
                long hash = oldSets[old + i];
                if (hash != 0) {
                    int to = take(hash, oldSets[old + ARRIVAL + i]);
                    System.arraycopy(oldPlaces, place(old, i), places, to, WORDS);
                }
            }
        }
    }
}
