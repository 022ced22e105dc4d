package io.firstline.testkit;

import io.firstline.connection.Scheduler;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A monotonic clock that runs several times as fast as the real one, and its timers: a test need not wait for the long
 * periods of the main code. Sockets, servers and the wall clock keep the real time.
 */
public final class QuickClock extends SameClock {
    private final int times;
    private final long startNanos;
    private final AtomicLong skippedNanos = new AtomicLong();

    public QuickClock(Scheduler real, int times) {
        super(real);
        this.times = times;
        this.startNanos = real.nowNanos();
    }

    @Override
    public long nowNanos() {
        return startNanos + (super.nowNanos() - startNanos) * times + skippedNanos.get();
    }

    /** Lets this time pass at once. Timers that run already keep their delays. */
    public void skip(long millis) {
        skippedNanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
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
