package io.firstline.relay;

import io.firstline.config.service.RelayLimits;
import io.firstline.stream.StreamSnapshot;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Streams that a client gets later than the feed has subscribed them, so that it needs snapshots: what arrives until then
 * waits. Runs on the relay's event loop.
 */
final class LateStreams {
    private final RelayClient client;
    private final RelayFeed feed;
    private final HeldStreams held;
    private final Map<String, Future<StreamSnapshot>> asked = new LinkedHashMap<>();

    /** Begins to keep what arrives, and asks for the snapshots. */
    LateStreams(
            RelayClient client, List<String> streams, RelayFeed feed, RelaySnapshots snapshots, RelayLimits limits) {
        this.client = client;
        this.feed = feed;
        this.held =
                feed.hold(client, streams.stream().map(client.session()::shown).toList(), limits);
        streams.forEach(stream -> asked.put(stream, snapshots.ask(stream)));
    }

    /** Succeeds when there is a snapshot of each. */
    Future<?> arrived() {
        return Future.all(List.copyOf(asked.values())).compose(all -> {
            if (held.isFull()) {
                return Future.failedFuture("more messages arrived before the snapshot than may wait");
            }
            return all.<StreamSnapshot>list().stream().anyMatch(held::isOfAnotherOwner)
                    ? Future.failedFuture("the feed's owner changed before the snapshot arrived")
                    : Future.succeededFuture();
        });
    }

    /** Writes the snapshots and what continues them; from the next turn on, the client gets its streams as others do. */
    void join() {
        end();
        if (client.isClosing()) {
            return;
        }
        asked.forEach((stream, snapshot) -> {
            if (client.streams().contains(stream)) { // it may have unsubscribed meanwhile
                feed.deliver(client, held.joined(snapshot.result()));
            }
        });
        client.ready(asked.keySet());
        feed.replace(client);
    }

    /** Keeps nothing any more. */
    void end() {
        feed.release(held);
    }
}
