package io.firstline.relay;

import io.firstline.config.service.RelayLimits;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.StreamSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What arrives of some streams while one client waits for snapshots of them; bounded as the client's queue. Runs on one event
 * loop.
 */
final class HeldStreams {
    private final RelayClient client;
    /** As messages name them. */
    private final Set<String> streams;

    private final RelayLimits limits;
    private final List<FeedMessage> messages = new ArrayList<>();
    private long bytes;
    private boolean full;

    HeldStreams(RelayClient client, Collection<String> streams, RelayLimits limits) {
        this.client = client;
        this.streams = Set.copyOf(streams);
        this.limits = limits;
    }

    RelayClient client() {
        return client;
    }

    /** A message of the feed has arrived. */
    void add(FeedMessage message) {
        if (message.stream() == null || full || !streams.contains(message.stream())) {
            return;
        }
        bytes += message.length();
        full = messages.size() >= limits.maxQueueMessages() || bytes > limits.maxQueueBytes();
        if (full) {
            messages.clear();
        } else {
            messages.add(message);
        }
    }

    /** Whether more arrived than may wait for a client. */
    boolean isFull() {
        return full;
    }

    /** The snapshot as a message, and what continues it. */
    List<FeedMessage> joined(StreamSnapshot snapshot) {
        List<FeedMessage> joined = new ArrayList<>();
        joined.add(new FeedMessage(
                client.feedName(),
                snapshot.epoch(),
                snapshot.sequence(),
                "snapshot",
                0,
                snapshot.stream(),
                0,
                snapshot.payload(),
                snapshot.text(),
                true)); // a newer message must not replace it in a conflated queue
        messages.stream().filter(snapshot::isContinuedBy).forEach(joined::add);
        return joined;
    }

    /** Whether another owner has published since the snapshot: then its sequence may mean another message. */
    boolean isOfAnotherOwner(StreamSnapshot snapshot) {
        return messages.stream()
                .anyMatch(message -> message.epoch() != snapshot.epoch()
                        && message.sequence() > snapshot.sequence()
                        && message.stream().equals(snapshot.stream()));
    }
}
