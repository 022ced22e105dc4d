package io.firstline.stream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;

/**
 * One consumer's view of a merged stream: a Vert.x {@link ReadStream} and, for who prefers to ask, {@link #next()}.
 *
 * <p>While the consumer takes messages as they come, they are handed over in the same turn of the event loop in which they arrived.
 * While it is paused, or has no handler and asks for nothing, they wait in a bounded ring; what does not fit is dropped by policy,
 * counted, and told in the feed's events. Pausing never touches a socket.
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
    private final MessageRing ring;
    private final LongConsumer onDropped;
    private final ArrayDeque<Promise<FeedMessage>> waiting = new ArrayDeque<>();

    private Handler<FeedMessage> handler;
    private Handler<Throwable> exceptionHandler;
    private Handler<Void> endHandler;
    private long demand = Long.MAX_VALUE;
    private boolean draining;
    private boolean ended;
    private boolean endTold;

    /**
     * Made by a feed for one consumer.
     *
     * @param context the feed's event loop
     * @param onDropped told how many messages were dropped, on that loop
     */
    public FeedStream(Context context, int capacity, Overflow overflow, LongConsumer onDropped) {
        this.context = (ContextInternal) context;
        this.ring = new MessageRing(capacity, MAX_BYTES, overflow);
        this.onDropped = onDropped;
    }

    /** For the feed, on its event loop: hands a message to the consumer or keeps it for later. */
    public void push(FeedMessage message) {
        if (ended) {
            return;
        }
        if (ring.size() == 0 && !draining && deliver(message)) {
            return;
        }
        int dropped = ring.offer(message);
        if (dropped > 0) {
            onDropped.accept(dropped);
        }
    }

    /** For the feed, on its event loop: no message follows. What is buffered can still be taken. */
    public void end() {
        ended = true;
        drain();
    }

    private boolean deliver(FeedMessage message) {
        Promise<FeedMessage> asked = waiting.poll();
        if (asked != null) {
            asked.complete(message);
            return true;
        }
        if (handler == null || demand == 0) {
            return false;
        }
        if (demand != Long.MAX_VALUE) {
            demand--;
        }
        try {
            handler.handle(message);
        } catch (RuntimeException | Error e) {
            failed(e);
        }
        return true;
    }

    /** Hands over what the ring holds as long as the consumer wants more, which a handler may change while this runs. */
    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        while (ring.size() > 0 && (!waiting.isEmpty() || (handler != null && demand > 0))) {
            deliver(ring.poll());
        }
        draining = false;
        if (ended && ring.size() == 0) {
            tellEnd();
        }
    }

    private void tellEnd() {
        while (!waiting.isEmpty()) {
            waiting.poll().fail(new IllegalStateException("the feed is closed"));
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

    private void failed(Throwable failure) {
        if (exceptionHandler == null) {
            context.reportException(failure);
            return;
        }
        try {
            exceptionHandler.handle(failure);
        } catch (RuntimeException | Error e) {
            context.reportException(e);
        }
    }

    /**
     * The next message: of those that wait, the oldest.
     *
     * @return fails when the feed is closed and nothing waits, or when more than 1,024 calls are unanswered
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

    /** How many messages wait for the consumer. Exact on the feed's event loop, elsewhere a moment old. */
    public int buffered() {
        return ring.size();
    }

    /** How many messages were dropped because the consumer was too slow. */
    public long dropped() {
        return ring.dropped();
    }

    private FeedStream onContext(Runnable task) {
        context.execute(task);
        return this;
    }
}
