package io.firstline.payload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds the ends of values in a MessagePack message. Every method takes a position and returns one, or
 * {@link #MALFORMED}. Nothing is read outside the range, whatever the bytes are; the depth of a value is not limited.
 */
final class MsgpackScanner {
    static final int MALFORMED = -1;

    /** The kind of a value. */
    enum Kind {
        NULL,
        BOOLEAN,
        /** With a sign. */
        INT,
        UINT,
        FLOAT,
        TEXT,
        /** A time stamp or another extension: its type, then its bytes. */
        EXTENSION,
        ARRAY,
        MAP
    }

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes = {};
    private int to;

    private Kind kind = Kind.NULL;
    private int body;
    private int size;
    private long count;

    /** Sets the message: the bytes before {@code end}. */
    void over(byte[] message, int end) {
        bytes = message;
        to = end;
    }

    byte[] bytes() {
        return bytes;
    }

    // of the value whose head was read last

    Kind kind() {
        return kind;
    }

    /** The position behind the head: of its bytes, or of its first element or member. */
    int body() {
        return body;
    }

    /** The number of bytes behind the head that are no values. */
    int size() {
        return size;
    }

    /** The number of elements or members. */
    long count() {
        return count;
    }

    /** Reads the head of a value; returns the position behind it and its bytes: its end, unless it is a container. */
    int head(int at) {
        if (at >= to) {
            return MALFORMED;
        }
        int first = bytes[at] & 0xFF;
        count = 0;
        if (first < 0x80 || first >= 0xE0) {
            return is(Kind.INT, at, 1);
        }
        if (first < 0x90) {
            return container(Kind.MAP, at + 1, first & 0x0F);
        }
        if (first < 0xA0) {
            return container(Kind.ARRAY, at + 1, first & 0x0F);
        }
        if (first < 0xC0) {
            return is(Kind.TEXT, at + 1, first & 0x1F);
        }
        return switch (first) {
            case 0xC0 -> is(Kind.NULL, at + 1, 0);
            case 0xC2, 0xC3 -> is(Kind.BOOLEAN, at, 1);
            case 0xC4, 0xD9 -> sized(Kind.TEXT, at + 1, Byte.BYTES);
            case 0xC5, 0xDA -> sized(Kind.TEXT, at + 1, Short.BYTES);
            case 0xC6, 0xDB -> sized(Kind.TEXT, at + 1, Integer.BYTES);
            case 0xC7 -> sized(Kind.EXTENSION, at + 1, Byte.BYTES);
            case 0xC8 -> sized(Kind.EXTENSION, at + 1, Short.BYTES);
            case 0xC9 -> sized(Kind.EXTENSION, at + 1, Integer.BYTES);
            case 0xCA, 0xCB -> is(Kind.FLOAT, at + 1, 4 << (first - 0xCA));
            case 0xCC, 0xCD, 0xCE, 0xCF -> is(Kind.UINT, at + 1, 1 << (first - 0xCC));
            case 0xD0, 0xD1, 0xD2, 0xD3 -> is(Kind.INT, at + 1, 1 << (first - 0xD0));
            case 0xD4, 0xD5, 0xD6, 0xD7, 0xD8 -> is(Kind.EXTENSION, at + 1, 1 + (1 << (first - 0xD4)));
            case 0xDC -> counted(Kind.ARRAY, at + 1, Short.BYTES);
            case 0xDD -> counted(Kind.ARRAY, at + 1, Integer.BYTES);
            case 0xDE -> counted(Kind.MAP, at + 1, Short.BYTES);
            case 0xDF -> counted(Kind.MAP, at + 1, Integer.BYTES);
            default -> MALFORMED;
        };
    }

    private int is(Kind newKind, int from, long length) {
        if (length > to - from) {
            return MALFORMED;
        }
        kind = newKind;
        body = from;
        size = (int) length;
        return from + size;
    }

    private int sized(Kind newKind, int at, int width) {
        if (width > to - at) {
            return MALFORMED;
        }
        return is(newKind, at + width, unsigned(at, width) + (newKind == Kind.EXTENSION ? 1 : 0));
    }

    private int counted(Kind newKind, int at, int width) {
        return width > to - at ? MALFORMED : container(newKind, at + width, unsigned(at, width));
    }

    private int container(Kind newKind, int from, long values) {
        count = values;
        return is(newKind, from, 0);
    }

    /** The end of the value that begins here. */
    int value(int at) {
        int pos = at;
        // each value has at least one byte, so that a wrong count ends this soon
        for (long pending = 1; pending > 0; pending--) {
            pos = head(pos);
            if (pos < 0) {
                return MALFORMED;
            }
            pending += kind == Kind.MAP ? 2 * count : count;
        }
        return pos;
    }

    /** An integer without a sign, except one of eight bytes. */
    long unsigned(int at, int width) {
        return switch (width) {
            case Byte.BYTES -> bytes[at] & 0xFF;
            case Short.BYTES -> (short) SHORT.get(bytes, at) & 0xFFFF;
            case Integer.BYTES -> (int) INT.get(bytes, at) & 0xFFFF_FFFFL;
            default -> (long) LONG.get(bytes, at);
        };
    }

    long signed(int at, int width) {
        int unused = Long.SIZE - width * Byte.SIZE;
        return unsigned(at, width) << unused >> unused;
    }

    /** A floating-point number as JSON writes it; others than finite ones as Java does. */
    String real(int at, int width) {
        return width == Float.BYTES
                ? Float.toString(Float.intBitsToFloat((int) unsigned(at, width)))
                : Double.toString(Double.longBitsToDouble(unsigned(at, width)));
    }
}
