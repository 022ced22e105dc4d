package io.firstline.arbitration;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The facts of the messages published last, by sequence. Whoever fills it bounds it.
 *
 * <p>Each entry has ten numbers in 80 bytes, those that a copy needs one after the other: it touches one cache line or
 * two, and not ten. They are in pages, of which only those with entries exist. A page whose youngest entry is older than
 * {@link #PACK_NANOS} is packed: nearly nothing asks for its entries any more, and they are most of all.
 */
final class MessageEntries {
    private static final int NONE = -1;

    private static final int PAGE_SHIFT = 8;
    static final int PAGE_SIZE = 1 << PAGE_SHIFT;
    private static final int IN_PAGE = PAGE_SIZE - 1;

    /** Then nearly all copies have arrived, and losses and saves are counted: the winner is forgotten. */
    static final long PACK_NANOS = Settlement.MAX_SETTLING_NANOS + 100_000_000L;

    /** At 16,000 messages a second, {@link #packOld} packs this many pages per call. */
    private static final int MAX_FREE = 16;

    /** Messages that arrive pack pages only this much later: {@link #packOld} should have done it before. */
    private static final long PACK_LATE_NANOS = 500_000_000L;

    static final int HASH = 0;
    static final int DELIVERED_BY = 1;
    static final int PLACED_BY = 2;
    static final int FIRST_NANOS = 3;
    static final int OWN_NANOS = 4;
    /** How much its neighbour's sequence is higher; 0 = none. */
    private static final int PREVIOUS = 5;

    private static final int NEXT = 6;
    static final int LABEL = 7;
    /** Publisher and winner, plus one, in the lowest byte and the highest; the stream between them. */
    static final int FACTS = 8;

    private static final int CONTENT = 9;
    /** How many numbers an entry has. */
    static final int NUMBERS = 10;

    /** The first numbers of an entry stand together, in one cache line; then come the others of all entries. */
    private static final int TOGETHER_SHIFT = 3;

    private static final int TOGETHER = 1 << TOGETHER_SHIFT;
    private static final int REST_SHIFT = 1;

    private static final int PUBLISHER_SHIFT = 0;
    private static final int STREAM_SHIFT = 8;
    private static final int WINNER_SHIFT = 24;

    /** In place of a page that does not exist or is packed. */
    private static final long[] NO_PAGE = {};

    private int mask;
    /** By the number of a page; twice as many places as pages are needed, so that the first and the last never share one. */
    private long[][] pages;

    private PackedMessages[] packed;
    private int pageMask;
    /** The number of the oldest page that is not packed. */
    private long firstOpen;
    /** Pages that are not in use, for the next new ones. */
    private final ArrayDeque<long[]> freePages = new ArrayDeque<>();
    /** The same, packed. */
    private final ArrayDeque<PackedMessages> freePacked = new ArrayDeque<>();

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
        this.packed = new PackedMessages[pages.length];
        this.pageMask = pages.length - 1;
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

    private int inRing(long number) {
        return (int) number & pageMask;
    }

    private long get(long sequence, int number) {
        long[] page = pages[inRing(sequence >>> PAGE_SHIFT)];
        return page == NO_PAGE ? getPacked(sequence, number) : page[at(sequence, number)];
    }

    /** A look at a message just forgotten finds zeros, if its page has been left. */
    private long getPacked(long sequence, int number) {
        PackedMessages page = packed[inRing(sequence >>> PAGE_SHIFT)];
        return page == null ? 0 : page.get(number, (int) sequence & IN_PAGE);
    }

    private void set(long sequence, int number, long value) {
        long[] page = pages[inRing(sequence >>> PAGE_SHIFT)];
        if (page == NO_PAGE) {
            setPacked(sequence, number, value);
        } else {
            page[at(sequence, number)] = value;
        }
    }

    /** A mark on a message just forgotten is dropped, if its page has been left. */
    private void setPacked(long sequence, int number, long value) {
        PackedMessages page = packed[inRing(sequence >>> PAGE_SHIFT)];
        if (page != null && !page.set(number, (int) sequence & IN_PAGE, value)) {
            long[] open = newPage();
            page.unpack(open);
            open[at(sequence, number)] = value;
            page.pack(open);
            keep(open, freePages);
        }
    }

    private static int at(long sequence, int number) {
        return place((int) sequence & IN_PAGE, number);
    }

    /** The index of a number of an entry in its page. */
    static int place(int index, int number) {
        return number < TOGETHER
                ? (index << TOGETHER_SHIFT) + number
                : (PAGE_SIZE << TOGETHER_SHIFT) + (index << REST_SHIFT) + number - TOGETHER;
    }

    private long[] newPage() {
        return freePages.isEmpty() ? new long[PAGE_SIZE * NUMBERS] : freePages.pop();
    }

    private static <T> void keep(T page, ArrayDeque<T> free) {
        if (free.size() < MAX_FREE) {
            free.push(page);
        }
    }

    private long[] pageToFill(long sequence, long nowNanos) {
        int place = inRing(sequence >>> PAGE_SHIFT);
        if (pages[place] == NO_PAGE) {
            packOld(nowNanos - PACK_LATE_NANOS);
            pages[place] = newPage();
        }
        return pages[place];
    }

    /** Packs the pages with old entries only. */
    void packOld(long nowNanos) {
        long current = newest >>> PAGE_SHIFT;
        firstOpen = Math.max(firstOpen, oldest >>> PAGE_SHIFT);
        while (firstOpen < current && nowNanos - firstNanos((firstOpen + 1) << PAGE_SHIFT) > PACK_NANOS) {
            int place = inRing(firstOpen);
            PackedMessages page = freePacked.isEmpty() ? new PackedMessages() : freePacked.pop();
            page.pack(pages[place]);
            packed[place] = page;
            keep(pages[place], freePages);
            pages[place] = NO_PAGE;
            firstOpen++;
        }
    }

    /** Adds the youngest entry; there must be room. The line of this slot published it. */
    long add(long hash, long messageContent, int messageStream, int slot, long receivedNanos) {
        long sequence = newest + 1;
        long[] numbers = pageToFill(sequence, receivedNanos);
        newest = sequence;
        numbers[at(sequence, HASH)] = hash;
        numbers[at(sequence, FIRST_NANOS)] = receivedNanos;
        numbers[at(sequence, DELIVERED_BY)] = 1L << slot;
        numbers[at(sequence, PLACED_BY)] = 0;
        numbers[at(sequence, FACTS)] =
                (slot + 1L) << PUBLISHER_SHIFT | (long) messageStream << STREAM_SHIFT | (slot + 1L) << WINNER_SHIFT;
        numbers[at(sequence, CONTENT)] = messageContent;
        return sequence;
    }

    void removeOldest() {
        oldest++;
        if (((int) oldest & IN_PAGE) == 0) {
            int left = inRing((oldest - 1) >>> PAGE_SHIFT);
            if (packed[left] != null) {
                keep(packed[left], freePacked);
                packed[left] = null;
            } else {
                keep(pages[left], freePages);
                pages[left] = NO_PAGE;
            }
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
        long before = neighbour(sequence, PREVIOUS);
        return before < oldest ? 0 : before; // has been forgotten
    }

    void previous(long sequence, long other) {
        set(sequence, PREVIOUS, other == 0 ? 0 : other - sequence);
    }

    /** The entry after it in the server's order; 0 = none. */
    long next(long sequence) {
        return neighbour(sequence, NEXT);
    }

    void next(long sequence, long other) {
        set(sequence, NEXT, other == 0 ? 0 : other - sequence);
    }

    private long neighbour(long sequence, int number) {
        long distance = get(sequence, number);
        return distance == 0 ? 0 : sequence + distance;
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
        return ((int) (get(sequence, FACTS) >>> WINNER_SHIFT) & 0xff) + NONE;
    }

    void forgetWinner(long sequence) {
        set(sequence, FACTS, get(sequence, FACTS) & ~(0xffL << WINNER_SHIFT));
    }

    /** The slot of the line that delivered the first copy; -1 = it has left. */
    int publisher(long sequence) {
        return publisherIn(get(sequence, FACTS)) + NONE;
    }

    /** The publisher in an entry's facts, plus one. */
    static int publisherIn(long facts) {
        return (int) (facts >>> PUBLISHER_SHIFT) & 0xff;
    }

    /** Identifies the bytes of the first copy; 0 = not known. */
    long content(long sequence) {
        return get(sequence, CONTENT);
    }

    /** The stream it belongs to, 0 = none. */
    int stream(long sequence) {
        return (int) (get(sequence, FACTS) >>> STREAM_SHIFT) & 0xffff;
    }

    /** Removes a line from every entry, so that another line can have its slot. */
    void release(int slot) {
        for (long sequence = oldest; sequence <= newest; sequence++) {
            if (isDeliveredBy(sequence, slot) && winner(sequence) != NONE) {
                forgetWinner(sequence); // it is not known any more that one line was the only one
            }
            if (publisher(sequence) == slot) {
                set(sequence, FACTS, get(sequence, FACTS) & ~(0xffL << PUBLISHER_SHIFT));
            }
        }
        for (int place = 0; place <= pageMask; place++) {
            if (packed[place] != null) {
                packed[place].clear(DELIVERED_BY, 1L << slot);
                packed[place].clear(PLACED_BY, 1L << slot);
            }
            for (int index = 0; pages[place] != NO_PAGE && index < PAGE_SIZE; index++) {
                pages[place][place(index, DELIVERED_BY)] &= ~(1L << slot);
                pages[place][place(index, PLACED_BY)] &= ~(1L << slot);
            }
        }
    }

    /** Doubles the room. */
    void grow() {
        mask = 2 * mask + 1;
        long[][] oldPages = pages;
        PackedMessages[] oldPacked = packed;
        int oldMask = pageMask;
        pages = noPages();
        packed = new PackedMessages[pages.length];
        pageMask = pages.length - 1;
        for (long number = oldest >>> PAGE_SHIFT; number <= newest >>> PAGE_SHIFT; number++) {
            pages[inRing(number)] = oldPages[(int) number & oldMask];
            packed[inRing(number)] = oldPacked[(int) number & oldMask];
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
