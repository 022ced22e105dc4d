package io.firstline.pool;

import io.firstline.connection.Clockwork;
import io.firstline.connection.DropCause;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What befalls a feed as a whole and has to be told: that it is silent, or one of its streams, that numbers are missing, that messages
 * were dropped. Acts on nothing. Belongs to the feed's context.
 */
final class FeedMonitor {
    private final StreamTable streams;
    private final GapLedger gaps;
    private final Publication publication;
    private final Chronicle chronicle;
    private final Clockwork clockwork;
    private Rhythm rhythm;

    FeedMonitor(
            StreamTable streams, GapLedger gaps, Publication publication, Chronicle chronicle, Clockwork clockwork) {
        this.streams = streams;
        this.gaps = gaps;
        this.publication = publication;
        this.chronicle = chronicle;
        this.clockwork = clockwork;
    }

    /** The feed is started: its rhythm is learned anew. */
    void begin() {
        rhythm = new Rhythm(clockwork.nowNanos());
    }

    /** Data arrived on any connection. */
    void spoke(long nowNanos) {
        rhythm.onMessage(nowNanos);
    }

    /** When data last arrived; null = never. */
    Long lastDataNanos() {
        return rhythm.lastNanos();
    }

    /** The last time that no data came on any connection, if that was unusual; null = there was none. */
    CommonStall.Silence lastStall() {
        return rhythm.lastStall();
    }

    /** Silence everywhere, or else of single streams; called about once a second while there is a connection. */
    void tellSilence() {
        long now = clockwork.nowNanos();
        long silentNanos = rhythm.newsOfSilence(now);
        if (silentNanos > 0) {
            chronicle.silent(silentNanos / 1_000_000);
        }
        if (rhythm.isSilent()) {
            return; // told for all streams at once
        }
        for (StreamWatch stream : streams.all()) {
            long streamNanos = stream.newsOfSilence(now);
            if (streamNanos > 0) {
                chronicle.silent(stream.name, streamNanos / 1_000_000);
            }
        }
    }

    /** Numbers that have been missing for too long; called about once a second. */
    void giveUpGaps() {
        long now = clockwork.nowNanos();
        for (StreamWatch stream : streams.all()) {
            gaps.giveUp(stream, now);
        }
    }

    /** Names of streams that are none; called about once a second. */
    void tellIgnoredStreams() {
        streams.ignored()
                .forEach((fault, count) -> chronicle.trouble(
                        Trouble.STREAMS_IGNORED,
                        fault,
                        count + " copies belong to no stream that is told apart: they have " + fault,
                        new JsonObject().put("limit", StreamTable.MAX_STREAMS)));
    }

    /** What was dropped since it was last told; called about once a second, and when the feed closes. */
    void tellDrops() {
        publication.droppedSinceTold().forEach((cause, count) -> {
            long total = publication.dropped().get(cause.label());
            if (cause == DropCause.OVERSIZE) {
                chronicle.droppedOversize(count, total, publication.largestOversize(), publication.oversizeLimit());
            } else {
                chronicle.dropped(cause, count, total);
            }
        });
    }

    /** The last gaps that are over, oldest first, and then those that are open. */
    List<GapReport> gaps() {
        long now = clockwork.nowNanos();
        long epochMicros = clockwork.epochMicros();
        return gaps.entries(streams.all()).stream()
                .map(entry -> GapReport.of(entry, nanos -> epochMicros - (now - nanos) / 1_000))
                .toList();
    }
}
