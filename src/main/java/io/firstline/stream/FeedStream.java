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
 * One consumer's view of a merged stream: a Vert.x {@link ReadStream} and, for who prefers to ask, {@link #next()}.
 *
 * <p>While the consumer takes messages as they come, they are handed over in the same turn of the event loop in which they arrived.
 * While it is paused, or has no handler and asks for nothing, they wait in a bounded buffer; what does not fit is treated by the
 * stream's {@link Overflow}, counted, told in the feed's events, and told here, in its place among the messages, to
 * {@link #dropHandler}. Pausing never touches a socket.
 *
 * <p>Methods may be called from any thread; handlers are called on the feed's event loop, where they must not block. A handler that
 * throws reaches the exception handler, and the stream goes on.
 */
public final class FeedStream implements ReadStream<FeedMessage> {
    /** Messages a stream holds for its consumer unless told otherwise. */
    public static final int DEFAULT_CAPACITY = 16_384;

    /** Payload bytes a stream holds for its consumer. */
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
    private boolean endTold;

    /** Whose stream it is: told on the feed's event loop what becomes of it. */
    @FunctionalInterface
    public interface Owner {
        /** The buffer had no room for so many messages. */
        void dropped(long count);

        /** So many messages gave way to newer ones of their streams. */
        default void conflated(long count) {
            dropped(count);
        }

        /** The stream has ended by its own policy and takes nothing more. */
        default void closed(FeedStream stream) {}
    }

    /** The whole feed is one stream: with {@link Overflow#CONFLATE} only the latest message waits. */
    public FeedStream(Context context, int capacity, Overflow overflow, Owner owner) {
        this(context, capacity, overflow, message -> "", owner);
    }

    /**
     * Made by a feed for one consumer.
     *
     * @param context the feed's event loop
     * @param streamOf a message's stream, for {@link Overflow#CONFLATE}; null = of none, such a message is never replaced
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

    /** A consumer's function that throws costs no message. */
    private String streamOf(FeedMessage message, Function<FeedMessage, String> function) {
        try {
            return function.apply(message);
        } catch (RuntimeException | Error e) {
            failed(e);
            return null;
        }
    }

    /** For the feed, on its event loop: hands a message to the consumer or keeps it for later. */
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

    /** For the feed, on its event loop: messages were lost before they came here. Told to the consumer in their place. */
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

    /** For the feed, on its event loop: no message follows. What is buffered can still be taken. */
    public void end() {
        ended = true;
        drain();
    }

    private boolean deliver(FeedMessage message) {
        Promise<FeedMessage> asked = waiting.poll();
        if (asked != null) {
            tellLoss(backlog.lossBefore(message));
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
        tellLoss(backlog.lossBefore(message));
        try {
            receiver.handle(message);
        } catch (RuntimeException | Error e) {
            failed(e);
        }
        return true;
    }

    /** Hands over what waits as long as the consumer wants more, which a handler may change while this runs. */
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
            tellEnd();
        }
    }

    private void tellLoss(Loss loss) {
        if (loss == null || dropHandler == null) {
            return;
        }
        try {
            dropHandler.handle(loss);
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void tellEnd() {
        tellLoss(backlog.lossAtEnd());
        while (!waiting.isEmpty()) {
            waiting.poll().fail(failure);
        }
        if (!endTold && endHandler != null) {
            endTold = true;
            try {
                endHandler.handle(null);
            } catch (RuntimeException | Error e) {
                context.reportException(e);
            }
        }
    }

    /** For the feed, on its event loop: tells the consumer what went wrong; the stream goes on. */
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
     * The next message: of those that wait, the oldest.
     *
     * @return fails when the stream has ended and nothing waits, or when more than 1,024 calls are unanswered
     */
    public Future<FeedMessage> next() {
        Promise<FeedMessage> promise = context.promise();
        onContext(() -> {
            if (waiting.size() >= MAX_WAITING) {
                promise.fail(new IllegalStateException(MAX_WAITING + " calls of next() are waiting already"));
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
     * Sets who is told of lost messages: called just before the next message that the consumer gets, or before the end. In between it
     * has lost none, so it knows which of what it holds (an order book, say) is still whole. Without it, holes in
     * {@link FeedMessage#sequence()} say the same, except with {@link Overflow#CONFLATE}.
     */
    public FeedStream dropHandler(Handler<Loss> newHandler) {
        return onContext(() -> dropHandler = newHandler);
    }

    /** How many messages wait for the consumer. Exact on the feed's event loop, elsewhere a moment old. */
    public int buffered() {
        return backlog.size();
    }

    /** How many messages were lost because the consumer was too slow. */
    public long dropped() {
        return backlog.dropped();
    }

    private FeedStream onContext(Runnable task) {
        context.execute(task);
        return this;
    }
}
