package io.firstline.deploy.snapshot;

import io.firstline.connection.Scheduler;
import io.firstline.deploy.node.StatusKeys;
import io.firstline.deploy.snapshot.SnapshotSource.Place;
import io.firstline.feed.Feed;
import io.firstline.stream.StreamSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets snapshots of a feed's streams for those who come late. Requests for the same stream within {@value #GATHER_MS} ms
 * share a snapshot, those for several streams share a connection; at most {@value #AT_A_TIME} fetches run at a time. A fetch
 * that fails is tried once more. Runs on the context of the feed's verticle.
 */
public final class StreamSnapshots {
    /** The time in which requests are gathered. */
    static final long GATHER_MS = 200;

    static final int AT_A_TIME = 2;
    /** The time for one attempt, milliseconds. */
    static final long ATTEMPT_MS = 8_000;

    private static final int MOST_STREAMS = 50;
    private static final int MOST_WAITING = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(StreamSnapshots.class);

    private final String feed;
    private final ContextInternal context;
    private final Scheduler scheduler;
    private final Supplier<? extends SnapshotSource> source;
    private final MergedMessages merged;
    private final IntSupplier epoch;
    private final LongSupplier lastSequence;
    private final long attemptMs;

    private final Map<String, Request> waiting = new LinkedHashMap<>();
    private final List<SnapshotFetch> running = new ArrayList<>();
    private int batches;
    private long timer = -1;
    private boolean closed;

    private long asked;
    private long shared;
    private long served;
    private long connections;
    private final Map<SnapshotRefusal, Long> refused = new EnumMap<>(SnapshotRefusal.class);

    /** The requests for one stream that get the same snapshot. */
    private static final class Request {
        final String stream;
        final long sinceNanos;
        final Promise<StreamSnapshot> promise = Promise.promise();
        int clients;
        int attempts;

        Request(String stream, long sinceNanos) {
            this.stream = stream;
            this.sinceNanos = sinceNanos;
        }
    }

    /**
     * Starts without a request.
     *
     * @param source returns the feed's present pools
     * @param merged gets what the feed publishes
     * @param epoch returns the feed's epoch
     * @param lastSequence returns the sequence of the feed's last message
     */
    public StreamSnapshots(
            String feed,
            ContextInternal context,
            Scheduler scheduler,
            Supplier<? extends SnapshotSource> source,
            MergedMessages merged,
            IntSupplier epoch,
            LongSupplier lastSequence) {
        this(feed, context, scheduler, source, merged, epoch, lastSequence, ATTEMPT_MS);
    }

    /** The same with another time for one attempt. */
    StreamSnapshots(
            String feed,
            ContextInternal context,
            Scheduler scheduler,
            Supplier<? extends SnapshotSource> source,
            MergedMessages merged,
            IntSupplier epoch,
            LongSupplier lastSequence,
            long attemptMs) {
        this.feed = feed;
        this.context = context;
        this.scheduler = scheduler;
        this.source = source;
        this.merged = merged;
        this.epoch = epoch;
        this.lastSequence = lastSequence;
        this.attemptMs = attemptMs;
    }

    /** Returns a snapshot of a stream; fails with the reason if there is none. */
    public Future<StreamSnapshot> ask(String stream) {
        asked++;
        Request request = waiting.get(stream);
        if (request == null) {
            if (closed || waiting.size() >= MOST_WAITING) {
                return Future.failedFuture(refuse(new Request(stream, 0), SnapshotRefusal.BUSY, ""));
            }
            request = new Request(stream, scheduler.nowNanos());
            waiting.put(stream, request);
            schedule();
        } else {
            shared++;
        }
        request.clients++;
        return request.promise.future();
    }

    private void schedule() {
        if (timer == -1 && !waiting.isEmpty() && batches < AT_A_TIME) {
            timer = scheduler.once(GATHER_MS, this::startBatch);
        }
    }

    private void startBatch() {
        timer = -1;
        SnapshotSource now = source.get();
        int most = now.streamsPerConnection() == 0 ? MOST_STREAMS : Math.min(MOST_STREAMS, now.streamsPerConnection());
        List<Request> batch = waiting.values().stream().limit(most).toList();
        batch.forEach(request -> waiting.remove(request.stream));
        batches++;
        attempt(now, batch).onComplete(over -> {
            batches--;
            schedule();
        });
        schedule();
    }

    /** Returns what completes when all connections of the attempt are closed. */
    private Future<?> attempt(SnapshotSource from, List<Request> batch) {
        Map<Feed, Map<String, Place>> byPool = new HashMap<>();
        Map<String, Request> requests = new HashMap<>();
        List<Future<Place>> places = new ArrayList<>();
        for (Request request : batch) {
            request.attempts++;
            requests.put(request.stream, request);
            places.add(here(from.place(request.stream)).onComplete(found -> {
                if (found.failed() || !hasSnapshot(from, found.result())) {
                    fail(request, SnapshotRefusal.NOT_AVAILABLE, "");
                } else if (!from.hasRoom()) {
                    fail(request, SnapshotRefusal.NO_ROOM, "");
                } else {
                    byPool.computeIfAbsent(found.result().pool(), any -> new HashMap<>())
                            .put(request.stream, found.result());
                }
            }));
        }
        return Future.join(places)
                .transform(all -> Future.join(byPool.values().stream()
                        .map(ofPool -> fetch(from, ofPool, requests))
                        .toList()));
    }

    /** A pool completes its futures on its own context. */
    private <T> Future<T> here(Future<T> future) {
        Promise<T> promise = context.promise();
        future.onComplete(promise);
        return promise.future();
    }

    private static boolean hasSnapshot(SnapshotSource from, Place place) {
        return from.format().classOf(place.stream().name()).hasSnapshot();
    }

    private Future<?> fetch(SnapshotSource from, Map<String, Place> places, Map<String, Request> requests) {
        SnapshotFetch fetch = new SnapshotFetch(context, scheduler, from, merged, epoch, lastSequence, attemptMs);
        running.add(fetch);
        connections++;
        List<Request> again = new ArrayList<>();
        fetch.begin(places)
                .forEach((stream, result) -> result.onComplete(got -> {
                    Request request = requests.get(stream);
                    SnapshotRefusedException failure = got.failed() ? (SnapshotRefusedException) got.cause() : null;
                    if (failure != null && failure.reason().isWorthAnotherTry() && request.attempts < 2 && !closed) {
                        LOG.debug("{}: {}; trying once more", feed, failure.getMessage());
                        again.add(request);
                    } else if (failure != null) {
                        fail(request, failure);
                    } else if (source.get() != from) {
                        fail(request, SnapshotRefusal.CHANGED, "");
                    } else {
                        serve(request, got.result());
                    }
                }));
        return fetch.done().transform(over -> {
            running.remove(fetch);
            return again.isEmpty()
                    ? Future.succeededFuture()
                    : attempt(source.get(), again).<Void>mapEmpty();
        });
    }

    private void serve(Request request, StreamSnapshot snapshot) {
        served += request.clients;
        LOG.info(
                "{} snapshot of {} joined after message {} ({} bytes, {} ms, {} waited for it)",
                feed,
                request.stream,
                snapshot.sequence(),
                snapshot.payload().length(),
                TimeUnit.NANOSECONDS.toMillis(scheduler.nowNanos() - request.sinceNanos),
                request.clients);
        request.promise.tryComplete(snapshot);
    }

    private void fail(Request request, SnapshotRefusal reason, String detail) {
        fail(request, new SnapshotRefusedException(request.stream, reason, detail));
    }

    private void fail(Request request, SnapshotRefusedException failure) {
        refused.merge(failure.reason(), (long) request.clients, Long::sum);
        LOG.warn("{} has {} ({} waited for it)", feed, failure.getMessage(), request.clients);
        request.promise.tryFail(failure);
    }

    private SnapshotRefusedException refuse(Request request, SnapshotRefusal reason, String detail) {
        refused.merge(reason, 1L, Long::sum);
        return new SnapshotRefusedException(request.stream, reason, detail);
    }

    /** The figures for the status. */
    public JsonObject toJson() {
        JsonObject reasons = new JsonObject();
        for (SnapshotRefusal reason : SnapshotRefusal.values()) {
            reasons.put(reason.label(), refused.getOrDefault(reason, 0L));
        }
        return new JsonObject()
                .put("asked", asked)
                .put("shared", shared)
                .put(StatusKeys.SERVED, served)
                .put("connections", connections)
                .put(StatusKeys.REFUSED, reasons);
    }

    /** Refuses everything; completes when the spare connections are closed. */
    public Future<Void> close() {
        closed = true;
        scheduler.cancel(timer);
        List.copyOf(waiting.values()).forEach(request -> fail(request, SnapshotRefusal.CHANGED, "the feed is closing"));
        waiting.clear();
        List<SnapshotFetch> open = List.copyOf(running);
        open.forEach(SnapshotFetch::cancel);
        return Future.join(open.stream().map(SnapshotFetch::done).toList()).mapEmpty();
    }
}
