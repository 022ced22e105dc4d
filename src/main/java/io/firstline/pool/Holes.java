package io.firstline.pool;

import io.firstline.arbitration.Arbiter;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Which connections passed over which numbers of one stream: what tells a venue's loss from a connection's. Pure; connections are told
 * apart by their slots in the arbiter.
 */
final class Holes {
    private static final int REMEMBERED = 64;
    private static final long NOTHING = Long.MIN_VALUE;

    private record Hole(String connectionId, long from, long to) {}

    private final Deque<Hole> holes = new ArrayDeque<>();
    private final long[] newest = new long[Arbiter.MAX_LINES];

    Holes() {
        Arrays.fill(newest, NOTHING);
    }

    /** Another connection has this slot from now on. */
    void joined(int slot) {
        newest[slot] = NOTHING;
    }

    /** On this connection numbers begin anew after this one. */
    void restarted(int slot, long last) {
        newest[slot] = last;
    }

    /** The stream is counted anew after this number: how far others had come before says nothing any more. */
    void countedAnew(long last) {
        for (int slot = 0; slot < newest.length; slot++) {
            if (newest[slot] > last) {
                newest[slot] = NOTHING;
            }
        }
    }

    /** A copy arrived whose number tells only the order. */
    void reached(int slot, long last) {
        newest[slot] = Math.max(newest[slot], last);
    }

    /** Whether a number younger than this one has come in a slot. */
    boolean hasPassed(int slot, long last) {
        return newest[slot] != NOTHING && newest[slot] > last;
    }

    /** The same for any of these slots, as bits. */
    boolean anyHasPassed(long slots, long last) {
        for (long rest = slots; rest != 0; rest &= rest - 1) {
            if (hasPassed(Long.numberOfTrailingZeros(rest), last)) {
                return true;
            }
        }
        return false;
    }

    /** A copy with numbers that prove something arrived, the first of its message or not. */
    void arrived(int slot, String connectionId, long first, long last) {
        long before = newest[slot];
        if (before != NOTHING && first > before + 1) {
            if (holes.size() == REMEMBERED) {
                holes.removeFirst();
            }
            holes.addLast(new Hole(connectionId, before + 1, first - 1));
        }
        newest[slot] = Math.max(before, last);
    }

    /** The connections that passed over any of these numbers, as far as is remembered. */
    List<String> lackedBy(long from, long to) {
        return holes.stream()
                .filter(hole -> hole.from() <= to && hole.to() >= from)
                .map(Hole::connectionId)
                .distinct()
                .toList();
    }
}
