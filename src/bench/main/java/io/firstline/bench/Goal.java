package io.firstline.bench;

import io.firstline.bench.NodeFeed.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A figure that the project promises.
 *
 * @param found the median of the rounds' ratios; NaN if not measured
 * @param atMost whether less is better
 */
record Goal(String name, Spread found, boolean atMost, double target, double moonshot, String unit) {
    private static final Cell BUS_OF_5 = saturating(Section.THROUGHPUT, Variant.BUS, Plan.POOL);
    private static final Cell STREAM_OF_5 = saturating(Section.THROUGHPUT, Variant.STREAM, Plan.POOL);

    boolean isMet() {
        return reaches(target);
    }

    private boolean reaches(double bound) {
        return atMost ? found.median() <= bound : found.median() >= bound;
    }

    /** The result in a word or two. */
    String verdict() {
        if (!found.isKnown()) {
            return "not measured";
        }
        if (reaches(moonshot)) {
            return "met, moonshot too";
        }
        if (isMet()) {
            return "met";
        }
        double by = target == 0 ? Double.NaN : 100 * Math.abs(found.median() / target - 1);
        return Double.isNaN(by) ? "MISSED" : String.format(Locale.ROOT, "MISSED by %.0f %%", by);
    }

    private static Goal atLeast(String name, Spread found, double target, double moonshot) {
        return new Goal(name, found, false, target, moonshot, "");
    }

    private static Goal atMost(String name, Spread found, double target, double moonshot) {
        return new Goal(name, found, true, target, moonshot, "");
    }

    private Goal in(String newUnit) {
        return new Goal(name, found, atMost, target, moonshot, newUnit);
    }

    /** All goals, also those whose section did not run. */
    static List<Goal> of(Results results, Startup.Times startup, RelayRows.Rates relay, NodeRows.Rates nodes) {
        List<Goal> goals = new ArrayList<>(throughput(results));
        goals.addAll(profiles(results));
        goals.addAll(latency(results));
        goals.addAll(resources(results));
        goals.add(atMost("launch to first merged message ÷ minimal Vert.x program", startup.ratio(), 1.3, 1.1));
        goals.add(tls(results));
        RelayRows.CLIENTS.forEach(clients -> goals.add(atLeast(
                "relay to " + clients + (clients == 1 ? " client" : " clients")
                        + ", messages/s ÷ plain Vert.x WebSocket server that broadcasts",
                relay.ratio(clients),
                0.9,
                1.5)));
        goals.addAll(nodes(nodes));
        return goals;
    }

    private static List<Goal> nodes(NodeRows.Rates nodes) {
        return List.of(
                atLeast("FeedSubscription on another node", nodes.rate(Way.SUBSCRIPTION, 1), 1e6, 1.5e6)
                        .in("/s"),
                atLeast("the same on three other nodes, each", nodes.rate(Way.SUBSCRIPTION, 3), 400e3, 700e3)
                        .in("/s"),
                atLeast("the same on ten other nodes, each", nodes.rate(Way.SUBSCRIPTION, 10), 100e3, 250e3)
                        .in("/s"),
                atMost("p50 at 20,000/s to another node ÷ to another loop of this node", nodes.hop(), 3, 2));
    }

    private static List<Goal> throughput(Results results) {
        return List.of(
                atLeast(
                        "WsPool of 5 → bus consumer, copies/s ÷ raw Vert.x with 5 connections",
                        results.ratio(
                                BUS_OF_5,
                                saturating(Section.THROUGHPUT, Variant.VERTX, Plan.POOL),
                                Metric.COPIES_PER_SECOND),
                        1.6,
                        2),
                atLeast(
                        "WsPool of 5 → stream, copies/s ÷ raw Vert.x with 5 connections",
                        results.ratio(
                                STREAM_OF_5,
                                saturating(Section.THROUGHPUT, Variant.VERTX, Plan.POOL),
                                Metric.COPIES_PER_SECOND),
                        2.2,
                        3),
                atLeast(
                        "WsSingle → handler, copies/s ÷ raw Vert.x with 1 connection",
                        results.ratio(
                                saturating(Section.THROUGHPUT, Variant.SINGLE, 1),
                                saturating(Section.THROUGHPUT, Variant.VERTX, 1),
                                Metric.COPIES_PER_SECOND),
                        0.95,
                        1));
    }

    private static List<Goal> profiles(Results results) {
        Cell profile = Cell.plain(Section.PROFILES, Variant.BUS, Plan.POOL, Load.saturating(MessageForm.BINANCE, 100));
        return List.of(
                atLeast(
                        "WsPool of 5 → bus with the profile of Binance ÷ raw Vert.x with 5 connections, copies/s",
                        results.ratio(
                                profile,
                                saturating(Section.PROFILES, Variant.VERTX, Plan.POOL),
                                Metric.COPIES_PER_SECOND),
                        1.1,
                        1.3),
                atLeast(
                        "WsPool of 5 → bus with the profile of Binance ÷ the same by bytes, copies/s",
                        results.ratio(
                                profile,
                                saturating(Section.PROFILES, Variant.BUS, Plan.POOL),
                                Metric.COPIES_PER_SECOND),
                        0.85,
                        0.95));
    }

    private static List<Goal> latency(Results results) {
        Cell vertx = heavy(Variant.VERTX);
        return List.of(
                atMost(
                        "latency at 20,000/s × 5, p50: WsPool → stream ÷ raw Vert.x first arrival",
                        results.ratio(heavy(Variant.STREAM), vertx, Metric.P50_MICROS),
                        1.02,
                        1),
                atMost(
                        "latency at 20,000/s × 5, p50: WsPool → bus ÷ raw Vert.x first arrival",
                        results.ratio(heavy(Variant.BUS), vertx, Metric.P50_MICROS),
                        1.1,
                        1.05));
    }

    private static List<Goal> resources(Results results) {
        Cell feeds = new Cell(Section.FEEDS, Variant.BUS, Encryption.PLAIN, Plan.FEEDS, Plan.POOL, Load.paced(200));
        return List.of(
                atLeast(
                        "WsPool of 5 → bus with metrics, HTTP and an open page ÷ without, copies/s",
                        results.ratio(
                                saturating(Section.WATCHED, Variant.BUS_WATCHED, Plan.POOL),
                                saturating(Section.WATCHED, Variant.BUS, Plan.POOL),
                                Metric.COPIES_PER_SECOND),
                        0.97,
                        0.99),
                atMost(
                                "allocation per copy, WsPool of 5 → bus",
                                results.spread(BUS_OF_5, Metric.BYTES_PER_COPY),
                                100,
                                64)
                        .in("B"),
                atMost(
                                "allocation per copy, WsPool of 5 → stream",
                                results.spread(STREAM_OF_5, Metric.BYTES_PER_COPY),
                                48,
                                16)
                        .in("B"),
                atMost(
                        "delivered lag p99 ÷ ideal",
                        lag(results, Cell.plain(Section.LAG, Variant.STREAM, Plan.POOL, Load.lagging(1_000))),
                        1.02,
                        1),
                atMost(
                        "cost per copy at 20 connections ÷ at 2, WsPool → bus",
                        results.ratio(
                                saturating(Section.CONNECTIONS, Variant.BUS, Plan.MANY),
                                saturating(Section.CONNECTIONS, Variant.BUS, Plan.FEW),
                                Metric.CPU_MICROS_PER_COPY),
                        1.2,
                        1.05),
                atMost("100 feeds × 5 connections × 200/s: lost", results.spread(feeds, Metric.LOST), 0, 0),
                atMost(
                                "100 feeds × 5 connections × 200/s: resident memory",
                                results.spread(feeds, Metric.RESIDENT_MB),
                                220,
                                180)
                        .in("MB"));
    }

    private static Goal tls(Results results) {
        Cell openSsl = new Cell(Section.TLS, Variant.BUS, Encryption.OPENSSL, 1, Plan.POOL, Load.SATURATING);
        boolean other = results.tlsEngine(openSsl).equals("JDK");
        return atLeast(
                "TLS (OpenSSL) ÷ plain, WsPool of 5 → bus, copies/s"
                        + (other ? "; the pool used the JDK's engine" : ""),
                results.ratio(openSsl, BUS_OF_5, Metric.COPIES_PER_SECOND),
                0.9,
                0.95);
    }

    private static Cell heavy(Variant variant) {
        return Cell.plain(Section.LATENCY, variant, Plan.POOL, Plan.HEAVY);
    }

    private static Cell saturating(Section section, Variant variant, int connections) {
        return Cell.plain(section, variant, connections, Load.SATURATING);
    }

    private static Spread lag(Results results, Cell cell) {
        return Results.ratio(results.values(cell, Metric.P99_MICROS), results.values(cell, Metric.IDEAL_P99_MICROS));
    }
}
