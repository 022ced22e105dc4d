package io.firstline.merge;

import io.firstline.connection.Scheduler;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** A clock that moves only when a caller advances it; each timer runs exactly when it is due. */
final class VirtualClock implements Scheduler {
    private static final long NANOS_PER_MS = 1_000_000;
    /** Any value will do, if it is the same each time. */
    private static final long SEED = 1;

    private record Timer(long id, long atNanos, long order, long periodNanos, Runnable action) {}

    private final PriorityQueue<Timer> due =
            new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos).thenComparingLong(Timer::order));
    private final Map<Long, Timer> timers = new HashMap<>();
    private final RandomGenerator random = new SplittableRandom(SEED);
    private long nowNanos;
    private long lastId;
    private long order;

    /** Starts at an instant, in nanoseconds since the epoch. */
    VirtualClock(long startNanos) {
        nowNanos = startNanos;
    }

    @Override
    public long nowNanos() {
        return nowNanos;
    }

    @Override
    public long epochMicros() {
        return nowNanos / 1_000;
    }

    @Override
    public long once(long delayMs, Runnable action) {
        return add(++lastId, delayMs * NANOS_PER_MS, 0, action);
    }

    @Override
    public long every(long periodMs, Runnable action) {
        return add(++lastId, periodMs * NANOS_PER_MS, periodMs * NANOS_PER_MS, action);
    }

    private long add(long id, long delayNanos, long periodNanos, Runnable action) {
        Timer timer = new Timer(id, nowNanos + delayNanos, ++order, periodNanos, action);
        timers.put(id, timer);
        due.add(timer);
        return id;
    }

    @Override
    public void cancel(long id) {
        Timer timer = timers.remove(id);
        if (timer != null) {
            due.remove(timer);
        }
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    /** Advances to an instant, unless it is in the past. */
    void advanceTo(long nanos) {
        for (Timer next = due.peek(); next != null && next.atNanos() <= nanos; next = due.peek()) {
            due.remove();
            nowNanos = Math.max(nowNanos, next.atNanos());
            if (next.periodNanos() > 0) {
                add(next.id(), next.periodNanos(), next.periodNanos(), next.action());
            } else {
                timers.remove(next.id());
            }
            next.action().run();
        }
        nowNanos = Math.max(nowNanos, nanos);
    }
}
