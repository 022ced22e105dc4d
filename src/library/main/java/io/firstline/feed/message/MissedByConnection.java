package io.firstline.feed.message;

import io.firstline.arbitration.Arbiter;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Records which connections missed which numbers of one stream, to distinguish a loss of the venue from one of a
 * connection. Pure; a connection is identified by its slot in the arbiter.
 */
final class MissedByConnection {
    private static final int REMEMBERED = 64;
    private static final long NOTHING = Long.MIN_VALUE;

    private record Hole(String connectionId, long from, long to) {}

    private final Deque<Hole> holes = new ArrayDeque<>();
    private final long[] newest = new long[Arbiter.MAX_LINES];

    MissedByConnection() {
        Arrays.fill(newest, NOTHING);
    }

    /** Another connection occupies this slot from now on. */
    public void joined(int slot) {
        newest[slot] = NOTHING;
    }

    /** On this connection the numbering restarts after this number. */
    void restarted(int slot, long last) {
        newest[slot] = last;
    }

    /** The stream's numbering restarts after this number: earlier progress of other connections no longer counts. */
    void countedAnew(long last) {
        for (int slot = 0; slot < newest.length; slot++) {
            if (newest[slot] > last) {
                newest[slot] = NOTHING;
            }
        }
    }

    /** A copy arrived whose number shows only the order. */
    public void reached(int slot, long last) {
        newest[slot] = Math.max(newest[slot], last);
    }

    /** Returns whether a younger number than this one has arrived in a slot. */
    boolean hasPassed(int slot, long last) {
        return newest[slot] != NOTHING && newest[slot] > last;
    }

    /** Returns the same for any of these slots, as bits. */
    boolean anyHasPassed(long slots, long last) {
        for (long rest = slots; rest != 0; rest &= rest - 1) {
            if (hasPassed(Long.numberOfTrailingZeros(rest), last)) {
                return true;
            }
        }
        return false;
    }

    /** A copy arrived whose numbers prove completeness, first copy or not. */
    public void arrived(int slot, String connectionId, long first, long last) {
        long before = newest[slot];
        if (before != NOTHING && first > before + 1) {
            if (holes.size() == REMEMBERED) {
                holes.removeFirst();
            }
            holes.addLast(new Hole(connectionId, before + 1, first - 1));
        }
        newest[slot] = Math.max(before, last);
    }

    /** Returns the connections that missed any of these numbers, as far as they are remembered. */
    public List<String> lackedBy(long from, long to) {
        return holes.stream()
                .filter(hole -> hole.from() <= to && hole.to() >= from)
                .map(Hole::connectionId)
                .distinct()
                .toList();
    }
}
