package io.firstline.feed.message;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.SequenceTracker;
import io.firstline.feed.report.StreamReport;

/**
 * One stream of a feed: when it last delivered, and on which connections it is missing. Pure; times are nanoseconds
 * of the monotonic clock, and a connection is identified by its slot in the arbiter.
 */
public final class StreamWatch {
    private static final int SILENT_MESSAGES = 5;
    private static final long SILENT_NANOS = 1_000_000_000L;
    /** Two, because one may have been published before the subscription took effect. */
    private static final int LACKING_MESSAGES = 2;

    private static final long LEAST_SILENCE_NANOS = 30_000_000_000L;

    public final String name;
    final boolean announcesShutdown;
    /** The indexes of its messages' values. */
    public final ValuePlaces places;
    /** Its index in the arrival matrix, from 1; 0 = it has none. */
    public final int place;
    /** Its index among all streams of its table, from 0. */
    int number;
    /** Whether all that the profile wants of its messages was found in some. */
    boolean fits;
    /** The published numbers, if the venue numbers the stream. */
    final SequenceTracker chain = new SequenceTracker();
    /** Which connections missed which of its numbers. */
    public final MissedByConnection holes = new MissedByConnection();
    /** Messages that arrived too early. */
    public final ReorderBuffer waiting = new ReorderBuffer();

    private final SilenceDetector silenceDetector;
    private long lastNanos;
    private long published;
    private long newestNanos;
    private long conflicts;
    /** By slot: how many messages were published when it last delivered one. */
    private final long[] reached = new long[Arbiter.MAX_LINES];
    /** By slot: when the first message that it has not delivered was published. */
    private final long[] missingSinceNanos = new long[Arbiter.MAX_LINES];
    /**
     * The slots that began with a snapshot older than published messages and have delivered only older numbers since.
     */
    private long oldSnapshots;
    /** By slot: when that snapshot arrived. */
    private final long[] oldSnapshotNanos = new long[Arbiter.MAX_LINES];
    /** The number of the last published snapshot, while no number after it is lost. */
    private long snapshotAt = OutgoingCopy.NO_NUMBER;
    /** Numbers are lost, and no snapshot was published since. */
    private boolean lacksSnapshot;
    /** The number of the last restart. */
    private long restartedAt = OutgoingCopy.NO_NUMBER;
    /** The number of a copy that claimed a restart, although other connections had younger numbers and its own none. */
    private long doubted = OutgoingCopy.NO_NUMBER;
    /** When a number last arrived that was not older than published ones. */
    private long aheadNanos;
    /** The slots that have delivered a message of this stream. */
    private long broughtBy;

    public StreamWatch(String name, int place, boolean announcesShutdown, ValuePlaces places, long nowNanos) {
        this.name = name;
        this.place = place;
        this.announcesShutdown = announcesShutdown;
        this.places = places;
        this.silenceDetector = new SilenceDetector(nowNanos, LEAST_SILENCE_NANOS);
        this.lastNanos = nowNanos;
    }

    /** Whether its messages announce the end of a connection, so that it is no stream of data. */
    public boolean isShutdown() {
        return announcesShutdown;
    }

    public StreamReport report() {
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

    /** Returns how many numbers of the stream are lost. */
    public long lostNumbers() {
        return chain.lostNumbers();
    }

    /** A copy has other bytes than the first copy of its message; returns true the first time. */
    public boolean conflicted() {
        return ++conflicts == 1;
    }

    /** A copy arrived on any connection. */
    public void spoke(long nowNanos) {
        silenceDetector.onMessage(nowNanos);
        lastNanos = nowNanos;
    }

    /** Returns the highest number of a published message; null = none. */
    public Long highestNumber() {
        return chain.hasBegun() ? (Long) chain.newest() : null;
    }

    public long lastNanos() {
        return lastNanos;
    }

    /**
     * Returns how long it has been silent on every connection, in nanoseconds, if that has to be reported now;
     * otherwise 0.
     */
    public long newsOfSilence(long nowNanos) {
        return silenceDetector.newsOfSilence(nowNanos);
    }

    /** A connection occupies this slot from now on. */
    public void joined(int slot) {
        reached[slot] = published;
        broughtBy &= ~(1L << slot);
        holes.joined(slot);
        oldSnapshots &= ~(1L << slot);
    }

    /**
     * A message was published.
     *
     * @param slots the occupied slots, as bits
     */
    public void published(long slots, long nowNanos) {
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
     * A numbered copy arrived in a slot.
     *
     * @param restarts whether the copy says that the stream's numbering restarts
     * @param slots the occupied slots, as bits
     * @return whether the numbering restarts with this copy, if it is the first copy of its message
     */
    public boolean numbered(
            int slot, String connectionId, long first, long last, boolean restarts, long slots, long nowNanos) {
        boolean anew = isAnew(slot, last, restarts, slots, nowNanos);
        if (restarts || anew) {
            holes.restarted(slot, last);
        } else if (first != OutgoingCopy.NO_NUMBER) {
            holes.arrived(slot, connectionId, first, last);
        } else {
            holes.reached(slot, last);
        }
        return anew;
    }

    /**
     * Decides whether the numbering restarts. A new connection may begin with a snapshot that is older than published
     * messages and continue from it until it has caught up: this is no restart. An older number is a restart if this
     * connection itself had a younger number before, or if no present connection has. It is also one if the
     * connection continues from such a snapshot and no connection has delivered a newer number for a second: the
     * others are dead. Or the venue counts anew without a sign.
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
            doubted = anew || last == restartedAt ? doubted : last;
        } else {
            goesOn &= !chain.lacks(last);
            boolean othersAreDead = nowNanos - Math.max(oldSnapshotNanos[slot], aheadNanos) >= SILENT_NANOS;
            anew = isBehindSnapshotForGood(slot, last, nowNanos) || (goesOn && (!othersAreFurther || othersAreDead));
        }
        if (anew || (!restarts && !goesOn)) {
            oldSnapshots &= ~bit;
        } else if (restarts && !goesOn) {
            oldSnapshots |= bit;
            oldSnapshotNanos[slot] = nowNanos;
        }
        return anew;
    }

    /**
     * Returns whether a connection went back behind the published snapshot, and no connection has been ahead for a
     * second. Without this, everything would be dropped as part of that snapshot until the numbers are as high again.
     */
    private boolean isBehindSnapshotForGood(int slot, long last, long nowNanos) {
        return snapshotAt != OutgoingCopy.NO_NUMBER
                && last <= snapshotAt
                && holes.hasPassed(slot, last)
                && nowNanos - aheadNanos >= SILENT_NANOS;
    }

    /** Returns whether consumers have what a first copy says: it is an older snapshot, or inside the published one. */
    boolean isInSnapshot(OutgoingCopy copy) {
        if (snapshotAt == OutgoingCopy.NO_NUMBER || copy.restarts()) {
            return false;
        }
        return copy.snapshot() ? copy.last() < chain.newest() : copy.last() <= snapshotAt && GapLedger.isOld(copy);
    }

    /**
     * A snapshot is published.
     *
     * @return whether it is the first one after lost numbers
     */
    boolean snapshot(long number) {
        snapshotAt = number;
        boolean repairs = lacksSnapshot;
        lacksSnapshot = false;
        return repairs;
    }

    /** Numbers are lost: what consumers have made of snapshot and changes is not valid any more. */
    void lost() {
        snapshotAt = OutgoingCopy.NO_NUMBER;
        lacksSnapshot = true;
    }

    /** The numbering restarts with this number. */
    void restarted(long last) {
        restartedAt = last;
        snapshotAt = OutgoingCopy.NO_NUMBER;
        doubted = OutgoingCopy.NO_NUMBER;
        holes.countedAnew(last);
    }

    /** Returns whether a copy with this number claimed a restart that its connection could not prove. */
    boolean isDoubted(long last) {
        return doubted == last;
    }

    /** A copy arrived in a slot; called after publication if the copy is published. */
    public void brought(int slot) {
        reached[slot] = published;
        broughtBy |= 1L << slot;
    }

    /** Returns whether this slot delivers nothing while others deliver several messages over at least a second. */
    public boolean isSilentIn(int slot) {
        return published - reached[slot] >= SILENT_MESSAGES && newestNanos - missingSinceNanos[slot] >= SILENT_NANOS;
    }

    /** Returns whether this slot has never delivered the stream although others have since the slot was occupied. */
    public boolean isLackingIn(int slot) {
        return (broughtBy & 1L << slot) == 0 && published - reached[slot] >= LACKING_MESSAGES;
    }
}
