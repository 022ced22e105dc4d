package io.firstline.http;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the feeds can be relied on, read from the status of all of them.
 *
 * @param level how well
 * @param reasons why not better, one for each feed in trouble
 */
record Readiness(Level level, List<String> reasons) {

    /** How well the feeds are. */
    enum Level {
        /** Every feed has as many connections as it wants. */
        UP,
        /** Every feed delivers, but one of them has fewer connections than it wants. */
        DEGRADED,
        /** A feed does not deliver. */
        DOWN
    }

    /**
     * Judges a status as {@code firstline.status} tells it.
     *
     * @param status null = nobody has answered yet
     */
    static Readiness of(JsonObject status) {
        if (status == null || status.getJsonObject("feeds").isEmpty()) {
            return new Readiness(Level.DOWN, List.of("no feed runs"));
        }
        Level worst = Level.UP;
        List<String> reasons = new ArrayList<>();
        for (String name : status.getJsonObject("feeds").fieldNames()) {
            JsonObject feed = status.getJsonObject("feeds").getJsonObject(name);
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
        return name + " is " + feed.getString("state") + ": " + feed.getInteger("live") + " of "
                + feed.getInteger("target") + " connections live";
    }

    boolean isReady() {
        return level != Level.DOWN;
    }
}
