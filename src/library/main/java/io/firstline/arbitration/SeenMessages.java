package io.firstline.arbitration;

/**
 * The messages published last, each with the lines that have delivered it. Bounded in count and in time. Look-up,
 * insertion and removal cost O(1) and allocate nothing for messages that do not repeat.
 *
 * <p>A message is an entry with its sequence, from 1. Entries of equal bytes form a chain, oldest first: the k-th copy
 * on a line belongs to the k-th entry of the chain, which is the oldest that this line has not delivered.
 *
 * <p>Begins small, and grows while it is full of entries that are not old yet. An entry of the last two seconds takes 80
 * bytes, an older one about 15, and 8 more with a content. Each has 5 to 8 bytes of the table, or 8 to 13 if none is old. Once a message has
 * repeated, each place of the table takes 12 more and each entry at least 9.
 */
final class SeenMessages {
    static final int MAX_LINES = Long.SIZE;

    private static final int FIRST_SIZE = 256;
    private static final int MIN_TABLE = 8; // so that it grows by at least two places
    /** The search for a proof that a line lacks an entry checks at most this many younger ones. */
    private static final int LOOK_AHEAD = ServerOrder.LOOK_AHEAD;
    /** Room for this fraction of the present messages is made ahead. */
    private static final int AHEAD = 4;
    /**
     * As many messages are not forgotten ahead, however old: a line that lacks one of the last messages of a quiet feed is
     * still in step.
     */
    private static final int KEPT = 64;

    private final int capacity;
    private final long spanNanos;
    private final MessageEntries entries;
    private final ServerOrder order;

    private ChainTable chains;
    /** Null = every chain has one entry: most feeds never repeat themselves. */
    private RepeatChains repeats;

    SeenMessages(int maxEntries, long spanNanos) {
        this.capacity = Math.min(maxEntries, ChainTable.MAX_SIZE);
        this.spanNanos = spanNanos;
        int size = Math.min(FIRST_SIZE, Math.max(2, Integer.highestOneBit(capacity - 1) << 1));
        this.entries = new MessageEntries(size);
        this.order = new ServerOrder(entries);
        this.chains = new ChainTable(entries, Math.max(MIN_TABLE, size));
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
        long[] cursor = cursors(chains.find(hash(sequence)));
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
        long each = chains.oldest(chains.find(messageHash));
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
        long first = chains.oldest(chains.find(messageHash));
        return first != 0 && next(first) == 0;
    }

    /** Whether an entry of this hash is older than a sequence. */
    boolean hasOlder(long messageHash, long sequence) {
        long first = chains.oldest(chains.find(messageHash));
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
        int at = chains.find(messageHash);
        long sequence = chains.oldest(at);
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
        long[] cursor = cursors(chains.find(messageHash));
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
        while (entries.count() >= capacity || hasExpired(nowNanos)) {
            forgetOldest();
        }
        if (entries.count() == entries.size()) {
            growEntries(chains.length());
        }
        if (chains.isFull(isShort(nowNanos), 0)) {
            rebuild(longer());
        }
        long sequence = entries.add(messageHash, messageContent, messageStream, slot, receivedNanos);
        order.append(sequence, messageStream);
        int at = chains.find(messageHash);
        boolean repeated = chains.oldest(at) != 0;
        if (!repeated) {
            chains.begin(at, messageHash, sequence);
        } else if (repeats == null) {
            repeats = new RepeatChains(entries, chains);
        }
        if (repeats != null) {
            repeats.add(at, sequence, repeated);
        }
        return sequence;
    }

    /** Whether no entry is packed: many messages a second need speed, long histories of many feeds need room. */
    private boolean isShort(long nowNanos) {
        return entries.count() == 0 || nowNanos - firstNanos(oldest()) <= MessageEntries.PACK_NANOS;
    }

    private boolean hasExpired(long nowNanos) {
        return entries.count() > 0 && nowNanos - firstNanos(oldest()) > spanNanos;
    }

    /**
     * Does what adding messages would have to do soon: forgets old ones, packs pages, and grows. Then a burst of messages
     * does not wait for it. Called several times a second.
     */
    void prepare(long nowNanos) {
        while (entries.count() > KEPT && hasExpired(nowNanos)) {
            forgetOldest();
        }
        entries.packOld(nowNanos);
        int more = Math.min(entries.count() / AHEAD, capacity - entries.count());
        boolean nearlyFull = chains.isFull(isShort(nowNanos), more);
        int length = nearlyFull ? longer() : chains.length();
        if (entries.size() < capacity && entries.count() + entries.count() / AHEAD >= entries.size()) {
            growEntries(length);
        } else if (nearlyFull) {
            rebuild(length);
        }
    }

    private int longer() {
        return chains.length() + chains.length() / 4;
    }

    private void growEntries(int length) {
        entries.grow();
        if (repeats != null) {
            repeats.growEntries();
        }
        rebuild(length);
    }

    private void rebuild(int length) {
        ChainTable old = chains;
        RepeatChains oldRepeats = repeats;
        chains = new ChainTable(entries, length);
        repeats = oldRepeats == null ? null : oldRepeats.withTable(length);
        for (int from = 0; from < old.length(); from++) {
            long first = old.oldest(from);
            if (first != 0) {
                long chainHash = entries.hash(first);
                int to = chains.find(chainHash);
                chains.begin(to, chainHash, first);
                if (repeats != null) {
                    repeats.take(to, oldRepeats, from);
                }
            }
        }
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
        order.forget(sequence);
        int at = chains.search(hash(sequence));
        long next = next(sequence);
        entries.removeOldest();
        if (next != 0) {
            chains.shorten(at, next);
            return;
        }
        if (repeats != null) {
            repeats.ended(at);
        }
        chains.end(at, repeats);
    }
}
