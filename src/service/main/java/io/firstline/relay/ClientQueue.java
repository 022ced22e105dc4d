package io.firstline.relay;

import io.firstline.config.service.RelayLimits;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The messages that wait for one client because its socket is full, within bounds. Holds no socket and no clock. Runs on one
 * event loop.
 */
final class ClientQueue {
    /** The approximate cost of a waiting frame besides its bytes. */
    private static final int FRAME_OVERHEAD = 128;

    private final RelayLimits limits;
    private final Deque<Waiting> batches = new ArrayDeque<>();
    /** The latest frame of each stream while the client is conflated; a frame keeps its place when it is replaced. */
    private final Map<Object, Latest> latest = new LinkedHashMap<>();

    private boolean conflating;
    private int messages;
    private long bytes;
    private long conflated;

    private record Waiting(FrameBatch batch, long sinceNanos) {}

    private record Latest(ByteBuf frame, long sinceNanos) {
        int cost() {
            return frame.readableBytes() + FRAME_OVERHEAD;
        }
    }

    ClientQueue(RelayLimits limits) {
        this.limits = limits;
    }

    /**
     * Adds a batch. Frames that wait already count for the bounds, so one batch always fits.
     *
     * @return false = the client is too slow and must be disconnected
     */
    boolean add(FrameBatch batch, long nowNanos) {
        if (!conflating && isFull()) {
            if (limits.slowClients() == RelayLimits.SlowClients.CLOSE) {
                return false;
            }
            conflating = true;
            bytes = 0;
            while (!batches.isEmpty()) {
                Waiting waiting = batches.removeFirst();
                conflate(waiting.batch(), waiting.sinceNanos());
                waiting.batch().release();
            }
        }
        if (conflating) {
            conflate(batch, nowNanos);
        } else {
            batches.addLast(new Waiting(batch.retain(), nowNanos));
            messages += batch.messages();
            bytes += batch.length();
        }
        return true;
    }

    private boolean isFull() {
        return messages >= limits.maxQueueMessages() || bytes >= limits.maxQueueBytes();
    }

    private void conflate(FrameBatch batch, long sinceNanos) {
        for (int i = 0; i < batch.messages(); i++) {
            String stream = batch.stream(i);
            Latest added = new Latest(batch.copy(i), sinceNanos);
            // a message without a stream is never replaced
            Latest replaced = latest.put(stream == null ? new Object() : stream, added);
            bytes += added.cost() - (replaced == null ? 0 : replaced.cost());
            conflated += replaced == null ? 0 : 1;
        }
        Iterator<Latest> oldest = latest.values().iterator();
        while (latest.size() > 1 && (latest.size() > limits.maxQueueMessages() || bytes > limits.maxQueueBytes())) {
            bytes -= oldest.next().cost();
            oldest.remove();
            conflated++;
        }
        messages = latest.size();
    }

    /** The next bytes to write; null = none wait. The caller releases them. */
    ByteBuf poll() {
        if (!batches.isEmpty()) {
            FrameBatch batch = batches.removeFirst().batch();
            messages -= batch.messages();
            bytes -= batch.length();
            ByteBuf shared = batch.share();
            batch.release();
            return shared;
        }
        Iterator<Latest> oldest = latest.values().iterator();
        if (!oldest.hasNext()) {
            conflating = false;
            return null;
        }
        Latest next = oldest.next();
        oldest.remove();
        messages--;
        bytes -= next.cost();
        return next.frame();
    }

    boolean isEmpty() {
        return batches.isEmpty() && latest.isEmpty();
    }

    int messages() {
        return messages;
    }

    long bytes() {
        return bytes;
    }

    /** Messages that the client does not get because newer ones of their streams replaced them. */
    long conflated() {
        return conflated;
    }

    /** How long the oldest message has waited. */
    long ageNanos(long nowNanos) {
        if (!batches.isEmpty()) {
            return nowNanos - batches.getFirst().sinceNanos();
        }
        return latest.isEmpty()
                ? 0
                : nowNanos - latest.values().iterator().next().sinceNanos();
    }

    void clear() {
        batches.forEach(waiting -> waiting.batch().release());
        batches.clear();
        latest.clear();
        messages = 0;
        bytes = 0;
    }
}
