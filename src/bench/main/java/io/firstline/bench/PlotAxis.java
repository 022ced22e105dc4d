package io.firstline.bench;

import java.util.ArrayList;
import java.util.List;

/** A vertical axis: the position of a value, and the round values to mark. */
record PlotAxis(double least, double most, boolean logarithmic, double bottom, double height, List<Double> marks) {

    /** An axis with room for all these values and their extremes. A linear axis begins at zero. */
    static PlotAxis of(List<Spread> values, boolean logarithmic, double bottom, double height) {
        double min = values.stream().mapToDouble(Spread::min).min().orElse(1);
        double max = values.stream().mapToDouble(Spread::max).max().orElse(1);
        List<Double> marks = logarithmic ? powers(Math.max(min, 1e-3), max) : steps(max);
        return new PlotAxis(marks.get(0), marks.get(marks.size() - 1), logarithmic, bottom, height, marks);
    }

    private static List<Double> powers(double min, double max) {
        List<Double> marks = new ArrayList<>();
        double mark = Math.pow(10, Math.floor(Math.log10(min)));
        marks.add(mark);
        while (mark < max) {
            mark *= 10;
            marks.add(mark);
        }
        return marks;
    }

    private static List<Double> steps(double max) {
        double size = Math.pow(10, Math.floor(Math.log10(Math.max(max, 1e-9))));
        double step = max / size > 5 ? size : max / size > 2 ? size / 2 : size / 5;
        List<Double> marks = new ArrayList<>(List.of(0.0));
        while (marks.get(marks.size() - 1) < max) {
            marks.add(marks.size() * step);
        }
        return marks;
    }

    double y(double value) {
        double share = logarithmic
                ? Math.log(Math.max(value, least) / least) / Math.log(most / least)
                : (value - least) / (most - least);
        return bottom - height * share;
    }
}
