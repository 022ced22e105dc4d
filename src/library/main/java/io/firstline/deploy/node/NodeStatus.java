package io.firstline.deploy.node;

import io.firstline.bus.Addresses;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import java.util.List;

/**
 * The state of every feed of a node. Each feed is asked separately, and one that does not answer delays the result
 * briefly.
 */
public final class NodeStatus {
    private static final String FEEDS = "firstline.feeds";
    private static final long ANSWER_MS = 1_000;

    private NodeStatus() {}

    /** The names of the feeds of this node. */
    public static LocalMap<String, String> feeds(Vertx vertx) {
        return vertx.sharedData().getLocalMap(FEEDS);
    }

    public static boolean hasFeeds(Vertx vertx) {
        return !feeds(vertx).isEmpty();
    }

    /**
     * Asks all feeds at once, on the caller's event loop.
     *
     * @return {@code {"feeds": {"btc": {…}}}}, in a cluster with {@code cluster}, with a relay its {@code relay}; a feed that does not answer within
     *     a second has an {@code error} instead of its state
     */
    public static Future<JsonObject> ask(Vertx vertx) {
        DeliveryOptions soon = new DeliveryOptions().setSendTimeout(ANSWER_MS);
        List<Future<JsonObject>> reports = feeds(vertx).keySet().stream()
                .sorted()
                .map(name -> vertx.eventBus()
                        .<JsonObject>request(Addresses.here(name), new JsonObject().put("do", "status"), soon)
                        .map(Message::body)
                        .otherwise(
                                e -> new JsonObject().put(StatusKeys.FEED, name).put(StatusKeys.ERROR, e.getMessage())))
                .toList();
        Future<JsonObject> relay = vertx.eventBus()
                .<JsonObject>request(Addresses.RELAY, null, new DeliveryOptions(soon).setLocalOnly(true))
                .map(Message::body)
                .otherwiseEmpty(); // there is none
        return Future.all(reports).compose(all -> relay).map(ofRelay -> {
            JsonObject byName = new JsonObject();
            reports.forEach(report -> byName.put(report.result().getString(StatusKeys.FEED), report.result()));
            JsonObject status = ClusterFacts.of(vertx).addTo(new JsonObject().put(StatusKeys.FEEDS, byName));
            return ofRelay == null ? status : status.put(StatusKeys.RELAY, ofRelay);
        });
    }
}
