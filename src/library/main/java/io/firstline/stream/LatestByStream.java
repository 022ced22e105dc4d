package io.firstline.stream;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Keeps the latest message of each stream, ordered by the time the streams began to wait. A message costs one hash
 * look-up. Not thread-safe.
 */
final class LatestByStream implements Backlog {
    private final int capacity;
    private final long maxBytes;
    private final Function<FeedMessage, String> streamOf;
    private final Runnable onConflated;

    /** A stream keeps its place when its message is replaced. */
    private final Map<Object, Waiting> waiting = new LinkedHashMap<>();

    private long bytes;
    private long dropped;

    /** Dropped for lack of room and not reported yet. */
    private Loss evicted;

    /** Replaced by the last polled message and not reported yet. */
    private Loss replaced;

    private static final class Waiting {
        private FeedMessage message;
        private Loss replaced;

        Waiting(FeedMessage message) {
            this.message = message;
        }
    }

    /**
     * Makes an empty backlog.
     *
     * @param capacity streams, at least 1
     * @param streamOf returns a message's stream; a message without one (null) is never replaced
     * @param onConflated called once for each message that a newer one of its stream replaces
     */
    LatestByStream(int capacity, long maxBytes, Function<FeedMessage, String> streamOf, Runnable onConflated) {
        MessageRing.check(capacity, maxBytes);
        this.capacity = capacity;
        this.maxBytes = maxBytes;
        this.streamOf = streamOf;
        this.onConflated = onConflated;
    }

    @Override
    public int offer(FeedMessage message) {
        String stream = streamOf.apply(message);
        Object key = stream == null ? new Object() : stream;
        Waiting same = waiting.get(key);
        if (same == null) {
            waiting.put(key, new Waiting(message));
            bytes += message.length();
        } else {
            conflate(same, message);
        }
        int gone = 0;
        while (waiting.size() > capacity || (bytes > maxBytes && waiting.size() > 1)) {
            evictOldestBut(key);
            gone++;
        }
        return gone;
    }

    private void conflate(Waiting same, FeedMessage message) {
        FeedMessage old = message;
        if (!message.late()) { // a late message is older than the waiting one, although its number is higher
            old = same.message;
            same.message = message;
            bytes += message.length() - old.length();
        }
        same.replaced = Loss.sum(same.replaced, Loss.of(old.sequence()));
        dropped++;
        onConflated.run();
    }

    private void evictOldestBut(Object key) {
        Iterator<Map.Entry<Object, Waiting>> oldest = waiting.entrySet().iterator();
        Map.Entry<Object, Waiting> entry = oldest.next();
        if (entry.getKey().equals(key)) {
            entry = oldest.next();
        }
        Waiting gone = entry.getValue();
        oldest.remove();
        bytes -= gone.message.length();
        dropped++;
        evicted = Loss.sum(Loss.sum(evicted, gone.replaced), Loss.of(gone.message.sequence()));
    }

    @Override
    public FeedMessage poll() {
        Iterator<Waiting> oldest = waiting.values().iterator();
        if (!oldest.hasNext()) {
            return null;
        }
        Waiting next = oldest.next();
        oldest.remove();
        bytes -= next.message.length();
        replaced = next.replaced;
        return next.message;
    }

    /** Such a loss has no place here: waiting messages have no order across streams. */
    @Override
    public void lost(Loss loss) {
        evicted = Loss.sum(evicted, loss);
    }

    @Override
    public Loss lossBefore(FeedMessage next) {
        Loss loss = Loss.sum(evicted, replaced);
        evicted = null;
        replaced = null;
        return loss;
    }

    /** A drop always makes room for a message that waits, so none follows the last one. */
    @Override
    public Loss lossAtEnd() {
        Loss loss = evicted;
        evicted = null;
        return loss;
    }

    @Override
    public int size() {
        return waiting.size();
    }

    @Override
    public long dropped() {
        return dropped;
    }
}
