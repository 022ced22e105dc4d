package io.firstline.arbitration;

import io.firstline.arbitration.UnmatchedMessages.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * Compares the messages that another node publishes for a feed with those that we receive, so that we can take over.
 * Streams may be in any order, and each message counts once on each side. A successor must first publish the messages
 * that we have and that were not published. It must not publish again those that were published and that we do not have
 * yet.
 *
 * <p>Messages are the same if their identities are equal: the k-th of an identity on one side is the k-th on the other.
 * Bounded in time, count and bytes. A message without a match within the time belongs to a time when only one of the
 * two nodes received the feed. While our connections are held up, published messages are kept until their match
 * arrives: see {@link #heldUp}.
 *
 * <p>Single-threaded; times are nanoseconds of one monotonic clock. Cost per message O(1).
 *
 * @param <M> the message as the owner carries it
 */
public final class StreamDiff<M> {
    /** A message that we have not received ourselves. */
    public static final long NOT_RECEIVED = Long.MIN_VALUE;

    /** The memory of a message of which only the identity is remembered. */
    private static final int IDENTITY_BYTES = 128;

    /** A subscription remembers the same number of delivered messages, and recognises no others. */
    private static final int MOST_DROPPED = 16_384;

    private final long maxAgeNanos;
    private final int maxMessages;
    private final long maxBytes;
    private final UnmatchedMessages<M> ours = new UnmatchedMessages<>();
    private final UnmatchedMessages<M> published = new UnmatchedMessages<>();
    private long crowdedOut;
    /** Those of ours that were dropped after the last one that was published. */
    private final UnmatchedMessages<M> dropped = new UnmatchedMessages<>();
    /** How many more were dropped before these, and when we had received the last of them. */
    private long droppedBefore;

    private long droppedBeforeNanos;
    /** Whatever we received until then was published, or never will be. */
    private long accountedNanos = Long.MIN_VALUE;

    private long lastNanos;
    /** Messages to us may be held up. */
    private boolean heldUp;
    /** Messages to us were held up until lately: those that arrive now may be old. */
    private boolean catchingUp;

    private long caughtUpNanos;
    private boolean forgetful;

    /**
     * An empty comparison.
     *
     * @param maxAgeNanos how long a message waits for its match
     * @param maxMessages how many wait, on each side
     * @param maxBytes the memory of both sides together, by the size that is given for each message: one takes what the
     *     other leaves, and each has half of it in any case; the youngest message of a side waits whatever its size
     */
    public StreamDiff(long maxAgeNanos, int maxMessages, long maxBytes) {
        this.maxAgeNanos = maxAgeNanos;
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /**
     * Another node has published a message.
     *
     * @return when we received the same; {@link #NOT_RECEIVED} = we have not yet, or dropped it
     */
    public long published(long identity, long nowNanos) {
        expire(nowNanos);
        Entry<M> match = ours.take(identity);
        Entry<M> droppedMatch = match == null ? dropped.take(identity) : null;
        if (droppedMatch != null) {
            cameBothWays(droppedMatch.nanos);
        } else if (match == null) {
            hold(published, new Entry<>(identity, null, IDENTITY_BYTES, nowNanos));
        }
        if (match == null || !match.received) {
            return NOT_RECEIVED;
        }
        cameBothWays(match.nanos);
        return match.nanos;
    }

    /** The other node publishes in order: it has also published all that we had received before. */
    private void cameBothWays(long receivedNanos) {
        if (!isCatchingUp()) { // otherwise older ones may still come
            accounted(receivedNanos);
        }
    }

    private void accounted(long untilNanos) {
        accountedNanos = Math.max(accountedNanos, untilNanos);
        droppedBefore = accountedNanos >= droppedBeforeNanos ? 0 : droppedBefore;
        while (dropped.isOlder(accountedNanos + 1)) {
            dropped.removeOldest();
        }
    }

    private void dropOurs() {
        Entry<M> oldest = ours.removeOldest();
        if (oldest.nanos <= accountedNanos) {
            return;
        }
        dropped.add(new Entry<>(oldest.identity, null, IDENTITY_BYTES, oldest.nanos));
        if (dropped.count > MOST_DROPPED) {
            droppedBeforeNanos = dropped.removeOldest().nanos;
            droppedBefore++;
        }
    }

    /**
     * We have received a message.
     *
     * @return whether it is news: no published message matches it. It is kept until one does, or until {@link
     *     #takeAll()}
     */
    public boolean ours(long identity, M message, int bytes, long nowNanos) {
        boolean isNews = !wasPublished(identity, nowNanos);
        if (!isNews) {
            cameBothWays(nowNanos);
        }
        if (isNews || ours.count > 0) {
            Entry<M> entry = new Entry<>(identity, message, bytes, nowNanos);
            entry.taken = !isNews; // it keeps its place behind those that wait: it may be withdrawn
            hold(ours, entry);
        }
        return isNews;
    }

    /**
     * Messages were published, in this order, and do not count any more: the node that publishes now has not seen them.
     * Those that we have wait again, in their old places. Those that are not kept any more are older than all messages
     * that wait.
     *
     * @param bytes the size of a message's payload
     * @return those that we have not received yet: they are news when they arrive
     */
    public List<M> withdrawn(List<M> messages, ToLongFunction<M> identity, ToIntFunction<M> bytes, long nowNanos) {
        if (messages.isEmpty()) {
            return List.of();
        }
        expire(nowNanos);
        List<M> notHere = new ArrayList<>();
        Map<Long, ArrayDeque<Entry<M>>> inLine = ours.taken();
        ArrayDeque<Entry<M>> before = new ArrayDeque<>();
        long oldestNanos = ours.byAge.isEmpty() ? nowNanos : ours.byAge.peekFirst().nanos;
        for (int i = messages.size() - 1; i >= 0; i--) {
            M message = messages.get(i);
            long id = identity.applyAsLong(message);
            ArrayDeque<Entry<M>> places = inLine.get(id);
            if (published.take(id) != null) {
                notHere.add(message);
            } else if (places != null && !places.isEmpty()) {
                places.removeLast().taken = false;
            } else {
                Entry<M> entry = new Entry<>(id, message, bytes.applyAsInt(message), oldestNanos);
                entry.received = false;
                before.addFirst(entry);
            }
        }
        ours.putBack(before);
        bound();
        Collections.reverse(notHere);
        return notHere;
    }

    /** Whether a message that we have was published already; each publication counts for one message. */
    public boolean wasPublished(long identity, long nowNanos) {
        expire(nowNanos);
        return published.take(identity) != null;
    }

    /** Whether another node published a message so long ago, and we have not received it yet. */
    public boolean isLate(long identity, long atLeastNanos, long nowNanos) {
        Entry<M> waiting = published.oldest(identity);
        return waiting != null && nowNanos - waiting.nanos >= atLeastNanos;
    }

    /**
     * Reports whether messages to us may be held up on their way. Messages that others publish meanwhile are kept,
     * however old, as their match may arrive late. They are kept until the maximum age after messages are no longer
     * held up.
     */
    public void heldUp(boolean isHeldUp, long nowNanos) {
        if (heldUp && !isHeldUp) {
            catchingUp = true;
            caughtUpNanos = nowNanos + maxAgeNanos;
        }
        heldUp = isHeldUp;
        expire(nowNanos);
    }

    /** Whether messages that arrive may have been held up on their way. */
    public boolean isCatchingUp() {
        return heldUp || catchingUp;
    }

    /**
     * Whether a published message was dropped because there was no room, though its match may still arrive. A message
     * without a match may then have been published. This ends with {@link #isCatchingUp()}.
     */
    public boolean isForgetful() {
        return forgetful;
    }

    /** Removes and returns our messages that were not published, oldest first: we publish them now. */
    public List<M> takeAll() {
        droppedBefore = 0;
        dropped.drain();
        return ours.drain();
    }

    /** How many of our messages were not published yet. */
    public int ahead() {
        return ours.count;
    }

    /** Since when the oldest of those has waited; if there is none, the time of the last call. */
    public long aheadSinceNanos() {
        Entry<M> oldest = ours.byAge.peekFirst();
        return oldest == null ? lastNanos : oldest.nanos;
    }

    /** How many were published that we do not have yet. */
    public int behind() {
        return published.count;
    }

    /** How many of our messages were dropped early to make room for younger ones: each may be lost if we take over. */
    public long crowdedOut() {
        return crowdedOut;
    }

    /**
     * How many of our messages were dropped, for their age or to make room, after the last one that was published: if we
     * take over, nobody may have published them. {@link #takeAll()} begins to count again.
     */
    public long unaccounted() {
        return droppedBefore + dropped.count;
    }

    /** The identities of the last of these, oldest first: of all but many. */
    public List<Long> unaccountedIdentities() {
        return dropped.identities();
    }

    private void hold(UnmatchedMessages<M> side, Entry<M> entry) {
        side.add(entry);
        bound();
    }

    private void bound() {
        bound(ours);
        bound(published);
    }

    private void bound(UnmatchedMessages<M> side) {
        while (exceeds(side)) {
            if (side == ours) {
                dropOurs();
                crowdedOut++;
            } else {
                side.removeOldest();
                forgetful |= isCatchingUp();
            }
        }
    }

    private boolean exceeds(UnmatchedMessages<M> side) {
        boolean takesTooMuch = ours.bytes + published.bytes > maxBytes && side.bytes > maxBytes / 2;
        return side.count > maxMessages
                || (takesTooMuch && side.count > 0 && side.byAge.size() > 1)
                || side.byAge.size() > 2 * maxMessages;
    }

    private void expire(long nowNanos) {
        lastNanos = nowNanos;
        while (ours.isOlder(nowNanos - maxAgeNanos)) {
            dropOurs();
        }
        catchingUp &= nowNanos - caughtUpNanos < 0;
        if (!isCatchingUp()) {
            forgetful = false;
            while (published.isOlder(nowNanos - maxAgeNanos)) {
                // never received here: the nodes get different messages, and ours say nothing about what is lost
                accounted(published.removeOldest().nanos);
            }
        }
    }
}
