package io.firstline.deploy.snapshot;

import io.firstline.bus.FeedSink;
import io.firstline.feed.report.FeedEvent;
import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the messages of some streams of a feed while a snapshot of them is being fetched. Thread-safe: several pools publish.
 */
public final class MergedMessages implements FeedSink {
    private static final int MOST = 2 * SnapshotJoin.MOST;
    private static final long MOST_BYTES = 128L << 20;

    private final List<Tail> tails = new CopyOnWriteArrayList<>();

    @Override
    public void publish(FeedMessage message) {
        for (Tail tail : tails) {
            tail.add(message);
        }
    }

    @Override
    public void publish(FeedEvent event) {
        // snapshots are joined to messages
    }

    /** Begins to keep the messages of these streams. */
    Tail follow(Set<String> streams) {
        Tail tail = new Tail(streams);
        tails.add(tail);
        return tail;
    }

    /** The messages that arrived since the last look. */
    final class Tail {
        private final Set<String> streams;
        private final Queue<FeedMessage> arrived = new ConcurrentLinkedQueue<>();
        private final AtomicInteger waiting = new AtomicInteger();
        private final AtomicLong waitingBytes = new AtomicLong();
        private volatile boolean full;

        private Tail(Set<String> streams) {
            this.streams = Set.copyOf(streams);
        }

        private void add(FeedMessage message) {
            if (message.stream() == null || !streams.contains(message.stream()) || full) {
                return;
            }
            full = waiting.incrementAndGet() > MOST || waitingBytes.addAndGet(message.length()) > MOST_BYTES;
            arrived.add(message);
        }

        /** Whether messages are missing: more arrived than are kept. */
        boolean isFull() {
            return full;
        }

        /** Returns the messages since the last call, and forgets them. */
        List<FeedMessage> take() {
            List<FeedMessage> taken = new ArrayList<>();
            FeedMessage message = arrived.poll();
            while (message != null) {
                waiting.decrementAndGet();
                waitingBytes.addAndGet(-message.length());
                taken.add(message);
                message = arrived.poll();
            }
            return taken;
        }

        void close() {
            tails.remove(this);
        }
    }
}
