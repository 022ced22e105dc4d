package io.firstline.replay;

import io.firstline.arbitration.StreamDiff;
import io.firstline.replay.retention.EpochHistory;
import io.firstline.stream.FeedMessage;

/**
 * How far one consumer has read a feed: the next number, whose numbers count, and which messages it has. Decides where
 * a message belongs. Single-threaded; times are nanoseconds of one monotonic clock.
 */
final class ReadPosition {
    /**
     * After this time in which only an older owner publishes, the cluster has forgotten its epochs, and the older
     * owner counts.
     */
    private static final long ABANDONED_NANOS = 30_000_000_000L;

    private final GapFiller.Settings settings;
    private final DeliveredIndex delivered;

    /** Messages that we have and a new owner does not know: it publishes them again. */
    private StreamDiff<Void> publishedBefore;

    /** When the owner last said that it may still publish them; null = not lately. */
    private Long repeatsSaidNanos;

    private EpochHistory epochs = EpochHistory.NONE;
    /** The run of the last epoch's owner; 0 = not known. */
    private long incarnation;
    /** The next number to deliver; 0 = any. */
    private long next;
    /** Since when messages arrive only from a former owner; null = not so. */
    private Long outOfLineSinceNanos;

    /** The place of a message. */
    enum Fit {
        /** It is the next message. */
        NEXT,
        /** Messages before it are missing. */
        YOUNGER,
        /** Its number has fallen back: perhaps it is of a new run. */
        DOUBTFUL,
        /** It was delivered, or waits already. */
        REPEAT,
        /** Its owner was no longer the owner when it numbered the message. */
        OUT_OF_LINE
    }

    ReadPosition(GapFiller.Settings settings) {
        this.settings = settings;
        this.delivered = new DeliveredIndex(settings.remembered());
        this.publishedBefore = nothingBefore();
    }

    private StreamDiff<Void> nothingBefore() {
        return new StreamDiff<>(settings.overlapNanos(), settings.remembered(), Long.MAX_VALUE);
    }

    /** Returns the next number to deliver; 0 = any. */
    long next() {
        return next;
    }

    /** Returns the epoch of the last owner; -1 = none is known. */
    int epoch() {
        return epochs.newest();
    }

    boolean knowsOwner() {
        return !epochs.isEmpty();
    }

    long incarnation() {
        return incarnation;
    }

    /** Sets the run of the last owner; 0 = not known. */
    void incarnation(long ownersIncarnation) {
        incarnation = ownersIncarnation;
    }

    /** Returns whether the last owner assigned this number. */
    boolean isOfNewest(long sequence) {
        return epochs.epochOf(sequence) == epochs.newest();
    }

    /** Returns whether the message's number counts and was not passed. */
    boolean isToCome(FeedMessage message) {
        return message.sequence() >= next && isInLine(message);
    }

    private boolean isInLine(FeedMessage message) {
        return epochs.epochOf(message.sequence()) == message.epoch();
    }

    /** Returns whether the message is the next one of the last known owner. */
    boolean isNext(FeedMessage message) {
        return message.sequence() == next && message.epoch() == epochs.newest();
    }

    /** Begins with this message if it is the first. */
    void beginWith(FeedMessage message) {
        if (epochs.isEmpty()) {
            epochs = epochs.begin(message.epoch(), message.epoch() == 0 ? 1 : message.sequence());
        }
        if (next == 0 && isInLine(message)) {
            next = message.sequence();
        }
    }

    /**
     * Decides where a message belongs.
     *
     * @param live whether it has just arrived from the bus
     * @param held the message that waits under its number; null = none
     */
    Fit fit(FeedMessage message, boolean live, FeedMessage held) {
        long sequence = message.sequence();
        if (!isInLine(message)) {
            return Fit.OUT_OF_LINE;
        }
        if (sequence == next) {
            return Fit.NEXT;
        }
        if (sequence > next && held == null) {
            return Fit.YOUNGER;
        }
        boolean known = held == null ? delivered.has(message) : held.receivedMicros() == message.receivedMicros();
        return live && message.epoch() == epochs.newest() && !known ? Fit.DOUBTFUL : Fit.REPEAT;
    }

    /**
     * A message of a former owner has arrived.
     *
     * @return whether that owner counts again, because no other has published for a while
     */
    boolean isFormerOwnerBack(boolean live, long nowNanos) {
        if (live && outOfLineSinceNanos != null && nowNanos - outOfLineSinceNanos >= ABANDONED_NANOS) {
            return true;
        }
        outOfLineSinceNanos = outOfLineSinceNanos == null ? Long.valueOf(nowNanos) : outOfLineSinceNanos;
        return false;
    }

    /**
     * Passes the next message.
     *
     * @return whether the consumer must get it; otherwise it has it under an older number
     */
    boolean pass(FeedMessage message, long nowNanos) {
        next = message.sequence() + 1;
        outOfLineSinceNanos = null;
        delivered.add(message, message.identity());
        return publishedBefore.behind() == 0 || !isRepeated(message.identity(), nowNanos);
    }

    /** Whether the consumer has a message under an older number; each counts for one message. */
    boolean isRepeated(long identity, long nowNanos) {
        if (repeatsSaidNanos != null && nowNanos - repeatsSaidNanos >= settings.overlapNanos()) {
            repeatsSaidNanos = null;
            publishedBefore.heldUp(false, nowNanos);
        }
        return publishedBefore.wasPublished(identity, nowNanos);
    }

    /**
     * Messages to the owner may be held up on their way: those that we have and it does not know are remembered beyond the
     * overlap time, until it has not said so for as long.
     */
    void ownerMayRepeat(long nowNanos) {
        repeatsSaidNanos = nowNanos;
        publishedBefore.heldUp(true, nowNanos);
    }

    /** Passes all numbers before this one; their messages are lost. */
    void skipTo(long sequence) {
        next = sequence;
    }

    /** Takes the first message of a new owner as its first number, because nobody answers for it. */
    EpochHistory withOwner(FeedMessage message) {
        return epochs.begin(message.epoch(), message.sequence());
    }

    /**
     * Follows the owner's list of epochs. The owner may have continued from an earlier number than we have, and with
     * several changes of the owner, from other numbers. From where its numbers and ours differ, our messages may come
     * again and are recognised by identity.
     *
     * @return from this number on our numbers do not count; {@code Long.MAX_VALUE} = all count
     */
    long follow(EpochHistory known, long nowNanos) {
        if (epochs.isEmpty() || next == 0) {
            epochs = known;
            return Long.MAX_VALUE;
        }
        long end = epochs.divergence(known);
        if (end < Long.MAX_VALUE) {
            delivered.forgetFrom(end, identity -> publishedBefore.published(identity, nowNanos));
            next = Math.min(next, end);
            epochs = epochs.upTo(end, known);
        }
        return end;
    }

    /** The feed counts from 1 again. */
    void restart(int epoch) {
        delivered.clear();
        publishedBefore = nothingBefore();
        repeatsSaidNanos = null;
        epochs = EpochHistory.NONE.begin(epoch, 1);
        incarnation = 0;
        next = 1;
    }

    @Override
    public String toString() {
        return "next " + next + " of " + epochs;
    }
}
