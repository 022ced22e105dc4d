package io.firstline.errors;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.feed.Feed;
import io.firstline.feed.WsPool;
import io.firstline.feed.WsSingle;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A feed named "f" whose events and messages are recorded. */
final class FeedProbe implements AutoCloseable {
    final Feed feed;
    private final List<FeedEvent> events = new CopyOnWriteArrayList<>();
    private final List<String> texts = new CopyOnWriteArrayList<>();

    private FeedProbe(Feed feed) {
        this.feed = feed;
        feed.eventHandler(events::add).handler(message -> texts.add(message.asText()));
    }

    static FeedProbe single(Vertx vertx, WsConnectionConfig config) {
        return new FeedProbe(WsSingle.create(vertx, config.withConnectionId("f")));
    }

    static FeedProbe pool(Vertx vertx, WsConnectionConfig config, int connections) {
        WsPoolConfig pool = WsPoolConfig.of(config.withConnectionId("f")).withConnections(connections);
        return new FeedProbe(WsPool.create(vertx, pool));
    }

    List<FeedEvent> events() {
        return events;
    }

    List<String> texts() {
        return texts;
    }

    /** The facts of all events of a type. */
    List<JsonObject> told(FeedEvent.Type type) {
        return events.stream()
                .filter(e -> e.type() == type)
                .map(FeedEvent::toJson)
                .toList();
    }

    void awaitTold(FeedEvent.Type type, int count) {
        Await.until(
                () -> count + " × " + type + ", there are " + events,
                () -> told(type).size() >= count);
    }

    void awaitTexts(String... expected) {
        Await.until(
                () -> "the messages " + List.of(expected) + ", there are " + texts + " and " + events,
                () -> texts.containsAll(List.of(expected)));
    }

    FeedReport report() {
        return Await.result(feed.report());
    }

    long failures(String cause) {
        return report().failures().getOrDefault(cause, 0L);
    }

    @Override
    public void close() {
        Await.result(feed.close());
    }
}
