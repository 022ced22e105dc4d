package io.firstline.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Two diagrams in one picture: latency percentiles under the heaviest paced load, and throughput by connections. The
 * colours of text and lines follow the viewer's scheme, light or dark.
 */
final class SvgPlot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 780;
    private static final int LEFT = 80;
    private static final int PLOT_WIDTH = 560;
    private static final int PLOT_HEIGHT = 280;
    private static final int LATENCY_TOP = 60;
    private static final int THROUGHPUT_TOP = 440;
    private static final String STYLE =
            """
            <style>
              text { font: 13px system-ui, sans-serif; fill: #1f2328 }
              .title { font-weight: 600; font-size: 15px }
              .grid { stroke: #8884; stroke-width: 1 }
              .line { fill: none; stroke-width: 2 }
              .range { stroke-width: 1.5; opacity: .6 }
              .paper { fill: #ffffff }
              @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .paper { fill: #0d1117 } }
            </style>
            """;

    /** A point of a curve: its horizontal position and its value. */
    private record Point(int place, Spread value) {}

    private record Curve(Variant variant, List<Point> points) {}

    private final Results results;
    private final StringBuilder svg = new StringBuilder();

    private SvgPlot(Results results) {
        this.results = results;
    }

    static String of(Report report) {
        SvgPlot plot = new SvgPlot(report.results());
        plot.draw(report);
        return plot.svg.toString();
    }

    private void draw(Report report) {
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">%n%s<rect class=\"paper\" width=\"%d\" height=\"%d\"/>%n",
                WIDTH,
                HEIGHT,
                STYLE,
                WIDTH,
                HEIGHT));
        diagram(
                LATENCY_TOP,
                "Latency at 20,000 messages/s × 5 connections, from the intended time of sending, µs",
                List.of("p50", "p99", "p99.9"),
                latencies(),
                true);
        diagram(
                THROUGHPUT_TOP,
                "Throughput by connections, million copies/s",
                List.of("1", "2", "5", "10", "20"),
                throughput(),
                false);
        text(
                LEFT,
                HEIGHT - 12,
                "",
                "Medians with min–max of " + report.rounds() + " rounds. "
                        + report.machine().processor() + ", " + report.machine().cores() + " cores");
        svg.append("</svg>\n");
    }

    private List<Curve> latencies() {
        List<Metric> figures = List.of(Metric.P50_MICROS, Metric.P99_MICROS, Metric.P999_MICROS);
        List<Curve> curves = new ArrayList<>();
        for (Variant variant : Variant.UNWATCHED) {
            Cell cell = Cell.plain(Section.LATENCY, variant, Plan.POOL, Plan.HEAVY);
            List<Point> points = new ArrayList<>();
            for (int i = 0; i < figures.size(); i++) {
                addKnown(points, i, results.spread(cell, figures.get(i)), 1);
            }
            addDrawn(curves, variant, points);
        }
        return curves;
    }

    private List<Curve> throughput() {
        List<Integer> connections = List.of(1, 2, 5, 10, 20);
        List<Curve> curves = new ArrayList<>();
        for (Variant variant : Variant.UNWATCHED) {
            List<Point> points = new ArrayList<>();
            for (int i = 0; i < connections.size(); i++) {
                for (Section section : List.of(Section.THROUGHPUT, Section.CONNECTIONS)) {
                    Cell cell = Cell.plain(section, variant, connections.get(i), Load.SATURATING);
                    addKnown(points, i, results.spread(cell, Metric.COPIES_PER_SECOND), 1e6);
                }
            }
            addDrawn(curves, variant, points);
        }
        return curves;
    }

    private static void addKnown(List<Point> points, int place, Spread value, double unit) {
        if (value.isKnown()) {
            points.add(new Point(place, new Spread(value.median() / unit, value.min() / unit, value.max() / unit)));
        }
    }

    private static void addDrawn(List<Curve> curves, Variant variant, List<Point> points) {
        if (!points.isEmpty()) {
            curves.add(new Curve(variant, points));
        }
    }

    private void diagram(int top, String title, List<String> places, List<Curve> curves, boolean logarithmic) {
        text(LEFT, top - 20, "title", title);
        if (curves.isEmpty()) {
            text(LEFT, top + 20, "", "not measured in this run");
            return;
        }
        PlotAxis axis = PlotAxis.of(
                curves.stream()
                        .flatMap(curve -> curve.points().stream())
                        .map(Point::value)
                        .toList(),
                logarithmic,
                top + PLOT_HEIGHT,
                PLOT_HEIGHT);
        for (double mark : axis.marks()) {
            double y = axis.y(mark);
            line("grid", "", LEFT, y, LEFT + PLOT_WIDTH, y);
            text(LEFT - 55, y + 4, "", number(mark));
        }
        for (int i = 0; i < places.size(); i++) {
            text(x(i, places.size()) - 10, top + PLOT_HEIGHT + 22, "", places.get(i));
        }
        for (int i = 0; i < curves.size(); i++) {
            curve(curves.get(i), places.size(), axis, top + 16 + i * 22);
        }
    }

    private void curve(Curve curve, int places, PlotAxis axis, int legendY) {
        String colour = colour(curve.variant());
        StringBuilder points = new StringBuilder();
        for (Point point : curve.points()) {
            double x = x(point.place(), places);
            double y = axis.y(point.value().median());
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            line(
                    "range",
                    colour,
                    x,
                    axis.y(point.value().min()),
                    x,
                    axis.y(point.value().max()));
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"><title>%s: %s (%s–%s)</title></circle>%n",
                    x,
                    y,
                    colour,
                    curve.variant().label(),
                    number(point.value().median()),
                    number(point.value().min()),
                    number(point.value().max())));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<polyline class=\"line\" stroke=\"%s\" points=\"%s\"/>%n",
                colour,
                points.toString().strip()));
        int legendX = LEFT + PLOT_WIDTH + 30;
        line("line", colour, legendX, legendY - 4, legendX + 22, legendY - 4);
        text(legendX + 30, legendY, "", curve.variant().label());
    }

    /** Each colour has a good contrast on white and on black. */
    private static String colour(Variant variant) {
        return switch (variant) {
            case NETTY -> "#7a7a7a";
            case VERTX -> "#2f7ed8";
            case SINGLE -> "#b8860b";
            case STREAM -> "#2e9e5b";
            case BUS -> "#d9534f";
            case BUS_BATCH -> "#a0522d";
            case BUS_OTHER, BUS_WATCHED -> "#9b59b6";
        };
    }

    private static double x(int place, int places) {
        return LEFT + PLOT_WIDTH * (place + 0.5) / places;
    }

    private void line(String style, String colour, double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\"%s x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                style,
                colour.isEmpty() ? "" : " stroke=\"" + colour + "\"",
                x1,
                y1,
                x2,
                y2));
    }

    private void text(double x, double y, String style, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>%n",
                x,
                y,
                style.isEmpty() ? "" : " class=\"" + style + "\"",
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private static String number(double value) {
        return value >= 100 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.2g", value);
    }
}
