package io.firstline.payload;

import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Cuts a message whose array holds several items into messages with one item each; the bytes around the items stay as
 * they are. So copies match however each connection groups the items. A feed has one instance, used on its event loop
 * only.
 */
public final class JsonItems {
    /** A message with more items is not cut. */
    public static final int MAX_ITEMS = 10_000;
    /** {@link #cut} returns this if there are too many items, or too much around them. */
    public static final int WHOLE = -1;
    /** The parts of a message together have at most this multiple of its bytes, or {@link #FREE_BYTES}. */
    private static final int MAX_GROWTH = 8;

    private static final int FREE_BYTES = 1 << 16;

    private final JsonScanner json = new JsonScanner();
    private Payload whole;
    private int[] starts = new int[16];
    private int[] ends = new int[16];
    private int count;
    private byte[] part = {};

    /** The way to an array in a message: names of members, and indexes of elements. */
    public static final class Path {
        private final List<byte[]> steps;

        private Path(List<byte[]> steps) {
            this.steps = steps;
        }

        /** Reads a JSON pointer; an empty one leads to the whole message. Names with escapes in a message do not match. */
        public static Path of(String pointer) {
            return new Path(Stream.of(pointer.split("/", -1))
                    .skip(1)
                    .map(step -> step.replace("~1", "/").replace("~0", "~").getBytes(StandardCharsets.UTF_8))
                    .toList());
        }
    }

    /**
     * Finds the items of a message.
     *
     * @return their number; 0 = the message has none there; {@link #WHOLE} = it stays whole
     */
    public int cut(Payload message, Path path) {
        whole = message;
        count = 0;
        int to = message.from() + message.length();
        json.over(message.array(), to);
        int array = follow(json.space(message.from()), path.steps, 0);
        if (array < 0 || json.peek(array) != '[' || !collect(array)) {
            return count == MAX_ITEMS ? WHOLE : 0;
        }
        long around = (long) starts[0] - message.from() + to - ends[count - 1];
        return around * count + message.length() <= Math.max(FREE_BYTES, (long) MAX_GROWTH * message.length())
                ? count
                : WHOLE;
    }

    /** Returns the start of the value at the end of the way; negative = there is none. */
    private int follow(int at, List<byte[]> steps, int level) {
        if (level == steps.size()) {
            return at;
        }
        byte[] step = steps.get(level);
        return switch (json.peek(at)) {
            case '{' -> inObject(at, step, steps, level);
            case '[' -> inArray(at, step, steps, level);
            default -> JsonScanner.MALFORMED;
        };
    }

    private int inObject(int at, byte[] name, List<byte[]> steps, int level) {
        int pos = json.space(at + 1);
        while (pos >= 0 && json.peek(pos) == '"') {
            int nameEnd = json.string(pos);
            int colon = nameEnd < 0 ? nameEnd : json.space(nameEnd);
            if (colon < 0 || json.peek(colon) != ':') {
                return JsonScanner.MALFORMED;
            }
            int value = json.space(colon + 1);
            if (Arrays.equals(json.bytes(), pos + 1, nameEnd - 1, name, 0, name.length)) {
                return follow(value, steps, level + 1);
            }
            pos = next(value);
        }
        return JsonScanner.MALFORMED;
    }

    private int inArray(int at, byte[] index, List<byte[]> steps, int level) {
        int pos = json.space(at + 1);
        for (int element = 0; pos >= 0 && json.peek(pos) != ']'; element++) {
            if (Arrays.equals(Integer.toString(element).getBytes(StandardCharsets.US_ASCII), index)) {
                return follow(pos, steps, level + 1);
            }
            pos = next(pos);
        }
        return JsonScanner.MALFORMED;
    }

    /** Returns the start of the value behind this one and a comma; negative = there is none. */
    private int next(int value) {
        int end = json.value(value);
        int comma = end < 0 ? end : json.space(end);
        return comma >= 0 && json.peek(comma) == ',' ? json.space(comma + 1) : JsonScanner.MALFORMED;
    }

    private boolean collect(int array) {
        int pos = json.space(array + 1);
        while (count < MAX_ITEMS) {
            int end = json.value(pos);
            if (end < 0) {
                return false;
            }
            add(pos, end);
            int symbol = json.space(end);
            if (json.peek(symbol) == ']') {
                return true;
            }
            if (json.peek(symbol) != ',') {
                return false;
            }
            pos = json.space(symbol + 1);
        }
        return false;
    }

    private void add(int start, int end) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        starts[count] = start;
        ends[count++] = end;
    }

    /**
     * Makes the message with one of the items.
     *
     * @param into shows it until the next call
     */
    public Payload message(int item, Payload into) {
        int from = whole.from();
        int head = starts[0] - from;
        int length = ends[item] - starts[item];
        int tail = from + whole.length() - ends[count - 1];
        if (part.length < head + length + tail) {
            part = new byte[Math.max(2 * part.length, head + length + tail)];
        }
        System.arraycopy(whole.array(), from, part, 0, head);
        System.arraycopy(whole.array(), starts[item], part, head, length);
        System.arraycopy(whole.array(), ends[count - 1], part, head + length, tail);
        return into.over(part, 0, head + length + tail, true);
    }

    /** Returns the 64-bit XXH3 hash of an item's bytes alone, never 0. */
    public long hash(int item) {
        long hash = Hashing.xxh3_64().hashBytesToLong(whole.array(), starts[item], ends[item] - starts[item]);
        return hash != 0 ? hash : 1;
    }
}
