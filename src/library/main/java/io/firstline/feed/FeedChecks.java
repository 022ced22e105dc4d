package io.firstline.feed;

import io.firstline.config.Heartbeat;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Scheduler;

/** Checks a feed about once a second while it is started: silence, gaps, requests, heartbeats, drops. */
final class FeedChecks {
    private static final long EVERY_MS = 1_000;

    private final Scheduler scheduler;
    private final FeedParts parts;
    private final MessageClassifier classifier;
    private final SubscriptionProtocol subscriber;
    private final Replacements replacements;
    private final ExchangeTime exchangeTime;
    private final Heartbeats heartbeats;
    private long timer;

    FeedChecks(
            FeedParts parts,
            MessageClassifier classifier,
            SubscriptionProtocol subscriber,
            Replacements replacements,
            ExchangeTime exchangeTime,
            Heartbeat heartbeat) {
        this.scheduler = parts.scheduler();
        this.parts = parts;
        this.classifier = classifier;
        this.subscriber = subscriber;
        this.replacements = replacements;
        this.exchangeTime = exchangeTime;
        this.heartbeats = new Heartbeats(heartbeat);
    }

    void start(WsConnectionConfig config) {
        parts.monitor().begin();
        timer = scheduler.every(EVERY_MS, this::check);
        exchangeTime.start(config);
    }

    void stop() {
        scheduler.cancel(timer);
        exchangeTime.stop();
        parts.monitor().tellDrops();
    }

    private void check() {
        FeedMonitor monitor = parts.monitor();
        if (parts.slotTable().live() > 0) {
            monitor.tellSilence();
        }
        monitor.tellIgnoredStreams();
        classifier.tellMissing(parts.eventLog(), scheduler.nowNanos());
        monitor.giveUpGaps();
        heartbeats.check(parts.slotTable().open(), scheduler.nowNanos());
        subscriber.check(parts.streams(), monitor.lastDataNanos());
        replacements.replaceDue();
        monitor.tellDrops();
    }
}
