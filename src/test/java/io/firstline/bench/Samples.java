package io.firstline.bench;

import io.firstline.bench.peers.MergeVerdict;
import io.firstline.bench.peers.PeerComparison;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Reports with constructed figures. */
final class Samples {
    static final Machine MACHINE = new Machine("A & B <1>", 2, "Linux 6", "JDK 17", "4.2", "does not load", "-Xmx1g");

    private Samples() {}

    /** One sample of a cell; if two rounds differ, the later one is better. */
    static Map<Metric, Double> sample(double copiesPerSecond, double p50) {
        Map<Metric, Double> sample = new EnumMap<>(Metric.class);
        for (Metric figure : Metric.values()) {
            sample.put(figure, 1.0);
        }
        sample.put(Metric.COPIES_PER_SECOND, copiesPerSecond);
        sample.put(Metric.BYTES_PER_COPY, 512.0);
        sample.put(Metric.P50_MICROS, p50);
        sample.put(Metric.P99_MICROS, p50 * 10);
        sample.put(Metric.P999_MICROS, p50 * 100);
        sample.put(Metric.LOST, 0.0);
        sample.put(Metric.SERVER_CPU_SHARE, 0.5);
        sample.put(Metric.SERVER_REST_SHARE, 0.5);
        return sample;
    }

    /** A complete measurement in which every client got the same messages. */
    static Results everything() {
        Results results = new Results();
        for (Cell cell : Plan.cells(Plan.sections(false), false)) {
            results.add(cell, sample(1e6, 30));
            results.add(cell, sample(2e6, 20));
            results.add(cell, sample(3e6, 10));
        }
        return results;
    }

    static Report report(Results results, Startup.Times startup) {
        return new Report(
                MACHINE,
                new Clocks(1, 50),
                "epoll",
                3,
                false,
                Instant.parse("2026-01-02T03:04:05.678Z"),
                results,
                startup,
                List.of(new PeerComparison.Table(
                        "a feed",
                        List.of(new PeerComparison.Row(
                                "watermark",
                                Map.of("nothing", new MergeVerdict(9, 1, 2, 3, 4, List.of(5L))),
                                678,
                                90)))),
                new RelayRows.Rates(
                        Map.of(1, List.of(3e6), 10, List.of(3e6), 100, List.of(3e6)),
                        Map.of(1, List.of(1e6), 10, List.of(1e6), 100, List.of(1e6)),
                        List.of(new PacedRelay.Row("latency p50", List.of(70.0), List.of(80.0)))),
                new NodeRows.Rates(
                        Map.of(NodeFeed.Way.SUBSCRIPTION, Map.of(1, List.of(9e5), 3, List.of(5e5), 10, List.of(1e5))),
                        Map.of(NodeFeed.Way.SUBSCRIPTION, List.of(20.0), NodeFeed.Way.LOCAL, List.of(8.0))));
    }

    static Report report(Results results) {
        return report(results, new Startup.Times(List.of(600.0, 500.0), List.of(400.0, 500.0)));
    }
}
