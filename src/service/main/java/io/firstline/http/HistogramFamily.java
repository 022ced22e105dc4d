package io.firstline.http;

import io.firstline.feed.report.MicrosHistogram;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Exports histograms that are counted elsewhere, one for each thing of a family. Micrometer's histograms take one
 * sample at a time, which would be too slow for every copy. Runs on one event loop; read by any thread.
 */
final class HistogramFamily implements Collector {
    private static final double MICROS = 1e6;
    private static final double[] BOUNDS_SECONDS = new double[MicrosHistogram.BOUNDS_MICROS.size() + 1];

    static {
        for (int i = 0; i < BOUNDS_SECONDS.length - 1; i++) {
            BOUNDS_SECONDS[i] = MicrosHistogram.BOUNDS_MICROS.get(i) / MICROS;
        }
        BOUNDS_SECONDS[BOUNDS_SECONDS.length - 1] = Double.POSITIVE_INFINITY;
    }

    private final PrometheusMeterRegistry registry;
    private final String name;
    private final String help;
    private final Map<Labels, HistogramDataPointSnapshot> histograms = new ConcurrentHashMap<>();

    /** Makes an empty family; it is registered with its first histogram. */
    HistogramFamily(PrometheusMeterRegistry registry, String name, String help) {
        this.registry = registry;
        this.name = name;
        this.help = help;
    }

    /** Sets the current histogram of one thing. It has one count for each bound, and one for larger values. */
    void put(Labels thing, long[] counts, long sumMicros) {
        if (histograms.isEmpty()) {
            registry.getPrometheusRegistry().register(this);
        }
        histograms.put(
                thing,
                HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .labels(thing)
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS_SECONDS, counts))
                        .sum(sumMicros / MICROS)
                        .build());
    }

    void remove(Labels thing) {
        histograms.remove(thing);
        if (histograms.isEmpty()) {
            registry.getPrometheusRegistry().unregister(this);
        }
    }

    @Override
    public String getPrometheusName() {
        return name;
    }

    @Override
    public MetricSnapshot collect() {
        HistogramSnapshot.Builder family =
                HistogramSnapshot.builder().name(name).help(help);
        histograms.values().forEach(family::dataPoint);
        return family.build();
    }
}
