package io.firstline.arbitration;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The messages of one side of a {@link StreamDiff} that have no match: by identity and by age. A message taken by identity
 * stays in the queue, marked, until it is the oldest. Not thread-safe.
 */
final class UnmatchedMessages<M> {
    static final class Entry<M> {
        final long identity;
        final M message;
        final int bytes;
        final long nanos;
        boolean taken;
        /** We received it ourselves; otherwise it was published and withdrawn. */
        boolean received = true;
        /** The next younger one of the same identity. */
        private Entry<M> next;
        /** The youngest one of the same identity, known to the oldest. */
        private Entry<M> youngest = this;

        Entry(long identity, M message, int bytes, long nanos) {
            this.identity = identity;
            this.message = message;
            this.bytes = bytes;
            this.nanos = nanos;
        }
    }

    final ArrayDeque<Entry<M>> byAge = new ArrayDeque<>();
    private final Map<Long, Entry<M>> oldestOf = new HashMap<>();
    int count;
    /** Of all in the queue. */
    long bytes;

    void add(Entry<M> entry) {
        byAge.addLast(entry);
        bytes += entry.bytes;
        if (entry.taken) {
            return;
        }
        Entry<M> oldest = oldestOf.putIfAbsent(entry.identity, entry);
        if (oldest != null) {
            oldest.youngest.next = entry;
            oldest.youngest = entry;
        }
        count++;
    }

    /** The identities of those that wait, oldest first. */
    List<Long> identities() {
        return byAge.stream()
                .filter(entry -> !entry.taken)
                .map(entry -> entry.identity)
                .toList();
    }

    /** The messages that were taken and are still in the queue, by identity and age. */
    Map<Long, ArrayDeque<Entry<M>>> taken() {
        Map<Long, ArrayDeque<Entry<M>>> taken = new HashMap<>();
        for (Entry<M> entry : byAge) {
            if (entry.taken) {
                taken.computeIfAbsent(entry.identity, id -> new ArrayDeque<>()).addLast(entry);
            }
        }
        return taken;
    }

    /** Puts these before all others, and enters again those that are no longer marked as taken. */
    void putBack(ArrayDeque<Entry<M>> before) {
        List<Entry<M>> all = new ArrayList<>(before);
        all.addAll(byAge);
        byAge.clear();
        oldestOf.clear();
        count = 0;
        bytes = 0;
        for (Entry<M> entry : all) {
            entry.next = null;
            entry.youngest = entry;
            add(entry);
        }
    }

    /** The oldest of an identity; null = none waits. */
    Entry<M> oldest(long identity) {
        return oldestOf.get(identity);
    }

    Entry<M> take(long identity) {
        Entry<M> oldest = oldestOf.get(identity);
        if (oldest == null) {
            return null;
        }
        if (oldest.next == null) {
            oldestOf.remove(identity);
        } else {
            oldest.next.youngest = oldest.youngest;
            oldestOf.put(identity, oldest.next);
        }
        oldest.taken = true;
        count--;
        skipTaken();
        return oldest;
    }

    Entry<M> removeOldest() {
        return take(byAge.peekFirst().identity); // the oldest of all is the oldest of its identity
    }

    boolean isOlder(long nanos) {
        return count > 0 && byAge.peekFirst().nanos - nanos < 0;
    }

    List<M> drain() {
        List<M> all = new ArrayList<>(count);
        for (Entry<M> entry : byAge) {
            if (!entry.taken) {
                all.add(entry.message);
            }
        }
        byAge.clear();
        oldestOf.clear();
        count = 0;
        bytes = 0;
        return all;
    }

    /** Keeps the first of the queue one that waits. */
    private void skipTaken() {
        while (!byAge.isEmpty() && byAge.peekFirst().taken) {
            bytes -= byAge.removeFirst().bytes;
        }
    }
}
