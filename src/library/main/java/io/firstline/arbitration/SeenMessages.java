package io.firstline.arbitration;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The messages published last, each with the lines that have delivered it. Bounded in count and in time. Look-up,
 * insertion and removal cost O(1) and allocate nothing for messages that do not repeat.
 *
 * <p>A message is an entry with its sequence, from 1. Entries of equal bytes form a chain, oldest first: the k-th copy
 * on a line belongs to the k-th entry of the chain, which is the oldest that this line has not delivered. The ring of
 * entries is indexed by sequence; the chains are found through an open-addressing table with linear probing (Knuth,
 * TAOCP 3, 6.4, algorithms L and R).
 *
 * <p>Begins small, and doubles while it is full of entries that are not old yet. Each place for an entry takes 58
 * bytes, 44 more once streams or contents are known, and 28 more once a message has repeated.
 */
final class SeenMessages {
    static final int MAX_LINES = Long.SIZE;
    private static final int NONE = -1;

    private static final int FIRST_SIZE = 256;
    /** The search for a proof that a line lacks an entry checks at most this many younger ones. */
    private static final int LOOK_AHEAD = 512;

    private final int capacity;
    private final long spanNanos;

    private int entryMask;
    private long[] hash;
    private long[] firstNanos;
    private long[] deliveredBy;
    private byte[] winner;
    /** As the winner, but kept until that line leaves. */
    private byte[] publisher;
    /** That line's own time when it delivered the message. */
    private long[] ownNanos;
    /** Null = no message had a content or a stream so far. */
    private long[] content;

    private int[] stream;
    private Order order;

    private int tableMask;
    /** A part of the hash of each chain, 0 = the place is empty: most searches read nothing else. */
    private int[] tags;

    private long[] oldestAlike;
    /** Null = every chain has one entry: most feeds never repeat themselves. */
    private Repeats repeats;

    /** The result of the last search, if still valid: the same hash is searched several times for one copy. */
    private long foundHash;

    private int foundAt = -1;

    private long oldest = 1;
    private long newest;

    SeenMessages(int maxEntries, long spanNanos) {
        this.capacity = maxEntries;
        this.spanNanos = spanNanos;
        int size = Math.min(FIRST_SIZE, Math.max(2, Integer.highestOneBit(maxEntries - 1) << 1));
        this.entryMask = size - 1;
        this.hash = new long[size];
        this.firstNanos = new long[size];
        this.deliveredBy = new long[size];
        this.winner = new byte[size];
        this.publisher = new byte[size];
        this.ownNanos = new long[size];
        this.order = new Order(
                new long[size], new long[size], new long[size], new long[size], new long[Line.MAX_STREAMS + 1]);
        this.tableMask = 2 * size - 1;
        this.tags = new int[2 * size];
        this.oldestAlike = new long[2 * size];
    }

    long oldest() {
        return oldest;
    }

    long newest() {
        return newest;
    }

    long hash(long sequence) {
        return hash[(int) sequence & entryMask];
    }

    long firstNanos(long sequence) {
        return firstNanos[(int) sequence & entryMask];
    }

    long deliveredBy(long sequence) {
        return deliveredBy[(int) sequence & entryMask];
    }

    /**
     * The slot of the line that delivered the first copy, or -1 if a line that delivered it has left, or it was
     * forgotten.
     */
    int winner(long sequence) {
        return winner[(int) sequence & entryMask];
    }

    /** The slot of the line that delivered the first copy; -1 = it has left. */
    int publisher(long sequence) {
        return publisher[(int) sequence & entryMask];
    }

    /** The own time of the line that delivered the first copy, when it did. */
    long ownNanos(long sequence) {
        return ownNanos[(int) sequence & entryMask];
    }

    /** Sets the own time of the line that has just delivered the youngest message. */
    void ownNanos(long sequence, long nanos) {
        ownNanos[(int) sequence & entryMask] = nanos;
    }

    /** Identifies the bytes of the first copy; 0 = not known. */
    long content(long sequence) {
        return content == null ? 0 : content[(int) sequence & entryMask];
    }

    /** The stream it belongs to, 0 = none. */
    int stream(long sequence) {
        return stream == null ? 0 : stream[(int) sequence & entryMask];
    }

    /** A line did not deliver this entry after all: it may still do so. */
    void unmarkDelivered(long sequence, int slot) {
        deliveredBy[(int) sequence & entryMask] &= ~(1L << slot);
        order.by[(int) sequence & entryMask] &= ~(1L << slot);
        if (repeats != null && repeats.cursors[find(hash(sequence))] != null) {
            repeats.cursors[find(hash(sequence))][slot] = 0;
        }
    }

    /**
     * The first entry between two of a stream that a line lacks, though others delivered it before the second of them;
     * or 0.
     *
     * @param messageHash the entry has this hash; null = any
     */
    long lackedBetween(long from, long until, int slot, Long messageHash) {
        if (stream(from) != stream(until)) {
            return 0;
        }
        long proof = order.by(until) & ~(1L << slot);
        long each = order.next(from);
        for (int looked = 0; each != until && each != 0 && looked < LOOK_AHEAD; looked++) {
            if ((messageHash == null || hash(each) == messageHash)
                    && (order.by(each) & proof) != 0
                    && !isDeliveredBy(each, slot)) {
                return each;
            }
            each = order.next(each);
        }
        return 0;
    }

    /**
     * Whether a line will not deliver an entry any more: it has delivered one that came later on a line that delivered
     * both.
     *
     * @param place where the line is in the stream
     */
    boolean isPassed(long sequence, long place, int slot) {
        if (place < oldest || stream(place) != stream(sequence) || !isBefore(sequence, place)) {
            return false;
        }
        long bit = 1L << slot;
        long known = order.by(sequence) & ~bit;
        long each = sequence;
        for (int looked = 0; each != place && looked < LOOK_AHEAD; looked++) {
            each = order.next(each);
            long by = order.by(each);
            if ((by & known) != 0) {
                if ((by & bit) != 0) {
                    return true;
                }
                known |= by;
            }
        }
        return each != place;
    }

    /**
     * Moves an entry behind a younger one that a line delivered before it, together with the entries known to come
     * after it.
     */
    void moveAfter(long sequence, long place, int slot) {
        long known = order.by(sequence) & ~(1L << slot);
        long last = place;
        long each = sequence;
        for (int looked = 0; each != place && each != 0 && looked < LOOK_AHEAD; looked++) {
            long next = order.next(each);
            if (each == sequence || (order.by(each) & known) != 0) {
                known |= order.by(each) & ~(1L << slot);
                placeAfter(each, last);
                last = each;
            }
            each = next;
        }
    }

    /** Whether the next entry after the place of a line, among those that it has not delivered, has this hash. */
    boolean isNextAfter(long place, int slot, long messageHash) {
        if (place < oldest) {
            return false;
        }
        long each = order.next(place);
        while (each != 0 && isDeliveredBy(each, slot)) {
            each = order.next(each);
        }
        return each != 0 && hash(each) == messageHash;
    }

    /** A line in step has delivered an entry: it comes after those that the line delivered before. */
    void markPlaced(long sequence, int slot) {
        order.by[(int) sequence & entryMask] |= 1L << slot;
    }

    /** Puts an entry after another of its stream in the server's order; 0 = after all others. */
    void placeAfter(long sequence, long after) {
        if (sequence != after) {
            order.remove(sequence, stream(sequence));
            order.add(sequence, after >= oldest && stream(after) == stream(sequence) ? after : 0, stream(sequence));
        }
    }

    /** Whether an entry comes before another of its stream in the server's order, as known so far. */
    boolean isBefore(long sequence, long other) {
        return order.label[(int) sequence & entryMask] < order.label[(int) other & entryMask];
    }

    /**
     * The first entry of this hash between two of a stream that a line has not delivered, or 0; {@code until} 0 = to
     * the end.
     */
    long alikeBetween(long from, long until, int slot, long messageHash) {
        long each = oldestAlike[find(messageHash)];
        while (each != 0
                && (isDeliveredBy(each, slot)
                        || stream(each) != stream(from)
                        || !isBefore(from, each)
                        || (until != 0 && !isBefore(each, until)))) {
            each = next(each);
        }
        return each;
    }

    /** The message before one in the server's order of its stream; 0 = none. */
    long predecessor(long sequence) {
        return order.previous[(int) sequence & entryMask];
    }

    void forgetWinner(long sequence) {
        winner[(int) sequence & entryMask] = NONE;
    }

    void markDelivered(long sequence, int slot) {
        deliveredBy[(int) sequence & entryMask] |= 1L << slot;
    }

    /** Whether exactly one entry has this hash: only then a copy identifies its message beyond doubt. */
    boolean isUnique(long messageHash) {
        int at = find(messageHash);
        return oldestAlike[at] != 0 && next(oldestAlike[at]) == 0;
    }

    boolean isDeliveredBy(long sequence, int slot) {
        return (deliveredBy(sequence) & 1L << slot) != 0;
    }

    /** Whether an entry of this hash is older than a sequence. */
    boolean hasOlder(long messageHash, long sequence) {
        long first = oldestAlike[find(messageHash)];
        return first != 0 && first < sequence;
    }

    /** Whether a younger entry has the same hash. */
    boolean hasYoungerAlike(long sequence) {
        return next(sequence) != 0;
    }

    /**
     * The oldest entry of this hash that a line has not delivered and has not passed, or 0 if there is none.
     *
     * @param floorNanos older entries were published before the line existed: it cannot deliver them
     * @param repeatsFloorNanos the same for entries with younger ones or older ones of the same hash
     */
    long match(long messageHash, int slot, long floorNanos, long repeatsFloorNanos) {
        int at = find(messageHash);
        long sequence = oldestAlike[at];
        if (sequence == 0) {
            return 0;
        }
        long bit = 1L << slot;
        long floor = next(sequence) == 0 ? floorNanos : repeatsFloorNanos;
        long[] cursor = repeats == null ? null : repeats.cursors[at];
        if (cursor != null && cursor[slot] >= sequence) {
            sequence = next(cursor[slot]);
        }
        while (sequence != 0 && ((deliveredBy(sequence) & bit) != 0 || firstNanos(sequence) < floor)) {
            sequence = skip(sequence, cursor, slot);
        }
        return sequence;
    }

    /**
     * A line will not deliver this entry any more: returns the next one of this hash that it has not delivered, or 0.
     */
    long pass(long messageHash, long sequence, int slot) {
        int at = find(messageHash);
        long[] cursor = repeats == null ? null : repeats.cursors[at];
        long next = skip(sequence, cursor, slot);
        while (next != 0 && isDeliveredBy(next, slot)) {
            next = skip(next, cursor, slot);
        }
        return next;
    }

    /**
     * The youngest message of unique bytes that was published after this one in the same stream and that two lines have
     * both delivered; or 0. If one of them published this message and the other has not delivered it, the other lacks
     * it.
     *
     * @param until the youngest entry to check
     */
    long follower(long sequence, long until, int slot, int otherSlot) {
        long both = 1L << slot | 1L << otherSlot;
        int itsStream = stream(sequence);
        long each = Math.min(Math.min(until, newest), sequence + LOOK_AHEAD);
        while (each > sequence
                && ((deliveredBy(each) & both) != both || stream(each) != itsStream || !isUnique(hash(each)))) {
            each--;
        }
        return each > sequence ? each : 0;
    }

    private long skip(long sequence, long[] cursor, int slot) {
        if (cursor != null) {
            cursor[slot] = sequence;
        }
        return next(sequence);
    }

    private long next(long sequence) {
        return repeats == null ? 0 : repeats.nextAlike[(int) sequence & entryMask];
    }

    /**
     * Adds a message as published now. The line of this slot delivered its first copy, perhaps a while ago. Returns its
     * sequence.
     */
    long add(long messageHash, long messageContent, int messageStream, int slot, long receivedNanos, long nowNanos) {
        while (newest - oldest + 1 >= capacity || (oldest <= newest && nowNanos - firstNanos(oldest) > spanNanos)) {
            forgetOldest();
        }
        if (newest - oldest + 1 > entryMask) {
            grow();
        }
        long sequence = ++newest;
        int index = (int) sequence & entryMask;
        hash[index] = messageHash;
        tell(index, messageContent, messageStream);
        firstNanos[index] = receivedNanos;
        deliveredBy[index] = 1L << slot;
        winner[index] = (byte) slot;
        publisher[index] = (byte) slot;
        int at = find(messageHash);
        boolean repeated = oldestAlike[at] != 0;
        if (!repeated) {
            oldestAlike[at] = sequence;
            tags[at] = tag(messageHash);
        } else if (repeats == null) {
            repeats = new Repeats(entryMask, new long[entryMask + 1]);
            System.arraycopy(oldestAlike, 0, repeats.newestAlike, 0, oldestAlike.length);
        }
        if (repeats != null) {
            repeats.add(at, sequence, repeated);
        }
        return sequence;
    }

    private void grow() {
        int mask = 2 * entryMask + 1;
        hash = moved(hash, mask);
        firstNanos = moved(firstNanos, mask);
        deliveredBy = moved(deliveredBy, mask);
        ownNanos = moved(ownNanos, mask);
        byte[] movedWinner = new byte[mask + 1];
        byte[] movedPublisher = new byte[mask + 1];
        int[] movedStream = stream == null ? null : new int[mask + 1];
        for (long sequence = oldest; sequence <= newest; sequence++) {
            movedWinner[(int) sequence & mask] = winner[(int) sequence & entryMask];
            movedPublisher[(int) sequence & mask] = publisher[(int) sequence & entryMask];
            if (stream != null) {
                movedStream[(int) sequence & mask] = stream[(int) sequence & entryMask];
            }
        }
        winner = movedWinner;
        publisher = movedPublisher;
        stream = movedStream;
        content = content == null ? null : moved(content, mask);
        order = new Order(
                moved(order.previous, mask),
                moved(order.next, mask),
                moved(order.label, mask),
                moved(order.by, mask),
                order.last);
        Repeats old = repeats;
        repeats = old == null ? null : new Repeats(mask, moved(old.nextAlike, mask));
        entryMask = mask;
        rebuildTable(old);
    }

    private long[] moved(long[] entries, int mask) {
        long[] moved = new long[mask + 1];
        for (long sequence = oldest; sequence <= newest; sequence++) {
            moved[(int) sequence & mask] = entries[(int) sequence & entryMask];
        }
        return moved;
    }

    private void rebuildTable(Repeats old) {
        long[] chains = oldestAlike;
        tableMask = 2 * entryMask + 1;
        tags = new int[tableMask + 1];
        oldestAlike = new long[tableMask + 1];
        foundAt = -1;
        for (int from = 0; from < chains.length; from++) {
            if (chains[from] != 0) {
                long chainHash = hash[(int) chains[from] & entryMask];
                int to = find(chainHash);
                tags[to] = tag(chainHash);
                oldestAlike[to] = chains[from];
                if (repeats != null) {
                    repeats.take(to, old, from);
                }
            }
        }
        foundAt = -1;
    }

    private void tell(int index, long messageContent, int messageStream) {
        if (content == null && (messageContent != 0 || messageStream != 0)) {
            content = new long[entryMask + 1];
            stream = new int[entryMask + 1];
        }
        if (content != null) {
            content[index] = messageContent;
            stream[index] = messageStream;
        }
        order.by[index] = 0;
        order.add(newest, 0, messageStream);
    }

    /**
     * Removes a line from every entry, so that another line can have its slot. O(capacity), once per line that leaves.
     */
    void release(int slot) {
        long others = ~(1L << slot);
        for (long sequence = oldest; sequence <= newest; sequence++) {
            int index = (int) sequence & entryMask;
            if ((deliveredBy[index] & ~others) != 0) {
                deliveredBy[index] &= others;
                winner[index] = NONE; // it is not known any more that one line was the only one
            }
            order.by[index] &= others;
            if (publisher[index] == slot) {
                publisher[index] = NONE;
            }
        }
        if (repeats != null) {
            repeats.release(slot);
        }
    }

    private void forgetOldest() {
        long sequence = oldest++;
        order.remove(sequence, stream(sequence));
        int at = find(hash[(int) sequence & entryMask]);
        long next = next(sequence);
        oldestAlike[at] = next;
        if (next == 0) {
            if (repeats != null) {
                repeats.ended(at);
            }
            closeHole(at);
        }
    }

    /** The table's place for a hash: the place of its chain, or the empty place where it would begin. */
    private int find(long messageHash) {
        if (foundAt >= 0 && foundHash == messageHash) {
            return foundAt;
        }
        int tag = tag(messageHash);
        int at = home(messageHash);
        while (tags[at] != 0 && (tags[at] != tag || hash[(int) oldestAlike[at] & entryMask] != messageHash)) {
            at = (at + 1) & tableMask;
        }
        foundHash = messageHash;
        foundAt = at;
        return at;
    }

    private static int tag(long messageHash) {
        return (int) (messageHash >>> 32) | 1;
    }

    private int home(long messageHash) {
        return (int) (messageHash ^ (messageHash >>> 32)) & tableMask;
    }

    /** Moves later chains of the same run back, so that no search ends early at the hole. */
    private void closeHole(int emptied) {
        foundAt = -1;
        tags[emptied] = 0;
        int hole = emptied;
        for (int at = (hole + 1) & tableMask; oldestAlike[at] != 0; at = (at + 1) & tableMask) {
            int home = home(hash[(int) oldestAlike[at] & entryMask]);
            boolean reachableFromHome = ((at - home) & tableMask) < ((at - hole) & tableMask);
            if (!reachableFromHome) {
                tags[hole] = tags[at];
                tags[at] = 0;
                oldestAlike[hole] = oldestAlike[at];
                oldestAlike[at] = 0;
                if (repeats != null) {
                    repeats.moved(at, hole);
                }
                hole = at;
            }
        }
    }

    /**
     * The server's order of each stream. By entry: its neighbours, a label that grows along the order, and the lines
     * whose order proves it. By stream: the last entry.
     */
    private static final class Order {
        private static final long GAP = 1L << 20;
        private static final long STEP = 1L << 10;

        private final long[] previous;
        private final long[] next;
        private final long[] label;
        private final long[] by;
        private final long[] last;

        Order(long[] previous, long[] next, long[] label, long[] by, long[] last) {
            this.previous = previous;
            this.next = next;
            this.label = label;
            this.by = by;
            this.last = last;
        }

        private int at(long sequence) {
            return (int) sequence & (next.length - 1);
        }

        long next(long sequence) {
            return next[at(sequence)];
        }

        long by(long sequence) {
            return by[at(sequence)];
        }

        void add(long sequence, long after, int stream) {
            long before = after == 0 ? last[stream] : after;
            long behind = before == 0 ? 0 : next[at(before)];
            long from = before == 0 ? 0 : label[at(before)];
            previous[at(sequence)] = before;
            next[at(sequence)] = behind;
            if (before != 0) {
                next[at(before)] = sequence;
            }
            if (behind == 0) {
                last[stream] = sequence;
                label[at(sequence)] = from + GAP;
                return;
            }
            previous[at(behind)] = sequence;
            long step = Math.max(1, Math.min(STEP, (label[at(behind)] - from) / 2));
            label[at(sequence)] = from + step;
            for (long each = sequence; behind != 0 && label[at(behind)] <= label[at(each)]; behind = next[at(behind)]) {
                label[at(behind)] = label[at(each)] + 1;
                each = behind;
            }
        }

        void remove(long sequence, int stream) {
            long before = previous[at(sequence)];
            long behind = next[at(sequence)];
            if (before != 0) {
                next[at(before)] = behind;
            }
            if (behind != 0) {
                previous[at(behind)] = before;
            } else {
                last[stream] = before;
            }
        }
    }

    /**
     * The chains of more than one entry. By entry: the next of the chain. By the table's place: the last of the chain
     * and the position of each line.
     */
    private static final class Repeats {
        private final int entryMask;
        private final long[] nextAlike;
        private final long[] newestAlike;
        private final long[][] cursors;
        private final ArrayDeque<long[]> freeCursors = new ArrayDeque<>();

        Repeats(int entryMask, long[] nextAlike) {
            this.entryMask = entryMask;
            this.nextAlike = nextAlike;
            this.newestAlike = new long[2 * nextAlike.length];
            this.cursors = new long[2 * nextAlike.length][];
        }

        void add(int at, long sequence, boolean repeated) {
            nextAlike[(int) sequence & entryMask] = 0;
            if (repeated) {
                nextAlike[(int) newestAlike[at] & entryMask] = sequence;
                if (cursors[at] == null) {
                    cursors[at] = freeCursors.isEmpty() ? new long[MAX_LINES] : freeCursors.pop();
                }
            }
            newestAlike[at] = sequence;
        }

        void release(int slot) {
            for (long[] cursor : cursors) {
                if (cursor != null) {
                    cursor[slot] = 0;
                }
            }
        }

        void ended(int at) {
            if (cursors[at] != null) {
                Arrays.fill(cursors[at], 0);
                freeCursors.push(cursors[at]);
                cursors[at] = null;
            }
        }

        void moved(int from, int to) {
            take(to, this, from);
            cursors[from] = null;
        }

        void take(int to, Repeats other, int from) {
            newestAlike[to] = other.newestAlike[from];
            cursors[to] = other.cursors[from];
        }
    }
}
