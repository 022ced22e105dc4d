package io.firstline.simulator;

import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;

/**
 * One action that can be due at one moment; setting it again replaces the moment. Runs on the context's event loop, to be used only there.
 *
 * <p>It asks the event loop directly because {@code Vertx.setTimer} knows no less than a millisecond and lines differ by less.
 */
final class LoopTimer {
    private final ContextInternal context;
    private final Runnable action;
    private ScheduledFuture<?> pending;

    LoopTimer(ContextInternal context, Runnable action) {
        this.context = context;
        this.action = action;
    }

    /** Due at this moment of {@code System.nanoTime()}; at once when it has passed. */
    void atNs(long dueNs) {
        cancel();
        long delayNs = Math.max(0, dueNs - System.nanoTime());
        pending = context.nettyEventLoop().schedule(this::fire, delayNs, TimeUnit.NANOSECONDS);
    }

    void afterMs(long delayMs) {
        atNs(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs));
    }

    boolean isSet() {
        return pending != null;
    }

    void cancel() {
        if (pending != null) {
            pending.cancel(false);
            pending = null;
        }
    }

    private void fire() {
        pending = null;
        context.dispatch(action);
    }
}
