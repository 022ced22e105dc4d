package io.firstline.arbitration;

/** Moves the place of a line in a stream forward, and the messages that the line proves to be later. */
final class LinePlaces {
    private final SeenMessages seen;
    private final ServerOrder order;
    private final MessageMatcher matcher;
    private final long skewNanos;

    LinePlaces(SeenMessages seen, MessageMatcher matcher, long skewNanos) {
        this.seen = seen;
        this.order = seen.order();
        this.matcher = matcher;
        this.skewNanos = skewNanos;
    }

    /** A line has published the youngest message. */
    void published(Line line, long sequence, boolean isFirst) {
        int stream = seen.stream(sequence);
        order.placeAfter(sequence, isFirst ? 0 : line.placeIn(stream));
        order.markPlaced(sequence, line.slot);
        line.placeIn(stream, sequence);
    }

    /** A line has delivered a message: those that the line delivered before come before it. */
    void place(Line line, long sequence, boolean beyondDoubt) {
        int stream = seen.stream(sequence);
        long place = line.placeIn(stream);
        if (place >= seen.oldest() && !order.isBefore(place, sequence)) {
            if (!beyondDoubt && (!matcher.isOrderProven(stream) || seen.distanceNanos(sequence, place) > skewNanos)) {
                return;
            }
            order.moveAfter(sequence, place, line.slot);
        }
        order.markPlaced(sequence, line.slot);
        line.placeIn(stream, sequence);
    }

    /** The same for a line that joins: copies that it holds may come before those that matched. */
    void placeJoining(Line line, long sequence, boolean beyondDoubt) {
        int stream = seen.stream(sequence);
        long place = line.placeIn(stream);
        if (beyondDoubt && (place < seen.oldest() || order.isBefore(place, sequence))) {
            order.markPlaced(sequence, line.slot);
            line.placeIn(stream, sequence);
        }
    }

    /** A line is at least at this place. */
    void advance(Line line, int stream, long place) {
        long known = line.placeIn(stream);
        if (place >= seen.oldest() && (known < seen.oldest() || order.isBefore(known, place))) {
            line.placeIn(stream, place);
        }
    }
}
