package io.firstline.bus;

import io.firstline.arbitration.LineFigures;
import io.firstline.connection.WsConnectionState;
import io.firstline.pool.ArrivalReport;
import io.firstline.pool.ConnectionReport;
import io.firstline.pool.ExchangeLatency;
import io.firstline.pool.FeedReport;
import io.firstline.pool.GapReport;
import io.firstline.pool.MicrosHistogram;
import io.firstline.pool.StreamReport;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;

/** Converts a feed's report to JSON: the answer to {@code firstline.status} and the command {@code status}. */
public final class ReportJson {
    private ReportJson() {}

    /** Converts the whole report; values that were not measured are null. */
    public static JsonObject of(FeedReport report) {
        JsonArray connections = new JsonArray();
        report.connections().forEach(each -> connections.add(of(each)));
        JsonArray ledger = new JsonArray();
        report.ledger().forEach(each -> ledger.add(of(each)));
        return new JsonObject()
                .put("feed", report.feed())
                .put("url", report.url())
                .put("state", report.state().name())
                .put("target", report.target())
                .put("live", report.live())
                .put("published", report.published())
                .put("copies", report.copies())
                .put("control", report.control())
                .put("malformed", report.malformed())
                .put("late", report.late())
                .put("evictions", report.evictions())
                .put("evictedFor", new JsonObject(Map.copyOf(report.evictedFor())))
                .put("lost", report.lost())
                .put("waiting", report.waiting())
                .put("dropped", new JsonObject(Map.copyOf(report.dropped())))
                .put("failures", new JsonObject(Map.copyOf(report.failures())))
                .put("exchangeLatency", of(report.exchangeLatency()))
                .put("attemptsLeft", report.attemptsLeft() < 0 ? null : (Integer) report.attemptsLeft())
                .put("pausedMs", report.pausedMs())
                .put("lastFailure", report.lastFailure())
                .put("problems", new JsonArray(report.problems()))
                .put("streams", new JsonArray(report.streams()))
                .put("ledger", ledger)
                .put("connections", connections);
    }

    private static JsonObject of(ExchangeLatency latency) {
        return latency == null
                ? null
                : new JsonObject()
                        .put("p50Micros", latency.p50Micros())
                        .put("p99Micros", latency.p99Micros())
                        .put("offsetMicros", latency.offsetMicros())
                        .put("errorMicros", latency.errorMicros())
                        .put("samples", latency.samples())
                        .put("clockFailures", latency.clockFailures());
    }

    /** Converts the state of a stream. */
    public static JsonObject of(StreamReport stream) {
        return new JsonObject()
                .put("stream", stream.stream())
                .put("class", stream.type())
                .put("published", stream.published())
                .put("proof", stream.proof().name())
                .put("openGaps", stream.openGaps())
                .put("healedGaps", stream.healedGaps())
                .put("lostGaps", stream.lostGaps())
                .put("lostNumbers", stream.lostNumbers())
                .put("conflicts", stream.conflicts());
    }

    /** Converts a gap of the ledger; values that do not exist yet are null. */
    public static JsonObject of(GapReport gap) {
        return new JsonObject()
                .put("stream", gap.stream())
                .put("from", gap.from())
                .put("to", gap.to())
                .put("state", gap.fate().name().toLowerCase(Locale.ROOT))
                .put("openedMicros", gap.openedMicros())
                .put("closedMicros", gap.closedMicros() == 0 ? null : (Long) gap.closedMicros())
                .put("healedBy", gap.healedBy())
                .put("lackedBy", new JsonArray(gap.lackedBy()));
    }

    /** Converts a cell of the arrival matrix. */
    public static JsonObject of(ArrivalReport cell) {
        return new JsonObject()
                .put("stream", cell.stream())
                .put("connection", cell.connection())
                .put("copies", cell.copies())
                .put("wins", cell.wins())
                .put("losses", cell.losses())
                .put("saves", cell.saves())
                .put("lagP50Micros", measured(cell.lagP50Micros()))
                .put("lagP99Micros", measured(cell.lagP99Micros()))
                .put("lags", new JsonArray(cell.lags()));
    }

    private static JsonObject of(ConnectionReport report) {
        WsConnectionState connection = report.connection();
        JsonObject json = new JsonObject()
                .put("connection", connection.connectionId())
                .put("slot", report.slot())
                .put("role", report.role().name().toLowerCase(Locale.ROOT))
                .put("state", connection.state().name())
                .put("messages", connection.sequenceId())
                .put("bytes", connection.bytes())
                .put("latencyMs", measured(connection.latencyMs()))
                .put("lastLatencyMs", measured(connection.lastLatencyMs()))
                .put("minLatencyMs", measured(connection.minLatencyMs()))
                .put("latencyP50Ms", measured(connection.p50LatencyMs()))
                .put("latencyP99Ms", measured(connection.p99LatencyMs()))
                .put("latencies", of(report.latency()))
                .put("ageMs", connection.ageMs());
        if (connection.end() != null) {
            json.put("end", connection.end().toString());
        }
        LineFigures line = report.line();
        if (line != null) {
            json.put("inStep", line.inStep())
                    .put("wins", line.wins())
                    .put("lateCopies", line.lateCopies())
                    .put("losses", line.losses())
                    .put("saves", line.saves())
                    .put("unmatched", line.unmatched())
                    .put("lagP50Micros", measured(line.lagP50Micros()))
                    .put("lagP99Micros", measured(line.lagP99Micros()))
                    .put("lags", of(report.lag()));
        }
        return json;
    }

    /** The counts of {@link MicrosHistogram#BOUNDS_MICROS}, then their sum. */
    private static JsonObject of(MicrosHistogram histogram) {
        return new JsonObject()
                .put("counts", new JsonArray(histogram.counts()))
                .put("sumMicros", histogram.sumMicros());
    }

    private static Double measured(double value) {
        return Double.isNaN(value) ? null : (Double) (Math.round(value * 1_000) / 1_000.0);
    }

    private static Long measured(long value) {
        return value < 0 ? null : (Long) value;
    }
}
