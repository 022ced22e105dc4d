package io.firstline.arbitration;

/** The lines of an arbiter by slot, and which of them are in step. */
final class LineTable {
    static final int MAX_LINES = SeenMessages.MAX_LINES;

    private final Line[] lines = new Line[MAX_LINES];
    /** The slots of the lines in step, as bits. */
    private long inStep;

    /**
     * Adds a line in the lowest free slot.
     *
     * @throws IllegalStateException if there are {@link #MAX_LINES} lines already
     */
    Line add(long connectStartedNanos) {
        for (int slot = 0; slot < MAX_LINES; slot++) {
            if (lines[slot] == null) {
                lines[slot] = new Line(slot, connectStartedNanos);
                return lines[slot];
            }
        }
        throw new IllegalStateException("more than " + MAX_LINES + " lines");
    }

    void remove(Line line) {
        stopLeading(line);
        lines[line.slot] = null;
    }

    /** The line of a slot; null = none. */
    Line at(int slot) {
        return lines[slot];
    }

    /** The slots of the lines in step, as bits. */
    long inStep() {
        return inStep;
    }

    int countInStep() {
        return Long.bitCount(inStep);
    }

    int count() {
        int count = 0;
        for (Line line : lines) {
            count += line == null ? 0 : 1;
        }
        return count;
    }

    /**
     * A line is in step from now on.
     *
     * @param newest the youngest message published
     */
    void lead(Line line, long newest, long nowNanos) {
        line.leading = true;
        line.forgetPlaces();
        line.leadingSinceNanos = nowNanos;
        line.leadingAfter = newest;
        line.fellBehind = false;
        inStep |= 1L << line.slot;
    }

    /** A line is not in step any more. */
    void stopLeading(Line line) {
        line.leading = false;
        inStep &= ~(1L << line.slot);
    }

    void trust() {
        for (Line line : lines) {
            if (line != null) {
                line.trust();
            }
        }
    }

    void distrust() {
        for (Line line : lines) {
            if (line != null) {
                line.distrust();
            }
        }
    }
}
