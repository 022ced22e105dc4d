package io.firstline.deploy.snapshot;

import io.firstline.feed.message.SnapshotReader.Facts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Decides where a snapshot that a spare connection received belongs in the merged stream. Two proofs:
 *
 * <ul>
 * <li><b>By number</b>, if the snapshot has one: messages up to this number are inside, greater ones continue it. The merged
 *     stream must have reached the number, and its next message must follow it.
 * <li><b>By continuation</b> otherwise: the messages that the spare connection delivered after the snapshot are found in the
 *     merged stream, and the snapshot belongs before the first of them. One is enough if a key of the venue identifies it;
 *     where only bytes do, which may repeat, {@value #IN_A_ROW} in a row and only at one place.
 * </ul>
 *
 * <p>The merged stream has {@value #SETTLE_MS} ms to catch up with the spare connection: messages inside the snapshot that a
 * slower connection has delivered until then are named, so that consumers leave them out. Messages after the snapshot count only
 * after this time. Pure; one object for one stream and one attempt.
 */
final class SnapshotJoin {
    static final long SETTLE_MS = 250;
    /** Equal messages in a row that prove a place where only bytes identify messages. */
    static final int IN_A_ROW = 3;
    /** The most messages of the stream that are remembered. */
    static final int MOST = 65_536;

    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(SETTLE_MS);

    private final boolean isKeyed;
    private final boolean provesOrderOnly;
    /** Everything up to this number of the feed was published before the snapshot was asked for. */
    private final long startSequence;

    private final List<Published> merged = new ArrayList<>();
    /** Messages of the spare connection after the snapshot. */
    private final List<Follower> followers = new ArrayList<>();
    /** How many of them the merged stream must have had the time to receive. */
    private int settled;

    private Long newestBefore;
    private Long newest;
    private Facts snapshot;
    private long snapshotIdentity;
    private boolean restarted;
    private boolean full;
    /** When a place was first found. */
    private Long foundNanos;

    private record Follower(long identity, long atNanos) {}

    private record Published(long sequence, long identity, Facts facts, boolean late) {}

    /** The present decision. */
    sealed interface Verdict {}

    /**
     * It is not known yet.
     *
     * @param lacking the reason if it stays so
     */
    record Wait(SnapshotRefusal lacking) implements Verdict {}

    /** This snapshot cannot be joined. */
    record Refused(SnapshotRefusal reason) implements Verdict {}

    /**
     * The snapshot continues with the messages after this one.
     *
     * @param sequence of the feed
     * @param inside greater sequences that are inside the snapshot all the same
     */
    record Joined(long sequence, Set<Long> inside) implements Verdict {}

    /**
     * Starts before the spare connection is asked for.
     *
     * @param isKeyed whether a key of the venue identifies messages, not their bytes
     * @param provesOrderOnly whether numbers only grow, here as in the whole stream
     * @param startSequence the last sequence of the feed
     */
    SnapshotJoin(boolean isKeyed, boolean provesOrderOnly, long startSequence) {
        this.isKeyed = isKeyed;
        this.provesOrderOnly = provesOrderOnly;
        this.startSequence = startSequence;
    }

    /** The highest number that the stream had when the feed's messages began to be remembered. */
    void newestBefore(long number) {
        newestBefore = number;
    }

    /** A message of the stream was published, in the order of the feed. */
    void published(long sequence, long identity, Facts facts, boolean late) {
        if (sequence <= startSequence) {
            return;
        }
        if (merged.size() == MOST) {
            full = true;
            return;
        }
        merged.add(new Published(sequence, identity, facts, late));
        if (facts.isNumbered()) {
            boolean isLower = newest != null && facts.last() < newest;
            restarted |= isLower && (facts.resets() || !late);
            newest = isLower ? newest : (Long) facts.last();
        }
    }

    /**
     * The spare connection delivered a snapshot.
     *
     * @return whether it is the one to join: a later one replaces it until its place is found, then it only follows it, since
     *     a venue may send nothing but snapshots
     */
    boolean snapshot(long identity, Facts facts, long nowNanos) {
        if (snapshot != null && place() instanceof Joined) {
            follower(identity, nowNanos);
            return false;
        }
        snapshot = facts;
        snapshotIdentity = identity;
        followers.clear();
        settled = 0;
        foundNanos = null;
        return true;
    }

    /** The spare connection delivered another message; it counts after the snapshot only. */
    void follower(long identity, long nowNanos) {
        if (snapshot != null && followers.size() < MOST) {
            followers.add(new Follower(identity, nowNanos));
        }
    }

    /** Decides. */
    Verdict look(long nowNanos) {
        if (full) {
            return new Refused(SnapshotRefusal.TOO_MANY_MESSAGES);
        }
        if (restarted) {
            return new Refused(SnapshotRefusal.RESTARTED);
        }
        if (snapshot == null) {
            return new Wait(SnapshotRefusal.NO_SNAPSHOT);
        }
        while (settled < followers.size() && nowNanos - followers.get(settled).atNanos() >= SETTLE_NANOS) {
            settled++;
        }
        Verdict verdict = place();
        if (!(verdict instanceof Joined)) {
            foundNanos = null;
            return snapshot.isNumbered() ? verdict : byContinuation();
        }
        foundNanos = foundNanos == null ? (Long) nowNanos : foundNanos;
        return nowNanos - foundNanos < SETTLE_NANOS ? new Wait(SnapshotRefusal.BEHIND) : verdict;
    }

    private Verdict place() {
        return snapshot.isNumbered() ? byNumber(snapshot.last()) : itself();
    }

    private Verdict byNumber(long number) {
        if (newestBefore != null && newestBefore > number) {
            return new Refused(SnapshotRefusal.OLD);
        }
        boolean reached = newestBefore != null && newestBefore == number;
        boolean begun = newestBefore != null;
        Published next = null;
        long before = startSequence;
        for (Published message : merged) {
            if (message.facts().isNumbered() && message.facts().last() > number) {
                next = next == null ? message : next;
            } else if (message.facts().isNumbered()) {
                begun = true;
                reached |= message.facts().last() == number;
            }
            before = next == null ? message.sequence() : before;
        }
        if (next == null ? !reached : provesOrderOnly && !begun) {
            return new Wait(SnapshotRefusal.BEHIND);
        }
        if (next != null && !provesOrderOnly && !next.facts().proves(number)) {
            return new Refused(SnapshotRefusal.GAP);
        }
        long sequence = next == null ? before : next.sequence() - 1;
        Set<Long> inside = new HashSet<>();
        for (Published message : merged) {
            if (message.sequence() > sequence
                    && message.facts().isNumbered()
                    && message.facts().last() <= number) {
                inside.add(message.sequence());
            }
        }
        return new Joined(sequence, inside);
    }

    /** The feed may have published the same snapshot. */
    private Verdict itself() {
        for (int i = 0; isKeyed && i < merged.size(); i++) {
            if (merged.get(i).identity() == snapshotIdentity) {
                return new Joined(merged.get(i).sequence(), insideAfter(i + 1));
            }
        }
        return new Wait(SnapshotRefusal.NO_CONTINUATION);
    }

    private Verdict byContinuation() {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < merged.size(); i++) {
            if (isContinuedAt(i)) {
                places.add(i);
            }
        }
        if (places.size() > 1) {
            places.removeIf(place -> equalFrom(place) < IN_A_ROW);
        }
        if (places.size() != 1) {
            return new Wait(places.isEmpty() ? SnapshotRefusal.NO_CONTINUATION : SnapshotRefusal.AMBIGUOUS);
        }
        return new Joined(merged.get(places.get(0)).sequence() - 1, insideAfter(places.get(0)));
    }

    /** Whether the messages from here on are those after the snapshot. */
    private boolean isContinuedAt(int place) {
        return equalFrom(place) >= (isKeyed ? 1 : IN_A_ROW);
    }

    /** How many messages from here on are those after the snapshot; 0 if one is another, unless a key identifies them. */
    private int equalFrom(int place) {
        int both = Math.min(settled, merged.size() - place);
        for (int i = 0; i < both; i++) {
            if (merged.get(place + i).identity() != followers.get(i).identity()) {
                return isKeyed ? i : 0;
            }
        }
        return both;
    }

    /** The spare connection has the server's order: between two of its messages, only older ones can be missing. */
    private Set<Long> insideAfter(int place) {
        Map<Long, Integer> left = new HashMap<>();
        followers.forEach(follower -> left.merge(follower.identity(), 1, Integer::sum));
        Set<Long> inside = new HashSet<>();
        Set<Long> others = new HashSet<>();
        for (int i = place; i < merged.size(); i++) {
            Published message = merged.get(i);
            Integer count = left.get(message.identity());
            if (count != null && count > 0) {
                left.put(message.identity(), count - 1);
                inside.addAll(others);
                others.clear();
            } else {
                others.add(message.sequence());
            }
        }
        return inside;
    }
}
