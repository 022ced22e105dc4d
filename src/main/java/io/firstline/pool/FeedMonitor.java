package io.firstline.pool;

import io.firstline.connection.Clockwork;
import io.firstline.connection.DropCause;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Reports what concerns the whole feed: silence of the feed or of one stream, missing numbers, dropped messages.
 * Changes nothing. Runs on the feed's context.
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

    /** The feed starts: learns its message rate from the beginning. */
    void begin() {
        rhythm = new Rhythm(clockwork.nowNanos());
    }

    /** Data arrived on any connection. */
    void spoke(long nowNanos) {
        rhythm.onMessage(nowNanos);
    }

    /** Returns when data last arrived; null = never. */
    Long lastDataNanos() {
        return rhythm.lastNanos();
    }

    /** Returns the last unusual silence on all connections; null = there was none. */
    CommonStall.Silence lastStall() {
        return rhythm.lastStall();
    }

    /**
     * Reports silence of the feed, otherwise of single streams; called about once a second while there is a
     * connection.
     */
    void tellSilence() {
        long now = clockwork.nowNanos();
        long silentNanos = rhythm.newsOfSilence(now);
        if (silentNanos > 0) {
            chronicle.silent(silentNanos / 1_000_000);
        }
        if (rhythm.isSilent()) {
            return; // already reported for all streams
        }
        for (StreamWatch stream : streams.all()) {
            long streamNanos = stream.newsOfSilence(now);
            if (streamNanos > 0) {
                chronicle.silent(stream.name, streamNanos / 1_000_000);
            }
        }
    }

    /** Gives up numbers that are missing for too long; called about once a second. */
    void giveUpGaps() {
        long now = clockwork.nowNanos();
        for (StreamWatch stream : streams.all()) {
            gaps.giveUp(stream, now);
        }
    }

    /** Reports copies without a valid stream name; called about once a second. */
    void tellIgnoredStreams() {
        streams.ignored()
                .forEach((fault, count) -> chronicle.trouble(
                        Trouble.STREAMS_IGNORED,
                        fault,
                        count + " copies are assigned to no stream: they have " + fault,
                        new JsonObject().put("limit", StreamTable.MAX_STREAMS)));
    }

    /** Reports new drops; called about once a second, and when the feed closes. */
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

    /** Returns the last closed gaps, oldest first, then the open ones. */
    List<GapReport> gaps() {
        long now = clockwork.nowNanos();
        long epochMicros = clockwork.epochMicros();
        return gaps.entries(streams.all()).stream()
                .map(entry -> GapReport.of(entry, nanos -> epochMicros - (now - nanos) / 1_000))
                .toList();
    }
}
