package io.firstline.arbitration;

/**
 * Counts losses and saves, no earlier than two seconds after a message: then it is settled which lines have delivered
 * it. A loss or a save is subtracted when a copy arrives after all.
 */
final class Settlement {
    static final long MAX_SETTLING_NANOS = 2_000_000_000L;

    private final SeenMessages seen;
    private final LineTable lines;
    private final MessageMatcher matcher;
    private final Arbiter.Output<?> output;
    private final int historySize;
    private final long settlingNanos;
    private long settled;
    /** Null = none. */
    private ArrivalSamples samples;

    private boolean distrusted;
    /** No loss and no save of a message up to this one counts. */
    private long neverCounted;

    Settlement(
            ArbiterSettings settings,
            SeenMessages seen,
            LineTable lines,
            MessageMatcher matcher,
            Arbiter.Output<?> output) {
        this.seen = seen;
        this.lines = lines;
        this.matcher = matcher;
        this.output = output;
        this.historySize = settings.historySize();
        this.settlingNanos = Math.min(MAX_SETTLING_NANOS, settings.historyNanos());
    }

    /** See {@link Arbiter#sample}. */
    void sample(ArrivalSamples newSamples) {
        samples = newSamples;
    }

    /** Settles the messages that are old enough. */
    void settle(long nowNanos) {
        long beforeNanos = nowNanos - settlingNanos;
        while (settled < seen.newest()
                && (settled + 1 < seen.oldest() || seen.firstNanos(settled + 1) - beforeNanos <= 0)) {
            settleOne(settled + 1);
        }
    }

    /** Settles also the message that the next one replaces in a full history. */
    void makeRoom(long nowNanos) {
        settle(nowNanos);
        if (seen.newest() - seen.oldest() + 1 >= historySize) {
            settleOne(seen.oldest());
        }
    }

    private void settleOne(long sequence) {
        if (sequence <= settled) {
            return;
        }
        settled = sequence;
        if (samples != null) {
            samples.settled(sequence);
        }
        if (sequence < seen.oldest()) {
            return;
        }
        long delivered = seen.deliveredBy(sequence);
        output.settled(delivered, seen.stream(sequence));
        boolean alone = Long.bitCount(delivered) == 1 && lines.countInStep() > 1;
        matcher.confirm(sequence, alone);
        if (distrusted) {
            neverCounted = sequence;
            return;
        }
        int winner = seen.winner(sequence);
        if (alone && winner >= 0) {
            lines.at(winner).saved(seen.stream(sequence), 1); // until another copy arrives after all
        } else {
            seen.forgetWinner(sequence);
        }
        long firstNanos = seen.firstNanos(sequence);
        long lost = 0;
        for (long lacking = lines.inStep() & ~delivered; lacking != 0; lacking &= lacking - 1) {
            Line line = lines.at(Long.numberOfTrailingZeros(lacking));
            if (line.leadingSinceNanos - firstNanos <= 0) {
                line.lost(seen.stream(sequence), 1, Long.bitCount(delivered) == 1);
                lost |= 1L << line.slot;
            }
        }
        if (lost != 0) {
            output.lacked(lost, delivered);
        }
    }

    /** A line delivers a copy of a published message, which is not marked as delivered yet. */
    void delivered(Line line, long sequence) {
        if (sequence > settled) {
            return;
        }
        int stream = seen.stream(sequence);
        output.settledLate(line, seen.deliveredBy(sequence), stream);
        if (sequence <= neverCounted) {
            return;
        }
        if (line.leading && line.leadingSinceNanos - seen.firstNanos(sequence) <= 0) {
            line.lost(stream, -1, Long.bitCount(seen.deliveredBy(sequence)) == 1);
        }
        int saver = seen.winner(sequence);
        if (saver >= 0) {
            lines.at(saver).saved(stream, -1);
            seen.forgetWinner(sequence);
        }
    }

    /** See {@link Arbiter#trustFigures}. */
    void trust() {
        distrusted = false;
        lines.trust();
    }

    /** See {@link Arbiter#distrustFigures}. */
    void distrust() {
        distrusted = true;
        neverCounted = settled;
        lines.distrust();
    }
}
