package io.firstline.payload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Finds the ends of values in a JSON text.
 *
 * <p>Strings and numbers are scanned eight bytes at a time, with the arithmetic of H. S. Warren, Hacker's Delight, 6-1:
 * the top bit of each byte of a word marks a match.
 *
 * <p>Every method takes a position and returns one, or {@link #MALFORMED}. Nothing is read outside the range, whatever
 * the bytes are.
 */
final class JsonScanner {
    static final int MALFORMED = -1;
    /** {@link #peek} returns this behind the last byte. */
    static final int END = -1;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = {};
    private int to;
    private boolean escaped;

    /** Sets the text: the bytes before {@code end}. */
    @SuppressWarnings("ArrayEquals") // on purpose: a comparison costs less than G1's barrier for a stored reference
    void over(byte[] text, int end) {
        if (bytes != text) {
            bytes = text;
        }
        to = end;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Whether the last string had escapes. */
    boolean escaped() {
        return escaped;
    }

    int peek(int at) {
        return at < to ? bytes[at] & 0xFF : END;
    }

    /** The first position that is not whitespace. */
    int space(int at) {
        int pos = at;
        while (pos < to && isSpace(bytes[pos])) {
            pos++;
        }
        return pos;
    }

    private static boolean isSpace(byte b) {
        return b <= ' ' && (b == ' ' || b == '\n' || b == '\r' || b == '\t');
    }

    /**
     * The first bytes from here, at most eight, as one number. Two different keys of the same length, at most eight,
     * give different numbers.
     */
    long word(int at, int length) {
        if (at <= bytes.length - Long.BYTES) {
            long word = (long) WORD.get(bytes, at);
            return length >= Long.BYTES ? word : word & ((1L << (length << 3)) - 1);
        }
        long word = 0;
        for (int i = Math.min(length, Long.BYTES) - 1; i >= 0; i--) {
            word = (word << 8) | (bytes[at + i] & 0xFF);
        }
        return word;
    }

    /** The end of the value that begins here. */
    int value(int at) {
        return switch (peek(at)) {
            case '"' -> string(at);
            case '{', '[' -> container(at);
            case 't' -> literal(at, TRUE);
            case 'f' -> literal(at, FALSE);
            case 'n' -> literal(at, NULL);
            default -> number(at);
        };
    }

    /**
     * Whether a closing bracket is followed by an opening one, with only whitespace between them. Brackets inside
     * strings count too.
     */
    boolean closesAndOpens(int at) {
        int pos = at;
        for (; pos <= to - Long.BYTES; pos += Long.BYTES) {
            long word = (long) WORD.get(bytes, pos) | (('{' ^ '[') * ONES);
            for (long marks = below(word ^ ('}' * ONES), 1); marks != 0; marks &= marks - 1) {
                if (opensBehind(pos + (Long.numberOfTrailingZeros(marks) >>> 3))) {
                    return true;
                }
            }
        }
        for (; pos < to; pos++) {
            if (opensBehind(pos)) {
                return true;
            }
        }
        return false;
    }

    private boolean opensBehind(int at) {
        if (bytes[at] != '}' && bytes[at] != ']') {
            return false;
        }
        int next = peek(space(at + 1));
        return next == '{' || next == '[';
    }

    /** The end of a string. Control characters and escapes that JSON does not have are errors; bad UTF-8 is not. */
    int string(int at) {
        escaped = false;
        int pos = unmarked(at + 1);
        while (peek(pos) == '\\') {
            escaped = true;
            pos = escape(pos);
            if (pos == MALFORMED) {
                return MALFORMED;
            }
            pos = unmarked(pos);
        }
        return peek(pos) == '"' ? pos + 1 : MALFORMED;
    }

    /** The first quote, backslash or control character. */
    private int unmarked(int at) {
        int pos = at;
        for (; pos <= to - Long.BYTES; pos += Long.BYTES) {
            long word = (long) WORD.get(bytes, pos);
            long quote = word ^ ('"' * ONES);
            long backslash = word ^ ('\\' * ONES);
            long marks = below(quote, 1) | below(backslash, 1) | below(word, ' ');
            if (marks != 0) {
                return pos + (Long.numberOfTrailingZeros(marks) >>> 3);
            }
        }
        while (pos < to && bytes[pos] != '"' && bytes[pos] != '\\' && (bytes[pos] & 0xFF) >= ' ') {
            pos++;
        }
        return pos;
    }

    /** The lowest top bit marks the first smaller byte. A borrow may have set other bits above it. */
    private static long below(long word, int limit) {
        return (word - limit * ONES) & ~word & TOPS;
    }

    private int escape(int at) {
        return switch (peek(at + 1)) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 2;
            case 'u' -> hexDigits(at + 2) ? at + 6 : MALFORMED;
            default -> MALFORMED;
        };
    }

    private boolean hexDigits(int at) {
        for (int pos = at; pos < at + 4; pos++) {
            if (Character.digit(peek(pos), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private int number(int at) {
        int whole = peek(at) == '-' ? at + 1 : at;
        int end = peek(whole) == '0' ? whole + 1 : digits(whole);
        if (end == whole) {
            return MALFORMED;
        }
        if (peek(end) == '.') {
            int fraction = end + 1;
            end = digits(fraction);
            if (end == fraction) {
                return MALFORMED;
            }
        }
        if (peek(end) == 'e' || peek(end) == 'E') {
            int sign = peek(end + 1);
            int exponent = sign == '+' || sign == '-' ? end + 2 : end + 1;
            end = digits(exponent);
            if (end == exponent) {
                return MALFORMED;
            }
        }
        return end;
    }

    /** The first position that is not a digit. */
    private int digits(int at) {
        int pos = at;
        for (; pos <= to - Long.BYTES; pos += Long.BYTES) {
            long word = (long) WORD.get(bytes, pos) ^ ('0' * ONES);
            long others = (((word & ~TOPS) + (0x7F - 9) * ONES) | word) & TOPS;
            if (others != 0) {
                return pos + (Long.numberOfTrailingZeros(others) >>> 3);
            }
        }
        while (pos < to && bytes[pos] >= '0' && bytes[pos] <= '9') {
            pos++;
        }
        return pos;
    }

    /** Whether the next eight bytes are digits. */
    static boolean isEightDigits(byte[] text, int at, int end) {
        if (end - at < Long.BYTES) {
            return false;
        }
        long word = (long) WORD.get(text, at) ^ ('0' * ONES);
        return ((((word & ~TOPS) + (0x7F - 9) * ONES) | word) & TOPS) == 0;
    }

    /** The number of eight digits, after D. Lemire, "Quickly parsing eight digits": pairs, then fours, then eight. */
    static long eightDigits(byte[] text, int at) {
        long digits = (long) WORD.get(text, at) - '0' * ONES;
        long pairs = digits * 10 + (digits >>> 8);
        long evenPairs = (pairs & 0x000000FF000000FFL) * 0x000F424000000064L;
        long oddPairs = ((pairs >>> 16) & 0x000000FF000000FFL) * 0x0000271000000001L;
        return (evenPairs + oddPairs) >>> 32;
    }

    private int literal(int at, byte[] expected) {
        if (to - at < expected.length) {
            return MALFORMED;
        }
        for (int i = 1; i < expected.length; i++) {
            if (bytes[at + i] != expected[i]) {
                return MALFORMED;
            }
        }
        return at + expected.length;
    }

    /** The end of an object or array. Only strings and the number of brackets are checked. */
    private int container(int at) {
        int open = 0;
        long inside = 0; // in a string: all top bits, or none
        int pos = at;
        while (pos < to) {
            if (pos <= to - Long.BYTES) {
                long word = (long) WORD.get(bytes, pos);
                long strings = strings(word) ^ inside;
                int closing = Long.bitCount(brackets(word, '}') & ~strings);
                if (isPlain(word) && open > closing) {
                    open += Long.bitCount(brackets(word, '{') & ~strings) - closing;
                    inside = (strings >> 63) & TOPS;
                    pos += Long.BYTES;
                    continue;
                }
            }
            // the last bracket may be among the next bytes, or they hold an escape or a byte that is not ASCII
            for (int stop = Math.min(to, pos + Long.BYTES); pos < stop; pos++) {
                byte symbol = bytes[pos];
                if (symbol == '"') {
                    inside ^= TOPS;
                } else if (inside != 0) {
                    pos += symbol == '\\' ? 1 : 0;
                } else if (symbol == '{' || symbol == '[') {
                    open++;
                } else if ((symbol == '}' || symbol == ']') && --open == 0) {
                    return pos + 1;
                }
            }
        }
        return MALFORMED;
    }

    /** Whether all bytes are ASCII and none is a backslash. */
    private static boolean isPlain(long word) {
        return ((below(word ^ ('\\' * ONES), 1) | word) & TOPS) == 0;
    }

    /** The bytes behind an odd number of quotes, as top bits. */
    private static long strings(long word) {
        long strings = equal(word, '"');
        strings ^= strings << 8;
        strings ^= strings << 16;
        return strings ^ (strings << 32);
    }

    /** Matches curly and square brackets alike: they differ in one bit. */
    private static long brackets(long word, char curly) {
        return equal(word | (('{' ^ '[') * ONES), curly);
    }

    /** The top bits of the bytes that equal this symbol, if all bytes are ASCII. */
    private static long equal(long word, int symbol) {
        return ~((word ^ (symbol * ONES)) + ~TOPS) & TOPS;
    }
}
