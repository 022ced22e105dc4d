package io.firstline.feed.message;

import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.StreamClass.Mode;
import io.firstline.connection.Scheduler;
import io.firstline.connection.report.DropCause;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The last step before publication: orders first copies as the class of their stream requires. Runs on the feed's
 * context.
 *
 * <ul>
 * <li>{@link Mode#FIRST}: publishes at once. If the venue numbers its messages, the numbers show which one is late.
 * <li>{@link Mode#LATEST}: publishes at once, unless a younger message was published.
 * <li>{@link Mode#ORDERED}: publishes a message after the one before it. A message that waits too long, or behind too
 *     many others, is published without it, which is a gap. The same happens when waiting messages would exceed
 *     {@value #MAX_HELD_BYTES} bytes. A message that arrives after its gap is dropped.
 * </ul>
 *
 * <p>If the venue sends a snapshot at the subscription, each connection gets another one. Messages inside a published snapshot are
 * not published after it: older snapshots, and changes up to its number.
 */
public final class Sequencer {
    /** The limit for all waiting messages of a feed, in bytes. */
    public static final long MAX_HELD_BYTES = 32L * 1024 * 1024;

    private final Dispatcher dispatcher;
    private final GapLedger gaps;
    private final StreamTable streams;
    private final Scheduler scheduler;
    private final LongSupplier clock;
    private long late;
    private long heldBytes;

    public Sequencer(Dispatcher dispatcher, GapLedger gaps, StreamTable streams, Scheduler scheduler) {
        this.dispatcher = dispatcher;
        this.gaps = gaps;
        this.streams = streams;
        this.scheduler = scheduler;
        this.clock = scheduler::nowNanos;
    }

    /** The number of messages published after younger ones of their streams. */
    public long late() {
        return late;
    }

    /**
     * Takes the first copy of a message.
     *
     * @param guessedLate whether it is late as far as the arbiter can tell without numbers
     */
    public void first(OutgoingCopy copy, boolean guessedLate) {
        if (copy.stream() == null || !copy.isNumbered()) {
            publish(copy, guessedLate);
            return;
        }
        switch (copy.stream().places.type().mode()) {
            case FIRST -> first(copy);
            case LATEST -> latest(copy);
            case ORDERED -> ordered(copy);
        }
    }

    private void first(OutgoingCopy copy) {
        if (copy.stream().isInSnapshot(copy)) {
            dispatcher.drop(DropCause.SUPERSEDED, 1);
        } else {
            publish(copy, enter(copy));
        }
    }

    /**
     * Takes a later copy, which proves that the numbering of its stream restarts. The first copy came from a connection
     * that could not prove it, so it was published as late or, where the order counts, dropped.
     */
    public void restarted(OutgoingCopy copy) {
        if (copy.stream().places.type().mode() == Mode.FIRST) {
            enter(copy);
        } else {
            first(copy, false);
        }
    }

    private void latest(OutgoingCopy copy) {
        if (!copy.restarts() && GapLedger.isOld(copy)) {
            dispatcher.drop(DropCause.SUPERSEDED, 1);
        } else {
            enter(copy);
            publish(copy, false);
        }
    }

    private void ordered(OutgoingCopy copy) {
        StreamWatch stream = copy.stream();
        if (copy.restarts() || !stream.chain.hasBegun()) {
            release(stream);
            enter(copy);
            publish(copy, false);
        } else if (GapLedger.isOld(copy)) {
            dispatcher.drop(DropCause.SUPERSEDED, 1);
        } else if (copy.first() <= stream.chain.newest() + 1) {
            enter(copy);
            publish(copy, false);
            releaseFollowers(stream);
        } else {
            hold(copy);
        }
    }

    private void hold(OutgoingCopy copy) {
        StreamWatch stream = copy.stream();
        StreamClass type = stream.places.type();
        stream.waiting.add(copy.kept(), scheduler.nowNanos());
        heldBytes += copy.bytes().length;
        if (stream.waiting.size() > type.holdMessages()) {
            releaseOverGap(stream);
        }
        while (heldBytes > MAX_HELD_BYTES && !stream.waiting.isEmpty()) {
            releaseOverGap(stream);
        }
        if (stream.waiting.isEmpty()) {
            return;
        }
        if (stream.waiting.beginWatch()) {
            scheduler.once(type.holdMs(), () -> releaseOverdue(stream));
        }
    }

    /** Releases messages that have waited for the hold time, and sets the timer again while others wait. */
    private void releaseOverdue(StreamWatch stream) {
        long holdNanos = TimeUnit.MILLISECONDS.toNanos(stream.places.type().holdMs());
        while (!stream.waiting.isEmpty()) {
            long leftNanos = stream.waiting.oldestNanos() + holdNanos - scheduler.nowNanos();
            if (leftNanos > 0) {
                scheduler.once(Math.max(1, leftNanos / 1_000_000), () -> releaseOverdue(stream));
                return;
            }
            releaseOverGap(stream);
        }
        stream.waiting.endWatch();
    }

    /** Gives up the missing numbers before the first waiting message. */
    private void releaseOverGap(StreamWatch stream) {
        passOn(stream.waiting.first());
        releaseFollowers(stream);
    }

    private void releaseFollowers(StreamWatch stream) {
        OutgoingCopy next = stream.waiting.next(stream.chain.newest());
        while (next != null) {
            passOn(next);
            next = stream.waiting.next(stream.chain.newest());
        }
    }

    private void release(StreamWatch stream) {
        stream.waiting.drain().forEach(this::passOn);
    }

    /** Publishes a message that has waited. */
    private void passOn(OutgoingCopy copy) {
        heldBytes -= copy.bytes().length;
        enter(copy);
        publish(copy, false);
    }

    /** Publishes all waiting messages, because no further one arrives. */
    public void flush() {
        streams.all().forEach(this::release);
    }

    private boolean enter(OutgoingCopy copy) {
        return gaps.published(copy, clock);
    }

    private void publish(OutgoingCopy copy, boolean isLate) {
        late += isLate ? 1 : 0;
        dispatcher.publish(copy, isLate);
    }
}
