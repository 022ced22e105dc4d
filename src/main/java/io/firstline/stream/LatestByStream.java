package io.firstline.stream;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The latest message of each stream, in the order in which the streams began to wait. A hash look-up per message, whatever waits. Not
 * thread-safe.
 */
final class LatestByStream implements Backlog {
    private final int capacity;
    private final long maxBytes;
    private final Function<FeedMessage, String> streamOf;
    private final Runnable onConflated;

    /** Keeps a stream's place when its message is replaced. */
    private final Map<Object, Waiting> waiting = new LinkedHashMap<>();

    private long bytes;
    private long dropped;

    /** Dropped for want of room, not told yet. */
    private Loss evicted;

    /** Replaced by the message that was polled last, not told yet. */
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
     * @param streamOf a message's stream; null = of none, such a message is never replaced
     * @param onConflated told of each message that gives way to a newer one of its stream
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
            bytes += message.payload().length();
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
        if (!message.late()) { // a late one is older than what waits, though its number is higher
            old = same.message;
            same.message = message;
            bytes += message.payload().length() - old.payload().length();
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
        bytes -= gone.message.payload().length();
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
        bytes -= next.message.payload().length();
        replaced = next.replaced;
        return next.message;
    }

    /** Has no place: what waits has no order across streams. */
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

    /** Nothing is dropped here but for a message that waits. */
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
