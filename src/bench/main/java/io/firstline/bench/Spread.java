package io.firstline.bench;

import java.util.List;

/** The median and extremes of one figure over several rounds. */
record Spread(double median, double min, double max) {
    /** NaN for an empty list. */
    static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            return new Spread(Double.NaN, Double.NaN, Double.NaN);
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
    }

    boolean isKnown() {
        return !Double.isNaN(median);
    }
}
