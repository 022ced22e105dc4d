package io.firstline.payload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Reads the values at some pointers from a protobuf message (its wire format, without a schema), in one pass, without
 * garbage.
 *
 * <p><b>Pointers</b> are field numbers: {@code /313/4} is field 4 of the message in field 313. Of a repeated field the
 * first occurrence counts, as with {@code /0}; {@code /-1} is the last one, and {@code /-2} the one before it:
 * {@code /314/1/-1/5}. Other pointers read nothing.
 *
 * <p><b>Values.</b> Varints and fixed fields are integers with a sign; anything of a length is a text, whose hash is that
 * of its bytes. So zigzag numbers and floating-point ones are identities, but not the numbers that their venue means.
 * Packed fields are one text.
 *
 * <p><b>Checks.</b> The messages that pointers lead through must consist of whole fields. Groups, which protobuf has
 * given up, are errors. Reading ends behind the last wanted value.
 */
public final class ProtobufReader implements ValueReader {
    /** A pointer into a protobuf message; all others are for text messages. */
    private static final Pattern POINTER = Pattern.compile("(/[1-9][0-9]{0,8}(/0|/-[1-9][0-9]?)?)+");

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int ALL_FOUND = -2;
    private static final int MALFORMED = -1;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;
    private static final long MAX_TAG = (1L << 32) - 1;

    private final PointerNode root = PointerNode.root();
    private final Scalar[] scalars;
    private final KeyValues values;
    private final int places;
    private byte[] bytes = {};
    private long varint;
    private int missing;

    /**
     * Makes a reader of the values at these pointers. A pointer's position in the list is its number.
     *
     * @throws IllegalArgumentException if a text is not a pointer
     */
    public ProtobufReader(List<String> pointers) {
        scalars = pointers.stream()
                .map(p -> isPointer(p) ? root.place(p).scalarHere() : new Scalar())
                .toArray(Scalar[]::new);
        values = new KeyValues(scalars);
        places = (int)
                pointers.stream().filter(ProtobufReader::isPointer).distinct().count();
    }

    /** Whether a pointer leads to a field of a protobuf message. */
    public static boolean isPointer(String pointer) {
        return POINTER.matcher(pointer).matches();
    }

    /** Reads a message; null if a check finds that it is not protobuf. */
    @Override
    public KeyValues read(byte[] message, int from, int to) {
        Objects.checkFromToIndex(from, to, message.length);
        missing = places;
        for (Scalar scalar : scalars) {
            scalar.clear();
        }
        bytes = message;
        return fields(root, from, to) == MALFORMED ? null : values;
    }

    // The depth of the recursion is that of the pointers, not of the message.

    private int fields(PointerNode place, int from, int to) {
        long seen = 0;
        place.forgetOccurrences();
        int pos = from;
        while (pos < to) {
            int value = varint(pos, to);
            if (value < 0 || varint > MAX_TAG || varint < 8) {
                return MALFORMED;
            }
            int type = (int) varint & 7;
            int child = place.childAtIndex((int) (varint >>> 3));
            int end = end(type, value, to);
            if (end < 0) {
                return MALFORMED;
            }
            if (child >= 0) {
                PointerNode wanted = place.childAt(child);
                boolean first = (seen & 1L << child) == 0;
                seen |= 1L << child;
                if (first && (value(wanted, pos, to) < 0 || first(wanted, pos, to) < 0)) {
                    return missing == 0 ? ALL_FOUND : MALFORMED;
                }
                wanted.occurs(pos);
            }
            pos = end;
        }
        return lastOccurrences(place, to);
    }

    private int first(PointerNode repeated, int field, int to) {
        PointerNode first = repeated.element(0);
        return first == null ? field : value(first, field, to);
    }

    /** Reads the occurrences of fields that are counted from the last one. */
    private int lastOccurrences(PointerNode place, int to) {
        for (int i = 0; i < place.children(); i++) {
            PointerNode repeated = place.childAt(i);
            for (PointerNode last : repeated.lastChildren()) {
                int field = last.startIn(repeated, repeated.occurrences());
                if (field >= 0 && value(last, field, to) < 0) {
                    return missing == 0 ? ALL_FOUND : MALFORMED;
                }
            }
        }
        return to;
    }

    /** Takes the value of a field that was found to be whole; negative = it is malformed, or all values are found. */
    private int value(PointerNode place, int field, int to) {
        int start = varint(field, to);
        int type = (int) varint & 7;
        int end = end(type, start, to);
        int from = type == LENGTH_DELIMITED ? end - (int) varint : start;
        if (place.scalar() != null) {
            take(place.scalar(), type, from, end);
            missing--;
        }
        if (type == LENGTH_DELIMITED && place.hasFields() && fields(place, from, end) < 0) {
            return MALFORMED;
        }
        return missing == 0 ? ALL_FOUND : end;
    }

    private void take(Scalar scalar, int type, int from, int to) {
        switch (type) {
            case VARINT -> scalar.takeNumber(varint, from, to);
            case FIXED64 -> scalar.takeNumber((long) LONG.get(bytes, from), from, to);
            case FIXED32 -> scalar.takeNumber((int) INT.get(bytes, from), from, to);
            default -> scalar.takeText(bytes, from, to);
        }
    }

    /** The end of a value; sets {@link #varint} to a varint's value, or to the length of a value that has one. */
    private int end(int type, int from, int to) {
        int end =
                switch (type) {
                    case VARINT -> varint(from, to);
                    case FIXED64 -> from + Long.BYTES;
                    case FIXED32 -> from + Integer.BYTES;
                    case LENGTH_DELIMITED -> {
                        int start = varint(from, to);
                        yield start < 0 || varint < 0 || varint > to - start ? MALFORMED : start + (int) varint;
                    }
                    default -> MALFORMED;
                };
        return end > to ? MALFORMED : end;
    }

    /** Reads a varint of at most ten bytes; returns its end. */
    private int varint(int from, int to) {
        long value = 0;
        for (int pos = from, shift = 0; pos < to && shift < Long.SIZE; pos++, shift += 7) {
            byte next = bytes[pos];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                varint = value;
                return shift == 63 && next > 1 ? MALFORMED : pos + 1;
            }
        }
        return MALFORMED;
    }
}
