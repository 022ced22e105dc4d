package io.firstline.replay;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedMessageCodec;
import io.firstline.bus.publish.FanOut;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.bus.publish.Volume;
import io.firstline.connection.Scheduler;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.replay.retention.ReplayService;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Loss;
import io.firstline.stream.StreamSnapshot;
import io.vertx.core.Closeable;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.ReadStream;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A feed as a consumer on any node receives it from the event bus: every message once, in the order of the numbers,
 * even when the publishing node dies. Missing messages are requested; what cannot be had is reported to
 * {@link #dropHandler}, in its place. {@link GapFiller} lists the exact guarantees.
 *
 * <pre>{@code
 * FeedSubscription btc = FeedSubscription.of(vertx, "btc")
 *         .handler(m -> System.out.println(m.sequence() + " " + m.asText()));
 * btc.dropHandler(loss -> bookIsBroken(loss)).start();
 * }</pre>
 *
 * <p>With {@link Failover#MERGED} it reads every node that carries the feed instead of the owner only: see {@link
 * MergedReader}.
 *
 * <p>The feed must publish {@code "body": "message"}, and retain messages ({@code "retain"}) if holes are to be
 * filled. After a change of the owner the numbers may have holes without a loss, for repeats that were left out. Rely
 * on the drop handler, not on the numbers.
 *
 * <p>Methods may be called from any thread; handlers are called on the context of its creation, where they must not
 * block.
 */
public final class FeedSubscription implements ReadStream<FeedMessage> {
    private static final Logger LOG = LoggerFactory.getLogger(FeedSubscription.class);
    /** A quarter of the bound of a bus consumer's backlog, because other messages wait as well. */
    private static final Volume HOLD = new Volume(16_384, 16 << 20);

    private static final int SNAPSHOT_ATTEMPTS = 3;
    private static final int REMEMBERED = 16_384;
    private static final long OVERLAP_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long WANTS_MS = 1_000;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Vertx vertx;
    private final Scheduler scheduler;
    private final String feed;
    private final ContextInternal context;
    private final FeedStream stream;
    private final LineReader reader;
    private final boolean merges;
    /** Ends this with the verticle that has started it, which does not wait: a handler may be blocked. */
    private final Closeable undeployed = this::undeployed;

    private MessageConsumer<Object> consumer;
    private long timer = -1;
    private long wants = -1;
    private Future<Void> left;
    private boolean closed;
    private boolean bodyReported;
    /** The youngest owner whose messages have arrived. */
    private int newestEpoch;

    /** Creates a subscription with another clock and other timers. */
    FeedSubscription(Vertx vertx, Scheduler scheduler, String feed, SubscriptionOptions options) {
        this.vertx = vertx;
        this.scheduler = scheduler;
        this.feed = feed;
        this.context = (ContextInternal) vertx.getOrCreateContext();
        this.stream = new FeedStream(
                context,
                options.capacity(),
                options.overflow(),
                count -> LOG.debug("{}: the consumer is too slow, {} messages dropped", feed, count));
        this.merges = options.failover() == Failover.MERGED;
        GapFiller.Settings settings = new GapFiller.Settings(
                TimeUnit.MILLISECONDS.toNanos(options.gapTimeoutMs()), RETRY_NANOS, HOLD, REMEMBERED, OVERLAP_NANOS);
        GapFiller.Receiver receiver = new GapFiller.Receiver() {
            @Override
            public void deliver(FeedMessage message) {
                stream.push(message);
            }

            @Override
            public void lost(Loss loss) {
                LOG.warn("{}: {} messages lost, {} to {}", feed, loss.count(), loss.first(), loss.last());
                stream.lost(loss);
            }
        };
        this.reader = merges
                ? new MergedReader(settings, receiver)
                : new OwnerReader(new GapFiller(settings, options.lastValues(), receiver));
    }

    /** Creates a subscription that begins with the next message; it is not started. */
    public static FeedSubscription of(Vertx vertx, String feed) {
        return of(vertx, feed, SubscriptionOptions.DEFAULT);
    }

    /** Creates a subscription that is not started. */
    public static FeedSubscription of(Vertx vertx, String feed, SubscriptionOptions options) {
        boolean alone = !vertx.isClustered();
        return new FeedSubscription(
                vertx, Scheduler.of(vertx), feed, alone ? options.withFailover(Failover.LEASED) : options);
    }

    /** Starts; succeeds when every node knows of it. The feed need not exist yet. */
    public Future<Void> start() {
        Promise<Void> started = context.promise();
        context.runOnContext(v -> {
            if (consumer == null && !closed) {
                FeedMessageCodec.register(vertx);
                String address = merges ? Addresses.lines(feed) : Addresses.feed(feed);
                FanOut.of(vertx).reads(address, context);
                context.addCloseHook(undeployed);
                consumer = vertx.eventBus().consumer(address, this::arrived);
                if (merges) {
                    consumer.completion().onSuccess(known -> wantLines());
                    wants = scheduler.every(WANTS_MS, this::wantLines);
                }
                turn();
            }
            if (closed) {
                started.fail(new IllegalStateException("the subscription is closed"));
            } else {
                consumer.completion().onComplete(started);
            }
        });
        return started.future();
    }

    /** Ends. Delivers messages that wait for a missing one; buffered messages can still be read. Idempotent. */
    public Future<Void> close() {
        Promise<Void> done = context.promise();
        context.runOnContext(v -> {
            if (!closed) {
                closed = true;
                context.removeCloseHook(undeployed);
                scheduler.cancel(timer);
                scheduler.cancel(wants);
                reader.end(scheduler.nowNanos());
                stream.end();
                left = consumer == null ? Future.succeededFuture() : consumer.unregister();
                if (consumer != null) {
                    FanOut.of(vertx).endsReading(consumer.address(), context);
                }
            }
            left.onComplete(done);
        });
        return done.future();
    }

    private void undeployed(Completable<Void> done) {
        close().onFailure(e -> LOG.debug("{}: not unregistered", feed, e));
        done.succeed();
    }

    /** Nodes publish what they have merged only while a subscription wants it. */
    private void wantLines() {
        if (!closed) {
            ReplayService.wantLines(vertx, feed);
            reader.passed(scheduler.nowNanos());
            turn();
        }
    }

    private void arrived(Message<Object> message) {
        if (closed) {
            return;
        }
        Object body;
        try {
            body = RejectionLog.body(message);
        } catch (IllegalArgumentException e) { // such as a format of another version of Firstline
            failOnce(feed + ": " + e.getMessage());
            return;
        }
        if (body instanceof FeedMessage feedMessage) {
            newestEpoch = Math.max(newestEpoch, feedMessage.epoch());
            reader.arrived(message.headers().get(Addresses.LINE), feedMessage, scheduler.nowNanos());
            turn();
        } else {
            failOnce(feed + ": found another body than a FeedMessage, allowed: a feed with \"body\": \"message\"");
        }
    }

    private void failOnce(String what) {
        if (!bodyReported) {
            bodyReported = true;
            stream.failed(new IllegalStateException(what));
        }
    }

    /** Sends the next requests, and sets a timer for the next look. */
    private void turn() {
        LineRequest request = closed ? null : reader.request(scheduler.nowNanos());
        while (request != null) {
            LineRequest sent = request;
            ReplayService.ask(vertx, feed, sent.toJson())
                    .onComplete(answer -> answered(sent, answer.result(), answer.cause()));
            request = reader.request(scheduler.nowNanos());
        }
        long dueNanos = closed ? -1 : reader.dueInNanos(scheduler.nowNanos());
        if (dueNanos >= 0 && timer < 0) { // at most the retry time, because the due time may become earlier
            timer = scheduler.once(TimeUnit.NANOSECONDS.toMillis(Math.min(dueNanos, RETRY_NANOS)) + 1, () -> {
                timer = -1;
                reader.passed(scheduler.nowNanos());
                turn();
            });
        }
    }

    private void answered(LineRequest request, ReplayResponse answer, Throwable failure) {
        if (closed) {
            return;
        }
        if (failure == null) {
            reader.answered(request, answer, scheduler.nowNanos());
        } else {
            LOG.debug("{}: no answer to {}", feed, request, failure);
            boolean nobody = failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
            reader.unanswered(request, nobody, scheduler.nowNanos());
        }
        turn();
    }

    /**
     * Asks the feed's owner for a snapshot of a stream, such as an order book; asks again if the owner changes meanwhile. Keep
     * the messages that are delivered after this call: {@link StreamSnapshot#isContinuedBy} says which of them continue it.
     *
     * @return fails with the reason if there is none, and always with {@link Failover#MERGED}, which numbers messages anew
     */
    public Future<StreamSnapshot> snapshot(String streamName) {
        Promise<StreamSnapshot> promise = context.promise();
        if (merges) {
            promise.fail(new IllegalStateException("a subscription with Failover.MERGED has no snapshots"));
        } else {
            context.runOnContext(
                    v -> askForSnapshot(streamName, SNAPSHOT_ATTEMPTS).onComplete(promise));
        }
        return promise.future();
    }

    private Future<StreamSnapshot> askForSnapshot(String streamName, int attempts) {
        return vertx.eventBus()
                .<JsonObject>request(
                        Addresses.command(feed),
                        new JsonObject().put("do", "snapshot").put("stream", streamName))
                .map(reply -> StreamSnapshot.of(reply.body()))
                .compose(snapshot -> {
                    if (snapshot.epoch() >= newestEpoch) {
                        return Future.succeededFuture(snapshot);
                    }
                    return attempts > 1
                            ? askForSnapshot(streamName, attempts - 1)
                            : Future.failedFuture(
                                    new IllegalStateException("the owner of " + feed + " keeps changing"));
                });
    }

    /** Returns the figures so far. */
    public Future<SubscriptionReport> report() {
        Promise<SubscriptionReport> report = context.promise();
        context.runOnContext(v -> report.complete(reader.report()));
        return report.future();
    }

    /** Returns the next message; see {@link FeedStream#next()}. */
    public Future<FeedMessage> next() {
        return stream.next();
    }

    /**
     * Sets the handler of lost messages, called in their place: those that could not be had, and those dropped
     * because the consumer was slow.
     */
    public FeedSubscription dropHandler(Handler<Loss> handler) {
        stream.dropHandler(handler);
        return this;
    }

    /** Returns the underlying stream. */
    public FeedStream stream() {
        return stream;
    }

    @Override
    public FeedSubscription handler(Handler<FeedMessage> handler) {
        stream.handler(handler);
        return this;
    }

    @Override
    public FeedSubscription pause() {
        stream.pause();
        return this;
    }

    @Override
    public FeedSubscription resume() {
        stream.resume();
        return this;
    }

    @Override
    public FeedSubscription fetch(long amount) {
        stream.fetch(amount);
        return this;
    }

    @Override
    public FeedSubscription exceptionHandler(Handler<Throwable> handler) {
        stream.exceptionHandler(handler);
        return this;
    }

    @Override
    public FeedSubscription endHandler(Handler<Void> handler) {
        stream.endHandler(handler);
        return this;
    }
}
