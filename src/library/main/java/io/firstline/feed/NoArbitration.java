package io.firstline.feed;

import io.firstline.connection.WsConnection;
import io.firstline.feed.message.ArrivingCopy;
import java.util.stream.Stream;

/** Publishes every message of the only connection; a replacement takes over with its first message. */
final class NoArbitration implements Arbitration {
    static final long TRIAL_MS = 10_000;
    private static final long WATCH_MS = 250;

    private final FeedParts parts;
    private final Replacements replacements;
    private long watchTimer;

    NoArbitration(FeedParts parts, Replacements replacements) {
        this.parts = parts;
        this.replacements = replacements;
    }

    @Override
    public void start() {
        watchTimer = parts.scheduler().everyStaggered(WATCH_MS, replacements::judgeImpaired);
    }

    @Override
    public void stop() {
        parts.scheduler().cancel(watchTimer);
    }

    @Override
    public void arrived(PooledConnection pooled, ArrivingCopy copy) {
        if (pooled == pooled.slot.candidate() && !pooled.slot.isAliveAgain()) {
            pooled.slot.promote("");
        }
        if (pooled == pooled.slot.pooled()) {
            if (copy.isNumbered()) {
                copy.numbered(0, 1);
            }
            if (copy.streamWatch() != null) {
                copy.streamWatch().published(0, copy.arrivalNanos());
            }
            parts.sequencer().first(copy.message(), false);
        }
    }

    @Override
    public WsConnection fastest(Stream<WsConnection> live) {
        return live.findFirst().orElse(null);
    }

    @Override
    public void trialOver(ConnectionSlot slot) {
        if (slot.isCandidateTheOneThatAnswers()) {
            slot.promote("");
        } else {
            slot.abandon("not delivering after " + TRIAL_MS + " ms");
        }
    }
}
