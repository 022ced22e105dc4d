package io.firstline.arbitration;

import java.util.List;

/**
 * Three lines in step, the messages that they have published, and the parts of an arbiter that decide about the next
 * copy. A test publishes and delivers by hand, and each line's own clock shows the time of the test.
 */
final class LinesInStep {
    static final long MS = 1_000_000;
    static final long SKEW = 100 * MS;

    final SeenMessages history;
    final LineTable lines = new LineTable();
    final MessageMatcher matcher;
    final LinePlaces places;
    final Lateness lateness;
    final Line a = founder();
    final Line b = founder();
    final Line c = founder();
    long nowNanos;
    private long uniques = 1_000_000;

    LinesInStep() {
        this(4_096);
    }

    LinesInStep(int historySize) {
        this.history = new SeenMessages(historySize, Long.MAX_VALUE);
        this.matcher = new MessageMatcher(history, lines, SKEW, true);
        this.places = new LinePlaces(history, matcher, SKEW);
        this.lateness = new Lateness(history, lines, matcher, SKEW);
    }

    private Line founder() {
        Line line = lines.add(0);
        lines.lead(line, 0, 0);
        return line;
    }

    LinesInStep at(long ms) {
        nowNanos = ms * MS;
        for (Line line : List.of(a, b, c)) {
            line.ownNanos = nowNanos;
        }
        return this;
    }

    /** The first copy of a message, behind all others of its stream. */
    long publish(Line line, int stream, long hash) {
        return publish(line, stream, hash, true);
    }

    /** The first copy of a message: behind all others of its stream, or behind the place of its line. */
    long publish(Line line, int stream, long hash, boolean isFirst) {
        matcher.repeated(hash, stream);
        long sequence = history.add(hash, 0, stream, line.slot, nowNanos, nowNanos);
        history.ownNanos(sequence, line.ownNanos);
        places.published(line, sequence, isFirst);
        matcher.published(sequence);
        line.published(sequence, stream, false);
        lateness.published(stream, sequence);
        return sequence;
    }

    /** Another copy of a message, beyond doubt. */
    void deliver(Line line, long sequence) {
        int stream = history.stream(sequence);
        history.markDelivered(sequence, line.slot);
        places.place(line, sequence, true);
        line.reached(sequence, stream, true, 0, history.newest());
    }

    /** A late copy: the message that it was matched with, or 0. */
    long copy(Line line, long hash) {
        long sequence = matcher.match(line, hash);
        if (sequence != 0) {
            deliver(line, sequence);
        }
        return sequence;
    }

    /** A and B deliver messages of unique bytes in the same order, a millisecond apart. */
    void agree(int stream, int messages) {
        for (int i = 0; i < messages; i++) {
            nowNanos += MS;
            at(nowNanos / MS);
            long hash = ++uniques;
            publish(a, stream, hash);
            if (copy(b, hash) == 0) {
                throw new AssertionError("taken for another message");
            }
        }
    }
}
