package io.firstline.bench;

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

    /** All goals that this run has measured. */
    static List<Goal> of(Results results, Startup.Times startup) {
        Cell bus5 = saturating(Section.THROUGHPUT, Variant.BUS, Plan.POOL);
        Cell stream20k = Cell.plain(Section.LATENCY, Variant.STREAM, Plan.POOL, Plan.HEAVY);
        Cell bus20k = Cell.plain(Section.LATENCY, Variant.BUS, Plan.POOL, Plan.HEAVY);
        Cell vertx20k = Cell.plain(Section.LATENCY, Variant.VERTX, Plan.POOL, Plan.HEAVY);
        Cell openSsl = new Cell(Section.TLS, Variant.BUS, Encryption.OPENSSL, 1, Plan.POOL, Load.SATURATING);
        List<Goal> goals = new ArrayList<>();
        goals.add(new Goal(
                "WsPool of 5 → bus consumer, copies/s ÷ raw Vert.x with 5 connections",
                results.ratio(bus5, saturating(Section.THROUGHPUT, Variant.VERTX, Plan.POOL), Figure.COPIES_PER_SECOND),
                false,
                0.75,
                1,
                ""));
        goals.add(new Goal(
                "WsSingle → handler, copies/s ÷ raw Vert.x with 1 connection",
                results.ratio(
                        saturating(Section.THROUGHPUT, Variant.SINGLE, 1),
                        saturating(Section.THROUGHPUT, Variant.VERTX, 1),
                        Figure.COPIES_PER_SECOND),
                false,
                0.95,
                1,
                ""));
        goals.add(new Goal(
                "latency at 20,000/s × 5, p50: WsPool → stream ÷ raw Vert.x first arrival",
                results.ratio(stream20k, vertx20k, Figure.P50_MICROS),
                true,
                1.1,
                1.02,
                ""));
        goals.add(new Goal(
                "latency at 20,000/s × 5, p50: WsPool → bus ÷ raw Vert.x first arrival",
                results.ratio(bus20k, vertx20k, Figure.P50_MICROS),
                true,
                1.8,
                1.3,
                ""));
        goals.add(new Goal(
                "WsPool of 5 → bus with metrics, HTTP and an open page ÷ without, copies/s",
                results.ratio(
                        saturating(Section.WATCHED, Variant.BUS_WATCHED, Plan.POOL),
                        saturating(Section.WATCHED, Variant.BUS, Plan.POOL),
                        Figure.COPIES_PER_SECOND),
                false,
                0.95,
                1,
                ""));
        goals.add(new Goal(
                "allocation per copy, WsPool of 5 → bus",
                results.spread(bus5, Figure.BYTES_PER_COPY),
                true,
                350,
                64,
                "B"));
        goals.add(new Goal(
                "delivered lag p99 ÷ ideal",
                lag(results, Cell.plain(Section.LAG, Variant.STREAM, Plan.POOL, Load.lagging(1_000))),
                true,
                1.02,
                1,
                ""));
        goals.add(new Goal(
                "cost per copy at 20 connections ÷ at 2, WsPool → bus",
                results.ratio(
                        saturating(Section.CONNECTIONS, Variant.BUS, Plan.MANY),
                        saturating(Section.CONNECTIONS, Variant.BUS, Plan.FEW),
                        Figure.CPU_MICROS_PER_COPY),
                true,
                1.2,
                1.05,
                ""));
        Cell feeds = new Cell(Section.FEEDS, Variant.BUS, Encryption.PLAIN, Plan.FEEDS, Plan.POOL, Load.paced(200));
        goals.add(new Goal(
                "100 feeds × 5 connections × 200/s: lost", results.spread(feeds, Figure.LOST), true, 0, 0, ""));
        goals.add(new Goal(
                "100 feeds × 5 connections × 200/s: resident memory",
                results.spread(feeds, Figure.RESIDENT_MB),
                true,
                400,
                250,
                "MB"));
        goals.add(new Goal(
                "launch to first merged message ÷ minimal Vert.x program", startup.ratio(), true, 1.3, 1.1, ""));
        String engine = results.tlsEngine(openSsl);
        goals.add(new Goal(
                "TLS (OpenSSL) ÷ plain, WsPool of 5 → bus, copies/s"
                        + (engine.equals("JDK") ? "; the pool used the JDK's engine" : ""),
                results.ratio(openSsl, bus5, Figure.COPIES_PER_SECOND),
                false,
                0.5,
                0.7,
                ""));
        return goals;
    }

    private static Cell saturating(Section section, Variant variant, int connections) {
        return Cell.plain(section, variant, connections, Load.SATURATING);
    }

    private static Spread lag(Results results, Cell cell) {
        return Results.ratio(results.values(cell, Figure.P99_MICROS), results.values(cell, Figure.IDEAL_P99_MICROS));
    }
}
