package io.firstline.payload;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The position and type of one value, or of an object or array where one is wanted. Its content is read lazily, because most copies need only its hash. */
final class Scalar {
    enum Kind {
        NULL(0),
        TEXT(0),
        TEXT_WITH_ESCAPES(0),
        NUMBER(0x9E3779B97F4A7C15L),
        BOOLEAN(0xC2B2AE3D27D4EB4FL),
        CONTAINER(0x165667B19E3779F9L),
        /** The bytes of a binary message, without quotes and escapes. */
        RAW_TEXT(TEXT.salt),
        /** Of a binary message: written as in JSON into separate bytes. */
        CONVERTED_NUMBER(NUMBER.salt),
        CONVERTED_BOOLEAN(BOOLEAN.salt);

        /** Distinguishes the number 5 from the text "5". */
        private final long salt;

        Kind(long salt) {
            this.salt = salt;
        }
    }

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    /** Of a long, with its sign. */
    private static final int MAX_DIGITS = 20;

    /** A number of so many digits fits a long. */
    private static final int SAFE_DIGITS = 18;

    private static final long EIGHT_DIGITS = 100_000_000;

    private static final Hasher64 XXH3 = Hashing.xxh3_64();

    private final HashStream64 hashOfEscaped = XXH3.hashStream();
    private final Unescaped unescaped = new Unescaped();

    private boolean isThere;
    /** Meaningless unless it is there. */
    private Kind kind = Kind.NULL;

    private boolean takesContainers;
    private boolean decides;
    private byte[] bytes = {};
    private int from;
    private int to;
    /** Of the content; 0 = not computed yet. */
    private long hash;

    private boolean parsed;
    private boolean whole;
    private long number;

    /** The digits of a number of a binary message; created for the first one. */
    private byte[] digits = {};
    /** The place of a converted value in its message. */
    private int placeFrom;

    private int placeTo;

    void clear() {
        isThere = false;
        parsed = false;
        whole = false;
    }

    /**
     * Sets the type. Those of successive messages are alike, and so are their arrays: G1's barrier for a stored
     * reference costs more than a comparison, several times per message.
     */
    private void is(Kind newKind) {
        isThere = true;
        hash = 0;
        if (kind != newKind) {
            kind = newKind;
        }
    }

    @SuppressWarnings("ArrayEquals") // on purpose: see above
    private void in(byte[] text) {
        if (bytes != text) {
            bytes = text;
        }
    }

    @SuppressWarnings("ArrayEquals") // on purpose: where the last message was
    boolean isIn(byte[] text) {
        return bytes == text;
    }

    /** Sets the value: a string with its quotes, a number or a literal. */
    void take(byte[] text, int start, int end, boolean escaped) {
        in(text);
        parsed = false;
        is(
                switch (text[start]) {
                    case '"' -> escaped ? Kind.TEXT_WITH_ESCAPES : Kind.TEXT;
                    case 'n' -> Kind.NULL;
                    case 't', 'f' -> Kind.BOOLEAN;
                    case '{', '[' -> Kind.CONTAINER;
                    default -> Kind.NUMBER;
                });
        int quote = text[start] == '"' ? 1 : 0;
        from = start + quote;
        to = end - quote;
    }

    /**
     * Sets the value of a message that is like an earlier one.
     *
     * @param start of its content, behind the quote of a string
     * @param itsHash of the content; 0 = not computed yet
     */
    void take(byte[] text, int start, int end, Kind itsKind, long itsHash) {
        in(text);
        parsed = false;
        is(itsKind);
        hash = itsHash;
        from = start;
        to = end;
    }

    /** Sets the value of a message that is like the last one and where that was. */
    void takeAgain(long itsHash) {
        parsed = false;
        hash = itsHash;
    }

    /** Returns the type; meaningless unless it is there. */
    Kind kind() {
        return kind;
    }

    /** Sets a text of a binary message. */
    void takeText(byte[] message, int start, int end) {
        in(message);
        is(Kind.RAW_TEXT);
        from = start;
        to = end;
    }

    /** Sets an object or array of a binary message. */
    void takeContainer(byte[] message, int start, int end) {
        takeText(message, start, end);
        is(Kind.CONTAINER);
    }

    /** Sets an integer that a binary message has between these positions. */
    void takeNumber(long value, int start, int end) {
        if (digits.length == 0) {
            digits = new byte[MAX_DIGITS];
        }
        int first = MAX_DIGITS;
        long rest = value;
        do {
            digits[--first] = (byte) ('0' + Math.abs(rest % 10));
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            digits[--first] = '-';
        }
        takeConverted(Kind.CONVERTED_NUMBER, digits, first, start, end);
        parsed = true;
        whole = true;
        number = value;
    }

    /** Sets an integer without a sign. */
    void takeUnsigned(long value, int start, int end) {
        if (value >= 0) {
            takeNumber(value, start, end);
        } else {
            takeNumber(Long.toUnsignedString(value), start, end);
        }
    }

    /** Sets a number that is not an integer within 64 bits, as JSON would write it. */
    void takeNumber(String json, int start, int end) {
        takeConverted(Kind.CONVERTED_NUMBER, json.getBytes(StandardCharsets.US_ASCII), 0, start, end);
    }

    void takeBoolean(boolean value, int start, int end) {
        takeConverted(Kind.CONVERTED_BOOLEAN, value ? TRUE : FALSE, 0, start, end);
    }

    void takeNull(int start) {
        is(Kind.NULL);
        from = start;
        to = start + 1;
    }

    private void takeConverted(Kind newKind, byte[] json, int first, int start, int end) {
        is(newKind);
        in(json);
        from = first;
        to = json.length;
        placeFrom = start;
        placeTo = end;
    }

    private boolean isConverted() {
        return isThere && (kind == Kind.CONVERTED_NUMBER || kind == Kind.CONVERTED_BOOLEAN);
    }

    /** An object or array here has a {@link #contentHash} from now on. */
    void takeContainers() {
        takesContainers = true;
    }

    boolean takesContainers() {
        return takesContainers;
    }

    /** The note of its message depends on it: see {@link KeyReader#note}. */
    void decide() {
        decides = true;
    }

    boolean decides() {
        return decides;
    }

    boolean isPresent() {
        return isAny() && kind != Kind.CONTAINER;
    }

    boolean isAny() {
        return isThere && kind != Kind.NULL;
    }

    /** The position of its first byte in the message, behind an opening quote. */
    int from() {
        return isConverted() ? placeFrom : from;
    }

    /** The position behind its last byte, before a closing quote; not above {@link #from} if there is nothing. */
    int to() {
        if (isConverted()) {
            return placeTo;
        }
        return isThere ? to : from;
    }

    boolean isNull() {
        return isThere && kind == Kind.NULL;
    }

    int length() {
        return isPresent() ? to - from : 0;
    }

    long hash() {
        return isPresent() ? contentHash() : 0;
    }

    /** The hash of the value, or of the bytes of an object or array; 0 = absent or null. */
    long contentHash() {
        if (!isAny()) {
            return 0;
        }
        if (hash == 0) {
            long unsalted =
                    kind == Kind.TEXT_WITH_ESCAPES ? hashUnescaped() : XXH3.hashBytesToLong(bytes, from, to - from);
            hash = unsalted == kind.salt ? 1 : unsalted ^ kind.salt; // 0 means absent
        }
        return hash;
    }

    private long hashUnescaped() {
        unescaped.over(bytes, from, to);
        hashOfEscaped.reset();
        for (int next = unescaped.next(); next != Unescaped.END; next = unescaped.next()) {
            hashOfEscaped.putByte((byte) next);
        }
        return hashOfEscaped.getAsLong();
    }

    boolean startsWith(byte[] beginning) {
        if (!isThere) {
            return false;
        }
        if (kind == Kind.TEXT_WITH_ESCAPES) {
            unescaped.over(bytes, from, to);
            for (byte wanted : beginning) {
                if (unescaped.next() != (wanted & 0xFF)) {
                    return false;
                }
            }
            return true;
        }
        int end = from + beginning.length;
        return (kind == Kind.TEXT || kind == Kind.RAW_TEXT)
                && end <= to
                && Arrays.equals(bytes, from, end, beginning, 0, beginning.length);
    }

    boolean isLong() {
        if (!parsed) {
            parsed = true;
            whole = isPresent() && parse();
        }
        return whole;
    }

    long asLong() {
        if (!isLong()) {
            throw new IllegalStateException("not an integer within 64 bits");
        }
        return number;
    }

    private boolean parse() {
        if (kind != Kind.TEXT_WITH_ESCAPES) {
            return parse(bytes, from, to);
        }
        byte[] plain = withoutEscapes();
        return parse(plain, 0, plain.length);
    }

    private boolean parse(byte[] text, int start, int end) {
        boolean negative = start < end && text[start] == '-';
        int first = negative ? start + 1 : start;
        int at = first;
        long value = 0;
        while (end - first <= SAFE_DIGITS && JsonScanner.isEightDigits(text, at, end)) {
            value = value * EIGHT_DIGITS - JsonScanner.eightDigits(text, at);
            at += Long.BYTES;
        }
        for (; at < end; at++) { // counts down, because the lowest number has no positive counterpart
            int digit = text[at] - '0';
            if (digit < 0 || digit > 9 || value < Long.MIN_VALUE / 10) {
                return false;
            }
            value = value * 10 - digit;
            if (value > 0) {
                return false;
            }
        }
        number = negative ? value : -value;
        return first < end && (negative || value != Long.MIN_VALUE);
    }

    private byte[] withoutEscapes() {
        byte[] plain = new byte[to - from];
        int length = 0;
        unescaped.over(bytes, from, to);
        for (int next = unescaped.next(); next != Unescaped.END; next = unescaped.next()) {
            plain[length++] = (byte) next;
        }
        return Arrays.copyOf(plain, length);
    }

    /** Its text in the message, or what a JSON message would have; null if absent. */
    String json() {
        if (isThere && kind == Kind.RAW_TEXT) {
            return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text())) + '"';
        }
        int quote = kind == Kind.TEXT || kind == Kind.TEXT_WITH_ESCAPES ? 1 : 0;
        return isPresent() ? new String(bytes, from - quote, to - from + 2 * quote, StandardCharsets.UTF_8) : null;
    }

    /** Null if absent. */
    String text() {
        if (!isPresent()) {
            return null;
        }
        return kind == Kind.TEXT_WITH_ESCAPES
                ? new String(withoutEscapes(), StandardCharsets.UTF_8)
                : new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
