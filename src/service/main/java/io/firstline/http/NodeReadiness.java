package io.firstline.http;

import io.firstline.deploy.node.ClusterFacts;
import io.firstline.deploy.node.StatusKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether this node is reliable, read from the status of its feeds and of its cluster.
 *
 * @param level the level
 * @param reasons one for each feed in trouble, and one for the cluster
 */
record NodeReadiness(Level level, List<String> reasons) {

    /** The level of readiness. */
    enum Level {
        /** Every feed has as many connections as it wants. */
        UP,
        /**
         * Every feed delivers, but at least one has fewer connections than it wants, or connections whose copies do not
         * match.
         */
        DEGRADED,
        /** A feed does not deliver. */
        DOWN
    }

    /** For a process that is about to end. */
    static final NodeReadiness STOPPING = new NodeReadiness(Level.DOWN, List.of("stopping"));

    /**
     * Judges the feeds of this node and its cluster. A node without feeds, or one that waits for other nodes, is ready:
     * an orchestrator would not start the second of three nodes if the first had to wait for it.
     *
     * @param status the answer of {@code firstline.status}; null = no answer yet
     * @param cluster the node's view of its cluster
     */
    static NodeReadiness of(JsonObject status, ClusterFacts cluster) {
        boolean empty = status == null || status.getJsonObject(StatusKeys.FEEDS).isEmpty();
        if (empty && !cluster.isMember()) {
            return new NodeReadiness(Level.DOWN, List.of("no feed runs"));
        }
        Level worst = Level.UP;
        List<String> reasons = new ArrayList<>();
        if (!cluster.majority()) {
            worst = Level.DEGRADED;
            reasons.add(
                    "no majority, or no answer of the service that keeps the leases: this node publishes nothing; it sees "
                            + new JsonArray(cluster.present()));
        }
        JsonObject feeds = empty ? new JsonObject() : status.getJsonObject(StatusKeys.FEEDS);
        for (String name : feeds.fieldNames()) {
            JsonObject feed = feeds.getJsonObject(name);
            Level level = level(feed);
            worst = level.compareTo(worst) > 0 ? level : worst;
            if (level != Level.UP && !waitsForAMajority(feed)) {
                reasons.add(reason(name, feed));
            }
        }
        return new NodeReadiness(worst, reasons);
    }

    private static Level level(JsonObject feed) {
        return switch (feed.getString(StatusKeys.STATE, "")) {
            case "CONNECTED" -> Level.UP;
            case "DEGRADED" -> Level.DEGRADED;
            default -> Level.DOWN;
        };
    }

    /** Its connections are complete: the reason is that of the node. */
    private static boolean waitsForAMajority(JsonObject feed) {
        return !feed.getJsonObject(StatusKeys.CLUSTER, new JsonObject()).getBoolean(StatusKeys.MAJORITY, true)
                && feed.getInteger(StatusKeys.LIVE, 0) >= feed.getInteger(StatusKeys.TARGET, 1);
    }

    private static String reason(String name, JsonObject feed) {
        if (feed.containsKey(StatusKeys.ERROR)) {
            return name + " does not answer: " + feed.getString(StatusKeys.ERROR);
        }
        long pausedMs = feed.getLong(StatusKeys.PAUSED_MS, 0L);
        String failure = feed.getString(StatusKeys.LAST_FAILURE, "");
        return name + " is " + feed.getString(StatusKeys.STATE) + ": " + feed.getInteger(StatusKeys.LIVE) + " of "
                + feed.getInteger(StatusKeys.TARGET) + " connections live"
                + (failure.isEmpty() ? "" : "; " + failure)
                + (pausedMs == 0 ? "" : "; the host demands a pause, left: " + (pausedMs + 999) / 1_000 + " s")
                + problems(feed, failure);
    }

    private static String problems(JsonObject feed, String said) {
        JsonArray problems = feed.getJsonArray(StatusKeys.PROBLEMS, new JsonArray());
        return problems.stream()
                .filter(problem -> !problem.equals(said))
                .map(problem -> "; " + problem)
                .collect(Collectors.joining());
    }

    boolean isReady() {
        return level != Level.DOWN;
    }
}
