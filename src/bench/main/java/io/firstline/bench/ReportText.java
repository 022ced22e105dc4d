package io.firstline.bench;

import io.firstline.bench.peers.PeerComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The human-readable form: Markdown tables that are aligned for a terminal too. */
final class ReportText {
    private final Report report;
    private final Results results;
    private final StringBuilder text = new StringBuilder();

    private ReportText(Report report) {
        this.report = report;
        this.results = report.results();
    }

    static String of(Report report) {
        ReportText writer = new ReportText(report);
        writer.write();
        return writer.text.toString();
    }

    private void write() {
        heading();
        for (Section section : Section.values()) {
            List<Cell> cells = results.cells(section);
            if (!cells.isEmpty()) {
                text.append('\n').append(section.title()).append("\n\n");
                switch (section) {
                    case LATENCY, LAG -> latencies(section, cells);
                    case FEEDS -> feeds(cells);
                    default -> throughput(cells);
                }
            }
        }
        relay();
        nodes();
        startup();
        peers();
        goals();
    }

    private void peers() {
        if (!report.peers().isEmpty()) {
            text.append('\n').append(Section.PEERS.title()).append('\n');
        }
        for (PeerComparison.Table peers : report.peers()) {
            text.append('\n').append(peers.feed()).append("; lost / twice / out of order, by what happens:\n\n");
            List<String> headings = new ArrayList<>(List.of("what happens"));
            peers.rows().forEach(row -> headings.add(row.way()));
            Table faults = new Table(headings.toArray(String[]::new));
            for (String fault : peers.faults()) {
                List<String> cells = new ArrayList<>(List.of(fault));
                peers.rows().forEach(row -> cells.add(row.verdicts().get(fault).counts()));
                faults.row(cells.toArray(String[]::new));
            }
            text.append(faults);
            if (peers.rows().stream().anyMatch(row -> row.nanosPerCopy() > 0)) {
                text.append('\n').append(costs(peers.rows()));
            }
        }
    }

    private static Table costs(List<PeerComparison.Row> rows) {
        Table costs = new Table("way", "CPU ns/copy", "KB held", "added p50 µs", "added p99 µs");
        for (PeerComparison.Row row : rows) {
            costs.row(
                    row.way(),
                    String.format(Locale.ROOT, "%,.0f", row.nanosPerCopy()),
                    String.format(Locale.ROOT, "%,d", row.kilobytes()),
                    String.valueOf(row.addedP50Micros()),
                    String.valueOf(row.addedP99Micros()));
        }
        return costs;
    }

    private void heading() {
        Machine machine = report.machine();
        text.append(String.format(
                Locale.ROOT,
                "%s%n%d cores, %s, %s, Netty %s%s, OpenSSL: %s%n",
                machine.processor(),
                machine.cores(),
                machine.system(),
                machine.jdk(),
                machine.netty(),
                report.transport().isEmpty() ? "" : ", transport " + report.transport(),
                machine.openSsl()));
        text.append(String.format(
                Locale.ROOT,
                "each process: %s%n%s, every cell once in each; median (min–max). Messages of %d bytes, loopback.%n",
                machine.flags(),
                report.rounds() == 1 ? "1 round" : report.rounds() + " rounds",
                Quote.TICKER.payloadLength()));
        Clocks clocks = report.clocks();
        text.append(String.format(
                Locale.ROOT,
                "The clocks of server and client %s: %.0f µs apart, uncertain by %.0f µs.%n",
                clocks.agree() ? "agree" : "DISAGREE, latencies mean nothing",
                clocks.offMicros(),
                clocks.uncertainMicros()));
        if (report.quick()) {
            text.append("A quick run: for a first look, not for comparisons.\n");
        }
    }

    private void throughput(List<Cell> cells) {
        Table table = new Table(
                "client",
                "connections",
                "M copies/s",
                "M unique/s",
                "CPU µs/copy",
                "B/copy",
                "lost",
                "twice",
                "server busy");
        boolean limited = false;
        for (Cell cell : cells) {
            limited |= results.isServerLimited(cell);
            table.row(
                    cell.variant().label() + cell.load().formLabel() + encryption(cell),
                    String.valueOf(cell.connections()),
                    millions(cell, Metric.COPIES_PER_SECOND),
                    millions(cell, Metric.UNIQUE_PER_SECOND),
                    figure(cell, Metric.CPU_MICROS_PER_COPY, "%.3f"),
                    figure(cell, Metric.BYTES_PER_COPY, "%.0f"),
                    worst(cell, Metric.LOST),
                    worst(cell, Metric.TWICE),
                    String.format(
                            Locale.ROOT,
                            "%.0f %%%s",
                            100 * results.spread(cell, Metric.SERVER_CPU_SHARE).median(),
                            results.isServerLimited(cell) ? " (!)" : ""));
        }
        text.append(table);
        text.append(
                limited
                        ? "(!) the server was the limit: the client could receive more\n"
                        : "The server was not the limit.\n");
    }

    private String encryption(Cell cell) {
        if (cell.encryption() == Encryption.PLAIN) {
            return "";
        }
        String engine = results.tlsEngine(cell);
        String wanted = cell.encryption() == Encryption.OPENSSL ? "OpenSSL" : "JDK";
        return ", TLS " + (engine.isEmpty() || engine.equals(wanted) ? wanted : engine + ", not " + wanted);
    }

    private void latencies(Section section, List<Cell> cells) {
        List<String> columns = new ArrayList<>(List.of("client", "load", "p50 µs", "p99 µs", "p99.9 µs"));
        boolean ideal = section == Section.LAG;
        if (ideal) {
            columns.addAll(List.of("ideal p50 µs", "ideal p99 µs"));
        }
        columns.addAll(List.of("CPU µs/copy", "lost", "twice"));
        Table table = new Table(columns.toArray(String[]::new));
        for (Cell cell : cells) {
            List<String> row = new ArrayList<>(List.of(
                    cell.variant().label(),
                    cell.load().label(),
                    figure(cell, Metric.P50_MICROS, "%.0f"),
                    figure(cell, Metric.P99_MICROS, "%.0f"),
                    figure(cell, Metric.P999_MICROS, "%.0f")));
            if (ideal) {
                row.add(figure(cell, Metric.IDEAL_P50_MICROS, "%.0f"));
                row.add(figure(cell, Metric.IDEAL_P99_MICROS, "%.0f"));
            }
            row.add(figure(cell, Metric.CPU_MICROS_PER_COPY, "%.2f"));
            row.add(worst(cell, Metric.LOST));
            row.add(worst(cell, Metric.TWICE));
            table.row(row.toArray(String[]::new));
        }
        text.append(table);
    }

    private void feeds(List<Cell> cells) {
        Table table = new Table(
                "feeds",
                "connections each",
                "load each",
                "copies/s",
                "p50 µs",
                "p99 µs",
                "resident MB",
                "lost",
                "twice");
        for (Cell cell : cells) {
            table.row(
                    String.valueOf(cell.feeds()),
                    String.valueOf(cell.connections()),
                    cell.load().label(),
                    figure(cell, Metric.COPIES_PER_SECOND, "%,.0f"),
                    figure(cell, Metric.P50_MICROS, "%.0f"),
                    figure(cell, Metric.P99_MICROS, "%.0f"),
                    figure(cell, Metric.RESIDENT_MB, "%.0f"),
                    worst(cell, Metric.LOST),
                    worst(cell, Metric.TWICE));
        }
        text.append(table);
    }

    private void relay() {
        if (!report.relay().isKnown()) {
            return;
        }
        text.append('\n').append(Section.RELAY.title()).append("\n\n");
        Table table = new Table("clients", "relay", "plain Vert.x");
        report.relay()
                .relay()
                .forEach((clients, rates) -> table.row(
                        String.valueOf(clients),
                        inMillions(rates),
                        inMillions(report.relay().plain().get(clients))));
        text.append(table);
        Table paced = new Table("at a fixed rate", "relay", "plain Vert.x");
        report.relay()
                .paced()
                .forEach(row -> paced.row(
                        row.what(), spread(Spread.of(row.relay()), "%.1f"), spread(Spread.of(row.plain()), "%.1f")));
        text.append('\n').append(paced);
    }

    private void nodes() {
        NodeRows.Rates nodes = report.nodes();
        if (!nodes.isKnown()) {
            return;
        }
        text.append('\n').append(Section.NODES.title()).append("\n\n");
        Table table = new Table("consumer", "1", "3", "10", "p50 µs, one at 20,000/s");
        nodes.hopMicros().forEach((way, micros) -> {
            Map<Integer, List<Double>> rates = nodes.perSecond().getOrDefault(way, Map.of());
            table.row(
                    way.label(),
                    inThousands(rates.getOrDefault(1, List.of())),
                    inThousands(rates.getOrDefault(3, List.of())),
                    inThousands(rates.getOrDefault(10, List.of())),
                    spread(Spread.of(micros), "%.0f"));
        });
        text.append(table);
    }

    private String inThousands(List<Double> rates) {
        return rates.isEmpty()
                ? ""
                : spread(Spread.of(rates.stream().map(rate -> rate / 1e3).toList()), "%.0f");
    }

    private String inMillions(List<Double> rates) {
        return spread(Spread.of(rates.stream().map(rate -> rate / 1e6).toList()), "%.2f");
    }

    private void startup() {
        if (report.startup().firstlineMs().isEmpty()) {
            return;
        }
        text.append('\n').append(Section.STARTUP.title()).append("\n\n");
        Table table = new Table("program", "ms");
        table.row(
                "firstline tail, 5 connections",
                spread(Spread.of(report.startup().firstlineMs()), "%.0f"));
        table.row("minimal Vert.x program", spread(Spread.of(report.startup().minimalMs()), "%.0f"));
        text.append(table);
    }

    private void goals() {
        List<Goal> measured =
                report.goals().stream().filter(goal -> goal.found().isKnown()).toList();
        if (measured.isEmpty()) {
            return;
        }
        text.append("\nGoals: ratios are taken round by round\n\n");
        Table table = new Table("figure", "found", "target", "moonshot", "verdict");
        for (Goal goal : measured) {
            String sign = goal.atMost() ? "≤ " : "≥ ";
            String unit = goal.unit().isEmpty() ? "" : " " + goal.unit();
            table.row(
                    goal.name(),
                    spread(goal.found(), goal.unit().isEmpty() ? "%.2f" : "%.0f") + unit,
                    sign + number(goal.target()) + unit,
                    sign + number(goal.moonshot()) + unit,
                    goal.verdict());
        }
        text.append(table);
        text.append("The arbiter's own cost per copy is measured by mvn -Pjmh, see performance.md.\n");
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    private String millions(Cell cell, Metric figure) {
        Spread spread = results.spread(cell, figure);
        return spread(new Spread(spread.median() / 1e6, spread.min() / 1e6, spread.max() / 1e6), "%.2f");
    }

    private String figure(Cell cell, Metric figure, String format) {
        return spread(results.spread(cell, figure), format);
    }

    private static String spread(Spread spread, String format) {
        if (!spread.isKnown()) {
            return "no messages";
        }
        return String.format(
                Locale.ROOT, format + " (" + format + "–" + format + ")", spread.median(), spread.min(), spread.max());
    }

    /** Shows the worst value, because an average would hide it. */
    private String worst(Cell cell, Metric figure) {
        return String.format(Locale.ROOT, "%,.0f", results.spread(cell, figure).max());
    }
}
