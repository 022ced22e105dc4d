package io.firstline.merge;

import io.firstline.arbitration.BestSubsets;
import io.firstline.arbitration.report.SubsetFigures;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.Venue;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.FeedEnvironment;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.FeedReport;
import io.firstline.recording.Entries;
import io.firstline.recording.RecordedEntry;
import io.firstline.recording.RecordedEntry.Kind;
import io.firstline.recording.Recording;
import io.firstline.recording.RecordingHeader;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;

/**
 * Merges the recorded connections of one feed as a pool would have merged them. The pool neither replaces nor rotates
 * connections: they open and close when the recording says so.
 */
public final class Merge {
    private static final byte[] NEW_LINE = {'\n'};
    private static final int PING_MS = 60_000;
    /** Copies that are late by less than this are still compared at the end. */
    private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** Connections that end within this time of the recording's end ended with it. */
    private static final long END_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** Copies may be late by this much: those of messages just before the end were not recorded. */
    private static final long LONGEST_LAG_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final int MAX_COMPARED = 200_000;

    /**
     * The result of a merge.
     *
     * @param connections how many were recorded
     * @param copies how many copies the pool got
     * @param messages how many messages were published
     * @param late how many of these were published after younger ones
     * @param unheard copies of connections beyond those that a pool can have at a time
     */
    public record Result(int connections, long copies, long messages, long late, long unheard) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,d messages from %,d copies on %d recorded connections, %,d late, %,d copies without a place",
                    messages,
                    copies,
                    connections,
                    late,
                    unheard);
        }
    }

    /**
     * What some of the recorded connections alone would have delivered. Messages of the last half second are left out:
     * some of their copies were not recorded.
     *
     * @param connections how many were recorded at a time
     * @param subsets the best ones, the smallest first
     * @param nanos how long was recorded
     * @param copies how many copies were received on all connections
     * @param bytes their size
     */
    public record Comparison(int connections, List<SubsetFigures> subsets, long nanos, long copies, long bytes) {}

    /** One recorded connection and its next entry. */
    private static final class Source {
        private final int place;
        private final String connectionId;
        private final Entries entries;
        private RecordedEntry next;
        private RecordedSocket socket;
        private long lastNanos = Long.MIN_VALUE;

        Source(int place, Recording recording) {
            this.place = place;
            this.connectionId = recording.header() == null
                    ? recording.feed() + "-" + (place + 1)
                    : recording.header().connection();
            this.entries = recording.entries();
            this.next = entries.next();
        }
    }

    private final List<Recording> recordings;
    private final FeedConfig config;

    private long unheard;
    private long bytes;
    private IOException failure;

    /**
     * A merge that has not run.
     *
     * @param recordings of one feed, at least one
     * @param venue whose profile says how messages are read; null = no profile
     * @param directory where {@code venues/} is looked for; null = the class path
     * @throws io.firstline.config.problem.InvalidConfigException if there is no such venue
     */
    public Merge(List<Recording> recordings, String venue, Path directory) {
        this.recordings = List.copyOf(recordings);
        this.config = config(this.recordings, venue, directory);
    }

    private static FeedConfig config(List<Recording> recordings, String venue, Path directory) {
        Recording first = recordings.get(0);
        JsonObject json = new JsonObject()
                .put("name", first.feed())
                .put("url", "ws://127.0.0.1:1/")
                .put("connections", 2);
        Venue profile =
                venue == null ? Venue.NONE : Venue.find(venue, directory).recorded();
        // subscribed again, so that the recorded answers are recognised
        List<String> streams = venue == null || first.header() == null
                ? List.of()
                : List.copyOf(first.header().streams());
        // the venue's limits and secrets stay out of the feed: no server is involved
        return inItsOwnTime(
                FeedConfig.fromJson(json), profile, profile.requests().withStreams(streams), recordings.size());
    }

    private static FeedConfig inItsOwnTime(
            FeedConfig feed, Venue venue, SubscribeTemplates subscriptions, int recorded) {
        WsPoolConfig pool = feed.pool()
                .withConnection(feed.pool()
                        .connection()
                        .withLatencyPingIntervalMs(PING_MS)
                        .withMaxMessageBytes(1 << 30)
                        .withRetry(new RetryConfig(1, 1, 0, 0)))
                .withConnections(Math.max(2, Math.min(recorded, WsPoolConfig.MAX_CONNECTIONS)))
                .withEvictIntervalMs(Integer.MAX_VALUE)
                .withMaxAgeMs(0);
        return new FeedConfig(feed.name(), pool, pool.connections(), null, "", subscriptions, venue, List.of(), null);
    }

    /**
     * Merges on a separate event loop, and blocks the calling thread meanwhile.
     *
     * @param out gets each message as JSON, one a line; not closed
     * @throws IOException if writing fails
     */
    public Result run(OutputStream out) throws IOException {
        Result result = onEventLoop(context -> merge(context, (message, nowNanos) -> write(message, out)));
        if (failure != null) {
            throw failure;
        }
        return result;
    }

    /**
     * Merges on a separate event loop, and blocks the calling thread meanwhile.
     *
     * @param receiver gets each message, with the time of the recording at which it is published
     */
    public Result run(ObjLongConsumer<FeedMessage> receiver) {
        return onEventLoop(context -> merge(context, receiver));
    }

    /**
     * Merges on a separate event loop, blocks the calling thread meanwhile, and compares the connections over the last
     * {@value #MAX_COMPARED} messages. A connection that replaced another counts as the same.
     */
    public Comparison compare() {
        return onEventLoop(this::comparison);
    }

    private <T> T onEventLoop(Function<ContextInternal, T> action) {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setMaxEventLoopExecuteTime(365)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.DAYS));
        try {
            ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
            CompletableFuture<T> done = new CompletableFuture<>();
            context.exceptionHandler(done::completeExceptionally);
            context.runOnContext(v -> done.complete(action.apply(context)));
            return done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private Result merge(ContextInternal context, ObjLongConsumer<FeedMessage> receiver) {
        return withSources(sources -> {
            WsPool pool = play(context, config, sources, receiver);
            FeedReport report = pool.report().result(); // complete at once on the pool's context
            return new Result(sources.size(), report.copies(), report.published(), report.late(), unheard);
        });
    }

    private Comparison comparison(ContextInternal context) {
        return withSources(sources -> {
            int connections = atATime(sources.size());
            WsPool pool = play(context, withConnections(connections), sources, (message, nowNanos) -> {});
            long end =
                    sources.stream().mapToLong(source -> source.lastNanos).max().orElseThrow();
            long shortest = sources.stream()
                    .mapToLong(source -> source.lastNanos)
                    .filter(last -> last >= end - END_NANOS)
                    .min()
                    .orElseThrow();
            return new Comparison(
                    connections,
                    BestSubsets.of(
                            pool.arrivalTable(shortest - LONGEST_LAG_NANOS).result()),
                    end - startNanos(),
                    pool.report().result().copies(),
                    bytes);
        });
    }

    private int atATime(int recorded) {
        RecordingHeader header = recordings.get(0).header();
        int wanted = header == null ? recorded : Math.min(recorded, header.connections());
        return Math.max(2, Math.min(wanted, WsPoolConfig.MAX_CONNECTIONS));
    }

    private FeedConfig withConnections(int connections) {
        WsPoolConfig pool = config.pool().withConnections(connections);
        return new FeedConfig(
                config.name(), pool, connections, null, "", config.subscriptions(), config.venue(), List.of(), null);
    }

    private <T> T withSources(Function<List<Source>, T> action) {
        List<Source> sources = new ArrayList<>();
        try {
            for (Recording recording : recordings) {
                sources.add(new Source(sources.size(), recording));
            }
            return action.apply(sources);
        } finally {
            sources.forEach(source -> source.entries.close());
        }
    }

    private long startNanos() {
        return recordings.stream().mapToLong(Recording::startNanos).min().orElseThrow();
    }

    private WsPool play(
            ContextInternal context, FeedConfig feed, List<Source> sources, ObjLongConsumer<FeedMessage> receiver) {
        VirtualClock clock = new VirtualClock(startNanos());
        RecordedExchange exchange = new RecordedExchange(clock);
        WsPool pool =
                WsPool.ofRecorded(new FeedEnvironment(context, clock, any -> exchange, new ConnectBudget()), feed);
        pool.sampleArrivals(0, MAX_COMPARED);
        pool.handler(message -> receiver.accept(message, clock.nowNanos()));
        pool.start();
        PriorityQueue<Source> queue =
                new PriorityQueue<>(Comparator.<Source>comparingLong(source -> source.next.steadyNanos())
                        .thenComparingLong(source -> source.next.number())
                        .thenComparingInt(source -> source.place));
        for (Source source : sources) {
            if (recordings.get(source.place).header() == null) { // it was open from the start
                source.socket = exchange.open(source.connectionId);
            }
            if (source.next != null) {
                queue.add(source);
            }
        }
        while (!queue.isEmpty() && failure == null) {
            Source source = queue.remove();
            clock.advanceTo(source.next.steadyNanos());
            happen(source, exchange);
            source.next = source.entries.next();
            if (source.next != null) {
                queue.add(source);
            }
        }
        clock.advanceTo(clock.nowNanos() + SETTLING_NANOS);
        return pool;
    }

    private void happen(Source source, RecordedExchange exchange) {
        if (source.socket == null) {
            source.socket = exchange.open(source.connectionId);
        }
        if (!source.socket.happen(source.next) && source.next.isMessage()) {
            unheard++;
        }
        if (source.next.isMessage()) {
            source.lastNanos = source.next.steadyNanos();
            bytes += source.next.payload().length();
        }
        if (source.next.kind() == Kind.CLOSED) {
            exchange.closed(source.socket);
        }
    }

    private void write(FeedMessage message, OutputStream out) {
        try {
            if (failure == null) {
                out.write(message.toJson().encode().getBytes(StandardCharsets.UTF_8));
                out.write(NEW_LINE);
            }
        } catch (IOException e) {
            failure = e;
        }
    }
}
