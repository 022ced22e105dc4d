package io.firstline.arbitration;

/**
 * The messages published last, each with the lines that have delivered it. Bounded in count and in time. Look-up,
 * insertion and removal cost O(1) and allocate nothing for messages that do not repeat.
 *
 * <p>A message is an entry with its sequence, from 1. Entries of equal bytes form a chain, oldest first: the k-th copy
 * on a line belongs to the k-th entry of the chain, which is the oldest that this line has not delivered. The ring of
 * entries is indexed by sequence; the chains are found through an open-addressing table with linear probing (Knuth,
 * TAOCP 3, 6.4, algorithms L and R).
 *
 * <p>Begins small, and doubles while it is full of entries that are not old yet. Each entry takes 64 bytes, and each
 * place for one 26, 12 more once streams or contents are known, and 33 more once a message has repeated.
 */
final class SeenMessages {
    static final int MAX_LINES = Long.SIZE;

    private static final int FIRST_SIZE = 256;
    /** The search for a proof that a line lacks an entry checks at most this many younger ones. */
    private static final int LOOK_AHEAD = ServerOrder.LOOK_AHEAD;

    private final int capacity;
    private final long spanNanos;
    private final MessageEntries entries;
    private final ServerOrder order;

    private int tableMask;
    /** A part of the hash of each chain, 0 = the place is empty: most searches read nothing else. */
    private int[] tags;

    private long[] oldestAlike;
    /** Null = every chain has one entry: most feeds never repeat themselves. */
    private RepeatChains repeats;

    /** The result of the last search, if still valid: the same hash is searched several times for one copy. */
    private long foundHash;

    private int foundAt = -1;

    SeenMessages(int maxEntries, long spanNanos) {
        this.capacity = maxEntries;
        this.spanNanos = spanNanos;
        int size = Math.min(FIRST_SIZE, Math.max(2, Integer.highestOneBit(maxEntries - 1) << 1));
        this.entries = new MessageEntries(size);
        this.order = new ServerOrder(entries);
        this.tableMask = 2 * size - 1;
        this.tags = new int[2 * size];
        this.oldestAlike = new long[2 * size];
    }

    /** The order of the messages of each stream. */
    ServerOrder order() {
        return order;
    }

    long oldest() {
        return entries.oldest();
    }

    long newest() {
        return entries.newest();
    }

    long hash(long sequence) {
        return entries.hash(sequence);
    }

    long firstNanos(long sequence) {
        return entries.firstNanos(sequence);
    }

    /** How much later the first copy of one message arrived than that of another. */
    long distanceNanos(long older, long younger) {
        return firstNanos(younger) - firstNanos(older);
    }

    /** The slots of the lines that have delivered it, as bits. */
    long deliveredBy(long sequence) {
        return entries.deliveredBy(sequence);
    }

    boolean isDeliveredBy(long sequence, int slot) {
        return entries.isDeliveredBy(sequence, slot);
    }

    void markDelivered(long sequence, int slot) {
        entries.markDelivered(sequence, slot);
    }

    /** A line has delivered the entry after its place in the stream. */
    void markDeliveredInPlace(long sequence, int slot) {
        entries.markDelivered(sequence, slot);
        entries.markPlaced(sequence, slot);
    }

    /** A line did not deliver this entry after all: it may still do so. */
    void unmarkDelivered(long sequence, int slot) {
        entries.unmarkDelivered(sequence, slot);
        long[] cursor = cursors(find(hash(sequence)));
        if (cursor != null) {
            cursor[slot] = 0;
        }
    }

    /** See {@link MessageEntries#winner}. */
    int winner(long sequence) {
        return entries.winner(sequence);
    }

    void forgetWinner(long sequence) {
        entries.forgetWinner(sequence);
    }

    /** The slot of the line that delivered the first copy; -1 = it has left. */
    int publisher(long sequence) {
        return entries.publisher(sequence);
    }

    /** The own time of the line that delivered the first copy, when it did. */
    long ownNanos(long sequence) {
        return entries.ownNanos(sequence);
    }

    /** Sets the own time of the line that has just delivered the youngest message. */
    void ownNanos(long sequence, long nanos) {
        entries.ownNanos(sequence, nanos);
    }

    /** Identifies the bytes of the first copy; 0 = not known. */
    long content(long sequence) {
        return entries.content(sequence);
    }

    /** The stream it belongs to, 0 = none. */
    int stream(long sequence) {
        return entries.stream(sequence);
    }

    /**
     * The message that a line delivers next if it lacks none: the one after its place in the stream. 0 = there is none,
     * it has other bytes, or equal bytes do not tell which message it is.
     *
     * @param floorNanos older entries were published before the line existed: it cannot deliver them
     */
    long expected(long place, long messageHash, int slot, long floorNanos) {
        long next = order.successor(place);
        return next != 0
                        && entries.hash(next) == messageHash
                        && !entries.isDeliveredBy(next, slot)
                        && entries.firstNanos(next) >= floorNanos
                        && (repeats == null || !repeats.isRepeated(next))
                ? next
                : 0;
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
                        || !order.isBefore(from, each)
                        || (until != 0 && !order.isBefore(each, until)))) {
            each = next(each);
        }
        return each;
    }

    /** Whether exactly one entry has this hash: only then a copy identifies its message beyond doubt. */
    boolean isUnique(long messageHash) {
        int at = find(messageHash);
        return oldestAlike[at] != 0 && next(oldestAlike[at]) == 0;
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
        long floor = next(sequence) == 0 ? floorNanos : repeatsFloorNanos;
        long[] cursor = cursors(at);
        if (cursor != null && cursor[slot] >= sequence) {
            sequence = next(cursor[slot]);
        }
        while (sequence != 0 && (isDeliveredBy(sequence, slot) || firstNanos(sequence) < floor)) {
            sequence = skip(sequence, cursor, slot);
        }
        return sequence;
    }

    /**
     * A line will not deliver this entry any more: returns the next one of this hash that it has not delivered, or 0.
     */
    long pass(long messageHash, long sequence, int slot) {
        long[] cursor = cursors(find(messageHash));
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
        long each = Math.min(Math.min(until, newest()), sequence + LOOK_AHEAD);
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
        return repeats == null ? 0 : repeats.next(sequence);
    }

    private long[] cursors(int at) {
        return repeats == null ? null : repeats.cursors(at);
    }

    /**
     * Adds a message as published now. The line of this slot delivered its first copy, perhaps a while ago. Returns its
     * sequence.
     */
    long add(long messageHash, long messageContent, int messageStream, int slot, long receivedNanos, long nowNanos) {
        while (entries.count() >= capacity || (entries.count() > 0 && nowNanos - firstNanos(oldest()) > spanNanos)) {
            forgetOldest();
        }
        if (entries.count() == entries.size()) {
            grow();
        }
        long sequence = entries.add(messageHash, messageContent, messageStream, slot, receivedNanos);
        order.append(sequence, messageStream);
        int at = find(messageHash);
        boolean repeated = oldestAlike[at] != 0;
        if (!repeated) {
            oldestAlike[at] = sequence;
            tags[at] = tag(messageHash);
        } else if (repeats == null) {
            repeats = new RepeatChains(entries, oldestAlike);
        }
        if (repeats != null) {
            repeats.add(at, sequence, repeated);
        }
        return sequence;
    }

    private void grow() {
        entries.grow();
        RepeatChains old = repeats;
        repeats = old == null ? null : old.grown();
        rebuildTable(old);
    }

    private void rebuildTable(RepeatChains old) {
        long[] chains = oldestAlike;
        tableMask = 2 * entries.size() - 1;
        tags = new int[tableMask + 1];
        oldestAlike = new long[tableMask + 1];
        foundAt = -1;
        for (int from = 0; from < chains.length; from++) {
            if (chains[from] != 0) {
                long chainHash = entries.hash(chains[from]);
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

    /**
     * Removes a line from every entry, so that another line can have its slot. O(capacity), once per line that leaves.
     */
    void release(int slot) {
        entries.release(slot);
        if (repeats != null) {
            repeats.release(slot);
        }
    }

    private void forgetOldest() {
        long sequence = oldest();
        order.remove(sequence);
        int at = find(hash(sequence));
        long next = next(sequence);
        entries.removeOldest();
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
        int at = tag & tableMask;
        while (tags[at] != 0 && (tags[at] != tag || entries.hash(oldestAlike[at]) != messageHash)) {
            at = (at + 1) & tableMask;
        }
        foundHash = messageHash;
        foundAt = at;
        return at;
    }

    /** Its lower bits are the place where a search for the hash begins. Never 0. */
    private static int tag(long messageHash) {
        return (int) (messageHash ^ (messageHash >>> 32)) | Integer.MIN_VALUE;
    }

    /** Moves later chains of the same run back, so that no search ends early at the hole. */
    private void closeHole(int emptied) {
        foundAt = -1;
        tags[emptied] = 0;
        int hole = emptied;
        for (int at = (hole + 1) & tableMask; tags[at] != 0; at = (at + 1) & tableMask) {
            boolean reachableFromHome = ((at - tags[at]) & tableMask) < ((at - hole) & tableMask);
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
}
