package io.firstline.integration;

import io.firstline.payload.Payload;
import io.firstline.payload.PayloadHash;
import io.firstline.simulator.ExchangeSimulator;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compares what arrives with what was sent while both go on, and remembers only what is on its way: for runs of millions of messages, in
 * which no two are equal.
 */
public final class FlowLedger {
    /** By stream, the hashes of what was sent and has not arrived, oldest first. */
    private final Map<String, LinkedHashMap<Long, Boolean>> underWay = new HashMap<>();

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
        underWay.computeIfAbsent(stream, s -> new LinkedHashMap<>()).put(hash, true);
        streamOf.put(hash, stream);
    }

    /** A message has come out. */
    public synchronized void receive(Buffer payload, boolean late) {
        long hash = PayloadHash.of(new Payload().over(payload, true));
        String stream = streamOf.remove(hash);
        received++;
        if (stream == null) {
            unexpected++;
            return;
        }
        LinkedHashMap<Long, Boolean> flow = underWay.get(stream);
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

    /** Sent and not arrived. */
    public synchronized int underWay() {
        return streamOf.size();
    }

    /** Arrived though never sent, or twice. */
    public synchronized long unexpected() {
        return unexpected;
    }

    /** Arrived before older ones of its stream, and not marked late. */
    public synchronized long outOfOrder() {
        return outOfOrder;
    }
}
