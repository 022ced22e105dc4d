package io.firstline.replay;

import io.firstline.replay.retention.ReplayResponse;

/**
 * The requests of one consumer to the owner of its feed: one at a time, with a pause after a failure. Single-threaded;
 * times are nanoseconds of one monotonic clock.
 */
final class ReplayRequests {
    private final long retryNanos;
    private ReplayRequest open;
    private long asked;
    /** Holes up to this number have been requested. */
    private long askedTo;
    /** The last values before this number were delivered. */
    private long lastValuesFrom = 1;
    /** The owner has said who it is, or there was no answer. */
    private boolean introduced;

    /**
     * The next expected number at the time of the open request, and whether a number had fallen back then: the answer
     * may be older than our present state.
     */
    private long askedAt;

    private boolean askedInDoubt;
    private boolean resting;
    private long notBeforeNanos;

    /**
     * Starts without a request.
     *
     * @param retryNanos the pause after a failed request
     */
    ReplayRequests(long retryNanos) {
        this.retryNanos = retryNanos;
    }

    /** Returns the request to send now; null = none. */
    ReplayRequest next(GapPhase phase, ReadPosition position, HeldMessages held, long nowNanos) {
        if (open != null || (resting && nowNanos - notBeforeNanos < 0)) {
            return null;
        }
        open = due(phase, position, held);
        resting = false;
        if (open != null) {
            askedAt = position.next();
            askedInDoubt = held.anyUnplacedUpTo(position.epoch());
        }
        return open;
    }

    private ReplayRequest due(GapPhase phase, ReadPosition position, HeldMessages held) {
        return switch (phase) {
            case LAST_VALUES ->
                introduced && held.firstUnplaced() == null
                        ? null // nobody answered: asks again when a message arrives
                        : ReplayRequest.lastValues(++asked, lastValuesFrom);
            case NEW_OWNER, IN_DOUBT ->
                ReplayRequest.state(++asked, held.lastUnplaced().epoch());
            case HOLE -> {
                HeldMessages.Range hole = held.missingFrom(Math.max(position.next(), askedTo + 1));
                yield hole == null
                        ? introduction(position)
                        : ReplayRequest.range(++asked, position.epoch(), hole.from(), hole.to());
            }
            case IN_ORDER -> introduction(position);
        };
    }

    private ReplayRequest introduction(ReadPosition position) {
        return introduced || !position.knowsOwner() ? null : ReplayRequest.state(++asked, position.epoch());
    }

    /** Ends the open request; returns false if this is not the open one but about another run. */
    boolean close(ReplayRequest request) {
        boolean isOpen = request.equals(open);
        open = isOpen ? null : open;
        return isOpen;
    }

    /** The owner has answered, or nobody did. */
    void introduced() {
        introduced = true;
    }

    /** Returns whether an answer is of another run of the feed than the consumer's position. */
    boolean isOfAnotherIncarnation(ReplayResponse answer, long incarnation) {
        return incarnation == 0 ? askedInDoubt || answer.last() < askedAt - 1 : answer.incarnation() != incarnation;
    }

    /** Returns whether a number had fallen back at the time of the last request. */
    boolean askedInDoubt() {
        return askedInDoubt;
    }

    /** The owner does not keep requested numbers up to this one unless it has sent them. */
    void answeredTo(ReplayRequest request, long to, long next) {
        if (request.from() > 0 && request.from() <= Math.max(askedTo + 1, next)) {
            askedTo = Math.max(askedTo, to);
        }
    }

    /** Holes up to this number need no request. */
    void askedTo(long sequence) {
        askedTo = sequence;
    }

    long askedTo() {
        return askedTo;
    }

    /** The last values before this number were delivered, and more are there. */
    void continueLastValues(long from) {
        lastValuesFrom = from;
        introduced = false;
    }

    /** Sends no request for a while. */
    void rest(long nowNanos) {
        notBeforeNanos = nowNanos + retryNanos;
        resting = true;
    }

    /** Returns when the pause ends if it ends before this time; otherwise this time. */
    long orEndOfPause(long nanos) {
        return resting && notBeforeNanos - nanos < 0 ? notBeforeNanos : nanos;
    }

    /** The feed counts from 1 again: the open request is about another run. */
    void restart() {
        open = null;
        askedTo = 0;
    }

    @Override
    public String toString() {
        return "asked to " + askedTo + ", open " + open;
    }
}
