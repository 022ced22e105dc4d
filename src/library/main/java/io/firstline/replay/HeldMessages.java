package io.firstline.replay;

import io.firstline.bus.publish.Volume;
import io.firstline.stream.FeedMessage;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/**
 * The messages that one consumer does not get yet: younger ones than a missing message, and those of a new owner or
 * run whose first number is not known. Bounded by its user. Single-threaded; times are nanoseconds of one monotonic
 * clock.
 */
final class HeldMessages {
    /** Messages younger than a missing one. */
    private final TreeMap<Long, FeedMessage> younger = new TreeMap<>();

    /** Messages whose place is not known, oldest first. */
    private final ArrayDeque<FeedMessage> unplaced = new ArrayDeque<>();

    private long bytes;
    private long sinceNanos;

    /** A message is younger than a missing one. */
    void hold(FeedMessage message, long nowNanos) {
        beginToWait(nowNanos);
        younger.put(message.sequence(), message);
        bytes += message.length();
    }

    /** The message's place is not known. */
    void putAside(FeedMessage message, long nowNanos) {
        beginToWait(nowNanos);
        unplaced.add(message);
        bytes += message.length();
    }

    private void beginToWait(long nowNanos) {
        if (isEmpty()) {
            sinceNanos = nowNanos;
        }
    }

    /** The waiting for the next message begins now. */
    void waitsSince(long nowNanos) {
        sinceNanos = nowNanos;
    }

    /** Returns since when the messages wait for the same message. */
    long sinceNanos() {
        return sinceNanos;
    }

    boolean isEmpty() {
        return younger.isEmpty() && unplaced.isEmpty();
    }

    int size() {
        return younger.size() + unplaced.size();
    }

    boolean exceeds(Volume bound) {
        return !isEmpty() && new Volume(size(), bytes).exceeds(bound);
    }

    // younger than a missing message

    boolean anyYounger() {
        return !younger.isEmpty();
    }

    /** Returns the message with this number; null = none. */
    FeedMessage at(long sequence) {
        return younger.get(sequence);
    }

    /** Returns the smallest number of a younger message; only called if there is one. */
    long first() {
        return younger.firstKey();
    }

    /** Removes and returns the message with this number if it is the first; otherwise null. */
    FeedMessage takeFirst(long sequence) {
        Map.Entry<Long, FeedMessage> first = younger.firstEntry();
        if (first == null || first.getKey() != sequence) {
            return null;
        }
        younger.pollFirstEntry();
        bytes -= first.getValue().length();
        return first.getValue();
    }

    /** Returns the first range of missing numbers from this number on that a younger message ends; null = none. */
    Range missingFrom(long sequence) {
        long from = sequence;
        while (younger.containsKey(from)) {
            from++;
        }
        Long next = younger.higherKey(from);
        return next == null ? null : new Range(from, next - 1);
    }

    record Range(long from, long to) {}

    /** Drops this number and greater ones; returns how many. */
    int dropFrom(long sequence) {
        Map<Long, FeedMessage> beyond = younger.tailMap(sequence, true);
        beyond.values().forEach(message -> bytes -= message.length());
        int dropped = beyond.size();
        beyond.clear();
        return dropped;
    }

    // without a place

    /** Returns the oldest message without a place; null = none. */
    FeedMessage firstUnplaced() {
        return unplaced.peekFirst();
    }

    /** Returns the youngest message without a place; null = none. */
    FeedMessage lastUnplaced() {
        return unplaced.peekLast();
    }

    /** Returns whether a message without a place is of this epoch or an earlier one. */
    boolean anyUnplacedUpTo(int epoch) {
        return unplaced.stream().anyMatch(message -> message.epoch() <= epoch);
    }

    /** Removes and returns the oldest message without a place. */
    FeedMessage takeFirstUnplaced() {
        FeedMessage first = unplaced.removeFirst();
        bytes -= first.length();
        return first;
    }

    /** Removes and returns all messages without a place, oldest first. */
    ArrayDeque<FeedMessage> takeUnplaced() {
        ArrayDeque<FeedMessage> all = new ArrayDeque<>(unplaced);
        unplaced.clear();
        all.forEach(message -> bytes -= message.length());
        return all;
    }

    @Override
    public String toString() {
        return "held " + (younger.isEmpty() ? "none" : younger.firstKey() + "…" + younger.lastKey()) + ", unplaced "
                + unplaced.size();
    }
}
