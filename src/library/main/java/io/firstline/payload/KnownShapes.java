package io.firstline.payload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The shapes of the JSON messages that a {@link KeyReader} has read last: all their bytes, but any digit where a value
 * has one. A message of the same shape has its values at the same positions, so none is searched: eight bytes are compared
 * at once. Values without digits also have the same hashes.
 *
 * <p>Two digits of a JSON text are exchangeable if they are inside a value, a string with escapes and the first of several digits of a
 * number excepted: names would differ, and a number must not begin with 0. So are deciding values excepted: see
 * {@link KeyReader#note}.
 *
 * <p>Bounded: {@value #PLACES} shapes of at most {@value #MOST_BYTES} bytes, in sets of two by the length of the
 * message. They are not used for a while if few messages match. Used on one event loop only.
 */
final class KnownShapes {
    /** The longest message with a shape, bytes. */
    static final int MOST_BYTES = 512;

    private static final int PLACES = 32;
    private static final int WAYS = 2;
    /** One of this many unknown shapes replaces a known one. */
    private static final int REPLACES = 8;
    /** After this number of messages the share that matched is checked. */
    private static final int WATCHED = 1_024;
    /** This number of messages is not compared if fewer than a quarter of those matched. */
    private static final int RESTING = 65_536;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SIXES = 0x0606060606060606L;
    private static final long SIXTEENS = 0x1010101010101010L;

    private final Shape[] shapes = new Shape[PLACES];
    private int watched;
    private int matched;
    private int resting;
    private int unknown;

    /** A message without the digits of its values, and where these are. */
    static final class Shape {
        private final int length;
        /** The bytes, eight at a time, with '0' for each digit that may differ; the last ones overlap those before. */
        private final long[] words;
        /** The bits that may not differ: of a digit that may, the upper four. */
        private final long[] fixed;

        private final Scalar[] values;
        private final int[] starts;
        private final int[] ends;
        private final Scalar.Kind[] kinds;
        private final long[] hashes;
        /** See {@link KeyReader#note}; null = nothing. */
        private Object note;

        private boolean isRecent;

        private Shape(byte[] text, int from, int to, boolean[] isFree, Scalar[] taken, int count) {
            this.length = to - from;
            this.words = new long[(length + Long.BYTES - 1) / Long.BYTES];
            this.fixed = new long[words.length];
            for (int i = 0; i < words.length; i++) {
                int at = at(i);
                for (int k = Long.BYTES - 1; k >= 0; k--) {
                    boolean free = isFree[at + k];
                    words[i] = (words[i] << Byte.SIZE) | (free ? '0' : text[from + at + k] & 0xFF);
                    fixed[i] = (fixed[i] << Byte.SIZE) | (free ? 0xF0 : 0xFF);
                }
            }
            this.values = Arrays.stream(taken, 0, count)
                    .filter(value -> value.isAny() || value.isNull())
                    .toArray(Scalar[]::new);
            this.starts = new int[values.length];
            this.ends = new int[values.length];
            this.kinds = new Scalar.Kind[values.length];
            this.hashes = new long[values.length];
            for (int i = 0; i < values.length; i++) {
                Scalar value = values[i];
                starts[i] = value.from() - from;
                ends[i] = value.to() - from;
                kinds[i] = value.kind();
                hashes[i] = isAnyFree(isFree, starts[i], ends[i]) ? 0 : value.contentHash();
            }
        }

        private static boolean isAnyFree(boolean[] isFree, int start, int end) {
            for (int i = start; i < end; i++) {
                if (isFree[i]) {
                    return true;
                }
            }
            return false;
        }

        private int at(int word) {
            return Math.min(word * Long.BYTES, length - Long.BYTES);
        }

        Object note() {
            return note;
        }

        void note(Object newNote) {
            note = newNote;
        }

        /** Compares all words: a branch for each costs more than the rest of a message that differs early. */
        private boolean isAt(byte[] text, int from) {
            int last = words.length - 1;
            long differing = differing((long) WORD.get(text, from + length - Long.BYTES), last);
            for (int i = 0; i < last; i++) {
                differing |= differing((long) WORD.get(text, from + i * Long.BYTES), i);
            }
            return differing == 0;
        }

        /** Returns 0 if only digits differ that may: they are at most 9 from '0' after the exclusive or. */
        private long differing(long word, int i) {
            long other = word ^ words[i];
            return (other & fixed[i]) | ((other + SIXES) & SIXTEENS);
        }

        /** Sets the values of a message of this shape; returns their number. */
        int take(byte[] text, int from, Scalar[] taken) {
            for (int i = 0; i < values.length; i++) {
                Scalar value = values[i];
                value.take(text, from + starts[i], from + ends[i], kinds[i], hashes[i]);
                if (taken[i] != value) { // mostly as in the last message: see Scalar
                    taken[i] = value;
                }
            }
            return values.length;
        }

        /** Sets the values of a message of this shape that is where the last one was, which had it too. */
        void takeAgain() {
            for (int i = 0; i < values.length; i++) {
                values[i].takeAgain(hashes[i]);
            }
        }
    }

    /** Returns the shape of a message; null = it is not known. */
    Shape of(byte[] text, int from, int to) {
        int length = to - from;
        if (resting > 0 || length < Long.BYTES || length > MOST_BYTES) {
            resting -= resting > 0 ? 1 : 0;
            return null;
        }
        if (++watched == WATCHED) {
            resting = matched < WATCHED / 4 ? RESTING : 0;
            watched = 0;
            matched = 0;
        }
        int set = set(length);
        for (int way = 0; way < WAYS; way++) {
            Shape shape = shapes[set + way];
            if (shape != null && shape.length == length && shape.isAt(text, from)) {
                matched++;
                shape.isRecent = true;
                return shape;
            }
        }
        return null;
    }

    private static int set(int length) {
        return (length * WAYS) & (PLACES - 1);
    }

    /** A message was read without an error, because its shape is not known. These of its values were found. */
    void learn(byte[] text, int from, int to, Scalar[] taken, int count) {
        int length = to - from;
        if (resting > 0 || length < Long.BYTES || length > MOST_BYTES) {
            return;
        }
        int at = set(length);
        if (shapes[at] != null && (shapes[at + 1] == null || shapes[at].isRecent)) {
            shapes[at].isRecent = false;
            at++;
        }
        if (shapes[at] != null && ++unknown % REPLACES != 0) {
            return;
        }
        boolean[] isFree = new boolean[length];
        if (freeDigits(text, from, to, isFree)) {
            for (int i = 0; i < count; i++) {
                if (taken[i].decides() && taken[i].isAny()) {
                    Arrays.fill(isFree, taken[i].from() - from, taken[i].to() - from, false);
                }
            }
            shapes[at] = new Shape(text, from, to, isFree, taken, count);
        }
    }

    /** Marks the digits that may differ; returns false if a string does not end. */
    private static boolean freeDigits(byte[] text, int from, int to, boolean[] isFree) {
        int at = from;
        while (at < to) {
            if (text[at] == '"') {
                int end = at + 1;
                boolean escaped = false;
                for (; end < to && text[end] != '"'; end++) {
                    if (text[end] == '\\') {
                        escaped = true;
                        end++;
                    }
                }
                if (end >= to) {
                    return false;
                }
                if (!escaped && !isName(text, end + 1, to)) {
                    mark(text, from, at + 1, end, isFree);
                }
                at = end + 1;
            } else if (isDigit(text[at])) {
                int end = at;
                while (end < to && isDigit(text[end])) {
                    end++;
                }
                boolean mustNotBe0 = end - at > 1 && (at == from || text[at - 1] != '.');
                mark(text, from, mustNotBe0 ? at + 1 : at, end, isFree);
                at = end;
            } else {
                at++;
            }
        }
        return true;
    }

    /** Returns whether a colon follows. */
    private static boolean isName(byte[] text, int at, int to) {
        int next = at;
        while (next < to && text[next] >= 0 && text[next] <= ' ') {
            next++;
        }
        return next < to && text[next] == ':';
    }

    private static void mark(byte[] text, int from, int start, int end, boolean[] isFree) {
        for (int i = start; i < end; i++) {
            isFree[i - from] = isDigit(text[i]);
        }
    }

    private static boolean isDigit(byte symbol) {
        return symbol >= '0' && symbol <= '9';
    }
}
