package io.firstline.arbitration;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares two merged streams of one feed, so that we can take over from whoever publishes it: what was published and what we have come
 * in any order of streams, each message once in each. What we have and was not published is what a successor must publish first; what was
 * published and has not reached us is what it must not publish again.
 *
 * <p>Messages are the same if their identities are, the k-th of an identity here being the k-th of it there. Bounded in time, count and
 * bytes: what was not matched within the time is taken to belong to a time when only one of the two was there.
 *
 * <p>Single-threaded; times are nanoseconds of one monotonic clock. Cost per message O(1).
 *
 * @param <M> the message as the owner carries it
 */
public final class Overlap<M> {
    private final long maxAgeNanos;
    private final int maxMessages;
    private final long maxBytes;
    private final Unmatched<M> ours = new Unmatched<>();
    private final Unmatched<M> published = new Unmatched<>();
    private long crowdedOut;
    private long lastNanos;

    /**
     * With nothing to compare yet.
     *
     * @param maxAgeNanos how long a message waits for its match
     * @param maxMessages how many wait, on each side
     * @param maxBytes of how many payload bytes; the youngest waits whatever its size
     */
    public Overlap(long maxAgeNanos, int maxMessages, long maxBytes) {
        this.maxAgeNanos = maxAgeNanos;
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /**
     * Something was published, by another.
     *
     * @return the same as we have it; null = we do not have it yet
     */
    public M published(long identity, long nowNanos) {
        expire(nowNanos);
        Entry<M> match = ours.take(identity);
        if (match == null) {
            hold(published, new Entry<>(identity, null, 0, nowNanos));
            return null;
        }
        return match.message;
    }

    /**
     * We have a message.
     *
     * @return whether it is news: nothing that was published matches it. It is kept until something does, or {@link #takeAll()}
     */
    public boolean ours(long identity, M message, int bytes, long nowNanos) {
        if (wasPublished(identity, nowNanos)) {
            return false;
        }
        hold(ours, new Entry<>(identity, message, bytes, nowNanos));
        return true;
    }

    /**
     * A message was published, and does not count any more: who publishes now has not seen it. It is as old as any that we have and was not
     * published.
     */
    public void withdrawn(long identity, M message, int bytes, long nowNanos) {
        if (!wasPublished(identity, nowNanos)) {
            ours.addFirst(new Entry<>(identity, message, bytes, nowNanos));
            bound(ours);
        }
    }

    /** Whether a message that we have was published already; one publication answers so once. */
    public boolean wasPublished(long identity, long nowNanos) {
        expire(nowNanos);
        return published.take(identity) != null;
    }

    /** What we have and was not published, oldest first; it is ours to publish now, and no longer held. */
    public List<M> takeAll() {
        return ours.drain();
    }

    /** How many of our messages were not published yet. */
    public int ahead() {
        return ours.count;
    }

    /** Since when the oldest of those waits; if there is none, the time of the last call. */
    public long aheadSinceNanos() {
        Entry<M> oldest = ours.byAge.peekFirst();
        return oldest == null ? lastNanos : oldest.nanos;
    }

    /** How many were published that we do not have yet. */
    public int behind() {
        return published.count;
    }

    /** How many of our messages had to go for younger ones before their time: each may be lost if we take over. */
    public long crowdedOut() {
        return crowdedOut;
    }

    private void hold(Unmatched<M> side, Entry<M> entry) {
        side.add(entry);
        bound(side);
    }

    private void bound(Unmatched<M> side) {
        while (side.count > maxMessages || (side.bytes > maxBytes && side.count > 1)) {
            side.removeOldest();
            crowdedOut += side == ours ? 1 : 0;
        }
    }

    private void expire(long nowNanos) {
        lastNanos = nowNanos;
        ours.removeUntil(nowNanos - maxAgeNanos);
        published.removeUntil(nowNanos - maxAgeNanos);
    }

    private static final class Entry<M> {
        private final long identity;
        private final M message;
        private final int bytes;
        private final long nanos;
        private boolean taken;
        /** The next younger one of the same identity. */
        private Entry<M> next;

        Entry(long identity, M message, int bytes, long nanos) {
            this.identity = identity;
            this.message = message;
            this.bytes = bytes;
            this.nanos = nanos;
        }
    }

    /** One side's messages: by identity and by age. What is taken by identity stays in line, marked, until its turn comes. */
    private static final class Unmatched<M> {
        private final ArrayDeque<Entry<M>> byAge = new ArrayDeque<>();
        private final Map<Long, Entry<M>> oldestOf = new HashMap<>();
        private int count;
        private long bytes;

        void add(Entry<M> entry) {
            byAge.addLast(entry);
            Entry<M> oldest = oldestOf.putIfAbsent(entry.identity, entry);
            if (oldest != null) {
                while (oldest.next != null) {
                    oldest = oldest.next;
                }
                oldest.next = entry;
            }
            count++;
            bytes += entry.bytes;
        }

        void addFirst(Entry<M> entry) {
            byAge.addFirst(entry);
            entry.next = oldestOf.put(entry.identity, entry);
            count++;
            bytes += entry.bytes;
        }

        Entry<M> take(long identity) {
            Entry<M> oldest = oldestOf.get(identity);
            if (oldest == null) {
                return null;
            }
            if (oldest.next == null) {
                oldestOf.remove(identity);
            } else {
                oldestOf.put(identity, oldest.next);
            }
            oldest.taken = true;
            count--;
            bytes -= oldest.bytes;
            skipTaken();
            return oldest;
        }

        void removeOldest() {
            take(byAge.peekFirst().identity); // the oldest of all is the oldest of its identity
        }

        void removeUntil(long nanos) {
            while (count > 0 && byAge.peekFirst().nanos - nanos < 0) {
                removeOldest();
            }
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

        /** The first in line is always one that waits. */
        private void skipTaken() {
            while (!byAge.isEmpty() && byAge.peekFirst().taken) {
                byAge.removeFirst();
            }
        }
    }
}
