package io.firstline.arbitration;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A page of entries in few bytes, without loss. Each number is stored as its difference from what is expected, in as
 * many bytes as the largest difference of the page needs: most numbers of a page are equal, or grow evenly, and the own
 * times of a line differ from the time of the first copy by the same amount. A change that fits is made in place;
 * otherwise the owner packs the page again.
 */
final class PackedMessages {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** By number: its base, and its layout (offset, shift, width). */
    private final long[] heads = new long[2 * MessageEntries.NUMBERS];

    private byte[] bytes = {};
    /** By publisher: how much its own times are higher than those of the first copies, at least. */
    private long[] ownLead = {};

    /**
     * Packs a page; replaces what was packed here.
     *
     * @param page the numbers of each entry, as {@link MessageEntries#place} says
     */
    void pack(long[] page) {
        findLeads(page);
        long[] differences = new long[MessageEntries.PAGE_SIZE];
        int end = 0;
        for (int number = 0; number < MessageEntries.NUMBERS; number++) {
            gather(page, number, differences);
            end += layOut(differences, number, end) * MessageEntries.PAGE_SIZE;
        }
        int needed = end + Long.BYTES; // each access takes eight bytes
        if (bytes.length < needed || bytes.length > needed + needed / 4) {
            bytes = new byte[needed];
        }
        for (int number = 0; number < MessageEntries.NUMBERS; number++) {
            if (width(heads[2 * number + 1]) > 0) {
                gather(page, number, differences);
                fill(differences, number);
            }
        }
    }

    private void findLeads(long[] page) {
        int publishers = 0;
        for (int index = 0; index < MessageEntries.PAGE_SIZE; index++) {
            publishers = Math.max(publishers, publisher(page, index) + 1);
        }
        if (ownLead.length != publishers) {
            ownLead = new long[publishers];
        }
        Arrays.fill(ownLead, Long.MAX_VALUE);
        for (int index = 0; index < MessageEntries.PAGE_SIZE; index++) {
            int publisher = publisher(page, index);
            ownLead[publisher] = Math.min(
                    ownLead[publisher],
                    number(page, index, MessageEntries.OWN_NANOS) - number(page, index, MessageEntries.FIRST_NANOS));
        }
    }

    private static long number(long[] page, int index, int number) {
        return page[MessageEntries.place(index, number)];
    }

    private static int publisher(long[] page, int index) {
        return MessageEntries.publisherIn(number(page, index, MessageEntries.FACTS));
    }

    /** By how much a number is higher than expected from the entry's place or its other numbers. */
    private void gather(long[] page, int number, long[] differences) {
        for (int index = 0; index < differences.length; index++) {
            differences[index] = number(page, index, number);
        }
        if (number == MessageEntries.LABEL) {
            for (int index = 0; index < differences.length; index++) {
                differences[index] -= index * ServerOrder.GAP;
            }
        } else if (number == MessageEntries.OWN_NANOS) {
            for (int index = 0; index < differences.length; index++) {
                differences[index] -= number(page, index, MessageEntries.FIRST_NANOS) + ownLead[publisher(page, index)];
            }
        }
    }

    /** Chooses base, shift and width of a number; returns the width. */
    private int layOut(long[] differences, int number, int offset) {
        long base = differences[0];
        long bits = 0;
        if (isMask(number)) {
            for (long each : differences) {
                bits |= each ^ base;
            }
        } else {
            for (long each : differences) {
                base = Math.min(base, each);
            }
            for (long each : differences) {
                bits |= each - base;
            }
        }
        int shift = bits == 0 || number != MessageEntries.LABEL ? 0 : Long.numberOfTrailingZeros(bits);
        int width = (Long.SIZE - Long.numberOfLeadingZeros(bits >>> shift) + Byte.SIZE - 1) / Byte.SIZE;
        heads[2 * number] = base;
        heads[2 * number + 1] = ((long) offset << 16) | (shift << 8) | width;
        return width;
    }

    private void fill(long[] differences, int number) {
        long base = heads[2 * number];
        long layout = heads[2 * number + 1];
        int to = offset(layout);
        int width = width(layout);
        if (isMask(number)) {
            for (long each : differences) {
                LONGS.set(bytes, to, each ^ base);
                to += width;
            }
        } else {
            int shift = shift(layout);
            for (long each : differences) {
                LONGS.set(bytes, to, (each - base) >>> shift);
                to += width;
            }
        }
    }

    private long expected(int number, int index) {
        return switch (number) {
            case MessageEntries.LABEL -> index * ServerOrder.GAP;
            case MessageEntries.OWN_NANOS ->
                get(MessageEntries.FIRST_NANOS, index)
                        + ownLead[MessageEntries.publisherIn(get(MessageEntries.FACTS, index))];
            default -> 0;
        };
    }

    /** A number of an entry. */
    long get(int number, int index) {
        long base = heads[2 * number];
        long layout = heads[2 * number + 1];
        int width = width(layout);
        long raw = width == 0 ? 0 : ((long) LONGS.get(bytes, offset(layout) + index * width)) & bits(width);
        return isMask(number) ? base ^ raw : base + (raw << shift(layout)) + expected(number, index);
    }

    /**
     * Changes a number of an entry; false = it does not fit, and nothing has changed. The own time of an entry whose
     * publisher changes means nothing any more.
     */
    boolean set(int number, int index, long value) {
        long base = heads[2 * number];
        long layout = heads[2 * number + 1];
        int width = width(layout);
        long difference = isMask(number) ? value ^ base : value - base - expected(number, index);
        long raw = difference >>> shift(layout);
        if ((raw & ~bits(width)) != 0 || (raw << shift(layout)) != difference) {
            return false;
        }
        if (width != 0) {
            int at = offset(layout) + index * width;
            LONGS.set(bytes, at, ((long) LONGS.get(bytes, at) & ~bits(width)) | raw);
        }
        return true;
    }

    /** Clears bits of a mask in all entries. */
    void clear(int number, long unwanted) {
        heads[2 * number] &= ~unwanted;
        for (int index = 0; width(heads[2 * number + 1]) > 0 && index < MessageEntries.PAGE_SIZE; index++) {
            set(number, index, get(number, index) & ~unwanted);
        }
    }

    /** Writes all entries back into a page. */
    void unpack(long[] page) {
        for (int index = 0; index < MessageEntries.PAGE_SIZE; index++) {
            for (int number = 0; number < MessageEntries.NUMBERS; number++) {
                page[MessageEntries.place(index, number)] = get(number, index);
            }
        }
    }

    /** Differences of masks and hashes are bits; those of other numbers are distances. */
    private static boolean isMask(int number) {
        return number <= MessageEntries.PLACED_BY || number >= MessageEntries.FACTS;
    }

    private static long bits(int width) {
        return width == 0 ? 0 : -1L >>> (Long.SIZE - width * Byte.SIZE);
    }

    private static int width(long layout) {
        return (int) layout & 0xff;
    }

    private static int shift(long layout) {
        return ((int) layout >>> 8) & 0xff;
    }

    private static int offset(long layout) {
        return (int) (layout >>> 16);
    }
}
