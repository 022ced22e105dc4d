package io.firstline.bus;

import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Loss;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A feed as a consumer on any node gets it from the event bus: every message once, in the order of the numbers, across the death of the node that
 * publishes it. What did not come is asked for; what cannot be had is told to {@link #dropHandler}, in its place. See
 * {@link Continuity} for what exactly is promised.
 *
 * <pre>{@code
 * FeedSubscription btc = FeedSubscription.of(vertx, "btc").handler(m -> System.out.println(m.sequence() + " " + m.asText()));
 * btc.dropHandler(loss -> bookIsBroken(loss)).start();
 * }</pre>
 *
 * <p>The feed must publish {@code "body": "message"}, and keep what it publishes ({@code "retain"}) if holes are to be filled. After
 * a change of owner the numbers may have holes that are no losses: what was left out as a repetition. Ask the drop handler, not the numbers.
 *
 * <p>Methods may be called from any thread; handlers are called on the context on which it was made, where they must not block.
 */
public final class FeedSubscription implements ReadStream<FeedMessage> {
    private static final Logger LOG = LoggerFactory.getLogger(FeedSubscription.class);
    /** As far as a consumer on the bus may be behind, a fourth: it is one of several things that wait. */
    private static final Amount HOLD = new Amount(16_384, 16 << 20);

    private static final int REMEMBERED = 16_384;
    private static final long OVERLAP_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Vertx vertx;
    private final String feed;
    private final ContextInternal context;
    private final FeedStream stream;
    private final Continuity continuity;
    private MessageConsumer<Object> consumer;
    private long timer = -1;
    private Future<Void> left;
    private boolean closed;
    private boolean bodyTold;

    private FeedSubscription(Vertx vertx, String feed, SubscriptionOptions options) {
        this.vertx = vertx;
        this.feed = feed;
        this.context = (ContextInternal) vertx.getOrCreateContext();
        this.stream = new FeedStream(
                context,
                options.capacity(),
                options.overflow(),
                count -> LOG.debug("{}: the consumer is too slow, {} messages dropped", feed, count));
        this.continuity = new Continuity(
                new Continuity.Settings(
                        TimeUnit.MILLISECONDS.toNanos(options.patienceMs()),
                        RETRY_NANOS,
                        HOLD,
                        REMEMBERED,
                        OVERLAP_NANOS),
                options.lastValues(),
                new Continuity.Receiver() {
                    @Override
                    public void deliver(FeedMessage message) {
                        stream.push(message);
                    }

                    @Override
                    public void lost(Loss loss) {
                        LOG.warn("{}: {} messages lost, {} to {}", feed, loss.count(), loss.first(), loss.last());
                        stream.lost(loss);
                    }
                });
    }

    /** A subscription that begins with whatever comes first; not started. */
    public static FeedSubscription of(Vertx vertx, String feed) {
        return of(vertx, feed, SubscriptionOptions.DEFAULT);
    }

    /** A subscription that is not started. */
    public static FeedSubscription of(Vertx vertx, String feed, SubscriptionOptions options) {
        return new FeedSubscription(vertx, feed, options);
    }

    /** Begins; succeeds when every node knows of it. The feed need not be there yet. */
    public Future<Void> start() {
        Promise<Void> started = context.promise();
        context.runOnContext(v -> {
            if (consumer == null && !closed) {
                FeedMessageCodec.register(vertx);
                consumer = vertx.eventBus().consumer(Addresses.feed(feed), this::arrived);
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

    /** Ends; what waits for a missing message is handed over, what is buffered can still be taken. May be called again. */
    public Future<Void> close() {
        Promise<Void> done = context.promise();
        context.runOnContext(v -> {
            if (!closed) {
                closed = true;
                vertx.cancelTimer(timer);
                continuity.end(System.nanoTime());
                stream.end();
                left = consumer == null ? Future.succeededFuture() : consumer.unregister();
            }
            left.onComplete(done);
        });
        return done.future();
    }

    private void arrived(Message<Object> message) {
        if (closed) {
            return;
        }
        Object body;
        try {
            body = Refusals.body(message);
        } catch (IllegalArgumentException e) { // such as the form of another version of Firstline
            failOnce(feed + ": " + e.getMessage());
            return;
        }
        if (body instanceof FeedMessage feedMessage) {
            continuity.arrived(feedMessage, System.nanoTime());
            turn();
        } else {
            failOnce(feed + ": found another body than a FeedMessage, allowed: a feed with \"body\": \"message\"");
        }
    }

    private void failOnce(String what) {
        if (!bodyTold) {
            bodyTold = true;
            stream.failed(new IllegalStateException(what));
        }
    }

    /** Asks what there is to ask, and comes back when it is time. */
    private void turn() {
        Question question = closed ? null : continuity.question(System.nanoTime());
        if (question != null) {
            FeedResend.ask(vertx, feed, question.toJson())
                    .onComplete(answer -> answered(question, answer.result(), answer.cause()));
        }
        long dueNanos = closed ? -1 : continuity.dueInNanos(System.nanoTime());
        if (dueNanos >= 0 && timer < 0) { // at most a retry long: what is due may become due earlier
            timer = vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(Math.min(dueNanos, RETRY_NANOS)) + 1, t -> {
                timer = -1;
                continuity.passed(System.nanoTime());
                turn();
            });
        }
    }

    private void answered(Question question, Resent answer, Throwable failure) {
        if (closed) {
            return;
        }
        if (failure == null) {
            continuity.answered(question, answer, System.nanoTime());
        } else {
            LOG.debug("{}: no answer to {}", feed, question, failure);
            boolean nobody = failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
            continuity.unanswered(question, nobody, System.nanoTime());
        }
        turn();
    }

    /** What has become of it so far. */
    public Future<SubscriptionReport> report() {
        Promise<SubscriptionReport> report = context.promise();
        context.runOnContext(v -> report.complete(continuity.report()));
        return report.future();
    }

    /** The next message; see {@link FeedStream#next()}. */
    public Future<FeedMessage> next() {
        return stream.next();
    }

    /** Who is told of lost messages, in their place: those that could not be had, and those that a slow consumer had no room for. */
    public FeedSubscription dropHandler(Handler<Loss> handler) {
        stream.dropHandler(handler);
        return this;
    }

    /** What the consumer takes from, for whoever wants a {@link FeedStream}. */
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
