package io.firstline.testkit;

import io.firstline.connection.Scheduler;
import java.util.random.RandomGenerator;

/** Another clockwork, but for what a test overrides. */
public class SameClock implements Scheduler {
    private final Scheduler real;

    protected SameClock(Scheduler real) {
        this.real = real;
    }

    @Override
    public long nowNanos() {
        return real.nowNanos();
    }

    @Override
    public long epochMicros() {
        return real.epochMicros();
    }

    @Override
    public long once(long delayMs, Runnable action) {
        return real.once(delayMs, action);
    }

    @Override
    public long every(long periodMs, Runnable action) {
        return real.every(periodMs, action);
    }

    @Override
    public void cancel(long timer) {
        real.cancel(timer);
    }

    @Override
    public RandomGenerator random() {
        return real.random();
    }
}
