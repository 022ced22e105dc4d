package io.firstline.service;

import io.firstline.arbitration.ArrivalTable;
import io.firstline.config.ConnectTarget;
import io.firstline.config.PathConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.report.ConnectTimes;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.Path;
import io.firstline.feed.Feed;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.ConnectionReport;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.PathReport;
import io.firstline.probe.PathLags;
import io.firstline.probe.ProbeAdvice;
import io.firstline.probe.ProbeOutcome;
import io.firstline.probe.ProbePlan;
import io.firstline.probe.ProbedPath;
import io.firstline.probe.SharedServers;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pool that keeps one connection on each probed path, and the reader of its figures. Not for an event loop. */
final class RunningProbe {
    private static final Logger LOG = LoggerFactory.getLogger(RunningProbe.class);
    private static final int SAMPLED_MESSAGES = 100_000;
    private static final int MOST_CLOSES = 10_000;
    private static final long ANSWER_SECONDS = 5;
    private static final int LONGEST_GUARD_MS = 2_500;
    /** Connections line up in this part of the time, */
    private static final int GUARD_PART = 20;
    /** and are compared after this part. */
    private static final int START_PART = 8;

    private final ProbePlan plan;
    private final FeedConfig config;
    private final ToDoubleFunction<ConnectTarget> dnsMs;
    private final Feed feed;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final Queue<Closed> closed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger closes = new AtomicInteger();

    /** A connection that ended without our closing it. */
    private record Closed(String connection, long micros) {}

    private RunningProbe(ProbePlan plan, FeedConfig config, ToDoubleFunction<ConnectTarget> dnsMs, Feed feed) {
        this.plan = plan;
        this.config = config;
        this.dnsMs = dnsMs;
        this.feed = feed;
    }

    /**
     * Opens a connection on each path of the plan.
     *
     * @param dnsMs how long the name of a target's host took; NaN = it was not asked for
     */
    static RunningProbe start(
            Vertx vertx, ProbePlan plan, FeedConfig config, ToDoubleFunction<ConnectTarget> dnsMs, long forMs) {
        FeedConfig probed = onTargets(config, plan.probed(), forMs);
        CompletableFuture<Feed> made = new CompletableFuture<>();
        vertx.runOnContext(v -> made.complete(
                probed.connections() == 1
                        ? Feed.of(vertx, probed)
                        : WsPool.ofTargets(FeedEnvironment.of(vertx), probed)));
        RunningProbe probe = new RunningProbe(plan, config, dnsMs, made.join());
        probe.feed.eventHandler(probe::told);
        RunningService.await(probe.feed.sampleAllFrom(forMs / START_PART, SAMPLED_MESSAGES), ANSWER_SECONDS);
        // the feed logs each cause of a failed connection once and retries
        probe.feed
                .start()
                .onFailure(e -> LOG.debug("{} not connected yet", config.name(), e))
                .onComplete(any -> probe.started.complete(null));
        return probe;
    }

    /** The feed with a connection for each target. */
    private static FeedConfig onTargets(FeedConfig config, List<ConnectTarget> targets, long forMs) {
        WsConnectionConfig connection = config.pool().connection();
        WsPoolConfig pool = config.pool()
                .withConnection(connection.withPaths(connection.paths().withOnly(targets)))
                .withMinLive(1)
                .withJoinGuardMs((int) Math.min(LONGEST_GUARD_MS, forMs / GUARD_PART))
                .withOpenStaggerMs(0);
        return new FeedConfig(
                config.name(),
                targets.size() == 1 ? pool : pool.withConnections(targets.size()),
                targets.size(),
                FeedConfig.Body.MESSAGE,
                config.streamPointer(),
                config.subscriptions(),
                config.venue(),
                List.of(),
                null);
    }

    private void told(FeedEvent event) {
        if (event.fact() instanceof FeedFact.Disconnected end && closes.incrementAndGet() <= MOST_CLOSES) {
            closed.add(new Closed(end.connection(), event.micros()));
        }
    }

    /** Completes when one path is open, or the first attempts on all have failed. */
    CompletableFuture<Void> started() {
        return started;
    }

    FeedReport report() {
        return RunningService.await(feed.report(), ANSWER_SECONDS);
    }

    void close() {
        RunningService.await(feed.close(), ANSWER_SECONDS);
    }

    /** Reads the figures. */
    ProbeOutcome outcome(double seconds) {
        FeedReport report = report();
        ArrivalTable table = RunningService.await(feed.arrivalTable(Long.MAX_VALUE), ANSWER_SECONDS);
        int[][] lags = new int[plan.probed().size()][];
        List<ProbedPath> paths = new ArrayList<>();
        for (int i = 0; i < lags.length; i++) {
            int column = table.numbers().indexOf(i + 1);
            lags[i] = lags.length == 1 || column < 0 ? new int[0] : table.lagsOf(column);
            paths.add(path(i, report, table.messages() == 0 ? counted(i, report) : PathLags.of(lags[i])));
        }
        // too early to compare the same messages, or nothing to compare with
        long compared = table.messages() == 0 ? report.published() : table.messages();
        int opened = (int) paths.stream().filter(path -> path.opened() > 0).count();
        List<SharedServers.Pair> pairs = SharedServers.of(lags, closes(report), opened);
        return new ProbeOutcome(
                config.name(),
                report.url(),
                plan,
                seconds,
                report.published(),
                compared,
                ProbeAdvice.of(paths, pairs, compared),
                pairs);
    }

    private List<SharedServers.Close> closes(FeedReport report) {
        List<SharedServers.Close> known = new ArrayList<>();
        for (Closed each : closed) {
            report.connections().stream()
                    .filter(connection -> connection.connection().connectionId().equals(each.connection()))
                    .findFirst()
                    .ifPresent(connection -> known.add(new SharedServers.Close(connection.slot() - 1, each.micros())));
        }
        return known;
    }

    /** The measurements of one path: the times of its longest connection, the counts of all. */
    private ProbedPath path(int index, FeedReport report, PathLags lags) {
        ConnectTarget to = plan.probed().get(index);
        List<ConnectionReport> connections = of(index, report).toList();
        ConnectionReport longest = connections.stream()
                .max(Comparator.comparingLong(each -> each.connection().ageMs()))
                .orElse(null);
        Path path = longest == null ? pathOf(to) : longest.connection().path();
        PathReport known = report.paths().stream()
                .filter(each -> each.path().equals(path))
                .findFirst()
                .orElse(null);
        long attempts = known == null ? connections.size() : known.attempts();
        String failure = known == null ? report.lastFailure() : known.lastFailure();
        return longest == null
                ? ProbedPath.failed(path, attempts, failure)
                : new ProbedPath(
                        path,
                        times(to, known),
                        attempts,
                        connections.size(),
                        connections.stream().filter(RunningProbe::wasEnded).count(),
                        failure,
                        longest.connection().p50LatencyMs(),
                        longest.connection().p99LatencyMs(),
                        longest.firstDataMs(),
                        lags);
    }

    /** The counts of the pool for a path since its start. */
    private static PathLags counted(int index, FeedReport report) {
        return report.target() == 1
                ? PathLags.alone(report.copies())
                : PathLags.ofLines(of(index, report)
                        .map(ConnectionReport::line)
                        .filter(Objects::nonNull)
                        .toList());
    }

    private static Stream<ConnectionReport> of(int index, FeedReport report) {
        return report.connections().stream().filter(connection -> connection.slot() == index + 1);
    }

    private static boolean wasEnded(ConnectionReport connection) {
        Disconnect end = connection.connection().end();
        return end != null && end.cause() != Disconnect.Cause.CLOSED_BY_US;
    }

    /** A connection to an address asks for no name: the time of the look-up before counts. */
    private ConnectTimes times(ConnectTarget to, PathReport known) {
        ConnectTimes times = known == null ? ConnectTimes.NONE : known.times();
        return to.path().server() == null
                ? times
                : new ConnectTimes(dnsMs.applyAsDouble(to), times.tcpMs(), times.tlsMs(), times.upgradeMs());
    }

    private static Path pathOf(ConnectTarget to) {
        PathConfig path = to.path();
        return new Path(
                FeedUrl.authority(to.url()),
                path.server(),
                path.local(),
                path.proxy() == null ? null : path.proxy().address());
    }
}
