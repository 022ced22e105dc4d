package io.firstline.arbitration;

import java.util.ArrayDeque;

/**
 * Matches that may turn out wrong. A copy was matched with a message that its line was not expected to deliver next.
 * Either the line lacks the messages between. Or the copy is another message of the same bytes, which no line had
 * delivered so far. The match holds until a line proves it wrong: then the copy is published after all. Bounded in
 * count, bytes and time.
 *
 * @param <M> the message
 */
final class Guesses<M> {
    private static final int MAX_GUESSES = 64;
    private static final int MAX_GUESS_BYTES = 1 << 20;

    /**
     * A copy that was matched with a message, though it may be another message of the same bytes.
     *
     * @param placeBefore where its line was in the stream
     * @param movedFrom the predecessor of the message, if the message was before that place; 0 = it was after it,
     *     behind others that the line lacks
     */
    private record Guess<M>(
            Line line, HeldCopies.Copy<M> copy, long reachedBefore, long placeBefore, long sequence, long movedFrom) {}

    private final SeenMessages seen;
    private final ServerOrder order;
    private final MessageMatcher matcher;
    private final LinePlaces places;
    private final MergedStream<M> stream;
    private final long skewNanos;
    /** Oldest first. */
    private final ArrayDeque<Guess<M>> guesses = new ArrayDeque<>();

    Guesses(SeenMessages seen, MessageMatcher matcher, LinePlaces places, MergedStream<M> stream, long skewNanos) {
        this.seen = seen;
        this.order = seen.order();
        this.matcher = matcher;
        this.places = places;
        this.stream = stream;
        this.skewNanos = skewNanos;
    }

    boolean isEmpty() {
        return guesses.isEmpty();
    }

    /** A line in step delivers a copy that was matched; its place is not changed yet. */
    void note(Line line, Arrival<M> copy, long sequence, long nowNanos) {
        int itsStream = seen.stream(sequence);
        if (!guesses.isEmpty()) {
            guesses.removeIf(guess -> nowNanos - guess.copy.receivedNanos() > skewNanos
                    || !isRemembered(guess)
                    || (guess.line == line
                            && guess.copy.stream() == itsStream
                            && order.isBefore(guess.sequence, sequence)));
        }
        long place = line.placeIn(itsStream);
        if (matcher.isDoubtful()
                || itsStream != copy.stream()
                || place < seen.oldest()
                || place == sequence
                || copy.bytes() > MAX_GUESS_BYTES
                || !matcher.isOrderProven(itsStream)) {
            return;
        }
        long movedFrom = order.isBefore(place, sequence) ? 0 : order.predecessor(sequence);
        if (movedFrom == 0 && !skipsEnough(line, copy, place, sequence)) {
            return;
        }
        if (guesses.size() == MAX_GUESSES) {
            guesses.removeFirst();
        }
        HeldCopies.Copy<M> kept = new HeldCopies.Copy<>(copy, nowNanos, 0);
        guesses.addLast(new Guess<>(line, kept, line.reachedIn(itsStream), place, sequence, movedFrom));
    }

    /**
     * Whether a line skips messages that prove the match wrong if it delivers them later. Of messages without a stream a
     * single one proves nothing: it may be an ack or a heartbeat, which comes at another place on each line.
     */
    private boolean skipsEnough(Line line, Arrival<M> copy, long place, long sequence) {
        long skipped = order.lackedBetween(place, sequence, line.slot);
        boolean mayBeAnAnswer = copy.stream() == 0 && seen.isUnique(copy.identity());
        return skipped != 0 && (!mayBeAnAnswer || order.lackedBetween(skipped, sequence, line.slot) != 0);
    }

    /** A copy that has just arrived may prove an earlier match wrong: the earlier copy was another message. */
    void revise(Line line, Arrival<M> copy, long nowNanos) {
        for (Guess<M> guess : guesses) {
            int itsStream = copy.stream();
            if (guess.copy.stream() == itsStream
                    && isRemembered(guess)
                    && guess.line.leading
                    && matcher.isOrderProven(itsStream)) {
                long proof = guess.movedFrom == 0 ? proofAhead(guess, line, copy) : proofBehind(guess, line, copy);
                if (proof != 0 && matcher.isOrderCertain(guess.copy, proof, guess.sequence)) {
                    takeBack(guess, guess.movedFrom == 0 ? proof : 0, nowNanos);
                    return;
                }
            }
        }
    }

    private boolean isRemembered(Guess<M> guess) {
        return Math.min(guess.placeBefore, guess.sequence) >= seen.oldest();
    }

    /** The message that the line delivers now though it had skipped it; 0 = none. */
    private long proofAhead(Guess<M> guess, Line line, Arrival<M> copy) {
        if (guess.line != line
                || !order.isBefore(guess.placeBefore, guess.sequence)
                || order.isNextAfter(line.placeIn(copy.stream()), line.slot, copy.identity())) {
            return 0;
        }
        return order.lackedBetween(guess.placeBefore, guess.sequence, line.slot, copy.identity());
    }

    /** The message that another line delivers after the matched one, and the first line before it; 0 = none. */
    private long proofBehind(Guess<M> guess, Line line, Arrival<M> copy) {
        if (guess.line == line || guess.movedFrom < seen.oldest() || !seen.isDeliveredBy(guess.sequence, line.slot)) {
            return 0;
        }
        long follower = seen.alikeBetween(guess.movedFrom, guess.sequence, line.slot, copy.identity());
        return follower != 0
                        && !order.isBefore(guess.placeBefore, follower)
                        && seen.isDeliveredBy(follower, guess.line.slot)
                ? follower
                : 0;
    }

    private void takeBack(Guess<M> guess, long until, long nowNanos) {
        Line line = guess.line;
        int itsStream = guess.copy.stream();
        long place = line.placeIn(itsStream);
        guesses.remove(guess);
        seen.unmarkDelivered(guess.sequence, line.slot);
        stream.takenBack(line, guess.sequence);
        line.takenBack(guess.sequence, itsStream, guess.reachedBefore, guess.placeBefore);
        if (guess.movedFrom != 0) {
            order.placeAfter(guess.sequence, guess.movedFrom);
        }
        long other = seen.alikeBetween(guess.placeBefore, until, line.slot, guess.copy.identity());
        if (other != 0) {
            seen.markDelivered(other, line.slot);
            stream.matched(line, other, guess.copy.receivedNanos());
            places.place(line, other, true);
        } else {
            line.lateCopies--;
            matcher.passedOne(true);
            stream.publish(line, guess.copy, guess.copy.receivedNanos(), true, nowNanos);
        }
        if (guess.movedFrom != 0 && place != guess.sequence) {
            places.advance(line, itsStream, place);
        }
    }
}
