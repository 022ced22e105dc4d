package io.firstline.testkit;

import io.firstline.connection.Scheduler;

/**
 * A monotonic clock that runs several times as fast as the real one, and its timers: a test need not wait for the long
 * periods of the main code. Sockets, servers and the wall clock keep the real time.
 */
public final class QuickClock extends SameClock {
    private final int times;
    private final long startNanos;

    public QuickClock(Scheduler real, int times) {
        super(real);
        this.times = times;
        this.startNanos = real.nowNanos();
    }

    @Override
    public long nowNanos() {
        return startNanos + (super.nowNanos() - startNanos) * times;
    }

    @Override
    public long once(long delayMs, Runnable action) {
        return super.once(Math.max(1, delayMs / times), action);
    }

    @Override
    public long every(long periodMs, Runnable action) {
        return super.every(Math.max(1, periodMs / times), action);
    }
}
