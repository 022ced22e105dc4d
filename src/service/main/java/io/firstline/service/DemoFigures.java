package io.firstline.service;

import io.firstline.deploy.node.StatusKeys;
import io.firstline.stream.FeedMessage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Counts messages for the demo and formats its output. The event loop that delivers messages calls {@link #received};
 * the command's thread formats a line once a second, so the lock is almost never contended.
 *
 * <p>Lag is measured from the first arrival of a message on any connection. For the merged stream it ends when a
 * consumer on the event bus has the message, for a single connection when its own copy arrives.
 */
final class DemoFigures {
    private static final long MAX_MICROS = 60_000_000;

    private final Histogram deliveryMicros = new Histogram(1, MAX_MICROS, 2);
    private final Histogram deliveryMicrosThisSecond = new Histogram(1, MAX_MICROS, 2);
    private long received;
    private long outOfOrder;
    private long lastSequence;

    private long shownPublished;
    private long shownCopies;

    synchronized void received(FeedMessage message) {
        received++;
        if (message.sequence() != lastSequence + 1) {
            outOfOrder++;
        }
        lastSequence = message.sequence();
        Instant now = Instant.now();
        long nowMicros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
        long micros = Math.max(0, Math.min(MAX_MICROS, nowMicros - message.receivedMicros()));
        deliveryMicros.recordValue(micros);
        deliveryMicrosThisSecond.recordValue(micros);
    }

    /** Formats the live line of one second. */
    synchronized String line(int second, JsonObject status) {
        long published = status.getLong(StatusKeys.PUBLISHED);
        long copies = status.getLong(StatusKeys.COPIES);
        String line = String.format(
                Locale.ROOT,
                "%3d s  %,6d msg/s  %,6d late copies/s  live %d/%d  fastest %s  lag p50/p99: pool %s ms, best single %s  evictions %d",
                second,
                published - shownPublished,
                copies - shownCopies - (published - shownPublished),
                status.getInteger(StatusKeys.LIVE),
                status.getInteger(StatusKeys.TARGET),
                fastest(status),
                pair(
                        deliveryMicrosThisSecond.getValueAtPercentile(50),
                        deliveryMicrosThisSecond.getValueAtPercentile(99)),
                best(status)
                        .map(c -> c.getString(StatusKeys.CONNECTION) + " "
                                + pair(c.getLong(StatusKeys.LAG_P50_MICROS), c.getLong(StatusKeys.LAG_P99_MICROS))
                                + " ms")
                        .orElse("-"),
                status.getInteger(StatusKeys.EVICTIONS));
        shownPublished = published;
        shownCopies = copies;
        deliveryMicrosThisSecond.reset();
        return line;
    }

    /** Returns whether every message that the exchange sent reached the consumer, once and in order. */
    synchronized boolean isExact(JsonObject status, long sent) {
        return received == sent && outOfOrder == 0 && status.getLong(StatusKeys.PUBLISHED) == sent;
    }

    /** Formats the table at the end: each connection's figures and the effect of redundancy. */
    synchronized List<String> summary(JsonObject status, long sent) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                "%-10s %-9s %9s %7s %12s %12s %8s %7s %8s",
                "connection", "", "copies", "wins", "lag p50 ms", "lag p99 ms", "losses", "alone", "seconds"));
        List<JsonObject> connections = connections(status).toList();
        for (JsonObject c : connections) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-10s %-9s %,9d %6.1f%% %12s %12s %,8d %,7d %8.1f",
                    c.getString(StatusKeys.CONNECTION),
                    fate(c),
                    c.getLong(StatusKeys.MESSAGES),
                    100.0 * c.getLong(StatusKeys.WINS) / Math.max(1, status.getLong(StatusKeys.PUBLISHED)),
                    ms(c.getLong(StatusKeys.LAG_P50_MICROS)),
                    ms(c.getLong(StatusKeys.LAG_P99_MICROS)),
                    c.getLong(StatusKeys.LOSSES),
                    c.getLong(StatusKeys.SAVES),
                    c.getLong(StatusKeys.AGE_MS) / 1_000.0));
        }
        lines.add(String.format(
                Locale.ROOT,
                "%-10s %-9s %,9d %7s %12s %12s %,8d",
                "merged",
                "",
                received,
                "",
                ms(deliveryMicros.getValueAtPercentile(50)),
                ms(deliveryMicros.getValueAtPercentile(99)),
                Math.max(0, sent - received)));
        lines.add("");
        long alone =
                connections.stream().mapToLong(c -> c.getLong(StatusKeys.SAVES)).sum();
        long losses = connections.stream()
                .mapToLong(c -> c.getLong(StatusKeys.LOSSES))
                .sum();
        lines.add(String.format(
                Locale.ROOT,
                "The exchange sent %,d messages; %,d reached the consumer, %d lost, %d out of order or twice.",
                sent,
                received,
                Math.max(0, sent - received),
                outOfOrder));
        lines.add(String.format(
                Locale.ROOT,
                "Healed by other connections: %,d losses of single connections. Slow connections replaced without a gap: %d. Messages "
                        + "that only one connection delivered: %,d.",
                losses,
                status.getInteger(StatusKeys.EVICTIONS),
                alone));
        worst(status)
                .ifPresent(w -> lines.add(String.format(
                        Locale.ROOT,
                        "On %s alone a consumer would have waited %s ms (p99) longer.",
                        w.getString(StatusKeys.CONNECTION),
                        ms(w.getLong(StatusKeys.LAG_P99_MICROS)))));
        return lines;
    }

    private static String fate(JsonObject connection) {
        if (connection.getString(StatusKeys.ROLE).equals("gone")) {
            String end = connection.getString(StatusKeys.END, "");
            // the pool closes a candidate as "not needed" if it was not ready in time or not better
            return !end.startsWith("closed-by-us") ? "lost" : end.contains("not needed") ? "dropped" : "evicted";
        }
        return connection.getString(StatusKeys.ROLE).equals("candidate") ? "on trial" : "live";
    }

    private static Stream<JsonObject> connections(JsonObject status) {
        JsonArray all = status.getJsonArray(StatusKeys.CONNECTIONS);
        return all.stream()
                .map(JsonObject.class::cast)
                .sorted(Comparator.comparingInt((JsonObject c) ->
                                c.getString(StatusKeys.CONNECTION).length())
                        .thenComparing(c -> c.getString(StatusKeys.CONNECTION)));
    }

    private static String fastest(JsonObject status) {
        return members(status)
                .filter(c -> c.getDouble(StatusKeys.LATENCY_MS) != null)
                .min(Comparator.comparingDouble(c -> c.getDouble(StatusKeys.LATENCY_MS)))
                .map(c -> String.format(
                        Locale.ROOT,
                        "%s (%.2f ms)",
                        c.getString(StatusKeys.CONNECTION),
                        c.getDouble(StatusKeys.LATENCY_MS)))
                .orElse("-");
    }

    private static Optional<JsonObject> best(JsonObject status) {
        return members(status)
                .filter(c -> c.getLong(StatusKeys.LAG_P99_MICROS) != null)
                .min(Comparator.comparingLong(c -> c.getLong(StatusKeys.LAG_P99_MICROS)));
    }

    private static Optional<JsonObject> worst(JsonObject status) {
        return connections(status)
                .filter(c -> c.getLong(StatusKeys.LAG_P99_MICROS) != null)
                .max(Comparator.comparingLong(c -> c.getLong(StatusKeys.LAG_P99_MICROS)));
    }

    private static Stream<JsonObject> members(JsonObject status) {
        return connections(status).filter(c -> c.getString(StatusKeys.ROLE).equals("member"));
    }

    private static String pair(long p50Micros, long p99Micros) {
        return ms(p50Micros) + "/" + ms(p99Micros);
    }

    private static String ms(Long micros) {
        return micros == null ? "-" : String.format(Locale.ROOT, "%.2f", micros / 1_000.0);
    }
}
