package io.firstline.payload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Reads the values at some pointers from an SBE message (Simple Binary Encoding 1.0, little-endian, with the usual header
 * of eight bytes), without its schema and without garbage. See {@link SbePath} for the pointers; other pointers read
 * nothing.
 *
 * <p>A message is malformed if its header, or a group or text that pointers lead through, ends behind its last byte. A
 * field behind the end of its block is absent: the server has an older schema. Nothing is read behind the last wanted
 * value.
 */
public final class SbeReader implements ValueReader {
    static final int HEADER = 8;
    private static final int TEMPLATE_ID = 2;
    private static final int MALFORMED = -1;
    private static final int ABSENT = -2;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final SbePath[] paths;
    private final Scalar[] scalars;
    private final KeyValues values;
    private byte[] bytes = {};
    private int to;
    /** The size of an entry of the group that was read last. */
    private int entryLength;

    /**
     * Makes a reader of the values at these pointers. A pointer's position in the list is its number.
     *
     * @throws IllegalArgumentException if a text begins as a path of SBE and is none
     */
    public SbeReader(List<String> pointers) {
        paths = pointers.stream()
                .map(p -> SbePath.isMeant(p) ? SbePath.of(p) : null)
                .toArray(SbePath[]::new);
        scalars = IntStream.range(0, paths.length).mapToObj(i -> new Scalar()).toArray(Scalar[]::new);
        values = new KeyValues(scalars);
    }

    /** Reads a message; null if a check finds that it is not SBE. */
    @Override
    public KeyValues read(byte[] message, int from, int end) {
        Objects.checkFromToIndex(from, end, message.length);
        bytes = message;
        to = end;
        if (end - from < HEADER || end - from - HEADER < unsigned16(from)) {
            return null;
        }
        int template = unsigned16(from + TEMPLATE_ID);
        for (int i = 0; i < paths.length; i++) {
            scalars[i].clear();
            if (paths[i] != null && paths[i].template() == template && !read(paths[i], scalars[i], from)) {
                return null;
            }
        }
        return values;
    }

    /** Returns false if the message is malformed. */
    private boolean read(SbePath path, Scalar scalar, int from) {
        int block = from + HEADER;
        int at = block;
        int blockEnd = block + unsigned16(from);
        int behind = blockEnd;
        for (SbePath.Section section : path.sections()) {
            at = behind;
            behind = section.isGroup() ? group(at, section.bits()) : text(at, section.bits());
            if (behind < 0) {
                return false;
            }
        }
        if (path.field() == null) {
            takeLast(path, scalar, from, at, behind);
            return true;
        }
        if (!path.sections().isEmpty()) {
            block = entry(at, path.entry(), lastBits(path));
            if (block == ABSENT) {
                return true;
            }
            blockEnd = block + entryLength;
        }
        take(path.field(), scalar, block, blockEnd);
        return true;
    }

    private static int lastBits(SbePath path) {
        return path.sections().get(path.sections().size() - 1).bits();
    }

    /** Takes the text behind the last step, or the template if there are no steps. */
    private void takeLast(SbePath path, Scalar scalar, int from, int at, int behind) {
        if (path.sections().isEmpty()) {
            scalar.takeNumber(path.template(), from + TEMPLATE_ID, from + TEMPLATE_ID + Short.BYTES);
        } else {
            scalar.takeText(bytes, at + lastBits(path) / Byte.SIZE, behind);
        }
    }

    /** The position behind a group: the size of its entries, their number, the entries. */
    private int group(int at, int bits) {
        int entries = at + Short.BYTES + bits / Byte.SIZE;
        if (entries > to) {
            return MALFORMED;
        }
        entryLength = unsigned16(at);
        long end = entries + entryLength * unsigned(at + Short.BYTES, bits);
        return end > to ? MALFORMED : (int) end;
    }

    /** The position of an entry of a group, counted from 0 or, if negative, from the end. */
    private int entry(int at, int index, int bits) {
        long count = unsigned(at + Short.BYTES, bits);
        long place = index < 0 ? count + index : index;
        entryLength = unsigned16(at);
        return place < 0 || place >= count ? ABSENT : at + Short.BYTES + bits / Byte.SIZE + (int) (place * entryLength);
    }

    /** The position behind a text: its length, its bytes. */
    private int text(int at, int bits) {
        int start = at + bits / Byte.SIZE;
        long end = start > to ? MALFORMED : start + unsigned(at, bits);
        return end > to ? MALFORMED : (int) end;
    }

    private void take(SbePath.Field field, Scalar scalar, int block, int blockEnd) {
        int from = block + field.offset();
        int end = from + field.bits() / Byte.SIZE;
        if (end > blockEnd) {
            return;
        }
        switch (field.type()) {
            case INT -> scalar.takeNumber(signed(from, field.bits()), from, end);
            case UINT -> scalar.takeUnsigned(unsigned(from, field.bits()), from, end);
        }
    }

    private int unsigned16(int at) {
        return (short) SHORT.get(bytes, at) & 0xFFFF;
    }

    private long signed(int at, int bits) {
        return switch (bits) {
            case Byte.SIZE -> bytes[at];
            case Short.SIZE -> (short) SHORT.get(bytes, at);
            case Integer.SIZE -> (int) INT.get(bytes, at);
            default -> (long) LONG.get(bytes, at);
        };
    }

    private long unsigned(int at, int bits) {
        return bits == Long.SIZE ? signed(at, bits) : signed(at, bits) & (1L << bits) - 1;
    }
}
