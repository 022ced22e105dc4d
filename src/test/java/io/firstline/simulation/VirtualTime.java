package io.firstline.simulation;

import io.firstline.connection.Scheduler;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A clock that jumps from one event to the next. Timers of the code under test and events of the world are in one
 * binary heap, ordered by time, then by age. A one-shot timer costs a few comparisons; a periodic one stays near its
 * place in the heap and allocates nothing.
 */
final class VirtualTime implements Scheduler {
    private static final int SLOT_BITS = 16;
    private static final long MS = 1_000_000L;
    /** A real timer is up to a millisecond late. */
    private static final long LATENESS_NANOS = MS;

    private static final class Entry {
        private Runnable action;
        private long atNanos;
        private long order;
        private long periodNanos;
        private int place;
        private long id = -1;

        boolean isBefore(Entry other) {
            return atNanos < other.atNanos || (atNanos == other.atNanos && order < other.order);
        }
    }

    private final SplittableRandom worlds;
    private final RandomGenerator pools;

    private Entry[] heap = new Entry[256];
    private int size;
    private Entry[] slots = new Entry[64];
    private int[] freeSlots = new int[64];
    private int free;
    private int used;
    private long generation;

    private long nowNanos;
    private long epochOffsetMicros = 1_700_000_000_000_000L;
    private long order;
    private int timers;
    private long calls;

    VirtualTime(SplittableRandom random, long startNanos) {
        this.worlds = random.split();
        this.pools = random.split();
        this.nowNanos = startNanos;
    }

    @Override
    public long nowNanos() {
        return nowNanos;
    }

    @Override
    public long epochMicros() {
        return nowNanos / 1_000 + epochOffsetMicros;
    }

    @Override
    public RandomGenerator random() {
        return pools;
    }

    @Override
    public long once(long delayMs, Runnable action) {
        if (delayMs < 1) {
            throw new IllegalArgumentException("a timer of " + delayMs + " ms"); // as Vert.x has it
        }
        return timer(delayMs * MS, 0, action);
    }

    @Override
    public long every(long periodMs, Runnable action) {
        return timer(periodMs * MS, periodMs * MS, action);
    }

    private long timer(long delayNanos, long periodNanos, Runnable action) {
        calls++;
        timers++;
        Entry entry = entry(nowNanos + delayNanos + worlds.nextInt((int) LATENESS_NANOS), action);
        entry.periodNanos = periodNanos;
        int slot = free > 0 ? freeSlots[--free] : used++;
        if (slot == slots.length) {
            slots = Arrays.copyOf(slots, 2 * slot);
            freeSlots = Arrays.copyOf(freeSlots, 2 * slot);
        }
        slots[slot] = entry;
        entry.id = ++generation << SLOT_BITS | slot;
        push(entry);
        return entry.id;
    }

    @Override
    public void cancel(long id) {
        calls++;
        int slot = (int) id & (1 << SLOT_BITS) - 1;
        if (id >= 0 && slot < used && slots[slot] != null && slots[slot].id == id) {
            Entry entry = slots[slot];
            release(entry);
            removeAt(entry.place);
        }
    }

    private void release(Entry entry) {
        int slot = (int) entry.id & (1 << SLOT_BITS) - 1;
        slots[slot] = null;
        freeSlots[free++] = slot;
        timers--;
    }

    // used by the world

    /** Schedules an event of the world, at an instant or now if that has passed. */
    void at(long nanos, Runnable event) {
        push(entry(Math.max(nanos, nowNanos), event));
    }

    void in(long delayNanos, Runnable event) {
        at(nowNanos + delayNanos, event);
    }

    /** Blocks the loop: everything due meanwhile happens right after it. */
    void stall(long nanos) {
        nowNanos += nanos;
    }

    /** Sets the system clock. */
    void stepEpoch(long micros) {
        epochOffsetMicros += micros;
    }

    /** The number of timers of the code under test. */
    int timers() {
        return timers;
    }

    /** How often the code under test has set or cancelled a timer. */
    long calls() {
        return calls;
    }

    boolean isOver() {
        return size == 0;
    }

    /** The time of the next event. */
    long nextNanos() {
        return heap[0].atNanos;
    }

    /** Runs the next event. */
    void step() {
        Entry next = heap[0];
        nowNanos = Math.max(nowNanos, next.atNanos);
        if (next.periodNanos > 0) {
            next.atNanos += next.periodNanos;
            next.order = order++;
            siftDown(0);
        } else {
            if (next.id >= 0) {
                release(next);
            }
            removeAt(0);
        }
        next.action.run();
    }

    // the heap

    private Entry entry(long atNanos, Runnable action) {
        Entry entry = new Entry();
        entry.atNanos = atNanos;
        entry.order = order++;
        entry.action = action;
        return entry;
    }

    private void push(Entry entry) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        put(entry, size++);
        siftUp(entry.place);
    }

    private void removeAt(int place) {
        Entry last = heap[--size];
        heap[size] = null;
        if (place < size) {
            put(last, place);
            siftDown(place);
            siftUp(last.place);
        }
    }

    private void put(Entry entry, int place) {
        heap[place] = entry;
        entry.place = place;
    }

    private void siftUp(int from) {
        int place = from;
        Entry rising = heap[place];
        while (place > 0 && rising.isBefore(heap[(place - 1) / 2])) {
            put(heap[(place - 1) / 2], place);
            place = (place - 1) / 2;
        }
        put(rising, place);
    }

    private void siftDown(int from) {
        int place = from;
        Entry sinking = heap[place];
        for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
            if (child + 1 < size && heap[child + 1].isBefore(heap[child])) {
                child++;
            }
            if (!heap[child].isBefore(sinking)) {
                break;
            }
            put(heap[child], place);
            place = child;
        }
        put(sinking, place);
    }
}
