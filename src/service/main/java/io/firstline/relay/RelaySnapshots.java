package io.firstline.relay;

import io.firstline.bus.Addresses;
import io.firstline.stream.StreamSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Asks the owner of a feed for snapshots: one request for all clients of the relay that want the same stream within {@value
 * #GATHER_MS} ms. Runs on the relay's event loop.
 */
final class RelaySnapshots {
    static final long GATHER_MS = 50;

    private final Vertx vertx;
    private final RelayFeed feed;
    private final Map<String, Promise<StreamSnapshot>> gathering = new LinkedHashMap<>();
    private boolean numbersAreOwn;

    RelaySnapshots(Vertx vertx, RelayFeed feed) {
        this.vertx = vertx;
        this.feed = feed;
    }

    /** The feed's messages have numbers of this relay's own, which say nothing about the place of a snapshot. */
    void numbersAreOwn() {
        numbersAreOwn = true;
    }

    /**
     * Returns a snapshot whose place is after everything that the relay has received before this call, once the relay has
     * received everything up to its place.
     */
    Future<StreamSnapshot> ask(String stream) {
        if (numbersAreOwn) {
            return Future.failedFuture("a relay with \"failover\": \"merged\" has no snapshots");
        }
        return gathering
                .computeIfAbsent(stream, wanted -> {
                    Promise<StreamSnapshot> promise = Promise.promise();
                    vertx.setTimer(GATHER_MS, id -> send(wanted));
                    return promise;
                })
                .future();
    }

    private void send(String stream) {
        Promise<StreamSnapshot> promise = gathering.remove(stream);
        vertx.eventBus()
                .<JsonObject>request(
                        Addresses.command(feed.name()),
                        new JsonObject().put("do", "snapshot").put("stream", stream))
                .map(reply -> StreamSnapshot.of(reply.body()))
                .onSuccess(snapshot -> {
                    long last = snapshot.inside().stream()
                            .mapToLong(Long::longValue)
                            .max()
                            .orElse(0);
                    feed.whenReceived(Math.max(snapshot.sequence(), last), () -> promise.tryComplete(snapshot));
                })
                .onFailure(promise::tryFail);
    }
}
