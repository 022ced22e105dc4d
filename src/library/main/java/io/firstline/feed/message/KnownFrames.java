package io.firstline.feed.message;

import java.util.concurrent.TimeUnit;

/**
 * What reading found in the frames that arrived last, by the hash of their bytes: nearly all late copies have the bytes
 * of the first one, so they need not be decoded and read again. Holds only frames whose reading depends on their bytes
 * alone and has no other effect: a message of a stream, whole or cut into at most {@value #MAX_ITEMS} items, each of
 * which takes another place. Runs on the feed's context.
 *
 * <p>A ring: a new frame takes the place of the oldest one, so a frame may be forgotten before its last copy arrives:
 * that copy is read. The ring begins with {@value #FEWEST} places, and doubles while it often replaces frames that are
 * younger than half a second. A place takes 72 bytes: 4.5 KiB at first, 576 KiB at most. Connections deliver messages in
 * nearly the same order. So a frame is sought at the place that was found last and at the next one before it is sought
 * by its hash: memory is read from front to back.
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
    /** The ring doubles if a larger share of replaced frames was young. */
    private static final int YOUNG_SHARE = 8;

    // what a place holds
    private static final int WORDS = 8;
    private static final int HASH = 0;
    /** Length, number of items, flags, and the number of the stream. */
    private static final int FACTS = 1;

    private static final int KEY = 2;
    private static final int HASH_OF_MESSAGE = 3;
    private static final int FIRST = 4;
    private static final int LAST = 5;
    /** Its length, if it is not that of the frame. */
    private static final int MESSAGE_BYTES = 6;

    private static final int ARRIVAL = 7;

    /** The bits of the number of a place. */
    private static final int NUMBER = 0xFFFF;

    // the facts
    private static final int LENGTH_SHIFT = 32;
    private static final long TEXT = 1L << 31;
    private static final long RESTARTS = 1L << 30;
    private static final long DECODED = 1L << 29;
    private static final long SNAPSHOT = 1L << 28;
    private static final int ITEMS_SHIFT = 16;
    private static final int ITEMS = 0xFF;
    private static final long STREAM = 0xFFFF;
    /** The facts of a frame that are known before it is read. */
    private static final long OUTSIDE = -1L << LENGTH_SHIFT | TEXT;

    private final StreamTable streams;
    private final int most;
    private long[] places = {};
    /**
     * By hash, in sets of two: the number of a place, from 1, and other bits of its hash, so that places of other frames
     * are not read; 0 = none.
     */
    private int[] numbers = {};
    /** The place of the oldest frame, which the next one takes. */
    private int next;
    /** The place that was found or taken last. */
    private int recent;

    /** The hash that was sought last and not found; 0 = none. A frame is kept directly after it was sought. */
    private long absent;

    private int kept;
    private int replacedYoung;

    /**
     * Creates an empty ring.
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
        numbers = new int[2 * size];
        next = 0;
        recent = 0;
        kept = 0;
        replacedYoung = 0;
    }

    /** The number of places. */
    int size() {
        return places.length / WORDS;
    }

    /** Returns the place behind another. */
    private int behind(int place) {
        return (place + WORDS) & (places.length - 1);
    }

    /** Returns the place of a frame or item; negative = it is not known. */
    private int find(long hash) {
        if (places[recent + HASH] != hash) {
            int at = behind(recent);
            if (places[at + HASH] != hash) {
                at = sought(hash);
                if (at < 0) {
                    return at;
                }
            }
            recent = at;
        }
        return recent;
    }

    private int sought(long hash) {
        int set = set(hash);
        return isAt(set, hash) ? place(set) : isAt(set + 1, hash) ? place(set + 1) : -1;
    }

    private int set(long hash) {
        return (int) hash & (numbers.length - 2);
    }

    private int place(int number) {
        return ((numbers[number] & NUMBER) - 1) * WORDS;
    }

    private static int tag(long hash) {
        return (int) (hash >>> Integer.SIZE) & ~NUMBER;
    }

    private boolean isAt(int number, long hash) {
        return (numbers[number] & ~NUMBER) == tag(hash) && numbers[number] != 0 && places[place(number) + HASH] == hash;
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
            absent = copy.frame;
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
        copy.hash = places[at + HASH_OF_MESSAGE];
        copy.first = places[at + FIRST];
        copy.last = places[at + LAST];
        copy.restarts = (facts & RESTARTS) != 0;
        copy.snapshot = (facts & SNAPSHOT) != 0;
        return true;
    }

    /** Leaves the frame as the one found last, so that its items are found again in the same way. */
    private boolean areItemsKnown(long frame, int items) {
        int at = recent;
        boolean known = true;
        for (int i = 0; i < items && known; i++) {
            known = find(hashOfItem(frame, i)) >= 0;
        }
        recent = at;
        return known;
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
                | (copy.snapshot ? SNAPSHOT : 0)
                | (copy.isDecoded() ? DECODED : 0)
                | (long) items << ITEMS_SHIFT
                | copy.streamWatch().number;
        places[at + KEY] = copy.key;
        places[at + HASH_OF_MESSAGE] = items == 1 ? copy.hashOfMessage() : 0;
        places[at + FIRST] = copy.first;
        places[at + LAST] = copy.last;
        places[at + MESSAGE_BYTES] = copy.bytes();
    }

    /** Takes a place for a frame: its own, or that of the oldest frame. */
    private int take(long hash, long nowNanos) {
        int own = hash == absent ? -1 : find(hash);
        if (own >= 0) {
            places[own + ARRIVAL] = nowNanos;
            return own;
        }
        long oldest = places[next + HASH];
        if (oldest != 0) {
            if (replaces(nowNanos - places[next + ARRIVAL])) {
                return take(hash, nowNanos);
            }
            forget(oldest);
        }
        absent = 0;
        recent = next;
        next = behind(next);
        places[recent + HASH] = hash;
        places[recent + ARRIVAL] = nowNanos;
        index(recent);
        return recent;
    }

    private void forget(long hash) {
        int set = set(hash);
        int number = tag(hash) | (next / WORDS + 1);
        if (numbers[set] == number) {
            numbers[set] = 0;
        } else if (numbers[set + 1] == number) {
            numbers[set + 1] = 0;
        }
    }

    /** Makes a frame findable by its hash, in place of the older one of its set. */
    private void index(int place) {
        long hash = places[place + HASH];
        int set = set(hash);
        int number = numbers[set] == 0 || (numbers[set + 1] != 0 && age(set) > age(set + 1)) ? set : set + 1;
        numbers[number] = tag(hash) | (place / WORDS + 1);
    }

    /** Returns how many places before the next one a frame has. */
    private int age(int number) {
        return (next - place(number) - 1) & (places.length - 1);
    }

    /** A frame of this age is about to be replaced; returns whether the ring has doubled instead. */
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

    /** Doubles the ring, all places of which are taken. */
    private void grow() {
        long[] old = places;
        int oldest = next;
        resize(2 * size());
        System.arraycopy(old, oldest, places, 0, old.length - oldest);
        System.arraycopy(old, 0, places, old.length - oldest, oldest);
        for (; next < old.length; next += WORDS) {
            index(next);
        }
    }
}
