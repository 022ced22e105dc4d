package io.firstline.connection;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * Sends a connection's frames in order, no faster than the server allows; frames over the budget wait. One frame is
 * always reserved for a pong, which cannot wait. Called on the connection's context.
 */
final class SendThrottle {
    /** Further frames are rejected: at five frames a second, this many already take minutes. */
    static final int MAX_WAITING = 1_000;

    private static final int FOR_PONGS = 1;
    private static final long NO_TIMER = -1;

    private record Waiting(Supplier<Future<Void>> write, Promise<Void> written) {}

    private final Scheduler scheduler;
    private final FrameRateLimit budget;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long timer = NO_TIMER;

    SendThrottle(Scheduler scheduler, FrameRateLimit budget) {
        this.scheduler = scheduler;
        this.budget = budget;
    }

    /** Sends a frame as soon as all earlier frames are sent and the budget allows it. */
    Future<Void> send(Supplier<Future<Void>> write) {
        if (waiting.isEmpty() && waitNanos() == 0) {
            return spend(write);
        }
        if (waiting.size() == MAX_WAITING) {
            return Future.failedFuture(new IllegalStateException(
                    MAX_WAITING + " messages are already waiting: the server limits frames per second"));
        }
        Promise<Void> written = Promise.promise();
        waiting.add(new Waiting(write, written));
        wake();
        return written.future();
    }

    /** Sends a frame now or not at all; for frames that are useless later. */
    boolean sendUnlessBusy(Supplier<Future<Void>> write) {
        boolean free = waiting.isEmpty() && waitNanos() == 0;
        if (free) {
            spend(write);
        }
        return free;
    }

    /** Counts a frame that was sent outside this class because it could not wait. */
    void spent() {
        budget.spend(scheduler.nowNanos());
    }

    private long waitNanos() {
        return budget.waitNanos(FOR_PONGS, scheduler.nowNanos());
    }

    private Future<Void> spend(Supplier<Future<Void>> write) {
        spent();
        return write.get();
    }

    private void wake() {
        if (timer == NO_TIMER && !waiting.isEmpty()) {
            timer = scheduler.once(waitNanos() / 1_000_000 + 1, () -> {
                timer = NO_TIMER;
                while (!waiting.isEmpty() && waitNanos() == 0) {
                    Waiting first = waiting.remove();
                    spend(first.write()).onComplete(first.written());
                }
                wake();
            });
        }
    }

    /** Ends sending: waiting frames fail. */
    void end(String why) {
        scheduler.cancel(timer);
        timer = NO_TIMER;
        while (!waiting.isEmpty()) {
            waiting.remove().written().fail(new IllegalStateException(why));
        }
    }
}
