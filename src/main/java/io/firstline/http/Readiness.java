package io.firstline.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether this node can be relied on, read from the status of its feeds and from its part in a cluster.
 *
 * @param level how well
 * @param reasons why not better, one for each feed in trouble
 */
record Readiness(Level level, List<String> reasons) {

    /** How well the feeds are. */
    enum Level {
        /** Every feed has as many connections as it wants. */
        UP,
        /** Every feed delivers, but one of them has fewer connections than it wants, or connections whose copies do not match. */
        DEGRADED,
        /** A feed does not deliver. */
        DOWN
    }

    /** Of a process that is about to end. */
    static final Readiness STOPPING = new Readiness(Level.DOWN, List.of("stopping"));

    /**
     * Judges the feeds of this node, and its part in a cluster. A node is well though it carries nothing, and though it waits for others
     * to join: nobody would start the second of three if the first had to wait for it.
     *
     * @param status as {@code firstline.status} tells it; null = nobody has answered yet
     * @param node what it sees of its cluster, see {@link io.firstline.bus.ClusterFacts}; null = this is no node of a cluster
     */
    static Readiness of(JsonObject status, JsonObject node) {
        boolean empty = status == null || status.getJsonObject("feeds").isEmpty();
        if (empty && node == null) {
            return new Readiness(Level.DOWN, List.of("no feed runs"));
        }
        Level worst = Level.UP;
        List<String> reasons = new ArrayList<>();
        if (node != null && !node.getBoolean("majority")) {
            worst = Level.DEGRADED;
            reasons.add("no majority: this node publishes nothing; it sees " + node.getJsonArray("present"));
        }
        JsonObject feeds = empty ? new JsonObject() : status.getJsonObject("feeds");
        for (String name : feeds.fieldNames()) {
            JsonObject feed = feeds.getJsonObject(name);
            Level level = level(feed);
            worst = level.compareTo(worst) > 0 ? level : worst;
            if (level != Level.UP) {
                reasons.add(reason(name, feed));
            }
        }
        return new Readiness(worst, reasons);
    }

    private static Level level(JsonObject feed) {
        return switch (feed.getString("state", "")) {
            case "CONNECTED" -> Level.UP;
            case "DEGRADED" -> Level.DEGRADED;
            default -> Level.DOWN;
        };
    }

    private static String reason(String name, JsonObject feed) {
        if (feed.containsKey("error")) {
            return name + " does not answer: " + feed.getString("error");
        }
        long pausedMs = feed.getLong("pausedMs", 0L);
        String failure = feed.getString("lastFailure", "");
        return name + " is " + feed.getString("state") + ": " + feed.getInteger("live") + " of "
                + feed.getInteger("target") + " connections live"
                + (failure.isEmpty() ? "" : "; " + failure)
                + (pausedMs == 0 ? "" : "; the host asked to be left alone, for " + (pausedMs + 999) / 1_000 + " s yet")
                + problems(feed);
    }

    private static String problems(JsonObject feed) {
        JsonArray problems = feed.getJsonArray("problems", new JsonArray());
        return problems.stream().map(problem -> "; " + problem).collect(Collectors.joining());
    }

    boolean isReady() {
        return level != Level.DOWN;
    }
}
