package io.firstline.simulator;

import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;

/**
 * A timer for one action. Setting it again replaces the time. Used only on the context's event loop, where the action
 * runs.
 *
 * <p>It uses the event loop directly, because the resolution of {@code Vertx.setTimer} is a millisecond and lines
 * differ by less.
 */
final class LoopTimer {
    private final ContextInternal context;
    private final Runnable action;
    private ScheduledFuture<?> pending;

    LoopTimer(ContextInternal context, Runnable action) {
        this.context = context;
        this.action = action;
    }

    /** Sets the time, by {@code System.nanoTime()}. A past time means now. */
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
