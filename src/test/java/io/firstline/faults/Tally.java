package io.firstline.faults;

import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares the messages that an exchange sent and a proxy wrote to clients with those that a feed published. Filled by
 * several threads.
 */
final class Tally {
    private record Sent(String stream, int place) {}

    private record Received(String text, boolean late) {}

    /**
     * The result.
     *
     * @param owed messages that the feed had to publish
     * @param lost owed and never published
     * @param twice published again
     * @param late published, rightly or not, as late
     * @param outOfOrder published after a younger message of its stream without being marked late
     */
    record Verdict(int owed, int lost, int twice, int late, int outOfOrder) {}

    private final Map<String, Sent> sent = new HashMap<>();
    private final Set<String> delivered = new HashSet<>();
    private final List<Received> received = new ArrayList<>();
    private boolean deliveredOnly;

    /** A tally of all that an exchange sends; one for each exchange. */
    static Tally of(ExchangeSimulator exchange) {
        Tally tally = new Tally();
        exchange.onEmit((stream, payload) -> tally.sent(stream, payload.toString()));
        return tally;
    }

    /** The exchange sent a message to a client. */
    synchronized void sent(String stream, String text) {
        if (sent.put(text, new Sent(stream, sent.size())) != null) {
            throw new IllegalStateException("the simulator repeats itself, so this tally cannot tell: " + text);
        }
    }

    /** A proxy wrote a message to a client; true if it was the first copy. */
    synchronized boolean delivered(String text) {
        return delivered.add(text);
    }

    /** A feed published a message. */
    synchronized void received(FeedMessage message) {
        received.add(new Received(message.asText(), message.late()));
    }

    synchronized int sent() {
        return sent.size();
    }

    synchronized int received() {
        return received.size();
    }

    /**
     * From now on only messages that were written to a client are owed: all connections are cut, so no client can get
     * the rest.
     */
    synchronized void oweDeliveredOnly() {
        deliveredOnly = true;
    }

    synchronized Verdict verdict() {
        Set<String> owed = new HashSet<>(deliveredOnly ? delivered : sent.keySet());
        owed.retainAll(sent.keySet());
        int owing = owed.size();
        Set<String> seen = new HashSet<>();
        Map<String, Integer> youngest = new HashMap<>();
        int twice = 0;
        int late = 0;
        int outOfOrder = 0;
        for (Received message : received) {
            Sent of = sent.get(message.text());
            if (of == null) {
                continue; // invented by the proxy
            }
            late += message.late() ? 1 : 0;
            if (!seen.add(message.text())) {
                twice++;
            } else if (youngest.merge(of.stream(), of.place(), Math::max) > of.place() && !message.late()) {
                outOfOrder++;
            }
        }
        owed.removeAll(seen);
        return new Verdict(owing, owed.size(), twice, late, outOfOrder);
    }
}
