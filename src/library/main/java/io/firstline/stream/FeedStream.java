package io.firstline.stream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayDeque;
import java.util.function.Function;

/**
 * One consumer's view of a merged stream: a Vert.x {@link ReadStream} that also offers {@link #next()}.
 *
 * <p>A consumer that keeps up gets each message in the turn of the event loop in which it arrived. While the consumer
 * is paused, or has no handler and does not call {@code next()}, messages wait in a bounded buffer. {@link Overflow}
 * decides about messages that do not fit. Drops are counted, reported in the feed's events, and passed to
 * {@link #dropHandler} at their place among the messages. Pausing never affects a socket.
 *
 * <p>Methods may be called from any thread. Handlers are called on the feed's event loop and must not block. If a
 * handler throws, the exception handler gets the exception and the stream continues.
 */
public final class FeedStream implements ReadStream<FeedMessage> {
    /** The default buffer size of a stream, in messages. */
    public static final int DEFAULT_CAPACITY = 16_384;

    /** The buffer size of a stream, in payload bytes. */
    public static final long MAX_BYTES = 64L * 1024 * 1024;

    private static final int MAX_WAITING = 1_024;

    private final ContextInternal context;
    private final Overflow overflow;
    private final Backlog backlog;
    private final Owner owner;
    private final ArrayDeque<Promise<FeedMessage>> waiting = new ArrayDeque<>();

    private Handler<FeedMessage> handler;
    private Handler<Throwable> exceptionHandler;
    private Handler<Void> endHandler;
    private Handler<Loss> dropHandler;
    private RuntimeException failure = new IllegalStateException("the feed is closed");
    private long demand = Long.MAX_VALUE;
    private boolean draining;
    private boolean ended;
    private boolean endReported;

    /** The owner of a stream. Called on the feed's event loop. */
    @FunctionalInterface
    public interface Owner {
        /** Messages were dropped because the buffer was full. */
        void dropped(long count);

        /** Newer messages of the same streams replaced waiting messages. */
        default void conflated(long count) {
            dropped(count);
        }

        /** The stream's overflow policy has ended it; it accepts no more messages. */
        default void closed(FeedStream stream) {}
    }

    /**
     * Makes a stream for one consumer; called by its feed. With {@link Overflow#CONFLATE} the latest message of each
     * {@link FeedMessage#stream} waits; messages that name no stream count as one stream.
     */
    public FeedStream(Context context, int capacity, Overflow overflow, Owner owner) {
        this(context, capacity, overflow, message -> message.stream() == null ? "" : message.stream(), owner);
    }

    /**
     * Makes a stream for one consumer; called by its feed.
     *
     * @param context the feed's event loop
     * @param streamOf returns a message's stream, for {@link Overflow#CONFLATE}; a message without one (null) is never
     *     replaced
     */
    public FeedStream(
            Context context, int capacity, Overflow overflow, Function<FeedMessage, String> streamOf, Owner owner) {
        this.context = (ContextInternal) context;
        this.overflow = overflow;
        this.owner = owner;
        this.backlog = overflow == Overflow.CONFLATE
                ? new LatestByStream(capacity, MAX_BYTES, m -> streamOf(m, streamOf), () -> owner.conflated(1))
                : new MessageRing(capacity, MAX_BYTES, overflow);
    }

    /** An exception in a consumer's function must not lose the message. */
    private String streamOf(FeedMessage message, Function<FeedMessage, String> function) {
        try {
            return function.apply(message);
        } catch (RuntimeException | Error e) {
            failed(e);
            return null;
        }
    }

    /** Hands a message to the consumer or buffers it. Called by the feed on its event loop. */
    public void push(FeedMessage message) {
        if (ended) {
            return;
        }
        if (backlog.size() == 0 && !draining && deliver(message)) {
            return;
        }
        int dropped = backlog.offer(message);
        if (dropped > 0) {
            owner.dropped(dropped);
            if (overflow == Overflow.CLOSE) {
                close(new SlowConsumerException(message.feed(), backlog.size(), message.sequence()));
            }
        }
    }

    /**
     * Reports messages that were lost before they arrived here, at their place in the stream. Called by the feed on its
     * event loop.
     */
    public void lost(Loss loss) {
        if (!ended) {
            backlog.lost(loss);
        }
    }

    private void close(RuntimeException cause) {
        ended = true;
        failure = cause;
        owner.closed(this);
        failed(cause);
    }

    /** Ends the stream; buffered messages remain available. Called by the feed on its event loop. */
    public void end() {
        ended = true;
        drain();
    }

    private boolean deliver(FeedMessage message) {
        Promise<FeedMessage> asked = waiting.poll();
        if (asked != null) {
            reportLoss(backlog.lossBefore(message));
            asked.complete(message);
            return true;
        }
        Handler<FeedMessage> receiver = handler;
        if (receiver == null || demand == 0) {
            return false;
        }
        if (demand != Long.MAX_VALUE) {
            demand--;
        }
        reportLoss(backlog.lossBefore(message));
        try {
            receiver.handle(message);
        } catch (RuntimeException | Error e) {
            failed(e);
        }
        return true;
    }

    /** Hands over buffered messages while the consumer wants more. A handler may change that while this runs. */
    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        while (backlog.size() > 0 && (!waiting.isEmpty() || (handler != null && demand > 0))) {
            deliver(backlog.poll());
        }
        draining = false;
        if (ended && backlog.size() == 0) {
            reportEnd();
        }
    }

    private void reportLoss(Loss loss) {
        if (loss == null || dropHandler == null) {
            return;
        }
        try {
            dropHandler.handle(loss);
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void reportEnd() {
        reportLoss(backlog.lossAtEnd());
        while (!waiting.isEmpty()) {
            waiting.poll().fail(failure);
        }
        if (!endReported && endHandler != null) {
            endReported = true;
            try {
                endHandler.handle(null);
            } catch (RuntimeException | Error e) {
                context.reportException(e);
            }
        }
    }

    /**
     * Passes a failure to the consumer's exception handler; the stream continues. Called by the feed on its event loop.
     */
    public void failed(Throwable thrown) {
        if (exceptionHandler == null) {
            context.reportException(thrown);
            return;
        }
        try {
            exceptionHandler.handle(thrown);
        } catch (RuntimeException | Error e) {
            context.reportException(e);
        }
    }

    /**
     * The next message: the oldest waiting one, or else the next to arrive.
     *
     * @return fails if the stream has ended and nothing waits, or if 1,024 calls are already pending
     */
    public Future<FeedMessage> next() {
        Promise<FeedMessage> promise = context.promise();
        onContext(() -> {
            if (waiting.size() >= MAX_WAITING) {
                promise.fail(new IllegalStateException(MAX_WAITING + " calls of next() are already pending"));
                return;
            }
            waiting.add(promise);
            drain();
        });
        return promise.future();
    }

    @Override
    public FeedStream handler(Handler<FeedMessage> newHandler) {
        return onContext(() -> {
            handler = newHandler;
            drain();
        });
    }

    @Override
    public FeedStream pause() {
        return onContext(() -> demand = 0);
    }

    @Override
    public FeedStream fetch(long amount) {
        if (amount < 0) {
            throw new IllegalArgumentException("fetch(" + amount + "): the amount must not be negative");
        }
        return onContext(() -> {
            demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
            drain();
        });
    }

    @Override
    public FeedStream resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public FeedStream exceptionHandler(Handler<Throwable> newHandler) {
        return onContext(() -> exceptionHandler = newHandler);
    }

    @Override
    public FeedStream endHandler(Handler<Void> newHandler) {
        return onContext(() -> {
            endHandler = newHandler;
            drain();
        });
    }

    /**
     * Sets the handler of lost messages. It is called directly before the next message, or before the end of the
     * stream. Between two calls nothing was lost, so a consumer knows which of its data (an order book, for example) is
     * still complete. Without this handler, holes in {@link FeedMessage#sequence()} show the same, except with
     * {@link Overflow#CONFLATE}.
     */
    public FeedStream dropHandler(Handler<Loss> newHandler) {
        return onContext(() -> dropHandler = newHandler);
    }

    /**
     * The number of messages that wait for the consumer. Exact on the feed's event loop; slightly stale on other
     * threads.
     */
    public int buffered() {
        return backlog.size();
    }

    /** The number of messages lost because the consumer was too slow. */
    public long dropped() {
        return backlog.dropped();
    }

    private FeedStream onContext(Runnable task) {
        context.execute(task);
        return this;
    }
}
