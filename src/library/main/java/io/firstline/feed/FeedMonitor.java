package io.firstline.feed;

import io.firstline.connection.Scheduler;
import io.firstline.connection.report.DropCause;
import io.firstline.feed.message.Dispatcher;
import io.firstline.feed.message.GapLedger;
import io.firstline.feed.message.Silence;
import io.firstline.feed.message.SilenceDetector;
import io.firstline.feed.message.StreamTable;
import io.firstline.feed.message.StreamWatch;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.GapReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Reports what concerns the whole feed: silence of the feed or of one stream, missing numbers, dropped messages.
 * Changes nothing. Runs on the feed's context.
 */
final class FeedMonitor {
    /** A server that answers no pings is doubted only after this silence. */
    private static final long DOUBT_NANOS = 60_000_000_000L;

    private final StreamTable streams;
    private final GapLedger gaps;
    private final Dispatcher dispatcher;
    private final FeedCondition condition;
    private final FeedEventLog eventLog;
    private final Scheduler scheduler;
    private SilenceDetector silenceDetector;

    FeedMonitor(
            StreamTable streams,
            GapLedger gaps,
            Dispatcher dispatcher,
            FeedCondition condition,
            FeedEventLog eventLog,
            Scheduler scheduler) {
        this.streams = streams;
        this.gaps = gaps;
        this.dispatcher = dispatcher;
        this.condition = condition;
        this.eventLog = eventLog;
        this.scheduler = scheduler;
    }

    /** The feed starts: learns its message rate from the beginning. */
    void begin() {
        silenceDetector = new SilenceDetector(scheduler.nowNanos());
    }

    /** Data arrived on any connection. */
    void spoke(long nowNanos) {
        silenceDetector.onMessage(nowNanos);
    }

    /** Returns when data last arrived; null = never. */
    Long lastDataNanos() {
        return silenceDetector.lastNanos();
    }

    /** Returns the last unusual silence on all connections; null = there was none. */
    Silence lastStall() {
        return silenceDetector.lastStall();
    }

    /**
     * Reports silence of the feed, otherwise of single streams; called about once a second while there is a
     * connection.
     */
    void reportSilence() {
        long now = scheduler.nowNanos();
        long silentNanos = silenceDetector.newsOfSilence(now);
        if (silentNanos > 0) {
            eventLog.silent(silentNanos / 1_000_000);
        }
        if (silenceDetector.isSilent()) {
            return; // already reported for all streams
        }
        for (StreamWatch stream : streams.all()) {
            long streamNanos = stream.newsOfSilence(now);
            if (streamNanos > 0) {
                eventLog.silent(stream.name, streamNanos / 1_000_000);
            }
        }
    }

    /**
     * Reports that the feed may be dead: its server has never answered a ping, and no frame arrives for unusually long.
     * Called about once a second.
     */
    void reportDoubt(SlotTable slots) {
        long now = scheduler.nowNanos();
        int live = slots.live();
        boolean doubtful = live > 0
                && now - slots.lastFrameNanos() >= DOUBT_NANOS
                && silenceDetector.isUnusual(DOUBT_NANOS, now)
                && slots.open().stream()
                        .noneMatch(pooled -> pooled.connection.pings().isAnswering());
        if (doubtful) {
            condition.doubtful(live);
        } else {
            condition.over(ProfileProblem.DOUBTFUL, "");
        }
    }

    /** Gives up numbers that are missing for too long; called about once a second. Returns their streams. */
    List<StreamWatch> giveUpGaps() {
        long now = scheduler.nowNanos();
        List<StreamWatch> lost = new ArrayList<>();
        for (StreamWatch stream : streams.all()) {
            if (gaps.giveUp(stream, now)) {
                lost.add(stream);
            }
        }
        return lost;
    }

    /**
     * Streams are subscribed from now on that were not, perhaps after an end: what was sent meanwhile is not missing.
     *
     * @param names returns whether a stream of messages is one of them, by its name
     */
    void beginAgain(Predicate<String> names) {
        for (StreamWatch stream : streams.all()) {
            if (names.test(stream.name)) {
                gaps.beginsAgain(stream, scheduler.nowNanos());
            }
        }
    }

    /** Reports copies without a valid stream name; called about once a second. */
    void reportIgnoredStreams() {
        streams.ignored().forEach((fault, count) -> {
            String what = count + " copies are assigned to no stream: they have " + fault;
            condition.trouble(
                    ProfileProblem.STREAMS_IGNORED,
                    fault,
                    what,
                    new FeedFact.StreamsIgnored(StreamTable.MAX_STREAMS, what));
        });
    }

    /** Reports new drops; called about once a second, and when the feed closes. */
    void reportDrops() {
        dispatcher.droppedSinceReport().forEach((cause, count) -> {
            long total = dispatcher.dropped().get(cause.label());
            if (cause == DropCause.OVERSIZE) {
                eventLog.droppedOversize(count, total, dispatcher.largestOversize(), dispatcher.oversizeLimit());
            } else {
                eventLog.dropped(cause, count, total);
            }
        });
    }

    /** Returns the highest published number of the only numbered stream; null = none, or there are several streams. */
    Long highestNumber() {
        List<Long> numbers = streams.all().stream()
                .map(StreamWatch::highestNumber)
                .filter(Objects::nonNull)
                .limit(2)
                .toList();
        return numbers.size() == 1 ? numbers.get(0) : null;
    }

    /** Returns the last closed gaps, oldest first, then the open ones. */
    List<GapReport> gaps() {
        long now = scheduler.nowNanos();
        long epochMicros = scheduler.epochMicros();
        return gaps.entries(streams.all()).stream()
                .map(entry -> entry.report(nanos -> epochMicros - (now - nanos) / 1_000))
                .toList();
    }
}
