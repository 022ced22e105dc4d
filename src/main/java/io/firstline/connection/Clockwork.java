package io.firstline.connection;

import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Time, timers and chance: all that a feed takes from outside but its sockets. A simulation puts its own in place and lets years pass
 * in seconds. Called on the feed's context, where the timers' actions run too.
 */
public interface Clockwork {
    /** Nanoseconds of a clock that never steps: everything is decided by this one. */
    long nowNanos();

    /** Microseconds since the epoch, for stamps only: it may step at any time. */
    long epochMicros();

    /** Runs an action once; answers with the timer's id. */
    long once(long delayMs, Runnable action);

    /** Runs an action periodically; answers with the timer's id. */
    long every(long periodMs, Runnable action);

    /** Cancels a timer; one that has run, or never was, is no error. */
    void cancel(long timer);

    RandomGenerator random();

    /** The real thing: the timers of this Vert.x, the system's clocks. */
    static Clockwork of(Vertx vertx) {
        return new Clockwork() {
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
            public void cancel(long timer) {
                vertx.cancelTimer(timer);
            }

            @Override
            public RandomGenerator random() {
                return RandomGenerator.getDefault();
            }
        };
    }
}
