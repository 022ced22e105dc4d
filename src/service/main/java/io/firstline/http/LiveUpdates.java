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
    /** Clients, with the number of the last event each has received. */
    private final Map<ServerSentEvents, Long> listeners = new HashMap<>();

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

    /** Adds a client, which gets all remembered events at once. */
    void add(HttpServerResponse response, Runnable disconnect) {
        ServerSentEvents listener = new ServerSentEvents(response, mostSkipped, disconnect);
        response.closeHandler(v -> listeners.remove(listener));
        response.exceptionHandler(e -> listeners.remove(listener));
        listeners.put(listener, watch.events().newest());
        listener.send(update(watch.events().after(0))
                .put("rates", watch.rateHistory())
                .encode());
    }

    /** Sends an update to all clients with room. */
    void send() {
        Map<Long, String> updates = new HashMap<>();
        for (ServerSentEvents listener : List.copyOf(listeners.keySet())) {
            if (listener.isReady()) {
                listener.send(updates.computeIfAbsent(
                        listeners.get(listener),
                        last -> update(watch.events().after(last)).encode()));
                listeners.put(listener, watch.events().newest());
            }
        }
    }

    private JsonObject update(JsonArray events) {
        NodeReadiness now = readiness.get();
        return new JsonObject()
                .put("micros", System.currentTimeMillis() * 1_000)
                .put("health", now.level().name())
                .put("reasons", new JsonArray(now.reasons()))
                .put(StatusKeys.FEEDS, watch.view())
                .put(StatusKeys.RELAY, watch.relay())
                .put("events", events);
    }

    void close() {
        listeners.keySet().forEach(ServerSentEvents::end);
        listeners.clear();
    }
}
