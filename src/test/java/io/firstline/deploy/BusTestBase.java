package io.firstline.deploy;

import io.firstline.bus.Addresses;
import io.firstline.feed.FeedTestBase;
import io.firstline.simulator.ExchangeSimulator;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Feeds deployed as verticles, and what they publish on the event bus. */
public abstract class BusTestBase extends FeedTestBase {
    public static final String POOL = "io.firstline.deploy.PoolVerticle";
    public static final String SINGLE = "io.firstline.deploy.SingleVerticle";

    /** Three connections that retry quickly and evict only on request. */
    public static JsonObject config(String name, String url) {
        return new JsonObject()
                .put("name", name)
                .put("url", url)
                .put("connections", 3)
                .put("latencyPingIntervalMs", 100)
                .put("retryBaseMs", 20)
                .put("retryCapMs", 100)
                .put("joinGuardMs", 50);
    }

    public static JsonObject subscribeTemplates(JsonObject config) {
        return config.put("subscribe", BINANCE.subscribe()).put("unsubscribe", BINANCE.unsubscribe());
    }

    public Future<String> deploying(String verticle, JsonObject config) {
        return vertx.deployVerticle(verticle, new DeploymentOptions().setConfig(config));
    }

    public String deploy(String verticle, JsonObject config) {
        return join(deploying(verticle, config));
    }

    /** Collects everything published on an address from now on. */
    public <T> Queue<T> heard(String address) {
        Queue<T> bodies = new ConcurrentLinkedQueue<>();
        vertx.eventBus().<T>consumer(address, message -> bodies.add(message.body()));
        return bodies;
    }

    public Future<JsonObject> command(String feed, JsonObject command) {
        return vertx.eventBus()
                .<JsonObject>request(Addresses.command(feed), command)
                .map(Message::body);
    }

    public Future<JsonObject> command(String feed, String what, String key, Object value) {
        return command(feed, new JsonObject().put("do", what).put(key, value));
    }

    public JsonObject status(String feed) {
        return join(command(feed, new JsonObject().put("do", "status")));
    }

    public Future<Integer> send(String feed, Object body, String route) {
        DeliveryOptions options = new DeliveryOptions();
        if (route != null) {
            options.addHeader("route", route);
        }
        return vertx.eventBus()
                .<JsonObject>request(Addresses.send(feed), body, options)
                .map(reply -> reply.body().getInteger("connections"));
    }

    public void eventuallyConnected(String feed) {
        eventually(() -> status(feed).getString("state").equals("CONNECTED"));
        eventually(() -> openLines() >= liveOfAllFeeds()); // an exchange learns of a connection later than its client
    }

    private int liveOfAllFeeds() {
        JsonObject feeds = join(vertx.eventBus().<JsonObject>request(Addresses.STATUS, null))
                .body()
                .getJsonObject("feeds");
        return feeds.fieldNames().stream()
                .mapToInt(name -> feeds.getJsonObject(name).getInteger("live"))
                .sum();
    }

    public static List<JsonObject> connections(JsonObject status) {
        JsonArray connections = status.getJsonArray("connections");
        return connections.stream()
                .map(JsonObject.class::cast)
                .filter(c -> c.getString("role").equals("member"))
                .toList();
    }

    public static void eventuallySubscribed(ExchangeSimulator exchange, int lines, String... streams) {
        eventually(() -> exchange.lines().size() == lines
                && exchange.lines().stream().allMatch(l -> l.streams().equals(List.of(streams))));
    }
}
