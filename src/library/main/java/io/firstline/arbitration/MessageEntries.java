package io.firstline.arbitration;

import java.util.Arrays;

/**
 * The facts of the messages published last, by sequence: a ring that doubles on request. Whoever fills it bounds it.
 *
 * <p>Each entry has its eight numbers in 64 bytes, one after the other: a copy touches one cache
 * line or two, and not eight. They are in pages of 16 KiB, of which only those with entries exist: one array of all
 * would be half empty after it has doubled, and G1 gives an array of half a region or more whole regions. Besides, each
 * place takes 2 bytes, 12 more once streams or contents are known.
 */
final class MessageEntries {
    private static final int NONE = -1;

    private static final int PAGE_SHIFT = 8;
    private static final int IN_PAGE = (1 << PAGE_SHIFT) - 1;
    private static final int SHIFT = 3;
    /** In place of a page that does not exist: a look at a message just forgotten finds zeros, a mark on it is dropped. */
    private static final long[] NO_PAGE = new long[(IN_PAGE + 1) << SHIFT];

    private static final int HASH = 0;
    private static final int FIRST_NANOS = 1;
    private static final int DELIVERED_BY = 2;
    private static final int OWN_NANOS = 3;
    private static final int PREVIOUS = 4;
    private static final int NEXT = 5;
    private static final int LABEL = 6;
    private static final int PLACED_BY = 7;

    private int mask;
    /** By the number of a page; twice as many places as pages are needed, so that the first and the last never share one. */
    private long[][] pages;

    private int pageMask;
    /** The page that was left last, for the next new one; {@link #NO_PAGE} = none. */
    private long[] freePage = NO_PAGE;

    private byte[] winner;
    /** As the winner, but kept until that line leaves. */
    private byte[] publisher;
    /** Null = no message had a content or a stream so far. */
    private long[] content;

    private int[] stream;

    private long oldest = 1;
    private long newest;

    /**
     * Starts empty.
     *
     * @param size a power of two
     */
    MessageEntries(int size) {
        this.mask = size - 1;
        this.pages = noPages();
        this.pageMask = pages.length - 1;
        this.winner = new byte[size];
        this.publisher = new byte[size];
    }

    long oldest() {
        return oldest;
    }

    long newest() {
        return newest;
    }

    /** How many entries there are. */
    int count() {
        return (int) (newest - oldest) + 1;
    }

    /** For how many entries there is room. */
    int size() {
        return mask + 1;
    }

    /** The index of an entry, from 0 to below {@link #size()}. */
    int index(long sequence) {
        return (int) sequence & mask;
    }

    private long[][] noPages() {
        long[][] none = new long[Math.max(2, (2 * size()) >> PAGE_SHIFT)][];
        Arrays.fill(none, NO_PAGE);
        return none;
    }

    private long[] page(long sequence) {
        return pages[(int) (sequence >>> PAGE_SHIFT) & pageMask];
    }

    private long get(long sequence, int number) {
        return page(sequence)[at(sequence) + number];
    }

    private void set(long sequence, int number, long value) {
        long[] page = page(sequence);
        if (page != NO_PAGE) {
            page[at(sequence) + number] = value;
        }
    }

    private static int at(long sequence) {
        return ((int) sequence & IN_PAGE) << SHIFT;
    }

    private long[] pageToFill(long sequence) {
        int number = (int) (sequence >>> PAGE_SHIFT) & pageMask;
        if (pages[number] == NO_PAGE) {
            pages[number] = freePage == NO_PAGE ? new long[NO_PAGE.length] : freePage;
            freePage = NO_PAGE;
        }
        return pages[number];
    }

    /** Adds the youngest entry; there must be room. The line of this slot published it. */
    long add(long hash, long messageContent, int messageStream, int slot, long receivedNanos) {
        long sequence = ++newest;
        long[] numbers = pageToFill(sequence);
        int at = at(sequence);
        numbers[at + HASH] = hash;
        numbers[at + FIRST_NANOS] = receivedNanos;
        numbers[at + DELIVERED_BY] = 1L << slot;
        numbers[at + PLACED_BY] = 0;
        int index = index(sequence);
        winner[index] = (byte) slot;
        publisher[index] = (byte) slot;
        if (content == null && (messageContent != 0 || messageStream != 0)) {
            content = new long[mask + 1];
            stream = new int[mask + 1];
        }
        if (content != null) {
            content[index] = messageContent;
            stream[index] = messageStream;
        }
        return sequence;
    }

    void removeOldest() {
        oldest++;
        if (((int) oldest & IN_PAGE) == 0) {
            int left = (int) ((oldest - 1) >>> PAGE_SHIFT) & pageMask;
            freePage = pages[left];
            pages[left] = NO_PAGE;
        }
    }

    long hash(long sequence) {
        return get(sequence, HASH);
    }

    long firstNanos(long sequence) {
        return get(sequence, FIRST_NANOS);
    }

    /** The slots of the lines that have delivered it, as bits. */
    long deliveredBy(long sequence) {
        return get(sequence, DELIVERED_BY);
    }

    boolean isDeliveredBy(long sequence, int slot) {
        return (deliveredBy(sequence) & 1L << slot) != 0;
    }

    void markDelivered(long sequence, int slot) {
        set(sequence, DELIVERED_BY, get(sequence, DELIVERED_BY) | 1L << slot);
    }

    /** A line did not deliver it after all. */
    void unmarkDelivered(long sequence, int slot) {
        set(sequence, DELIVERED_BY, get(sequence, DELIVERED_BY) & ~(1L << slot));
        set(sequence, PLACED_BY, get(sequence, PLACED_BY) & ~(1L << slot));
    }

    /** The own time of the line that delivered the first copy, when it did. */
    long ownNanos(long sequence) {
        return get(sequence, OWN_NANOS);
    }

    void ownNanos(long sequence, long nanos) {
        set(sequence, OWN_NANOS, nanos);
    }

    /** The entry before it in the server's order; 0 = none. */
    long previous(long sequence) {
        return get(sequence, PREVIOUS);
    }

    void previous(long sequence, long other) {
        set(sequence, PREVIOUS, other);
    }

    /** The entry after it in the server's order; 0 = none. */
    long next(long sequence) {
        return get(sequence, NEXT);
    }

    void next(long sequence, long other) {
        set(sequence, NEXT, other);
    }

    /** Grows along the server's order. */
    long label(long sequence) {
        return get(sequence, LABEL);
    }

    void label(long sequence, long label) {
        set(sequence, LABEL, label);
    }

    /** The slots of the lines whose order proves its place in the server's order, as bits. */
    long placedBy(long sequence) {
        return get(sequence, PLACED_BY);
    }

    void markPlaced(long sequence, int slot) {
        set(sequence, PLACED_BY, get(sequence, PLACED_BY) | 1L << slot);
    }

    /** The slot of the line that delivered the first copy; -1 = a line that delivered it has left, or it was forgotten. */
    int winner(long sequence) {
        return winner[index(sequence)];
    }

    void forgetWinner(long sequence) {
        winner[index(sequence)] = NONE;
    }

    /** The slot of the line that delivered the first copy; -1 = it has left. */
    int publisher(long sequence) {
        return publisher[index(sequence)];
    }

    /** Identifies the bytes of the first copy; 0 = not known. */
    long content(long sequence) {
        return content == null ? 0 : content[index(sequence)];
    }

    /** The stream it belongs to, 0 = none. */
    int stream(long sequence) {
        return stream == null ? 0 : stream[index(sequence)];
    }

    /** Removes a line from every entry, so that another line can have its slot. */
    void release(int slot) {
        long others = ~(1L << slot);
        for (long sequence = oldest; sequence <= newest; sequence++) {
            int index = index(sequence);
            if (isDeliveredBy(sequence, slot)) {
                set(sequence, DELIVERED_BY, get(sequence, DELIVERED_BY) & others);
                winner[index] = NONE; // it is not known any more that one line was the only one
            }
            set(sequence, PLACED_BY, get(sequence, PLACED_BY) & others);
            if (publisher[index] == slot) {
                publisher[index] = NONE;
            }
        }
    }

    /** Doubles the room. */
    void grow() {
        int oldMask = mask;
        mask = 2 * mask + 1;
        growPages();
        winner = moved(winner, oldMask, new byte[mask + 1]);
        publisher = moved(publisher, oldMask, new byte[mask + 1]);
        if (content != null) {
            content = moved(content, oldMask, new long[mask + 1]);
            stream = moved(stream, oldMask, new int[mask + 1]);
        }
    }

    private void growPages() {
        long[][] old = pages;
        int oldPageMask = pageMask;
        pages = noPages();
        pageMask = pages.length - 1;
        for (long number = oldest >>> PAGE_SHIFT; number <= newest >>> PAGE_SHIFT; number++) {
            pages[(int) number & pageMask] = old[(int) number & oldPageMask];
        }
    }

    /** Copies what belongs to each entry, an element, from a ring of another size. */
    <T> T moved(T from, int oldMask, T to) {
        for (long sequence = oldest; sequence <= newest; sequence++) {
            System.arraycopy(from, (int) sequence & oldMask, to, index(sequence), 1);
        }
        return to;
    }
}
