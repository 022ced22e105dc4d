package io.firstline.feed;

import io.firstline.connection.WsConnection;
import io.firstline.payload.Payload;
import java.util.stream.Stream;

/** Publishes every message of the only connection; a replacement takes over with its first message. */
final class NoArbitration implements Arbitration {
    static final long TRIAL_MS = 10_000;
    private static final long WATCH_MS = 250;

    private final FeedParts parts;
    private final Replacements replacements;
    private final ArrivingCopy arriving;
    private long watchTimer;

    NoArbitration(FeedParts parts, Replacements replacements) {
        this.parts = parts;
        this.replacements = replacements;
        this.arriving = new ArrivingCopy(parts.reader());
    }

    @Override
    public void start() {
        watchTimer = parts.scheduler().every(WATCH_MS, replacements::judgeImpaired);
    }

    @Override
    public void stop() {
        parts.scheduler().cancel(watchTimer);
    }

    @Override
    public void arrived(PooledConnection member, Payload payload, StreamWatch stream, long arrivalNanos) {
        if (member == member.slot.candidate() && !member.slot.isAliveAgain()) {
            member.slot.promote("");
        }
        if (member == member.slot.member()) {
            arriving.take(member.id(), payload, stream, arrivalNanos);
            if (arriving.isNumbered()) {
                arriving.numbered(0, 1);
            }
            if (stream != null) {
                stream.published(0, arrivalNanos);
            }
            parts.sequencer().first(arriving.message(), false);
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
