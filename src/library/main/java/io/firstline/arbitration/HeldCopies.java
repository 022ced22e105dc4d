package io.firstline.arbitration;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The copies of a line that is not in step, of messages that no line in step has delivered yet, oldest first. Bounded
 * in count and bytes.
 */
final class HeldCopies<M> {
    static final int MAX_COPIES = 8_192;
    static final long MAX_BYTES = 32L * 1024 * 1024;

    /**
     * A copy held back.
     *
     * @param number counts the copies of its line
     */
    record Copy<M>(long identity, long content, int stream, M message, int bytes, long receivedNanos, long number)
            implements Arrival<M> {
        Copy(Arrival<M> arrival, long nowNanos, long number) {
            this(
                    arrival.identity(),
                    arrival.content(),
                    arrival.stream(),
                    arrival.kept(),
                    arrival.bytes(),
                    nowNanos,
                    number);
        }
    }

    /** A copy that was matched: its number on its line, and its message. */
    private record Match(long number, int stream, long sequence) {}

    /** The matches after the oldest copy that is held, in the order in which they were found. */
    private final ArrayDeque<Match> matches = new ArrayDeque<>();

    /** By stream, the last match before that copy. */
    private final Map<Integer, Match> earlier = new HashMap<>();

    /** By stream, the number of the youngest copy that was matched. */
    private final Map<Integer, Long> youngest = new HashMap<>();

    private long received;
    private final ArrayDeque<Copy<M>> copies = new ArrayDeque<>();
    private final Map<Long, Integer> countByHash = new HashMap<>();
    private long bytes;

    /** Adds a copy; returns how many of the oldest were dropped to make room. */
    int add(Arrival<M> arrival, long nowNanos) {
        Copy<M> copy = new Copy<>(arrival, nowNanos, ++received);
        copies.addLast(copy);
        countByHash.merge(copy.identity(), 1, Integer::sum);
        bytes += copy.bytes();
        int dropped = 0;
        while (copies.size() > MAX_COPIES || (bytes > MAX_BYTES && copies.size() > 1)) {
            uncount(copies.removeFirst());
            dropped++;
        }
        return dropped;
    }

    /** The copy that has just arrived was matched. */
    void matched(int stream, long sequence) {
        matched(++received, stream, sequence);
    }

    /** A copy that was held was matched. */
    void matched(long number, int stream, long sequence) {
        youngest.merge(stream, number, Math::max);
        while (!matches.isEmpty()
                && (matches.size() == MAX_COPIES
                        || copies.isEmpty()
                        || matches.peekFirst().number < copies.peekFirst().number)) {
            Match before = matches.removeFirst();
            earlier.merge(before.stream, before, (a, b) -> a.number > b.number ? a : b);
        }
        matches.addLast(new Match(number, stream, sequence));
    }

    /** Whether the line delivered a copy after all those of its stream that were matched. */
    boolean isYoungest(Copy<M> copy) {
        return copy.number() > youngest.getOrDefault(copy.stream(), 0L);
    }

    /** How many copies the line has delivered that were held, or matched beyond doubt. */
    long received() {
        return received;
    }

    boolean isEmpty() {
        return copies.isEmpty();
    }

    int count(long hash) {
        return countByHash.getOrDefault(hash, 0);
    }

    /** Takes out the oldest copy with this hash, or returns null. */
    Copy<M> take(long hash) {
        if (count(hash) == 0) {
            return null;
        }
        for (var each = copies.iterator(); each.hasNext(); ) {
            Copy<M> copy = each.next();
            if (copy.identity() == hash) {
                each.remove();
                uncount(copy);
                return copy;
            }
        }
        throw new AssertionError("counted but not held");
    }

    /** Drops the oldest copies while a condition holds; returns how many. */
    int dropWhile(Predicate<Copy<M>> stale) {
        int dropped = 0;
        while (!copies.isEmpty() && stale.test(copies.peekFirst())) {
            uncount(copies.removeFirst());
            dropped++;
        }
        return dropped;
    }

    /** Drops the copies for which a condition holds; returns how many. */
    int removeIf(Predicate<Copy<M>> unwanted) {
        int before = copies.size();
        copies.removeIf(copy -> {
            boolean removed = unwanted.test(copy);
            if (removed) {
                uncount(copy);
            }
            return removed;
        });
        return before - copies.size();
    }

    /** The receive time of the oldest copy received at or after an instant, or {@link Long#MAX_VALUE}. */
    long oldestSince(long nanos) {
        for (Copy<M> copy : copies) {
            if (copy.receivedNanos() - nanos >= 0) {
                return copy.receivedNanos();
            }
        }
        return Long.MAX_VALUE;
    }

    /**
     * Passes all copies to a reader, oldest first. The line holds none any more: call this once, as the last.
     *
     * @param recognised receives the stream and the sequence of each matched copy, before the copies that arrived after
     *     it
     */
    void drain(ObjLongConsumer<Integer> recognised, Consumer<Copy<M>> reader) {
        Match[] inOrder = Stream.concat(earlier.values().stream(), matches.stream())
                .sorted(Comparator.comparingLong(Match::number))
                .toArray(Match[]::new);
        int at = 0;
        for (Copy<M> copy : copies) {
            for (; at < inOrder.length && inOrder[at].number < copy.number; at++) {
                recognised.accept(inOrder[at].stream, inOrder[at].sequence);
            }
            reader.accept(copy);
        }
        for (; at < inOrder.length; at++) {
            recognised.accept(inOrder[at].stream, inOrder[at].sequence);
        }
    }

    private void uncount(Copy<M> copy) {
        countByHash.computeIfPresent(copy.identity(), (h, n) -> n == 1 ? null : n - 1);
        bytes -= copy.bytes();
    }
}
