package io.firstline.http;

import io.firstline.deploy.node.StatusKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;

/** The data that the page draws of one feed, made from the feed's status. Pure. */
final class FeedView {
    private static final int GONE_SHOWN = 8;
    /** The keys of a row of the list; the totals add some of them up. */
    private static final List<String> BRIEF = List.of(
            StatusKeys.FEED,
            StatusKeys.URL,
            StatusKeys.STATE,
            StatusKeys.TARGET,
            StatusKeys.LIVE,
            StatusKeys.PUBLISHED,
            StatusKeys.COPIES,
            StatusKeys.EVICTIONS,
            StatusKeys.LOST,
            StatusKeys.DROPPED,
            StatusKeys.PROBLEMS);

    private FeedView() {}

    /** The figures of a row, without connections, consumers and paths. */
    static JsonObject brief(JsonObject feed, long ratePerSecond) {
        if (feed.containsKey(StatusKeys.ERROR)) {
            return feed;
        }
        JsonObject view = new JsonObject();
        BRIEF.forEach(key -> view.put(key, feed.getValue(key)));
        return figures(view, feed, ratePerSecond);
    }

    /** Everything but the streams, with the last few former connections. */
    static JsonObject full(JsonObject feed, long ratePerSecond) {
        if (feed.containsKey(StatusKeys.ERROR)) {
            return feed;
        }
        JsonObject view = new JsonObject();
        feed.fieldNames().forEach(key -> view.put(key, feed.getValue(key)));
        return figures(view, feed, ratePerSecond)
                .put(StatusKeys.CONNECTIONS, shown(feed.getJsonArray(StatusKeys.CONNECTIONS)))
                .put(StatusKeys.LEDGER, null);
    }

    /** Adds sums over the feed's connections, streams and consumers. */
    private static JsonObject figures(JsonObject view, JsonObject feed, long ratePerSecond) {
        Long lag = null;
        long saves = 0;
        JsonArray connections = feed.getJsonArray(StatusKeys.CONNECTIONS);
        for (int i = 0; i < connections.size(); i++) {
            JsonObject connection = connections.getJsonObject(i);
            saves += connection.getLong(StatusKeys.SAVES, 0L);
            Long p99 = connection.getLong(StatusKeys.LAG_P99_MICROS);
            if (p99 != null && "member".equals(connection.getString(StatusKeys.ROLE))) {
                lag = lag == null ? p99 : Math.max(lag, p99);
            }
        }
        JsonArray ledger = feed.getJsonArray(StatusKeys.LEDGER);
        return view.put("ratePerSecond", ratePerSecond)
                .put("worstLagP99Micros", lag)
                .put("saved", saves)
                .put("lostMessages", sum(ledger, StatusKeys.LOST_NUMBERS) + dropped(feed))
                .put("blockedConsumers", blocked(feed.getJsonArray(StatusKeys.CONSUMERS, new JsonArray())))
                .put(StatusKeys.GAPS, gaps(ledger));
    }

    private static long dropped(JsonObject feed) {
        JsonObject causes = feed.getJsonObject(StatusKeys.DROPPED);
        return causes.fieldNames().stream().mapToLong(causes::getLong).sum();
    }

    private static long blocked(JsonArray consumers) {
        return consumers.stream()
                .filter(consumer -> ((JsonObject) consumer).getBoolean(StatusKeys.BLOCKED))
                .count();
    }

    /** Removes histograms, which only meters need: the page has percentiles. */
    private static JsonObject drawn(JsonObject connection) {
        JsonObject drawn = new JsonObject(new LinkedHashMap<>(connection.getMap()));
        drawn.remove(StatusKeys.LAGS);
        drawn.remove(StatusKeys.LATENCIES);
        return drawn;
    }

    private static JsonArray shown(JsonArray connections) {
        JsonArray shown = new JsonArray();
        int gone = 0;
        for (int i = 0; i < connections.size(); i++) {
            JsonObject connection = connections.getJsonObject(i);
            if (!connection.getString(StatusKeys.ROLE).equals("gone") || gone++ < GONE_SHOWN) {
                shown.add(drawn(connection));
            }
        }
        return shown;
    }

    private static JsonObject gaps(JsonArray ledger) {
        return new JsonObject()
                .put("streams", ledger.size())
                .put(
                        "proven",
                        ledger.stream()
                                .filter(stream ->
                                        "PROVEN_COMPLETE".equals(((JsonObject) stream).getString(StatusKeys.PROOF)))
                                .count())
                .put("open", sum(ledger, StatusKeys.OPEN_GAPS))
                .put("healed", sum(ledger, StatusKeys.HEALED_GAPS))
                .put("lost", sum(ledger, StatusKeys.LOST_GAPS));
    }

    private static long sum(JsonArray ledger, String key) {
        return ledger.stream()
                .mapToLong(stream -> ((JsonObject) stream).getLong(key))
                .sum();
    }
}
