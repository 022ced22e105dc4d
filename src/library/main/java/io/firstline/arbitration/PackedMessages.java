package io.firstline.arbitration;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A page of entries in few bytes, without loss. Each number is stored as its difference from that of the page, in as
 * many bytes as the largest difference of the page needs: most numbers of a page are equal, or grow evenly. A change
 * that fits is made in place; otherwise the owner packs the page again.
 */
final class PackedMessages {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** By number: its base, and its layout (offset, shift, width). */
    private final long[] heads = new long[2 * MessageEntries.NUMBERS];

    private byte[] bytes = {};

    /**
     * Packs a page; replaces what was packed here.
     *
     * @param page the numbers of each entry, one entry after the other
     */
    void pack(long[] page) {
        int end = 0;
        for (int number = 0; number < MessageEntries.NUMBERS; number++) {
            end += layOut(page, number, end) * MessageEntries.PAGE_SIZE;
        }
        int needed = end + Long.BYTES; // each access takes eight bytes
        if (bytes.length < needed || bytes.length > needed + needed / 4) {
            bytes = new byte[needed];
        }
        for (int number = 0; number < MessageEntries.NUMBERS; number++) {
            fill(page, number);
        }
    }

    /** Chooses base, shift and width of a number; returns the width. */
    private int layOut(long[] page, int number, int offset) {
        long base = page[number];
        long bits = 0;
        if (isMask(number)) {
            for (int at = number; at < page.length; at += MessageEntries.NUMBERS) {
                bits |= page[at] ^ base;
            }
        } else {
            long slope = slope(number);
            long even = 0;
            for (int at = number; at < page.length; at += MessageEntries.NUMBERS, even += slope) {
                base = page[at] - even - base < 0 ? page[at] - even : base;
            }
            even = 0;
            for (int at = number; at < page.length; at += MessageEntries.NUMBERS, even += slope) {
                bits |= page[at] - even - base;
            }
        }
        int shift = bits == 0 || number != MessageEntries.LABEL ? 0 : Long.numberOfTrailingZeros(bits);
        int width = (Long.SIZE - Long.numberOfLeadingZeros(bits >>> shift) + Byte.SIZE - 1) / Byte.SIZE;
        heads[2 * number] = base;
        heads[2 * number + 1] = (long) offset << 16 | shift << 8 | width;
        return width;
    }

    private void fill(long[] page, int number) {
        long layout = heads[2 * number + 1];
        int width = width(layout);
        int to = offset(layout);
        int at = number;
        for (int index = 0; width > 0 && index < MessageEntries.PAGE_SIZE; index++) {
            LONGS.set(bytes, to, raw(number, index, page[at]));
            at += MessageEntries.NUMBERS;
            to += width;
        }
    }

    private long raw(int number, int index, long value) {
        long base = heads[2 * number];
        return isMask(number)
                ? value ^ base
                : value - index * slope(number) - base >>> shift(heads[2 * number + 1]);
    }

    /** A number of an entry. */
    long get(int number, int index) {
        long base = heads[2 * number];
        long layout = heads[2 * number + 1];
        int width = width(layout);
        long difference = width == 0 ? 0 : (long) LONGS.get(bytes, offset(layout) + index * width) & bits(width);
        return isMask(number) ? base ^ difference : base + (difference << shift(layout)) + index * slope(number);
    }

    /** Changes a number of an entry; false = it does not fit, and nothing has changed. */
    boolean set(int number, int index, long value) {
        long layout = heads[2 * number + 1];
        int width = width(layout);
        long raw = raw(number, index, value);
        if ((raw & ~bits(width)) != 0 || (!isMask(number) && isCut(number, index, value, raw))) {
            return false;
        }
        if (width != 0) {
            int at = offset(layout) + index * width;
            LONGS.set(bytes, at, (long) LONGS.get(bytes, at) & ~bits(width) | raw);
        }
        return true;
    }

    private boolean isCut(int number, int index, long value, long raw) {
        return heads[2 * number] + (raw << shift(heads[2 * number + 1])) + index * slope(number) != value;
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
                page[index * MessageEntries.NUMBERS + number] = get(number, index);
            }
        }
    }

    /** Differences of masks and hashes are bits; those of other numbers are distances. */
    private static boolean isMask(int number) {
        return number <= MessageEntries.LAST_MASK;
    }

    /** Labels of messages in order grow evenly. */
    private static long slope(int number) {
        return number == MessageEntries.LABEL ? ServerOrder.GAP : 0;
    }

    private static long bits(int width) {
        return width == 0 ? 0 : -1L >>> (Long.SIZE - width * Byte.SIZE);
    }

    private static int width(long layout) {
        return (int) layout & 0xff;
    }

    private static int shift(long layout) {
        return (int) layout >>> 8 & 0xff;
    }

    private static int offset(long layout) {
        return (int) (layout >>> 16);
    }
}
