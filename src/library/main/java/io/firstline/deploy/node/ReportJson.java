package io.firstline.deploy.node;

import io.firstline.arbitration.report.LineFigures;
import io.firstline.arbitration.report.SubsetFigures;
import io.firstline.connection.report.WsConnectionState;
import io.firstline.feed.report.ArrivalReport;
import io.firstline.feed.report.ConnectionReport;
import io.firstline.feed.report.ExchangeLatency;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.GapReport;
import io.firstline.feed.report.MicrosHistogram;
import io.firstline.feed.report.PathReport;
import io.firstline.feed.report.StreamReport;
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
        JsonArray paths = new JsonArray();
        report.paths().forEach(each -> paths.add(of(each)));
        return new JsonObject()
                .put(StatusKeys.FEED, report.feed())
                .put(StatusKeys.URL, report.url())
                .put(StatusKeys.STATE, report.state().name())
                .put(StatusKeys.TARGET, report.target())
                .put(StatusKeys.PLACES, report.places())
                .put(StatusKeys.LIVE, report.live())
                .put(StatusKeys.PUBLISHED, report.published())
                .put(StatusKeys.COPIES, report.copies())
                .put(StatusKeys.CONTROL, report.control())
                .put(StatusKeys.MALFORMED, report.malformed())
                .put(StatusKeys.LATE, report.late())
                .put(StatusKeys.EVICTIONS, report.evictions())
                .put(StatusKeys.EVICTED_FOR, new JsonObject(Map.copyOf(report.evictedFor())))
                .put(StatusKeys.LOST, report.lost())
                .put(StatusKeys.WAITING, report.waiting())
                .put(StatusKeys.DROPPED, new JsonObject(Map.copyOf(report.dropped())))
                .put(StatusKeys.FAILURES, new JsonObject(Map.copyOf(report.failures())))
                .put(StatusKeys.COPIES_PER_MESSAGE, measured(report.copiesPerMessage()))
                .put(StatusKeys.EXCHANGE_LATENCY, of(report.exchangeLatency()))
                .put(StatusKeys.ATTEMPTS_LEFT, report.attemptsLeft() < 0 ? null : (Integer) report.attemptsLeft())
                .put(StatusKeys.PAUSED_MS, report.pausedMs())
                .put(StatusKeys.LAST_FAILURE, report.lastFailure())
                .put(StatusKeys.PROBLEMS, new JsonArray(report.problems()))
                .put(StatusKeys.PATHS, paths)
                .put(StatusKeys.STREAMS, new JsonArray(report.streams()))
                .put(StatusKeys.LEDGER, ledger)
                .put(StatusKeys.CONNECTIONS, connections);
    }

    private static JsonObject of(PathReport path) {
        return new JsonObject()
                .put(StatusKeys.PATH, path.path().toJson())
                .put(StatusKeys.CONNECTIONS, path.connections())
                .put(StatusKeys.ATTEMPTS, path.attempts())
                .put(StatusKeys.FAILED, path.failures())
                .put(StatusKeys.REST_MS, path.restMs())
                .put(StatusKeys.CONNECT_MS, measured(path.connectMs()))
                .put(StatusKeys.DNS_MS, measured(path.times().dnsMs()))
                .put(StatusKeys.TCP_MS, measured(path.times().tcpMs()))
                .put(StatusKeys.TLS_MS, measured(path.times().tlsMs()))
                .put(StatusKeys.UPGRADE_MS, measured(path.times().upgradeMs()))
                .put(StatusKeys.LATENCY_MS, measured(path.latencyMs()))
                .put(StatusKeys.LAG_P50_MS, measured(path.lagP50Ms()))
                .put(StatusKeys.LAG_P99_MS, measured(path.lagP99Ms()))
                .put(StatusKeys.COPIES, path.copies())
                .put(StatusKeys.WINS, path.wins())
                .put(StatusKeys.LOSSES, path.losses())
                .put(StatusKeys.LIFETIME_MS, measured(path.lifetimeMs()))
                .put(StatusKeys.LAST_FAILURE, path.lastFailure());
    }

    private static JsonObject of(ExchangeLatency latency) {
        return latency == null
                ? null
                : new JsonObject()
                        .put(StatusKeys.P50_MICROS, latency.p50Micros())
                        .put(StatusKeys.P99_MICROS, latency.p99Micros())
                        .put(StatusKeys.OFFSET_MICROS, latency.offsetMicros())
                        .put(StatusKeys.ERROR_MICROS, latency.errorMicros())
                        .put(StatusKeys.SAMPLES, latency.samples())
                        .put(StatusKeys.CLOCK_FAILURES, latency.clockFailures());
    }

    /** Converts the state of a stream. */
    public static JsonObject of(StreamReport stream) {
        return new JsonObject()
                .put(StatusKeys.STREAM, stream.stream())
                .put(StatusKeys.CLASS, stream.type())
                .put(StatusKeys.PUBLISHED, stream.published())
                .put(StatusKeys.PROOF, stream.proof().name())
                .put(StatusKeys.OPEN_GAPS, stream.openGaps())
                .put(StatusKeys.HEALED_GAPS, stream.healedGaps())
                .put(StatusKeys.LOST_GAPS, stream.lostGaps())
                .put(StatusKeys.LOST_NUMBERS, stream.lostNumbers())
                .put(StatusKeys.CONFLICTS, stream.conflicts());
    }

    /** Converts a gap of the ledger; values that do not exist yet are null. */
    public static JsonObject of(GapReport gap) {
        return new JsonObject()
                .put(StatusKeys.STREAM, gap.stream())
                .put(StatusKeys.FROM, gap.from())
                .put(StatusKeys.TO, gap.to())
                .put(StatusKeys.STATE, gap.fate().name().toLowerCase(Locale.ROOT))
                .put(StatusKeys.OPENED_MICROS, gap.openedMicros())
                .put(StatusKeys.CLOSED_MICROS, gap.closedMicros() == 0 ? null : (Long) gap.closedMicros())
                .put(StatusKeys.HEALED_BY, gap.healedBy())
                .put(StatusKeys.LACKED_BY, new JsonArray(gap.lackedBy()));
    }

    /** Converts a cell of the arrival matrix. */
    public static JsonObject of(ArrivalReport cell) {
        return new JsonObject()
                .put(StatusKeys.STREAM, cell.stream())
                .put(StatusKeys.CONNECTION, cell.connection())
                .put(StatusKeys.COPIES, cell.copies())
                .put(StatusKeys.WINS, cell.wins())
                .put(StatusKeys.LOSSES, cell.losses())
                .put(StatusKeys.SAVES, cell.saves())
                .put(StatusKeys.LAG_P50_MICROS, measured(cell.lagP50Micros()))
                .put(StatusKeys.LAG_P99_MICROS, measured(cell.lagP99Micros()))
                .put(StatusKeys.LAGS, new JsonArray(cell.lags()));
    }

    /** Converts what some of the connections alone would have delivered. */
    public static JsonObject of(SubsetFigures subset) {
        return new JsonObject()
                .put(StatusKeys.CONNECTIONS, new JsonArray(subset.connections()))
                .put(StatusKeys.MESSAGES, subset.messages())
                .put(StatusKeys.LOST, subset.lost())
                .put(StatusKeys.LAG_P50_MICROS, measured(subset.lagP50Micros()))
                .put(StatusKeys.LAG_P99_MICROS, measured(subset.lagP99Micros()));
    }

    private static JsonObject of(ConnectionReport report) {
        WsConnectionState connection = report.connection();
        JsonObject json = new JsonObject()
                .put(StatusKeys.CONNECTION, connection.connectionId())
                .put(StatusKeys.SLOT, report.slot())
                .put(StatusKeys.ROLE, report.role().name().toLowerCase(Locale.ROOT))
                .put(StatusKeys.STATE, connection.state().name())
                .put(StatusKeys.MESSAGES, connection.sequenceId())
                .put(StatusKeys.BYTES, connection.bytes())
                .put(StatusKeys.LATENCY_MS, measured(connection.latencyMs()))
                .put(StatusKeys.LAST_LATENCY_MS, measured(connection.lastLatencyMs()))
                .put(StatusKeys.MIN_LATENCY_MS, measured(connection.minLatencyMs()))
                .put(StatusKeys.LATENCY_P50_MS, measured(connection.p50LatencyMs()))
                .put(StatusKeys.LATENCY_P99_MS, measured(connection.p99LatencyMs()))
                .put(StatusKeys.LATENCIES, of(report.latency()))
                .put(StatusKeys.AGE_MS, connection.ageMs())
                .put(StatusKeys.PATH, connection.path().toJson());
        if (connection.end() != null) {
            json.put(StatusKeys.END, connection.end().toString());
        }
        if (report.missing() != null) {
            json.put(StatusKeys.MISSING, report.missing());
        }
        LineFigures line = report.line();
        if (line != null) {
            json.put(StatusKeys.IN_STEP, line.inStep())
                    .put(StatusKeys.WINS, line.wins())
                    .put(StatusKeys.LATE_COPIES, line.lateCopies())
                    .put(StatusKeys.LOSSES, line.losses())
                    .put(StatusKeys.SAVES, line.saves())
                    .put(StatusKeys.UNMATCHED, line.unmatched())
                    .put(StatusKeys.LACKING_SHARE, measured(report.lackingShare()))
                    .put(StatusKeys.LAG_P50_MICROS, measured(line.lagP50Micros()))
                    .put(StatusKeys.LAG_P99_MICROS, measured(line.lagP99Micros()))
                    .put(StatusKeys.LAGS, of(report.lag()));
        }
        return json;
    }

    /** The counts of {@link MicrosHistogram#BOUNDS_MICROS}, then their sum. */
    private static JsonObject of(MicrosHistogram histogram) {
        return new JsonObject()
                .put(StatusKeys.COUNTS, new JsonArray(histogram.counts()))
                .put(StatusKeys.SUM_MICROS, histogram.sumMicros());
    }

    private static Double measured(double value) {
        return Double.isNaN(value) ? null : (Double) (Math.round(value * 1_000) / 1_000.0);
    }

    private static Long measured(long value) {
        return value < 0 ? null : (Long) value;
    }
}
