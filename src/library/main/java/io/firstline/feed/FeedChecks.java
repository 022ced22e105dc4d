package io.firstline.feed;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.venue.Heartbeat;
import io.firstline.connection.Scheduler;
import io.firstline.feed.clock.ExchangeTime;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.MissingMembers;
import io.firstline.feed.message.ProfileCheck;
import io.firstline.feed.message.ProfileLayout;
import io.firstline.feed.report.FeedFact;

/** Checks a feed about once a second while it is started: silence, gaps, requests, heartbeats, drops. */
final class FeedChecks {
    private static final long EVERY_MS = 1_000;

    private final Scheduler scheduler;
    private final FeedParts parts;
    private final MessageReader reader;
    private final FeedConnections connections;
    private final PoolResizing resizing;
    private final SubscriptionProtocol subscriptions;
    private final GapRepairs repairs;
    private final Replacements replacements;
    private final ExchangeTime exchangeTime;
    private final Heartbeats heartbeats;
    private long timer;

    FeedChecks(
            FeedParts parts,
            FeedConnections connections,
            PoolResizing resizing,
            SubscriptionProtocol subscriptions,
            GapRepairs repairs,
            Replacements replacements,
            ExchangeTime exchangeTime,
            Heartbeat heartbeat) {
        this.scheduler = parts.scheduler();
        this.parts = parts;
        this.reader = parts.reader();
        this.connections = connections;
        this.resizing = resizing;
        this.subscriptions = subscriptions;
        this.repairs = repairs;
        this.replacements = replacements;
        this.exchangeTime = exchangeTime;
        this.heartbeats = new Heartbeats(heartbeat);
    }

    void start(WsConnectionConfig config) {
        parts.monitor().begin();
        resizing.begin();
        timer = scheduler.everyStaggered(EVERY_MS, this::check);
        exchangeTime.start(config);
    }

    void stop() {
        scheduler.cancel(timer);
        exchangeTime.stop();
        parts.monitor().reportDrops();
    }

    private void check() {
        FeedMonitor monitor = parts.monitor();
        if (parts.slotTable().live() > 0) {
            monitor.reportSilence();
        }
        monitor.reportDoubt(parts.slotTable());
        monitor.reportIgnoredStreams();
        reportMissing(parts.condition());
        connections.dropUnnamed();
        repairs.check(monitor.giveUpGaps());
        parts.slotTable().open().forEach(parts.eventLog()::connectionGap);
        heartbeats.check(parts.slotTable().open(), scheduler.nowNanos());
        subscriptions.check(parts.streams(), monitor.lastDataNanos());
        replacements.replaceDue();
        connections.lookAtPaths();
        resizing.look();
        monitor.reportDrops();
    }

    /** Reports pointers of the profile that match no message. */
    private void reportMissing(FeedCondition condition) {
        ProfileLayout layout = reader.layout();
        for (ProfileCheck.Missing missing : reader.missing(scheduler.nowNanos())) {
            String subject = MissingMembers.subject(layout, missing.what(), missing.type());
            if (!condition.isKnown(ProfileProblem.NOT_FOUND, subject)) {
                FeedFact.NotFound fact = new MissingMembers(layout, missing).fact();
                condition.trouble(ProfileProblem.NOT_FOUND, subject, fact.reason(), fact);
            }
        }
        reader.foundLate()
                .forEach(found -> condition.over(
                        ProfileProblem.NOT_FOUND, MissingMembers.subject(layout, found.what(), found.type())));
    }
}
