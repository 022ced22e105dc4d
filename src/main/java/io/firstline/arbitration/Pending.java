package io.firstline.arbitration;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What a line that is not in step has received and no line in step has delivered yet, oldest first. Bounded in count and bytes. */
final class Pending<M> {
    static final int MAX_COPIES = 8_192;
    static final long MAX_BYTES = 32L * 1024 * 1024;

    /** A copy held back. */
    record Copy<M>(long identity, long content, int stream, M message, int bytes, long receivedNanos)
            implements Arrival<M> {
        Copy(Arrival<M> arrival, long nowNanos) {
            this(arrival.identity(), arrival.content(), arrival.stream(), arrival.message(), arrival.bytes(), nowNanos);
        }
    }

    private final ArrayDeque<Copy<M>> copies = new ArrayDeque<>();
    private final Map<Long, Integer> countByHash = new HashMap<>();
    private long bytes;

    /** Adds a copy; returns how many of the oldest had to go for it. */
    int add(Copy<M> copy) {
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

    /** Drops the oldest copies for as long as a condition holds; returns how many. */
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

    /** Empties itself into a reader, oldest first. */
    void drain(Consumer<Copy<M>> reader) {
        countByHash.clear();
        bytes = 0;
        while (!copies.isEmpty()) {
            reader.accept(copies.removeFirst());
        }
    }

    private void uncount(Copy<M> copy) {
        countByHash.computeIfPresent(copy.identity(), (h, n) -> n == 1 ? null : n - 1);
        bytes -= copy.bytes();
    }
}
