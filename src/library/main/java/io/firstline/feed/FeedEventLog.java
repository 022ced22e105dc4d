package io.firstline.feed;

import io.firstline.arbitration.SequenceTracker.Gap;
import io.firstline.arbitration.report.GapFate;
import io.firstline.config.check.FeedUrl;
import io.firstline.connection.Scheduler;
import io.firstline.connection.report.ConnectFailedException;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.DropCause;
import io.firstline.feed.message.GapLedger;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.payload.Printable;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Reports and counts what happens to the connections and streams of a feed: events, and log lines, which all end in the
 * same figures. Decides nothing about connections. Runs on the feed's context.
 */
final class FeedEventLog implements GapLedger.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(FeedEventLog.class);
    private static final long ERRORS_EVERY_NANOS = 1_000_000_000L;
    private static final int MAX_REASON = 250;
    /** A server that closes connections has closed them all after this time. */
    private static final long SETTLE_MS = 1_000;

    private final String name;
    private String url;
    private final EventReporter events;
    private final FeedCondition condition;
    private final FailureLog failures;
    private final SlotTable slotTable;
    private final Scheduler scheduler;
    private final SessionLimit sessions = new SessionLimit();

    private boolean errorReported;
    private long errorReportedNanos;
    private final Map<ProtocolProblem, Counted> protocol = new EnumMap<>(ProtocolProblem.class);
    private long errorsOmitted;
    private long evictions;
    private final Map<String, Long> evictedFor = new TreeMap<>();
    private long losses;

    /**
     * Begins without events.
     *
     * @param url as shown in logs, with secrets masked
     */
    FeedEventLog(
            String url,
            EventReporter events,
            FeedCondition condition,
            FailureLog failures,
            SlotTable slotTable,
            Scheduler scheduler) {
        this.name = events.name();
        this.url = url;
        this.events = events;
        this.condition = condition;
        this.failures = failures;
        this.slotTable = slotTable;
        this.scheduler = scheduler;
    }

    /** Sets the URL that is shown, with secrets masked. */
    void url(String newUrl) {
        url = newUrl;
    }

    /** A connection is open; returns whether the server evidently allows no more than those that are open. */
    boolean connected(PooledConnection pooled) {
        LOG.info("{}/{} connected to {} ({})", name, pooled.id(), pooled.connection.path(), events.figures());
        events.report(new FeedFact.Connected(pooled.id(), pooled.connection.path()));
        return isFull(
                sessions.opened(pooled.connection.connectStartedNanos(), scheduler.nowNanos()),
                "each connection that opens makes the server close an older one");
    }

    /** A connection has ended; returns whether the server evidently allows no more than those that are open. */
    boolean lost(PooledConnection pooled, Disconnect end) {
        losses++;
        failures.last(end.toString());
        if (failures.isNews(end.label(), scheduler.nowNanos())) {
            LOG.warn(
                    "{}/{} lost: {} from {} ({})",
                    name,
                    pooled.id(),
                    end,
                    urlOf(pooled.connection.config().url()),
                    events.figures());
        }
        events.report(new FeedFact.Disconnected(pooled.id(), end, pooled.connection.ageMs()));
        return isFull(
                sessions.lost(end, pooled.connection.ageMs(), scheduler.nowNanos()),
                "each connection that opens makes the server close an older one: " + end);
    }

    /** Returns whether a proof concerns this feed, and reports it once, when those being closed are gone. */
    private boolean isFull(boolean proof, String evidence) {
        boolean full = proof && slotTable.target() > 1;
        if (full && failures.isFirst("sessions", scheduler.nowNanos())) {
            scheduler.once(SETTLE_MS, () -> adviseFewer(evidence));
        }
        return full;
    }

    private void adviseFewer(String evidence) {
        if (condition.state() != FeedState.CLOSED) {
            int live = Math.max(1, slotTable.live());
            LOG.warn(
                    "{}: the server seems to allow {} at a time, so further ones are tried only after pauses;"
                            + " set \"connections\": {} ({}) ({})",
                    name,
                    live == 1 ? "one connection" : live + " connections",
                    live,
                    evidence,
                    events.figures());
            events.report(new FeedFact.Advice("connections: " + live, evidence));
        }
    }

    /** Returns the URL of one of several servers; otherwise the feed's, in which nothing is filled in. */
    private String urlOf(String one) {
        String authority = FeedUrl.authority(one);
        return url.contains("//" + authority) ? url : one.substring(0, one.indexOf("//") + 2) + authority;
    }

    /**
     * An attempt failed.
     *
     * @param to the URL of the attempt
     * @param pauseMs the pause that begins because the login was refused, milliseconds; 0 = none
     * @return whether the server evidently allows no more connections than those that are open
     */
    boolean connectFailed(Throwable failure, String to, long pauseMs) {
        Disconnect end = failure instanceof ConnectFailedException known
                ? known.end()
                : new Disconnect(Disconnect.Cause.ERROR, 0, String.valueOf(failure.getMessage()));
        if (pauseMs > 0) {
            end = new Disconnect(
                    end.cause(),
                    end.code(),
                    end.reason() + "; the next attempt follows in " + pauseMs / 1_000
                            + " s, or as soon as a secret changes");
            condition.loginRefused(end.toString());
        }
        failures.last(end.toString());
        if (failures.isNews(end.label(), scheduler.nowNanos())) {
            LOG.warn("{} cannot connect to {}: {}; retrying ({})", name, urlOf(to), end, events.figures());
            events.report(new FeedFact.ConnectFailed(end, urlOf(to)));
        }
        LOG.debug("{} connect attempt failed", name, failure);
        return isFull(sessions.refused(end, slotTable.live()), end.toString());
    }

    /**
     * An attempt must wait: the host asked for a pause, or a limit is reached. Reported once per outage.
     */
    void waiting(long waitMs, String why) {
        if (failures.isNews("connect-budget", scheduler.nowNanos())) {
            LOG.warn(
                    "{} waits {} ms before it connects to {} again: {} ({})", name, waitMs, url, why, events.figures());
            events.report(new FeedFact.ConnectWaiting(waitMs, url, why));
        }
    }

    /** A connection cannot be replaced: a limit leaves no room for another one beside it. */
    void lacksRoom(long waitMs, String why) {
        LOG.warn("{} cannot open a connection beside another one to {}: {} ({})", name, url, why, events.figures());
        events.report(new FeedFact.ConnectWaiting(waitMs, url, why));
    }

    void inStep(PooledConnection pooled, boolean alone) {
        LOG.info("{}/{} leads{} ({})", name, pooled.id(), alone ? " alone" : " in step", events.figures());
        events.report(new FeedFact.InStep(pooled.id(), alone));
    }

    /** One connection is silent while others deliver. */
    void silent(PooledConnection pooled) {
        LOG.warn("{}/{} is silent while others deliver ({})", name, pooled.id(), events.figures());
        events.report(new FeedFact.ConnectionSilent(pooled.id(), null));
    }

    /** One stream of one connection is silent while others deliver it. */
    void silent(PooledConnection pooled, String stream) {
        LOG.warn("{}/{} does not deliver {} while others do ({})", name, pooled.id(), stream, events.figures());
        events.report(new FeedFact.ConnectionSilent(pooled.id(), stream));
    }

    /** One stream is silent on every connection while others are not. */
    void silent(String stream, long silentMs) {
        LOG.info("{} has no {} on any connection for {} ms ({})", name, stream, silentMs, events.figures());
        events.report(new FeedFact.StreamSilent(stream, silentMs));
    }

    /** Streams were subscribed and deliver nothing. */
    void noFirstData(List<String> streams, long waitedMs) {
        LOG.warn("{} got no data for {} within {} ms of subscribing ({})", name, streams, waitedMs, events.figures());
        events.report(new FeedFact.NoFirstData(streams, waitedMs));
    }

    void subscribeFailed(PooledConnection pooled, List<String> streams, String why) {
        String reason = Printable.of(why, MAX_REASON); // it may quote the server
        if (failures.isNews("subscribe", scheduler.nowNanos())) {
            LOG.warn("{}/{} is not subscribed to {}: {} ({})", name, pooled.id(), streams, reason, events.figures());
        }
        events.report(new FeedFact.SubscribeFailed(pooled.id(), streams, reason));
    }

    /** The server has refused a stream on every connection. */
    void streamRefused(String stream, String words) {
        events.report(new FeedFact.StreamRefused(stream, Printable.of(words, MAX_REASON)));
    }

    /** The server reports an error; at most one a second is reported further. */
    void serverError(PooledConnection pooled, List<String> streams, String words) {
        long now = scheduler.nowNanos();
        if (errorReported && now - errorReportedNanos < ERRORS_EVERY_NANOS) {
            errorsOmitted++;
            return;
        }
        FeedFact error = new FeedFact.ServerError(pooled.id(), words, errorsOmitted, streams);
        errorReported = true;
        errorReportedNanos = now;
        errorsOmitted = 0;
        if (failures.isNews("server-error", now)) {
            LOG.warn("{}/{} the server reports an error: {} ({})", name, pooled.id(), words, events.figures());
        }
        events.report(error);
    }

    /** The server does not act as the profile says; reported at most once a minute for each kind. */
    void protocolDiffers(PooledConnection pooled, ProtocolProblem problem, String reason) {
        Counted counted = protocol.computeIfAbsent(problem, any -> new Counted());
        long now = scheduler.nowNanos();
        if (!counted.once.isDue(now)) {
            counted.omitted++;
            return;
        }
        FeedFact fact = new FeedFact.ProtocolDiffers(pooled.id(), reason, counted.omitted);
        counted.once.reported(now);
        counted.omitted = 0;
        LOG.warn("{}/{} {} ({})", name, pooled.id(), reason, events.figures());
        events.report(fact);
    }

    private static final class Counted {
        private final OnceAMinute once = new OnceAMinute();
        private long omitted;
    }

    /** Reports numbers that are missing among those of one connection, if there are new ones. */
    void connectionGap(PooledConnection pooled) {
        ConnectionNumbers.Hole hole = pooled.numbers.news();
        if (hole == null) {
            return;
        }
        if (failures.isNews("connection-gap", scheduler.nowNanos())) {
            LOG.warn(
                    "{}/{} lacks {} messages by its own numbers, the last ones {} to {} ({})",
                    name,
                    pooled.id(),
                    hole.missing(),
                    hole.from(),
                    hole.to(),
                    events.figures());
        }
        events.report(new FeedFact.ConnectionGap(pooled.id(), hole.from(), hole.to(), hole.missing()));
    }

    /** Numbers of a stream are missing, or have arrived after all. */
    @Override
    public void gap(String stream, Gap gap, String by, List<String> lackedBy) {
        String what = gap.fate().name().toLowerCase(Locale.ROOT);
        LOG.atLevel(gap.fate() == GapFate.LOST ? Level.WARN : Level.DEBUG)
                .log("{} {}: gap {} to {} {} ({})", name, stream, gap.from(), gap.to(), what, events.figures());
        events.report(new FeedFact.Gap(stream, gap.from(), gap.to(), gap.fate(), by, lackedBy));
    }

    @Override
    public void repaired(String stream, long number, String by) {
        LOG.info("{} {}: a snapshot with number {} ends the loss ({})", name, stream, number, events.figures());
        events.report(new FeedFact.SnapshotAfterLoss(by, stream, number));
    }

    /** A stream is subscribed again on one connection, because messages of it are missing on all. */
    void resubscribed(PooledConnection pooled, String stream) {
        LOG.info("{}/{} subscribes to {} again after a gap ({})", name, pooled.id(), stream, events.figures());
        events.report(new FeedFact.Resubscribed(pooled.id(), stream));
    }

    /** A copy has the key of a message but other bytes than its first copy; reported once for each stream. */
    void conflict(PooledConnection pooled, String stream) {
        LOG.warn(
                "{}/{} delivers a {} message whose bytes differ from its first copy ({})",
                name,
                pooled.id(),
                stream,
                events.figures());
        events.report(new FeedFact.Conflict(pooled.id(), stream));
    }

    void shutdownAnnounced(PooledConnection pooled) {
        LOG.info("{}/{} server announces its shutdown ({})", name, pooled.id(), events.figures());
        events.report(new FeedFact.ShutdownAnnounced(pooled.id()));
    }

    /** No data arrives on any connection, for longer than is usual for this feed. */
    void silent(long silentMs) {
        LOG.warn("{} has been silent for {} ms on every connection ({})", name, silentMs, events.figures());
        events.report(new FeedFact.StreamSilent(null, silentMs));
    }

    /**
     * The feed has another number of connections from now on.
     *
     * @param closed the connection that it closes; null = it opens one
     */
    void resized(PooledConnection closed, String why) {
        String id = closed == null ? null : closed.id();
        LOG.info(
                "{} wants {} connections from now on{}: {} ({})",
                name,
                slotTable.target(),
                id == null ? "" : " and closes " + id,
                why,
                events.figures());
        events.report(new FeedFact.Resized(slotTable.target(), id, why));
    }

    void outOfStep(PooledConnection pooled) {
        events.report(new FeedFact.OutOfStep(pooled.id()));
    }

    void evicted(PooledConnection old, PooledConnection replacement, EvictionReason reason, String compared) {
        evictions++;
        evictedFor.merge(reason.cause().label(), 1L, Long::sum);
        String better = compared.isEmpty() ? "" : " with " + compared;
        LOG.info(
                "{}/{} evicted: {}, {} took over{} ({})",
                name,
                old.id(),
                reason,
                replacement.id(),
                better,
                events.figures());
        events.report(new FeedFact.Evicted(
                old.id(),
                replacement.id(),
                reason,
                compared,
                old.connection.latencyMs(),
                old.line == null ? null : (Long) old.line.figures().lagP99Micros()));
    }

    void evictionAbandoned(PooledConnection old, PooledConnection candidate, String why) {
        if (condition.state() == FeedState.CLOSED) {
            return;
        }
        String stays = old == null ? null : old.id();
        LOG.info(
                "{}/{} stays: {} is dropped, {} ({})",
                name,
                stays == null ? "nobody" : stays,
                candidate.id(),
                why,
                events.figures());
        events.report(new FeedFact.EvictionAbandoned(stays, candidate.id(), why));
    }

    void dropped(DropCause cause, long count, long total) {
        LOG.warn("{} dropped {} messages: {} ({})", name, count, cause.label(), events.figures());
        events.report(new FeedFact.Dropped(cause, count, total));
    }

    /**
     * Messages were dropped because they were too large.
     *
     * @param largest the size of the largest in bytes; 0 = not known
     * @param limit the configured maxMessageBytes
     */
    void droppedOversize(long count, long total, long largest, int limit) {
        LOG.warn(
                "{} dropped {} messages: oversize, {} bytes where maxMessageBytes is {} ({})",
                name,
                count,
                largest == 0 ? "more" : "up to " + largest,
                limit,
                events.figures());
        events.report(new FeedFact.DroppedOversize(count, total, largest, limit));
    }

    /** The number of connections replaced on purpose. */
    long evictions() {
        return evictions;
    }

    /** Evictions by reason. */
    Map<String, Long> evictedFor() {
        return Map.copyOf(evictedFor);
    }

    /** The number of connections that ended without our closing them. */
    long losses() {
        return losses;
    }
}
