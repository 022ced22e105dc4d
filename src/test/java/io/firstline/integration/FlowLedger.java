package io.firstline.integration;

import io.firstline.payload.Payload;
import io.firstline.payload.PayloadHash;
import io.firstline.simulator.ExchangeSimulator;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compares what arrives with what was sent while both continue, and remembers only messages in flight: for runs of
 * millions of messages, all of them different.
 */
public final class FlowLedger {
    /** By stream, the hashes of sent messages that have not arrived with their numbers from 1, oldest first. */
    private final Map<String, LinkedHashMap<Long, Long>> underWay = new HashMap<>();

    private final Map<Long, String> streamOf = new HashMap<>();
    private long sent;
    private long received;
    private long unexpected;
    private long outOfOrder;

    public FlowLedger(ExchangeSimulator exchange) {
        exchange.onEmit(this::send);
    }

    private synchronized void send(String stream, Buffer payload) {
        long hash = PayloadHash.of(new Payload().over(payload, true));
        sent++;
        underWay.computeIfAbsent(stream, s -> new LinkedHashMap<>()).put(hash, sent);
        streamOf.put(hash, stream);
    }

    /** A message has arrived. */
    public synchronized void receive(Buffer payload, boolean late) {
        long hash = PayloadHash.of(new Payload().over(payload, true));
        String stream = streamOf.remove(hash);
        received++;
        if (stream == null) {
            unexpected++;
            return;
        }
        LinkedHashMap<Long, Long> flow = underWay.get(stream);
        if (!late && flow.keySet().iterator().next() != hash) {
            outOfOrder++;
        }
        flow.remove(hash);
    }

    public synchronized long sent() {
        return sent;
    }

    public synchronized long received() {
        return received;
    }

    /** Messages sent and not arrived. */
    public synchronized int underWay() {
        return streamOf.size();
    }

    /** The number of messages sent before the oldest that has not arrived: all of these have. */
    public synchronized long complete() {
        return underWay.values().stream()
                .flatMap(flow -> flow.values().stream().limit(1))
                .mapToLong(number -> number - 1)
                .min()
                .orElse(sent);
    }

    /** Messages that arrived twice, or that were never sent. */
    public synchronized long unexpected() {
        return unexpected;
    }

    /** Messages that arrived before older ones of their stream without the late flag. */
    public synchronized long outOfOrder() {
        return outOfOrder;
    }
}
