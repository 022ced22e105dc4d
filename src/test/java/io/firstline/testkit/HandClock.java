package io.firstline.testkit;

import io.firstline.connection.Scheduler;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Time that passes only when a test says so; timers run inside that call, in order. */
public final class HandClock implements Scheduler {
    private record Timer(long id, long periodNanos, Runnable action) {}

    /** By the instant at which they are due, then by age. */
    private final TreeMap<Long, TreeMap<Long, Timer>> timers = new TreeMap<>();

    private final RandomGenerator random;
    private long nowNanos = -7_000_000_000L; // a monotonic clock may begin anywhere
    private long epochMicros = 1_700_000_000_000_000L;
    private long lastId;

    public HandClock() {
        this(RandomGenerator.of("L64X128MixRandom"));
    }

    /** A clock whose feeds draw these numbers. */
    public HandClock(RandomGenerator random) {
        this.random = random;
    }

    /** Lets time pass, and runs what is due meanwhile. */
    public void passMs(long ms) {
        long untilNanos = nowNanos + ms * 1_000_000;
        while (!timers.isEmpty() && timers.firstKey() <= untilNanos) {
            Map.Entry<Long, TreeMap<Long, Timer>> due = timers.firstEntry();
            epochMicros += (due.getKey() - nowNanos) / 1_000;
            nowNanos = due.getKey();
            Timer timer = due.getValue().pollFirstEntry().getValue();
            if (due.getValue().isEmpty()) {
                timers.remove(due.getKey());
            }
            if (timer.periodNanos() > 0) {
                put(nowNanos + timer.periodNanos(), timer);
            }
            timer.action().run();
        }
        epochMicros += (untilNanos - nowNanos) / 1_000;
        nowNanos = untilNanos;
    }

    /** Returns how many timers run. */
    public int timers() {
        return timers.values().stream().mapToInt(Map::size).sum();
    }

    /** Sets the wall clock forward or back; monotonic time does not notice. */
    public void stepWallClockMs(long ms) {
        epochMicros += ms * 1_000;
    }

    private void put(long dueNanos, Timer timer) {
        timers.computeIfAbsent(dueNanos, due -> new TreeMap<>()).put(timer.id(), timer);
    }

    @Override
    public long nowNanos() {
        return nowNanos;
    }

    @Override
    public long epochMicros() {
        return epochMicros;
    }

    @Override
    public long once(long delayMs, Runnable action) {
        put(nowNanos + delayMs * 1_000_000, new Timer(++lastId, 0, action));
        return lastId;
    }

    @Override
    public long every(long periodMs, Runnable action) {
        put(nowNanos + periodMs * 1_000_000, new Timer(++lastId, periodMs * 1_000_000, action));
        return lastId;
    }

    @Override
    public void cancel(long timer) {
        timers.values().forEach(due -> due.remove(timer));
        timers.values().removeIf(Map::isEmpty);
    }

    @Override
    public RandomGenerator random() {
        return random;
    }
}
