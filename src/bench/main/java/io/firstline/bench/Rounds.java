package io.firstline.bench;

import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Measures all cells repeatedly, so that a temporary disturbance of the machine affects all of them. */
final class Rounds {
    /** The time for connecting and draining. */
    private static final long BETWEEN_MS = 400;

    private final Participant server;
    private final Function<Cell, Participant> clients;
    private final Pace pace;
    private final boolean nativeTransport;
    private final Consumer<String> progress;
    private final Results results = new Results();
    private final Set<Participant> warm = new HashSet<>();
    private final JsonObject where;
    private String transport = "";

    /**
     * Prepares a run.
     *
     * @param clients returns the client of a cell; cells that differ only in load or number share one
     * @param progress gets a line after each measurement
     */
    Rounds(
            Participant server,
            Function<Cell, Participant> clients,
            Pace pace,
            boolean nativeTransport,
            Consumer<String> progress) {
        this.server = server;
        this.clients = clients;
        this.pace = pace;
        this.nativeTransport = nativeTransport;
        this.progress = progress;
        this.where = server.ask("where");
    }

    /** Runs the rounds; returns the number of completed ones. */
    int run(List<Cell> cells) {
        long start = System.nanoTime();
        for (int round = 1; round <= pace.rounds(); round++) {
            long roundStart = System.nanoTime();
            for (int i = 0; i < cells.size(); i++) {
                Map<Metric, Double> figures = measure(cells.get(i));
                results.add(cells.get(i), figures);
                progress.accept(String.format(
                        Locale.ROOT,
                        "%3d %%  round %d/%d  %-70s %s",
                        100 * ((round - 1) * cells.size() + i + 1) / (pace.rounds() * cells.size()),
                        round,
                        pace.rounds(),
                        cells.get(i).label(),
                        summary(cells.get(i), figures)));
            }
            long now = System.nanoTime();
            // the first round takes longer: processes start and their compilers are at work
            long nextMs = round == 1
                    ? cells.size() * (pace.warmUpMs() + pace.measureMs() + BETWEEN_MS)
                            + cells.stream().filter(cell -> cell.feeds() > 1).count() * pace.fillMs()
                    : (now - roundStart) / 1_000_000;
            if ((now - start) / 1_000_000 + nextMs > pace.limitMs() && round < pace.rounds()) {
                progress.accept("ended after round " + round + ": the next would take too long");
                return round;
            }
        }
        return pace.rounds();
    }

    private static String summary(Cell cell, Map<Metric, Double> figures) {
        return cell.load().isSaturating()
                ? String.format(Locale.ROOT, "%.2f M copies/s", figures.get(Metric.COPIES_PER_SECOND) / 1e6)
                : String.format(
                        Locale.ROOT,
                        "p50 %.0f µs, p99 %.0f µs",
                        figures.getOrDefault(Metric.P50_MICROS, Double.NaN),
                        figures.getOrDefault(Metric.P99_MICROS, Double.NaN));
    }

    private Map<Metric, Double> measure(Cell cell) {
        Participant client = clients.apply(cell);
        JsonObject connected = client.ask(
                new JsonObject().put("do", "connect").put("target", target(cell).toJson()));
        transport = connected.getString("transport");
        results.tlsEngine(cell, connected.getString("tlsEngine"));
        server.ask(new JsonObject().put("do", "start").put("load", cell.load().toJson()));
        long warmUpMs = warm.add(client) ? pace.firstWarmUpMs() : pace.warmUpMs();
        Waiting.sleep(cell.feeds() > 1 ? Math.max(warmUpMs, pace.fillMs()) : warmUpMs);
        server.ask("figures");
        client.ask("begin");
        Waiting.sleep(measureMs(cell));
        JsonObject got = client.ask("end");
        JsonObject served = server.ask("figures");
        long sent = server.ask("stop").getLong("sent");
        JsonObject verdict = client.ask(new JsonObject().put("do", "finish").put("sent", sent));
        return figures(cell, got, served, verdict);
    }

    /** Measures longer if connections freeze: a short measurement would contain one freeze or none. */
    private long measureMs(Cell cell) {
        return cell.load().lagging() ? 5 * pace.measureMs() : pace.measureMs();
    }

    private Target target(Cell cell) {
        boolean tls = cell.encryption() != Encryption.PLAIN;
        return new Target(
                cell.variant(),
                cell.feeds(),
                cell.connections(),
                tls ? "wss://localhost:" + where.getInteger("tlsPort") : "ws://127.0.0.1:" + where.getInteger("port"),
                tls ? where.getString("pem") : "",
                !cell.load().isSaturating(),
                cell.load().lagging(),
                cell.load().form(),
                nativeTransport);
    }

    private static Map<Metric, Double> figures(Cell cell, JsonObject got, JsonObject served, JsonObject verdict) {
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.COPIES_PER_SECOND, got.getDouble("copiesPerSecond"));
        figures.put(Metric.UNIQUE_PER_SECOND, got.getDouble("uniquePerSecond"));
        figures.put(Metric.CPU_MICROS_PER_COPY, got.getDouble("cpuMicrosPerCopy"));
        figures.put(Metric.PROCESS_CPU_MICROS_PER_COPY, got.getDouble("processCpuMicrosPerCopy"));
        figures.put(Metric.BYTES_PER_COPY, got.getDouble("bytesPerCopy"));
        figures.put(Metric.RESIDENT_MB, got.getDouble("residentMb"));
        if (!cell.load().isSaturating()
                && got.getJsonObject("latencyMicros").getLong("count")
                        > 0) { // otherwise the age is the time in buffers that are always full
            JsonObject latency = got.getJsonObject("latencyMicros");
            figures.put(Metric.P50_MICROS, latency.getDouble("p50"));
            figures.put(Metric.P99_MICROS, latency.getDouble("p99"));
            figures.put(Metric.P999_MICROS, latency.getDouble("p999"));
        }
        JsonObject ideal = got.getJsonObject("idealMicros");
        if (ideal != null) {
            figures.put(Metric.IDEAL_P50_MICROS, ideal.getDouble("p50"));
            figures.put(Metric.IDEAL_P99_MICROS, ideal.getDouble("p99"));
        }
        figures.put(Metric.SERVER_CPU_SHARE, served.getDouble("cpuShare"));
        figures.put(Metric.SERVER_REST_SHARE, served.getDouble("restShare"));
        figures.put(Metric.SERVER_BACKLOG_BYTES, served.getDouble("backlogBytes"));
        figures.put(Metric.SERVER_MESSAGES_PER_SECOND, served.getDouble("perSecond"));
        figures.put(Metric.LOST, verdict.getDouble("lost"));
        figures.put(Metric.TWICE, verdict.getDouble("twice"));
        figures.put(Metric.DROPPED, verdict.getDouble("dropped"));
        figures.put(Metric.REPLACED, verdict.getDouble("replaced"));
        return figures;
    }

    Results results() {
        return results;
    }

    /** The transport of the clients' sockets. */
    String transport() {
        return transport;
    }
}
