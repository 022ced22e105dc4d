package io.firstline.connection;

import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The time, timers and random numbers of a feed: everything that it takes from outside except its sockets. A simulation
 * replaces it and runs years in seconds. Called on the feed's context, on which timer actions also run.
 */
public interface Scheduler {
    /** Nanoseconds of a monotonic clock, used for all decisions. */
    long nowNanos();

    /** Microseconds since the Unix epoch, used for time stamps only: this clock may step at any time. */
    long epochMicros();

    /** Runs an action once; returns the timer's id. */
    long once(long delayMs, Runnable action);

    /** Runs an action periodically; returns the timer's id. */
    long every(long periodMs, Runnable action);

    /**
     * The same, but first after a random part of the period if this is the system's clock: the timers of connections and
     * feeds that began together then do not all run in the same turn of an event loop, ahead of arriving messages.
     */
    default long everyStaggered(long periodMs, Runnable action) {
        return every(periodMs, action);
    }

    /** Cancels a timer. Ignores an unknown timer and one that has already run. */
    void cancel(long timer);

    RandomGenerator random();

    /** The monotonic clock of {@link #of}, for code that has no Vert.x yet. */
    static LongSupplier monotonicClock() {
        return System::nanoTime;
    }

    /** The production implementation: the timers of this Vert.x and the system's clocks. */
    static Scheduler of(Vertx vertx) {
        return new Scheduler() {
            @Override
            public long nowNanos() {
                return System.nanoTime();
            }

            @Override
            public long epochMicros() {
                Instant now = Instant.now();
                return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(now.getNano());
            }

            @Override
            public long once(long delayMs, Runnable action) {
                return vertx.setTimer(delayMs, t -> action.run());
            }

            @Override
            public long every(long periodMs, Runnable action) {
                return vertx.setPeriodic(periodMs, t -> action.run());
            }

            @Override
            public long everyStaggered(long periodMs, Runnable action) {
                long firstMs = ThreadLocalRandom.current().nextLong(1, periodMs + 1);
                return vertx.setPeriodic(firstMs, periodMs, t -> action.run());
            }

            @Override
            public void cancel(long timer) {
                vertx.cancelTimer(timer);
            }

            @Override
            public RandomGenerator random() {
                return new SplittableRandom(); // the default algorithm is in a module that small runtimes lack
            }
        };
    }
}
