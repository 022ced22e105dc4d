package io.firstline.pool;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.Chain;

/**
 * One stream of a feed: when it last spoke, and on which connections it is missing. Pure; times are nanoseconds of the monotonic clock,
 * and connections are told apart by their slots in the arbiter.
 */
final class StreamWatch {
    private static final int SILENT_MESSAGES = 5;
    private static final long SILENT_NANOS = 1_000_000_000L;
    /** One may have come before the subscription took hold. */
    private static final int LACKING_MESSAGES = 2;

    private static final long LEAST_SILENCE_NANOS = 30_000_000_000L;

    final String name;
    final boolean announcesShutdown;
    /** Where the values of its messages stand. */
    final MessageReader.Places places;
    /** Its place in the arrival matrix, from 1; 0 = it has none. */
    final int place;
    /** The numbers of what was published, if it has numbers. */
    final Chain chain = new Chain();
    /** Which connections passed over which of its numbers. */
    final Holes holes = new Holes();
    /** What came too early. */
    final Waiting waiting = new Waiting();

    private final Rhythm rhythm;
    private long lastNanos;
    private long published;
    private long newestNanos;
    private long conflicts;
    /** By slot: how many messages had been published when it last brought one. */
    private final long[] reached = new long[Arbiter.MAX_LINES];
    /** By slot: when the first message was published that it has not brought. */
    private final long[] missingSinceNanos = new long[Arbiter.MAX_LINES];
    /** The slots that began with a snapshot older than what had been published, and have brought only older numbers since. */
    private long oldSnapshots;
    /** By slot: when that snapshot came. */
    private final long[] oldSnapshotNanos = new long[Arbiter.MAX_LINES];
    /** When a number last came that was not older than what had been published. */
    private long aheadNanos;
    /** The slots that have brought a message of this stream. */
    private long broughtBy;

    StreamWatch(String name, int place, boolean announcesShutdown, MessageReader.Places places, long nowNanos) {
        this.name = name;
        this.place = place;
        this.announcesShutdown = announcesShutdown;
        this.places = places;
        this.rhythm = new Rhythm(nowNanos, LEAST_SILENCE_NANOS);
        this.lastNanos = nowNanos;
    }

    StreamReport report() {
        return new StreamReport(
                name,
                places.type().name(),
                published,
                chain.proof(),
                chain.openGaps(),
                chain.healedGaps(),
                chain.lostGaps(),
                chain.lostNumbers(),
                conflicts);
    }

    /** A copy of one of its messages had other bytes than the first; true if it is the first time. */
    boolean conflicted() {
        return ++conflicts == 1;
    }

    /** A copy of a message arrived on any connection. */
    void spoke(long nowNanos) {
        rhythm.onMessage(nowNanos);
        lastNanos = nowNanos;
    }

    long lastNanos() {
        return lastNanos;
    }

    /** For how long it has been silent on every connection, nanoseconds, if that is news; else 0. */
    long newsOfSilence(long nowNanos) {
        return rhythm.newsOfSilence(nowNanos);
    }

    /** A connection has this slot from now on. */
    void joined(int slot) {
        reached[slot] = published;
        broughtBy &= ~(1L << slot);
        holes.joined(slot);
        oldSnapshots &= ~(1L << slot);
    }

    /**
     * A message was published.
     *
     * @param slots the slots that are taken, as bits
     */
    void published(long slots, long nowNanos) {
        for (long rest = slots; rest != 0; rest &= rest - 1) {
            int slot = Long.numberOfTrailingZeros(rest);
            if (reached[slot] == published) {
                missingSinceNanos[slot] = nowNanos;
            }
        }
        published++;
        newestNanos = nowNanos;
    }

    /**
     * A copy with numbers arrived in a slot.
     *
     * @param restarts whether it says that its stream is counted anew
     * @param slots the slots that are taken, as bits
     * @return whether the stream is counted anew from it on, if it is the first copy of its message
     */
    boolean numbered(
            int slot, String connectionId, long first, long last, boolean restarts, long slots, long nowNanos) {
        boolean anew = isAnew(slot, last, restarts, slots, nowNanos);
        if (restarts || anew) {
            holes.restarted(slot, last);
        } else if (first != MessageReader.NO_NUMBER) {
            holes.arrived(slot, connectionId, first, last);
        } else {
            holes.reached(slot, last);
        }
        return anew;
    }

    /**
     * A new connection may begin with a snapshot that is older than what others have brought, and go on from it until it has caught up:
     * that counts nothing anew. An older number does if this connection itself had come further, or if no connection that is there has.
     * It does too if the connection goes on from such a snapshot and none has brought anything newer for a second: the others are dead.
     */
    private boolean isAnew(int slot, long last, boolean restarts, long slots, long nowNanos) {
        long bit = 1L << slot;
        if (!chain.isOld(last)) {
            aheadNanos = nowNanos;
            oldSnapshots &= ~bit;
            return restarts;
        }
        boolean goesOn = (oldSnapshots & bit) != 0;
        boolean othersAreFurther = holes.anyHasPassed(slots & ~bit, last);
        boolean anew;
        if (restarts) {
            anew = holes.hasPassed(slot, last) || !othersAreFurther;
        } else {
            goesOn &= !chain.lacks(last);
            boolean othersAreDead = nowNanos - Math.max(oldSnapshotNanos[slot], aheadNanos) >= SILENT_NANOS;
            anew = goesOn && (!othersAreFurther || othersAreDead);
        }
        if (anew || (!restarts && !goesOn)) {
            oldSnapshots &= ~bit;
        } else if (restarts && !goesOn) {
            oldSnapshots |= bit;
            oldSnapshotNanos[slot] = nowNanos;
        }
        return anew;
    }

    /** A copy arrived in a slot, after it was published if it was to be. */
    void brought(int slot) {
        reached[slot] = published;
        broughtBy |= 1L << slot;
    }

    /** Whether this slot brings nothing while others bring messages: several, over at least a second. */
    boolean isSilentIn(int slot) {
        return published - reached[slot] >= SILENT_MESSAGES && newestNanos - missingSinceNanos[slot] >= SILENT_NANOS;
    }

    /** Whether this slot has never brought what others have brought since it was taken. */
    boolean isLackingIn(int slot) {
        return (broughtBy & 1L << slot) == 0 && published - reached[slot] >= LACKING_MESSAGES;
    }
}
