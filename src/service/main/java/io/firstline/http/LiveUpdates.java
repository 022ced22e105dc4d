package io.firstline.http;

import io.firstline.deploy.node.StatusKeys;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The clients of the page: each gets the state and all events that are new to it. Runs on one event loop. */
final class LiveUpdates {
    static final int MOST = 16;

    private final FeedWatch watch;
    private final Supplier<NodeReadiness> readiness;
    private final int mostSkipped;
    /** Clients, with what each has received. */
    private final Map<ServerSentEvents, Seen> listeners = new HashMap<>();

    /**
     * The updates that a client has received.
     *
     * @param chosen the feed whose details it shows; null = none
     * @param event the number of its last event
     */
    private record Seen(String chosen, long event) {}

    /**
     * Makes a set without clients.
     *
     * @param mostSkipped updates in a row that a client may have no room for
     */
    LiveUpdates(FeedWatch watch, Supplier<NodeReadiness> readiness, int mostSkipped) {
        this.watch = watch;
        this.readiness = readiness;
        this.mostSkipped = mostSkipped;
    }

    boolean isFull() {
        return listeners.size() >= MOST;
    }

    int size() {
        return listeners.size();
    }

    boolean isEmpty() {
        return listeners.isEmpty();
    }

    /**
     * Adds a client, which gets all remembered events at once.
     *
     * @param chosen the feed whose details it shows; null = none
     */
    void add(HttpServerResponse response, String chosen, Runnable disconnect) {
        ServerSentEvents listener = new ServerSentEvents(response, mostSkipped, disconnect);
        response.closeHandler(v -> listeners.remove(listener));
        response.exceptionHandler(e -> listeners.remove(listener));
        listeners.put(listener, new Seen(chosen, watch.newestEvent()));
        listener.send(update(new Seen(chosen, 0))
                .put("rates", watch.rateHistory(chosen))
                .encode());
    }

    /** Sends an update to all clients with room. */
    void send() {
        Map<Seen, String> updates = new HashMap<>();
        for (ServerSentEvents listener : List.copyOf(listeners.keySet())) {
            if (listener.isReady()) {
                Seen seen = listeners.get(listener);
                listener.send(updates.computeIfAbsent(seen, last -> update(last).encode()));
                listeners.put(listener, new Seen(seen.chosen(), watch.newestEvent()));
            }
        }
    }

    private JsonObject update(Seen seen) {
        NodeReadiness now = readiness.get();
        return new JsonObject()
                .put("micros", System.currentTimeMillis() * 1_000)
                .put("health", now.level().name())
                .put("reasons", new JsonArray(now.reasons()))
                .put("list", watch.isList())
                .put("member", watch.isMember())
                .put(StatusKeys.FEEDS, watch.view(seen.chosen()))
                .put(StatusKeys.RELAY, watch.relay())
                .put("events", watch.eventsAfter(seen.event(), seen.chosen()));
    }

    void close() {
        listeners.keySet().forEach(ServerSentEvents::end);
        listeners.clear();
    }
}
