package io.firstline.payload;

/**
 * Reads the UTF-8 bytes of a well-formed JSON string with its escapes resolved, without making a string. Half a
 * surrogate pair has no UTF-8; it is encoded like other characters, so that it equals only itself.
 */
final class Unescaped {
    static final int END = -1;

    private byte[] bytes = {};
    private int at;
    private int to;
    private int pending; // further bytes of the last escape, lowest first; none of them is 0

    /** Sets the string: the bytes between these quotes. */
    void over(byte[] text, int from, int end) {
        bytes = text;
        at = from;
        to = end;
        pending = 0;
    }

    /** The next byte, 0 to 255, or {@link #END}. */
    int next() {
        if (pending != 0) {
            int next = pending & 0xFF;
            pending >>>= 8;
            return next;
        }
        if (at == to) {
            return END;
        }
        byte next = bytes[at++];
        return next == '\\' ? escape() : next & 0xFF;
    }

    /** Whether the remaining bytes equal these. */
    boolean is(byte[] expected) {
        for (byte b : expected) {
            if (next() != (b & 0xFF)) {
                return false;
            }
        }
        return next() == END;
    }

    private int escape() {
        byte symbol = bytes[at++];
        return switch (symbol) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> encode(codePoint());
            default -> symbol;
        };
    }

    private int codePoint() {
        int unit = hex(at);
        at += 4;
        boolean pair = Character.isHighSurrogate((char) unit)
                && to - at >= 6
                && bytes[at] == '\\'
                && bytes[at + 1] == 'u'
                && Character.isLowSurrogate((char) hex(at + 2));
        if (!pair) {
            return unit;
        }
        int low = hex(at + 2);
        at += 6;
        return Character.toCodePoint((char) unit, (char) low);
    }

    private int hex(int from) {
        int unit = 0;
        for (int i = from; i < from + 4; i++) {
            unit = (unit << 4) | Character.digit(bytes[i], 16);
        }
        return unit;
    }

    private int encode(int codePoint) {
        if (codePoint < 0x80) {
            return codePoint;
        }
        if (codePoint < 0x800) {
            pending = tail(codePoint);
            return 0xC0 | (codePoint >> 6);
        }
        if (codePoint < 0x10000) {
            pending = tail(codePoint >> 6) | (tail(codePoint) << 8);
            return 0xE0 | (codePoint >> 12);
        }
        pending = tail(codePoint >> 12) | (tail(codePoint >> 6) << 8) | (tail(codePoint) << 16);
        return 0xF0 | (codePoint >> 18);
    }

    private static int tail(int bits) {
        return 0x80 | (bits & 0x3F);
    }
}
