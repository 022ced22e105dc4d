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
 * <p>A place that is found is used {@value #SETTLE_MS} ms later: messages inside the snapshot that a slower connection has
 * delivered until then are named, so that consumers leave them out. Pure; one object for one stream and one attempt.
 */
final class SnapshotJoin {
    static final long SETTLE_MS = 250;
    /** Equal messages in a row that prove a place where only bytes identify messages. */
    static final int IN_A_ROW = 3;
    /** The most messages of the stream that are remembered. */
    static final int MOST = 65_536;

    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(SETTLE_MS);

    private final boolean isKeyed;
    /** Everything up to this number of the feed was published before the snapshot was asked for. */
    private final long startSequence;

    private final List<Published> merged = new ArrayList<>();
    /** What the spare connection delivered after the snapshot, by identity. */
    private final List<Long> followers = new ArrayList<>();

    private Long newestBefore;
    private Long newest;
    private Facts snapshot;
    private boolean restarted;
    private boolean full;
    /** When a place was first found. */
    private Long foundNanos;

    private record Published(long sequence, long identity, Facts facts, boolean late) {}

    /** What is known about the place now. */
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
     * @param startSequence the last sequence of the feed
     */
    SnapshotJoin(boolean isKeyed, long startSequence) {
        this.isKeyed = isKeyed;
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

    /** The spare connection delivered a snapshot; a later one replaces it. */
    void snapshot(Facts facts) {
        snapshot = facts;
        followers.clear();
        foundNanos = null;
    }

    /** The spare connection delivered another message; it counts after the snapshot only. */
    void follower(long identity) {
        if (snapshot != null && followers.size() < MOST) {
            followers.add(identity);
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
        Verdict verdict = snapshot.isNumbered() ? byNumber(snapshot.last()) : byContinuation();
        if (!(verdict instanceof Joined)) {
            foundNanos = null;
            return verdict;
        }
        foundNanos = foundNanos == null ? (Long) nowNanos : foundNanos;
        return nowNanos - foundNanos < SETTLE_NANOS ? new Wait(SnapshotRefusal.BEHIND) : verdict;
    }

    private Verdict byNumber(long number) {
        if (newestBefore != null && newestBefore > number) {
            return new Refused(SnapshotRefusal.OLD);
        }
        boolean proven = newestBefore != null && newestBefore == number;
        boolean begun = newestBefore != null;
        Published next = null;
        long before = startSequence;
        for (Published message : merged) {
            if (!message.facts().isNumbered()) {
                continue;
            }
            if (message.facts().last() > number) {
                // without a first number, numbers prove the order only, as they do in the whole stream
                proven |= message.facts().proves() ? message.facts().first() <= number + 1 : begun;
                next = next == null ? message : next;
            } else {
                begun = true;
                proven |= message.facts().last() == number;
            }
            before = next == null ? message.sequence() : before;
        }
        if (!proven) {
            return new Wait(next == null ? SnapshotRefusal.BEHIND : SnapshotRefusal.GAP);
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

    private Verdict byContinuation() {
        if (followers.size() < (isKeyed ? 1 : IN_A_ROW)) {
            return new Wait(SnapshotRefusal.NO_CONTINUATION);
        }
        int place = -1;
        for (int i = 0; i < merged.size(); i++) {
            if (isContinuedAt(i)) {
                if (place >= 0) {
                    return new Wait(SnapshotRefusal.AMBIGUOUS);
                }
                place = i;
            }
        }
        return place < 0
                ? new Wait(SnapshotRefusal.NO_CONTINUATION)
                : new Joined(merged.get(place).sequence() - 1, insideAfter(place));
    }

    /** Whether the messages from here on are those after the snapshot, as far as both are known. */
    private boolean isContinuedAt(int place) {
        if (isKeyed) {
            return merged.get(place).identity() == followers.get(0);
        }
        int both = Math.min(followers.size(), merged.size() - place);
        if (both < IN_A_ROW) {
            return false;
        }
        for (int i = 0; i < both; i++) {
            if (merged.get(place + i).identity() != followers.get(i)) {
                return false;
            }
        }
        return true;
    }

    /** The spare connection has the server's order: what it did not deliver between two of its messages is older. */
    private Set<Long> insideAfter(int place) {
        Map<Long, Integer> left = new HashMap<>();
        followers.forEach(identity -> left.merge(identity, 1, Integer::sum));
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
