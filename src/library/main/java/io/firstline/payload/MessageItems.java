package io.firstline.payload;

import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Cuts a message whose array holds several items into messages with one item each; the bytes around the items stay as
 * they are. So copies match however each connection groups the items. A feed has one instance for each format, used on
 * its event loop only.
 */
public abstract class MessageItems {
    /** A message with more items is not cut. */
    public static final int MAX_ITEMS = 10_000;
    /** {@link #cut} returns this if there are too many items, or too much around them. */
    public static final int WHOLE = -1;
    /** The parts of a message together have at most this multiple of its bytes, or {@link #FREE_BYTES}. */
    private static final int MAX_GROWTH = 8;

    private static final int FREE_BYTES = 1 << 16;
    /** A longer part is not kept for the next message. */
    private static final int KEPT_BYTES = 1 << 20;

    private final byte[] opening;
    private Payload whole;
    private int headEnd;
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
     * Cuts messages of one format.
     *
     * @param opening what begins an array of one item, instead of the bytes between the head and the first item
     */
    MessageItems(byte... opening) {
        this.opening = opening;
    }

    /**
     * Finds the items of a message.
     *
     * @return their number; 0 = the message has none there; {@link #WHOLE} = it stays whole
     */
    public final int cut(Payload message, Path path) {
        whole = message;
        count = 0;
        part = part.length > KEPT_BYTES ? new byte[0] : part;
        int to = message.from() + message.length();
        if (!find(message.array(), message.from(), to, path.steps) || count == 0) {
            return count == MAX_ITEMS ? WHOLE : 0;
        }
        long around = (long) headEnd - message.from() + opening.length + to - ends[count - 1];
        return around * count + message.length() <= Math.max(FREE_BYTES, (long) MAX_GROWTH * message.length())
                ? count
                : WHOLE;
    }

    /** Finds the array, and calls {@link #add} for each of its items; false if there is none, or too many items. */
    abstract boolean find(byte[] bytes, int from, int to, List<byte[]> steps);

    /** The bytes of the message before this position stay in all parts. */
    final void head(int end) {
        headEnd = end;
    }

    /** Adds an item; false if there are too many. */
    final boolean add(int start, int end) {
        if (count == MAX_ITEMS) {
            return false;
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        starts[count] = start;
        ends[count++] = end;
        return true;
    }

    static boolean isIndex(byte[] step, int element) {
        return Arrays.equals(Integer.toString(element).getBytes(StandardCharsets.US_ASCII), step);
    }

    /**
     * Makes the message with one of the items.
     *
     * @param into shows it until the next call
     */
    public final Payload message(int item, Payload into) {
        int from = whole.from();
        int head = headEnd - from;
        int start = head + opening.length;
        int length = ends[item] - starts[item];
        int tail = from + whole.length() - ends[count - 1];
        if (part.length < start + length + tail) {
            part = new byte[whole.length() + opening.length]; // enough for every part of this message
        }
        System.arraycopy(whole.array(), from, part, 0, head);
        System.arraycopy(opening, 0, part, head, opening.length);
        System.arraycopy(whole.array(), starts[item], part, start, length);
        System.arraycopy(whole.array(), ends[count - 1], part, start + length, tail);
        return into.over(part, 0, start + length + tail, whole.isText());
    }

    /** Returns the 64-bit XXH3 hash of an item's bytes alone, never 0. */
    public final long hash(int item) {
        long hash = Hashing.xxh3_64().hashBytesToLong(whole.array(), starts[item], ends[item] - starts[item]);
        return hash != 0 ? hash : 1;
    }
}
