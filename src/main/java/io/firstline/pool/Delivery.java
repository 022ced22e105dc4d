package io.firstline.pool;

import io.firstline.config.StreamClass;
import io.firstline.config.StreamClass.Mode;
import io.firstline.connection.Clockwork;
import io.firstline.connection.DropCause;
import java.util.concurrent.TimeUnit;

/**
 * The last step before publication: passes on the first copies of messages in the way that their streams' classes want it. Belongs to the
 * feed's context.
 *
 * <ul>
 *   <li>{@link Mode#FIRST}: at once. Where the venue numbers its messages, the numbers say which one is late.
 *   <li>{@link Mode#LATEST}: at once, unless a younger one has been passed on.
 *   <li>{@link Mode#ORDERED}: when the message before it has been passed on; what has waited too long, or behind too many, goes on
 *       without it, and that is a gap. So does what would make all that waits exceed {@value #MAX_HELD_BYTES} bytes. What comes after
 *       that is dropped.
 * </ul>
 */
final class Delivery {
    /** Of all messages of a feed that wait for their turn. */
    static final long MAX_HELD_BYTES = 32L * 1024 * 1024;

    private final Publication publication;
    private final GapLedger gaps;
    private final StreamTable streams;
    private final Clockwork clockwork;
    private long late;
    private long heldBytes;

    Delivery(Publication publication, GapLedger gaps, StreamTable streams, Clockwork clockwork) {
        this.publication = publication;
        this.gaps = gaps;
        this.streams = streams;
        this.clockwork = clockwork;
    }

    /** How many messages were passed on after younger ones of their streams. */
    long late() {
        return late;
    }

    /**
     * The first copy of a message.
     *
     * @param guessedLate whether it is late as far as can be said without numbers
     */
    void first(Copy copy, boolean guessedLate) {
        if (copy.stream() == null || !copy.isNumbered()) {
            publish(copy, guessedLate);
            return;
        }
        switch (copy.stream().places.type().mode()) {
            case FIRST -> publish(copy, enter(copy));
            case LATEST -> latest(copy);
            case ORDERED -> ordered(copy);
        }
    }

    private void latest(Copy copy) {
        if (!copy.restarts() && GapLedger.isOld(copy)) {
            publication.drop(DropCause.SUPERSEDED, 1);
        } else {
            enter(copy);
            publish(copy, false);
        }
    }

    private void ordered(Copy copy) {
        StreamWatch stream = copy.stream();
        if (copy.restarts() || !stream.chain.hasBegun()) {
            release(stream);
            enter(copy);
            publish(copy, false);
        } else if (GapLedger.isOld(copy)) {
            publication.drop(DropCause.SUPERSEDED, 1);
        } else if (copy.first() <= stream.chain.newest() + 1) {
            enter(copy);
            publish(copy, false);
            releaseFollowers(stream);
        } else {
            hold(copy);
        }
    }

    private void hold(Copy copy) {
        StreamWatch stream = copy.stream();
        StreamClass type = stream.places.type();
        stream.waiting.add(copy, clockwork.nowNanos());
        heldBytes += copy.payload().length();
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
            clockwork.once(type.holdMs(), () -> releaseOverdue(stream));
        }
    }

    /** Asked when the longest waiting may have waited long enough; asks again as long as something waits. */
    private void releaseOverdue(StreamWatch stream) {
        long holdNanos = TimeUnit.MILLISECONDS.toNanos(stream.places.type().holdMs());
        while (!stream.waiting.isEmpty()) {
            long leftNanos = stream.waiting.oldestNanos() + holdNanos - clockwork.nowNanos();
            if (leftNanos > 0) {
                clockwork.once(Math.max(1, leftNanos / 1_000_000), () -> releaseOverdue(stream));
                return;
            }
            releaseOverGap(stream);
        }
        stream.waiting.endWatch();
    }

    /** What is missing before the first that waits is given up. */
    private void releaseOverGap(StreamWatch stream) {
        passOn(stream.waiting.first());
        releaseFollowers(stream);
    }

    private void releaseFollowers(StreamWatch stream) {
        Copy next = stream.waiting.next(stream.chain.newest());
        while (next != null) {
            passOn(next);
            next = stream.waiting.next(stream.chain.newest());
        }
    }

    private void release(StreamWatch stream) {
        stream.waiting.drain().forEach(this::passOn);
    }

    /** One that has waited. */
    private void passOn(Copy copy) {
        heldBytes -= copy.payload().length();
        enter(copy);
        publish(copy, false);
    }

    /** Nothing will come any more: what waits goes on. */
    void flush() {
        streams.all().forEach(this::release);
    }

    private boolean enter(Copy copy) {
        return gaps.published(copy, clockwork.nowNanos());
    }

    private void publish(Copy copy, boolean isLate) {
        late += isLate ? 1 : 0;
        publication.publish(copy, isLate);
    }
}
