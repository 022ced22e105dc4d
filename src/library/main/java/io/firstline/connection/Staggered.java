package io.firstline.connection;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Returns the first of several attempts that succeeds. The next attempt starts as soon as one fails, or after a pause
 * if none has ended. A dead address or a silent name server thus delays the others by at most that pause ("Happy
 * Eyeballs", RFC 8305). Runs on one context.
 */
final class Staggered<T> {
    private final ContextInternal context;
    private final Iterator<Supplier<Future<T>>> attempts;
    private final long pauseMs;
    private final Consumer<T> surplus;
    private final Promise<T> first;
    private int underWay;
    private long timer = -1;
    private Throwable failure;

    private Staggered(
            ContextInternal context, Iterator<Supplier<Future<T>>> attempts, long pauseMs, Consumer<T> surplus) {
        this.context = context;
        this.attempts = attempts;
        this.pauseMs = pauseMs;
        this.surplus = surplus;
        this.first = context.promise();
    }

    /**
     * Starts the attempts; called on the context.
     *
     * @param attempts at least one; each ends without help
     * @param surplus gets the results of attempts that succeed after the first
     * @return if all attempts fail, the failure of the attempt that failed first
     */
    static <T> Future<T> first(
            ContextInternal context, List<Supplier<Future<T>>> attempts, long pauseMs, Consumer<T> surplus) {
        Staggered<T> race = new Staggered<>(context, attempts.iterator(), pauseMs, surplus);
        race.next();
        return race.first.future();
    }

    private void next() {
        context.owner().cancelTimer(timer);
        if (first.future().isComplete() || !attempts.hasNext()) {
            return;
        }
        underWay++;
        timer = context.setTimer(pauseMs, t -> next());
        attempts.next().get().onComplete(ended -> {
            underWay--;
            if (ended.failed()) {
                failed(ended.cause());
            } else if (first.tryComplete(ended.result())) {
                context.owner().cancelTimer(timer);
            } else {
                surplus.accept(ended.result());
            }
        });
    }

    private void failed(Throwable cause) {
        failure = failure == null ? cause : failure;
        if (attempts.hasNext()) {
            next();
        } else if (underWay == 0) {
            context.owner().cancelTimer(timer);
            first.tryFail(failure);
        }
    }
}
