package io.firstline.arbitration;

/**
 * Decides which published message a copy belongs to. Copies of equal hash are one message, unless their line has passed
 * it: it has delivered messages that come later. Learns meanwhile whether lines deliver messages in the same order.
 */
final class MessageMatcher {
    /**
     * At most this many messages that were published again because of their order alone wait for a copy from another
     * line. Each may have been published twice.
     */
    private static final int MAX_UNCONFIRMED = 2;

    private final SeenMessages seen;
    private final ServerOrder order;
    private final LineTable lines;
    private final long skewNanos;
    private final boolean ordered;

    /** Whether lines agree on the order within named streams, and of all messages without a stream. */
    private final OrderAgreement inStreams;

    private final OrderAgreement unnamed;
    /** Whether lines agree on the order of messages without a stream that are some time apart. */
    private final OrderAgreement apart;

    private boolean doubtful;
    private boolean passedOne;
    /**
     * Messages that were published because their line had passed those of the same bytes, and that no other line has
     * delivered yet; 0 = none.
     */
    private final long[] unconfirmed = new long[MAX_UNCONFIRMED];

    MessageMatcher(SeenMessages seen, LineTable lines, long skewNanos, boolean ordered) {
        this.seen = seen;
        this.order = seen.order();
        this.lines = lines;
        this.skewNanos = skewNanos;
        this.ordered = ordered;
        this.inStreams = agreement(skewNanos, OrderAgreement.ENOUGH, ordered);
        this.unnamed = agreement(skewNanos, 2 * OrderAgreement.ENOUGH, ordered);
        this.apart = agreement(skewNanos, OrderAgreement.ENOUGH, ordered);
    }

    private static OrderAgreement agreement(long mostNanos, int enough, boolean ordered) {
        return ordered ? new OrderAgreement(mostNanos, enough) : OrderAgreement.none();
    }

    /** The published message that a copy on a line belongs to, or 0 if there is none. */
    long match(Line line, long hash) {
        doubtful = false;
        passedOne = false;
        long sequence = seen.match(hash, line.slot, line.floorNanos, line.repeatsFloorNanos);
        while (sequence != 0 && isPassed(line, hash, sequence)) {
            passedOne = true;
            sequence = seen.pass(hash, sequence, line.slot);
        }
        return sequence;
    }

    /**
     * The message that a line in step delivers with this copy, if it is the one after its place in the stream and
     * nothing has to be decided; otherwise 0. So nearly all late copies are matched without a search.
     */
    long expected(Line line, StreamFigures figures, int stream, long hash) {
        long sequence = seen.expected(figures.place, hash, line.slot, line.floorNanos);
        if (sequence == 0 || sequence < figures.begun || !isOrderProven(stream)) {
            return 0;
        }
        agreement(stream).kept(0);
        return sequence;
    }

    /** Whether the last match may be wrong although only one message of its bytes is remembered. */
    boolean isDoubtful() {
        return doubtful;
    }

    /** Whether a message is published because its line has passed one of the same bytes. */
    void passedOne(boolean passed) {
        passedOne = passed;
    }

    /** A message is about to be published. */
    void repeated(long hash, int stream) {
        agreement(stream).repeated(hash);
        apart.repeated(hash);
    }

    /** The message has been published. */
    void published(long sequence) {
        if (passedOne) {
            awaitConfirmation(sequence);
        }
    }

    private void awaitConfirmation(long sequence) {
        for (int i = 0; i < MAX_UNCONFIRMED; i++) {
            if (unconfirmed[i] == 0) {
                unconfirmed[i] = sequence;
                return;
            }
        }
    }

    /**
     * Ends the wait for a copy of a message that was published because of its order alone. If no other line has
     * delivered it in time, it may have been published before.
     */
    void confirm(long sequence, boolean alone) {
        for (int i = 0; i < MAX_UNCONFIRMED; i++) {
            if (unconfirmed[i] == sequence) {
                unconfirmed[i] = 0;
                if (alone) {
                    agreement(seen.stream(sequence)).broken(0, 0);
                }
            }
        }
    }

    /**
     * Whether a line lacks a message, as it has delivered younger ones: a copy of the same bytes is then another
     * message.
     */
    private boolean isPassed(Line line, long hash, long sequence) {
        int stream = seen.stream(sequence);
        boolean passedInOrder = order.isPassed(sequence, line.placeIn(stream), line.slot);
        boolean unique = seen.isUnique(hash);
        if (isOrderProven(stream)) {
            boolean passed = passedInOrder || isBeforeItBegan(line, stream, sequence);
            if (unique && !passed) {
                agreement(stream).kept(0);
            }
            if (!unique) {
                return passed || (stream != 0 && isLongPassed(line, sequence)); // all messages of a stream may be equal
            }
            if (stream != 0 || !passed) {
                return passed;
            }
            boolean overtaken = isOvertaken(line, sequence, apart.distanceNanos());
            if (overtaken && unnamed.isLongComplete()) {
                return true;
            }
            if (overtaken || unnamed.suspects(hash)) {
                doubtful = true;
                return false;
            }
        }
        if (!unique) {
            return isOvertaken(line, sequence, distanceNanos(stream)) || isLongPassed(line, sequence);
        }
        learnOrder(line, hash, sequence, passedInOrder);
        return false;
    }

    private boolean isLongPassed(Line line, long sequence) {
        return sequence < line.passed && seen.hasYoungerAlike(sequence);
    }

    private boolean isBeforeItBegan(Line line, int stream, long sequence) {
        long begun = line.begunIn(stream);
        return sequence < begun && order.isBefore(sequence, begun);
    }

    /** A line delivers a message of unique bytes, where it is not proven that lines agree on the order. */
    private void learnOrder(Line line, long hash, long sequence, boolean passedInOrder) {
        int stream = seen.stream(sequence);
        if (passedInOrder) {
            agreement(stream).broken(hash, 0);
            doubtful = true;
        } else {
            agreement(stream).kept(0);
        }
        if (stream != 0) {
            return;
        }
        long follower = follower(line, sequence);
        if (follower == 0) {
            apart.kept(sequence > seen.oldest() ? seen.distanceNanos(sequence - 1, sequence) : Long.MAX_VALUE);
        } else {
            apart.broken(hash, seen.distanceNanos(sequence, follower));
            doubtful = true;
        }
    }

    /**
     * Whether lines deliver the messages of a stream in the same order: enough copies came in order. Besides, fewer
     * than two messages that were published for this reason alone may be waiting for a copy from another line.
     */
    boolean isOrderProven(int stream) {
        if (!agreement(stream).isComplete()) {
            return false;
        }
        for (int i = 0; i < MAX_UNCONFIRMED; i++) {
            if (unconfirmed[i] < seen.oldest() || Long.bitCount(seen.deliveredBy(unconfirmed[i])) > 1) {
                unconfirmed[i] = 0;
            }
            if (unconfirmed[i] == 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the order of two messages proves that a copy is another message. Unique bytes without a stream need more
     * proof than repeats: if lines differ in the order of streams, such a message would be published twice.
     */
    boolean isOrderCertain(Arrival<?> copy, long one, long other) {
        return copy.stream() != 0
                || !seen.isUnique(copy.identity())
                || (unnamed.isLongComplete() && Math.abs(seen.distanceNanos(one, other)) >= apart.distanceNanos());
    }

    /** At this distance or more, messages of a stream arrive in the same order on all lines. */
    long distanceNanos(int stream) {
        return agreement(stream).isComplete() ? 0 : stream == 0 || !ordered ? apart.distanceNanos() : skewNanos;
    }

    private OrderAgreement agreement(int stream) {
        return stream == 0 ? unnamed : inStreams;
    }

    /**
     * Whether a line has delivered a message that came at least this much later on the line that published this one.
     */
    boolean isOvertaken(Line line, long sequence, long distanceNanos) {
        int publisher = seen.publisher(sequence);
        if (publisher < 0) {
            return false;
        }
        long ownNanos = seen.ownNanos(sequence) + distanceNanos;
        long since = lines.at(publisher).matchedSince(sequence, seen.stream(sequence), ownNanos);
        if (since >= seen.oldest() && seen.isDeliveredBy(since, line.slot)) {
            return true;
        }
        long follower = follower(line, sequence);
        return follower != 0
                && (distanceNanos == 0
                        || (seen.publisher(follower) == publisher && seen.ownNanos(follower) >= ownNanos));
    }

    /**
     * The youngest message that a line has delivered and that came after this one, in the same stream, on the line that
     * published this one; or 0.
     */
    private long follower(Line line, long sequence) {
        int publisher = seen.publisher(sequence);
        long reached = line.reachedIn(seen.stream(sequence));
        return publisher < 0 ? 0 : seen.follower(sequence, reached, line.slot, publisher);
    }
}
