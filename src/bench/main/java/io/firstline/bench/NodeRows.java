package io.firstline.bench;

import io.firstline.bench.NodeFeed.Way;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.HdrHistogram.Histogram;

/**
 * Messages per second that each of 1, 3 and 10 consumers on other nodes gets, and how long a message takes at a fixed rate, beside a
 * consumer on the publishing node. The next messages are published when the slowest consumer has got most of those before. All nodes
 * share this process and its processors, so the figures include the cost of the receiving nodes.
 */
final class NodeRows {
    static final List<Integer> CONSUMERS = List.of(1, 3, 10);
    private static final List<Way> FEEDS = List.of(Way.LOCAL, Way.ALONE, Way.CONSUMER, Way.SUBSCRIPTION);
    /** Messages of one turn, as a socket delivers them at such a rate. */
    private static final int TURN = 100;

    private static final int WINDOW = 20_000;
    private static final int PACED_PER_SECOND = 20_000;
    private static final long PAUSE_NANOS = 20_000;
    private static final long PACED_PAUSE_NANOS = 10_000;
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final NodeGroup nodes;
    private int feeds;

    /**
     * The figures in the order of the rounds.
     *
     * @param perSecond messages per second and consumer, by the number of consumers
     * @param hopMicros the median time from the publication to one consumer at 20,000/s, microseconds
     */
    record Rates(Map<Way, Map<Integer, List<Double>>> perSecond, Map<Way, List<Double>> hopMicros) {
        static final Rates NONE = new Rates(Map.of(), Map.of());

        boolean isKnown() {
            return !perSecond.isEmpty();
        }

        Spread rate(Way way, int consumers) {
            return Spread.of(perSecond.getOrDefault(way, Map.of()).getOrDefault(consumers, List.of()));
        }

        /** The time to another node divided by the time on the same one. */
        Spread hop() {
            return Results.ratio(
                    hopMicros.getOrDefault(Way.SUBSCRIPTION, List.of()), hopMicros.getOrDefault(Way.LOCAL, List.of()));
        }

        JsonArray toJson() {
            JsonArray rows = new JsonArray();
            perSecond.forEach((way, byConsumers) -> byConsumers.forEach((consumers, rates) -> rows.add(new JsonObject()
                    .put("way", way.label())
                    .put("consumers", consumers)
                    .put("perSecond", new JsonArray(rates)))));
            hopMicros.forEach((way, micros) ->
                    rows.add(new JsonObject().put("way", way.label()).put("hopMicros", new JsonArray(micros))));
            return rows;
        }
    }

    private NodeRows(NodeGroup nodes) {
        this.nodes = nodes;
    }

    static Rates measure(Pace pace, boolean nativeTransport, Consumer<String> progress) {
        Map<Way, Map<Integer, List<Double>>> rates = new EnumMap<>(Way.class);
        Map<Way, List<Double>> hops = new EnumMap<>(Way.class);
        long nanos = TimeUnit.MILLISECONDS.toNanos(pace.measureMs());
        try (NodeGroup nodes = NodeGroup.start(CONSUMERS.get(CONSUMERS.size() - 1), nativeTransport)) {
            NodeRows rows = new NodeRows(nodes);
            for (Way way : FEEDS) { // cold code took half of the first round
                rows.rate(way, 1, TimeUnit.MILLISECONDS.toNanos(pace.firstWarmUpMs()));
            }
            for (int round = 1; round <= pace.rounds(); round++) {
                for (Way way : Way.values()) {
                    for (int consumers : consumers(way)) {
                        double rate = rows.rate(way, consumers, nanos);
                        rates.computeIfAbsent(way, any -> new TreeMap<>())
                                .computeIfAbsent(consumers, any -> new ArrayList<>())
                                .add(rate);
                        progress.accept(String.format(
                                Locale.ROOT,
                                "nodes: round %d, %d × %s: %.0f k/s each",
                                round,
                                consumers,
                                way.label(),
                                rate / 1e3));
                    }
                    double hop = rows.hopMicros(way, nanos);
                    hops.computeIfAbsent(way, any -> new ArrayList<>()).add(hop);
                    progress.accept(
                            String.format(Locale.ROOT, "nodes: round %d, %s: p50 %.0f µs", round, way.label(), hop));
                }
            }
        }
        return new Rates(rates, hops);
    }

    private static List<Integer> consumers(Way way) {
        return switch (way) {
            case LOCAL -> List.of(1);
            case SOCKET -> List.of();
            default -> CONSUMERS;
        };
    }

    private NodeFeed open(Way way, int consumers) {
        feeds++;
        return new NodeFeed("bench" + feeds, nodes, way, consumers);
    }

    private double rate(Way way, int consumers, long nanos) {
        try (NodeFeed feed = open(way, consumers)) {
            long start = System.nanoTime();
            long begun = 0;
            long before = 0;
            while (true) {
                long now = System.nanoTime();
                if (begun == 0 && now - start > WARM_UP_NANOS) {
                    begun = now;
                    before = feed.received();
                } else if (begun != 0 && now - begun > nanos) {
                    return (feed.received() - before) / (double) (now - begun) * SECOND;
                }
                if (feed.underWay() < WINDOW) {
                    feed.publish(TURN);
                } else {
                    LockSupport.parkNanos(PAUSE_NANOS); // the consumers need the processors
                }
            }
        }
    }

    private double hopMicros(Way way, long nanos) {
        if (way == Way.SOCKET) {
            try (SocketHop hop = new SocketHop(nodes)) {
                return medianMicros(hop::publish, hop::record, nanos);
            }
        }
        try (NodeFeed feed = open(way, 1)) {
            return medianMicros(feed::publish, feed::record, nanos);
        }
    }

    private static double medianMicros(IntConsumer publish, Consumer<Histogram> record, long nanos) {
        Histogram ages = new Histogram(3);
        long start = System.nanoTime();
        long sent = 0;
        boolean records = false;
        for (long passed = 0; passed < WARM_UP_NANOS + nanos; passed = System.nanoTime() - start) {
            if (!records && passed > WARM_UP_NANOS) {
                records = true;
                record.accept(ages);
            }
            long due = passed * PACED_PER_SECOND / SECOND;
            if (due > sent) {
                publish.accept((int) (due - sent));
                sent = due;
            }
            LockSupport.parkNanos(PACED_PAUSE_NANOS);
        }
        record.accept(null);
        return ages.getValueAtPercentile(50) / 1e3;
    }
}
