package io.firstline.deploy.snapshot;

import io.firstline.config.venue.StreamClass;
import io.firstline.connection.Scheduler;
import io.firstline.deploy.snapshot.SnapshotSource.Place;
import io.firstline.feed.Feed;
import io.firstline.feed.message.SnapshotReader;
import io.firstline.feed.message.SnapshotReader.Facts;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.StreamSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to get snapshots of some streams of a pool: opens a spare connection that subscribes only them, remembers what
 * the feed publishes of them meanwhile, and lets {@link SnapshotJoin} decide. Runs on the context of the feed's verticle,
 * while messages arrive on those of the pools.
 */
final class SnapshotFetch {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFetch.class);
    private static final long LOOK_MS = 20;
    /** The wait until it asks again for an attempt to connect. */
    private static final long ROOM_MS = 250;

    private final ContextInternal context;
    private final Scheduler scheduler;
    private final SnapshotSource source;
    private final MergedMessages merged;
    private final IntSupplier epoch;
    private final LongSupplier lastSequence;
    private final long limitNanos;

    private final Map<String, Wanted> byName = new HashMap<>();
    private final MergedMessages spareMessages = new MergedMessages();
    private MergedMessages.Tail ofFeed;
    private MergedMessages.Tail ofSpare;
    private Feed spare;
    private long timer = -1;
    private long startedNanos;
    private int startEpoch;
    private boolean changed;
    private boolean ended;
    private final Promise<Void> done = Promise.promise();

    /** One of its streams. */
    private static final class Wanted {
        final String stream;
        final SnapshotReader reader;
        final boolean isNumbered;
        final SnapshotJoin join;
        final Promise<StreamSnapshot> promise = Promise.promise();
        FeedMessage snapshot;

        Wanted(String stream, SnapshotReader reader, StreamClass type, long startSequence) {
            this.stream = stream;
            this.reader = reader;
            this.isNumbered = !type.sequence().last().isEmpty();
            this.join = new SnapshotJoin(
                    !type.key().isEmpty(), type.sequence().link() == StreamClass.Link.INCREASING, startSequence);
        }

        void refuse(SnapshotRefusal reason, String detail) {
            promise.tryFail(new SnapshotRefusedException(stream, reason, detail));
        }
    }

    /**
     * Prepares an attempt.
     *
     * @param merged gets what the feed publishes
     * @param epoch returns the feed's epoch
     * @param lastSequence returns the sequence of the feed's last message
     * @param limitMs the time for the whole attempt
     */
    SnapshotFetch(
            ContextInternal context,
            Scheduler scheduler,
            SnapshotSource source,
            MergedMessages merged,
            IntSupplier epoch,
            LongSupplier lastSequence,
            long limitMs) {
        this.context = context;
        this.scheduler = scheduler;
        this.source = source;
        this.merged = merged;
        this.epoch = epoch;
        this.lastSequence = lastSequence;
        this.limitNanos = TimeUnit.MILLISECONDS.toNanos(limitMs);
    }

    /**
     * Begins; each future fails with a {@link SnapshotRefusedException}.
     *
     * @param places of streams of one pool, by the name that was asked for
     */
    Map<String, Future<StreamSnapshot>> begin(Map<String, Place> places) {
        startedNanos = scheduler.nowNanos();
        startEpoch = epoch.getAsInt();
        List<String> names = places.values().stream()
                .map(place -> place.stream().name())
                .distinct()
                .toList();
        ofFeed = merged.follow(Set.copyOf(names));
        ofSpare = spareMessages.follow(Set.copyOf(names));
        long start = lastSequence.getAsLong(); // what is published from now on is remembered
        names.forEach(name -> {
            StreamClass type = source.format().classOf(name);
            byName.put(name, new Wanted(name, new SnapshotReader(source.format(), type), type, start));
        });
        Map<String, Future<StreamSnapshot>> results = new HashMap<>();
        places.forEach((asked, place) ->
                results.put(asked, byName.get(place.stream().name()).promise.future()));
        Feed pool = places.values().iterator().next().pool();
        Future.join(names.stream().map(name -> newest(pool, name)).toList())
                .onComplete(all -> open(pool, List.copyOf(names)));
        return results;
    }

    /** Completes when its connection is closed. */
    Future<Void> done() {
        return done.future();
    }

    private Future<?> newest(Feed pool, String name) {
        return here(pool.subscribed(name)).onComplete(known -> {
            if (known.failed()) {
                byName.get(name).refuse(SnapshotRefusal.NOT_AVAILABLE, "");
            } else if (known.result().newest() != null) {
                byName.get(name).join.newestBefore(known.result().newest());
            }
        });
    }

    private void open(Feed pool, List<String> streams) {
        timer = scheduler.every(LOOK_MS, this::look);
        connect(pool, streams);
    }

    /** Connects as soon as the limits leave an attempt. */
    private void connect(Feed pool, List<String> streams) {
        here(pool.spare(streams)).onComplete(made -> {
            if (made.failed()) {
                if (ended || scheduler.nowNanos() - startedNanos > limitNanos / 2) {
                    refuseAll(
                            SnapshotRefusal.NO_ROOM, String.valueOf(made.cause().getMessage()));
                } else {
                    scheduler.once(ROOM_MS, () -> connect(pool, streams));
                }
                return;
            }
            spare = made.result();
            spare.handler(spareMessages::publish);
            spare.eventHandler(this::happened);
            here(spare.start())
                    .onFailure(e -> refuseAll(SnapshotRefusal.NOT_CONNECTED, String.valueOf(e.getMessage())));
            if (ended) {
                close();
            }
        });
    }

    /** A pool completes its futures on its own context. */
    private <T> Future<T> here(Future<T> future) {
        Promise<T> promise = context.promise();
        future.onComplete(promise);
        return promise.future();
    }

    private void happened(FeedEvent event) {
        if (event.fact() instanceof FeedFact.SubscribeFailed failed) {
            String reason = failed.reason();
            context.runOnContext(v -> refuseAll(SnapshotRefusal.REFUSED, reason));
        }
    }

    private void refuseAll(SnapshotRefusal reason, String detail) {
        byName.values().forEach(each -> each.refuse(reason, detail));
        look();
    }

    private void look() {
        if (ended) {
            return;
        }
        for (FeedMessage message : ofFeed.take()) {
            changed |= message.epoch() != startEpoch;
            Wanted wanted = byName.get(message.stream());
            wanted.join.published(
                    message.sequence(),
                    message.identity(),
                    wanted.isNumbered ? wanted.reader.read(message.bytes(), message.text()) : Facts.NONE,
                    message.late());
        }
        for (FeedMessage message : ofSpare.take()) {
            Wanted wanted = byName.get(message.stream());
            Facts facts = wanted.reader.read(message.bytes(), message.text());
            if (!facts.isSnapshot()) {
                wanted.join.follower(message.identity(), scheduler.nowNanos());
            } else if (wanted.join.snapshot(message.identity(), facts, scheduler.nowNanos())) {
                wanted.snapshot = message;
            }
        }
        changed |= epoch.getAsInt() != startEpoch;
        if (changed) {
            byName.values().forEach(each -> each.refuse(SnapshotRefusal.CHANGED, ""));
        } else if (ofFeed.isFull() || ofSpare.isFull()) {
            byName.values().forEach(each -> each.refuse(SnapshotRefusal.TOO_MANY_MESSAGES, ""));
        } else {
            byName.values().forEach(this::decide);
        }
        if (byName.values().stream().allMatch(each -> each.promise.future().isComplete())) {
            close();
        }
    }

    private void decide(Wanted wanted) {
        if (wanted.promise.future().isComplete()) {
            return;
        }
        long now = scheduler.nowNanos();
        SnapshotJoin.Verdict verdict = wanted.join.look(now);
        if (verdict instanceof SnapshotJoin.Joined joined) {
            wanted.promise.complete(new StreamSnapshot(
                    wanted.stream,
                    startEpoch,
                    joined.sequence(),
                    joined.inside(),
                    wanted.snapshot.payload(),
                    wanted.snapshot.text()));
        } else if (verdict instanceof SnapshotJoin.Refused refused) {
            wanted.refuse(refused.reason(), "");
        } else if (verdict instanceof SnapshotJoin.Wait wait && now - startedNanos >= limitNanos) {
            wanted.refuse(wait.lacking(), "");
        }
    }

    private void close() {
        if (!ended) {
            ended = true;
            scheduler.cancel(timer);
            ofFeed.close();
            ofSpare.close();
        }
        if (spare != null) {
            here(spare.close())
                    .onFailure(e -> LOG.debug("a spare connection did not close", e))
                    .onComplete(closed -> done.tryComplete());
        } else {
            done.tryComplete();
        }
    }

    /** Gives up. */
    void cancel() {
        context.runOnContext(v -> refuseAll(SnapshotRefusal.CHANGED, "the feed is closing"));
    }
}
