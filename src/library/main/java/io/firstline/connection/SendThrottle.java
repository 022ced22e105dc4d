package io.firstline.connection;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * Sends a connection's frames no faster than the server allows; frames over the budget wait. Messages keep their order,
 * but those that the server waits for go first. Called on the connection's context.
 */
final class SendThrottle {
    /** Further frames are rejected: at five frames a second, this many already take minutes. */
    static final int MAX_WAITING = 1_000;

    private static final long NO_TIMER = -1;

    private record Waiting(Supplier<Future<Void>> write, Promise<Void> written) {}

    private final Scheduler scheduler;
    private final SendBudget budget;
    private final Deque<Waiting> urgent = new ArrayDeque<>();
    private final Deque<Waiting> requests = new ArrayDeque<>();
    private long timer = NO_TIMER;

    SendThrottle(Scheduler scheduler, SendBudget budget) {
        this.scheduler = scheduler;
        this.budget = budget;
    }

    /** Sends a frame as soon as all earlier frames are sent and the budget allows it. */
    Future<Void> send(Supplier<Future<Void>> write) {
        return send(write, FrameKind.REQUEST, requests, urgent.isEmpty() && requests.isEmpty());
    }

    /** Sends a frame that the server waits for before all others that wait. */
    Future<Void> sendFirst(Supplier<Future<Void>> write) {
        return send(write, FrameKind.URGENT, urgent, urgent.isEmpty());
    }

    private Future<Void> send(Supplier<Future<Void>> write, FrameKind kind, Deque<Waiting> queue, boolean first) {
        if (first && trySpend(kind)) {
            return write.get();
        }
        if (queue.size() == MAX_WAITING) {
            return Future.failedFuture(
                    new IllegalStateException(MAX_WAITING + " messages are already waiting: the server limits frames"));
        }
        Promise<Void> written = Promise.promise();
        queue.add(new Waiting(write, written));
        wake();
        return written.future();
    }

    /** Sends a frame now or not at all; for frames that are useless later. */
    boolean sendUnlessBusy(Runnable write) {
        boolean free = urgent.isEmpty() && requests.isEmpty() && trySpend(FrameKind.PING);
        if (free) {
            write.run();
        }
        return free;
    }

    /** Counts a frame that was sent outside this class because it could not wait. */
    void spent() {
        budget.spend(FrameKind.PONG, scheduler.nowNanos());
    }

    private long waitNanos(FrameKind kind) {
        return budget.waitNanos(kind, scheduler.nowNanos());
    }

    private boolean trySpend(FrameKind kind) {
        return budget.trySpend(kind, scheduler.nowNanos());
    }

    /** Waits for the first frame that waits. */
    private void wake() {
        scheduler.cancel(timer);
        timer = NO_TIMER;
        if (!urgent.isEmpty()) {
            await(FrameKind.URGENT);
        } else if (!requests.isEmpty()) {
            budget.waits(scheduler.nowNanos());
            await(FrameKind.REQUEST);
        } else {
            budget.leave();
        }
    }

    private void await(FrameKind kind) {
        timer = scheduler.once(waitNanos(kind) / 1_000_000 + 1, () -> {
            timer = NO_TIMER;
            flush(FrameKind.URGENT, urgent);
            flush(FrameKind.REQUEST, requests);
            wake();
        });
    }

    private void flush(FrameKind kind, Deque<Waiting> queue) {
        while (!queue.isEmpty() && trySpend(kind)) {
            Waiting first = queue.remove();
            first.write().get().onComplete(first.written());
        }
    }

    /** Ends sending: waiting frames fail. */
    void end(String why) {
        scheduler.cancel(timer);
        timer = NO_TIMER;
        budget.leave();
        for (Deque<Waiting> queue : List.of(urgent, requests)) {
            while (!queue.isEmpty()) {
                queue.remove().written().fail(new IllegalStateException(why));
            }
        }
    }
}
