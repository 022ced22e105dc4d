package io.firstline.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The meters of one feed: made with their first value, removed together. Runs on one event loop; read by any thread.
 */
final class MeterSet {
    private final MeterRegistry registry;
    private final Tags common;
    private final Map<String, MeterValue> figures = new HashMap<>();

    /** A value with its meter. The registry holds the value only weakly. */
    private static final class MeterValue {
        private Runnable removal;
        private volatile double value;
        /** The last reported value, and the sum before the last reset. */
        private long reported;

        private long before;
        private boolean touched;
    }

    MeterSet(MeterRegistry registry, Tags common) {
        this.registry = registry;
        this.common = common;
    }

    /** Sets a counter. */
    void count(String name, String help, Tags tags, long value) {
        MeterValue figure = figure(name, tags, made -> FunctionCounter.builder(name, made, f -> f.value)
                .description(help)
                .tags(common.and(tags))
                .register(registry));
        // the source may be replaced by one that starts at 0, but a counter must not fall
        figure.before += value < figure.reported ? figure.reported : 0;
        figure.reported = value;
        figure.value = (double) (figure.before + value);
        figure.touched = true;
    }

    /** Sets a gauge. */
    void gauge(String name, String help, Tags tags, double value) {
        MeterValue figure = figure(name, tags, made -> Gauge.builder(name, made, f -> f.value)
                .description(help)
                .tags(common.and(tags))
                .register(registry));
        figure.value = value;
        figure.touched = true;
    }

    private MeterValue figure(String name, Tags tags, Function<MeterValue, Meter> registration) {
        MeterValue figure = figures.get(name + tags);
        if (figure == null) {
            MeterValue made = new MeterValue();
            Meter meter = registration.apply(made);
            made.removal = () -> registry.remove(meter);
            figures.put(name + tags, made);
            figure = made;
        }
        return figure;
    }

    /** Sets a histogram that is counted elsewhere and never falls. */
    void histogram(HistogramFamily family, Tags tags, long[] counts, long sumMicros) {
        Labels labels = Labels.EMPTY;
        for (Tag tag : common.and(tags)) {
            labels = labels.merge(Labels.of(tag.getKey(), tag.getValue()));
        }
        family.put(labels, counts, sumMicros);
        Labels thing = labels;
        MeterValue figure = figures.computeIfAbsent(family.getPrometheusName() + tags, n -> new MeterValue());
        figure.removal = () -> family.remove(thing);
        figure.touched = true;
    }

    /** Removes meters without a value since the last call, such as those of a slot that no longer exists. */
    void removeUntouched() {
        figures.values().removeIf(figure -> {
            if (!figure.touched) {
                figure.removal.run();
            }
            return !figure.touched;
        });
        figures.values().forEach(figure -> figure.touched = false);
    }

    void removeAll() {
        figures.values().forEach(figure -> figure.removal.run());
        figures.clear();
    }
}
