package io.firstline.arbitration;

/**
 * Receives every copy of every line and publishes the first copy of each message, once, in the server's order per
 * stream.
 *
 * <p><b>Identity.</b> Copies of equal hash are one message, unless their line has passed it: the package documentation
 * says how the arbiter distinguishes repeats. So a message that the server sent twice is published twice, however many
 * lines carry it.
 *
 * <p><b>Joining.</b> A line that opens in the middle of a stream may be ahead of the others: it would deliver message 5
 * before they deliver message 4, which it never had. Its copies are held back until a line in step delivers one of them
 * that the new line received at least {@code joinGuard} after its first. By then the lines in step have delivered all
 * older messages, in every stream. From there on the new line is in step, and the copies that it still holds are
 * published. Copies that it received more than {@code skew} earlier, and that no other line delivered, count as
 * unmatched.
 *
 * <p>Lines that are open before the first message are in step from the start. So is the only line that is left, and a
 * line that receives messages while all lines in step have been silent for a second. If lines join when none in step is
 * left, the first to deliver leads. Messages that only the others had are published as late when those line up or
 * leave.
 *
 * <p><b>Falling behind.</b> The arbiter cannot match copies that arrive after their message has left the history. It
 * reports such a line ({@link Output#outOfStep}) and treats it as joining, until the line has lined up several times in
 * a row.
 *
 * <p>Single-threaded; times are nanoseconds of one monotonic clock and never step back. Cost per copy O(1), without
 * allocation while all lines are in step and no bytes repeat.
 *
 * @param <M> the message as the owner carries it; kept only while held back
 */
public final class Arbiter<M> {
    /** The arbiter accepts at most this many lines at the same time. */
    public static final int MAX_LINES = SeenMessages.MAX_LINES;

    /**
     * Receives the decisions of the arbiter, within the call that led to them.
     *
     * @param <M> the message
     */
    public interface Output<M> {
        /**
         * Publish this: the first copy of a message.
         *
         * @param message valid within the call unless {@link Arrival#message} always is
         * @param late younger messages have been published while the line was behind
         */
        void first(Line line, M message, boolean late);

        /**
         * A line that had joined later is in step from now on.
         *
         * @param alone it could not line up: no line in step was left, or none delivered
         */
        void inStep(Line line, boolean alone);

        /** A line fell so far behind that its copies cannot be matched any more. */
        void outOfStep(Line line);

        /** A copy has other bytes than the first copy of its message. */
        void conflict(Line line, int stream);

        /**
         * A published message is two seconds old: these lines have delivered it.
         *
         * @param lines their slots, as bits
         */
        default void settled(long lines, int stream) {}

        /**
         * A line has delivered a message after it was settled.
         *
         * @param lines the slots of the lines that had delivered it before, as bits
         */
        default void settledLate(Line line, long lines, int stream) {}

        /**
         * A published message is two seconds old: these lines in step have not delivered it.
         *
         * @param lines their slots, as bits
         * @param delivered the slots of the lines that have
         */
        default void lacked(long lines, long delivered) {}

        /** A line that has not lined up yet delivers a copy that no line in step has delivered so far. */
        default void held(Line line, int stream) {}

        /** A line that has not lined up yet delivers a copy of a published message, beyond doubt. */
        default void recognised(Line line, M message) {}
    }

    private final ArbiterSettings settings;
    private final Output<M> output;
    private final SeenMessages seen;
    private final LineTable lines = new LineTable();
    private final MessageMatcher matcher;
    private final LinePlaces places;
    private final Lateness lateness;
    private final Settlement settlement;
    private final Guesses<M> guesses;
    private final JoiningLines<M> joining;
    private long lateMessages;
    /** Null = none. */
    private ArrivalSamples samples;

    public Arbiter(ArbiterSettings settings, Output<M> output) {
        this.settings = settings;
        this.output = output;
        this.seen = new SeenMessages(settings.historySize(), settings.historyNanos());
        this.matcher = new MessageMatcher(seen, lines, settings.skewNanos(), settings.ordered());
        this.places = new LinePlaces(seen, matcher, settings.skewNanos());
        this.lateness = new Lateness(seen, lines, matcher, settings.skewNanos());
        this.settlement = new Settlement(settings, seen, lines, matcher, output);
        MergedStream<M> stream = merged();
        this.guesses = new Guesses<>(seen, matcher, places, stream, settings.skewNanos());
        this.joining = new JoiningLines<>(settings, seen, lines, matcher, places, stream, output);
    }

    private MergedStream<M> merged() {
        return new MergedStream<>() {
            @Override
            public void publish(Line line, Arrival<M> copy, long receivedNanos, boolean late, long nowNanos) {
                Arbiter.this.publish(line, copy, receivedNanos, late, nowNanos);
            }

            @Override
            public void late(Line line, long sequence, boolean unique, long nowNanos) {
                Arbiter.this.late(line, sequence, unique, nowNanos);
            }

            @Override
            public void compare(Line line, long sequence, long content) {
                Arbiter.this.compare(line, sequence, content);
            }

            @Override
            public void takenBack(Line line, long sequence) {
                if (samples != null) {
                    samples.takenBack(line, sequence);
                }
            }

            @Override
            public void matched(Line line, long sequence, long receivedNanos) {
                sampled(line, sequence, receivedNanos - seen.firstNanos(sequence));
            }
        };
    }

    /**
     * Adds a line that has just opened.
     *
     * @param connectStartedNanos when its connect attempt began: it cannot deliver what was published before
     * @throws IllegalStateException if there are {@link #MAX_LINES} lines already
     */
    public Line join(long connectStartedNanos, long nowNanos) {
        Line line = lines.add(connectStartedNanos);
        if (seen.newest() == 0) {
            lines.lead(line, 0, nowNanos);
        } else {
            joining.add(line);
        }
        return line;
    }

    /**
     * Adds the line of a connection that has just opened.
     *
     * @param number of the connection in {@link #sample samples}, from 0; its replacement has the same
     */
    public Line join(int number, long connectStartedNanos, long nowNanos) {
        Line line = join(connectStartedNanos, nowNanos);
        line.number = number;
        return line;
    }

    /** Notes in these samples from now on when each connection delivers the same message. */
    public void sample(ArrivalSamples newSamples) {
        samples = newSamples;
        settlement.sample(newSamples);
    }

    /** Removes a line. The messages that it alone held back are published if no other line could have had them. */
    public void leave(Line line, long nowNanos) {
        if (line.left) {
            return;
        }
        settlement.settle(nowNanos);
        line.left = true;
        joining.remove(line, nowNanos);
        lines.remove(line);
        seen.release(line.slot);
        if (lines.inStep() == 0) {
            joining.replaceLeader(nowNanos);
        }
    }

    /** Receives one copy. */
    public void copy(Line line, Arrival<M> arrival, long nowNanos) {
        if (line.left) {
            return;
        }
        line.tick(nowNanos, settings.skewNanos());
        if (!line.leading && lines.inStep() == 0) {
            joining.leadAlone(line, nowNanos);
        }
        if (!line.leading || !guesses.isEmpty() || !isExpected(line, arrival, nowNanos)) {
            decide(line, arrival, nowNanos);
        }
        line.newestAtLastCopy = seen.newest();
    }

    /**
     * The short way of nearly all late copies: whether the line delivers the message after its place in the stream, as
     * expected, and nothing has to be decided. If so, the copy is counted.
     */
    private boolean isExpected(Line line, Arrival<M> arrival, long nowNanos) {
        int stream = arrival.stream();
        StreamFigures figures = line.figuresIn(stream);
        long sequence = figures == null ? 0 : matcher.expected(line, figures, stream, arrival.identity());
        if (sequence == 0) {
            return false;
        }
        compare(line, sequence, arrival.content());
        settlement.delivered(line, sequence);
        joining.leaderDelivered(nowNanos);
        seen.markDeliveredInPlace(sequence, line.slot);
        figures.place = sequence;
        line.lateCopies++;
        long lagNanos = nowNanos - seen.firstNanos(sequence);
        line.reached(figures, sequence, stream, lagNanos, seen.newest());
        sampled(line, sequence, lagNanos);
        return true;
    }

    private void decide(Line line, Arrival<M> arrival, long nowNanos) {
        long hash = arrival.identity();
        if (!guesses.isEmpty()) {
            guesses.revise(line, arrival, nowNanos);
        }
        long sequence = matcher.match(line, hash);
        if (sequence != 0) {
            compare(line, sequence, arrival.content());
        }
        if (line.leading) {
            joining.leaderDelivered(nowNanos);
            if (sequence != 0
                    && line.watermark < seen.oldest() - 1
                    && !seen.isUnique(hash)
                    && lines.countInStep() > 1) {
                joining.fallBehind(
                        line, arrival, nowNanos); // an older one of these equal messages has left the history
            } else if (sequence != 0) {
                guesses.note(line, arrival, sequence, nowNanos);
                late(line, sequence, seen.isUnique(hash), nowNanos);
            } else if (line.watermark >= seen.oldest() - 1 || lines.countInStep() == 1) {
                publish(line, arrival, nowNanos, lateness.isLate(line, arrival.stream(), nowNanos), nowNanos);
            } else {
                joining.fallBehind(line, arrival, nowNanos);
            }
        } else if (sequence == 0 || !joining.matched(line, arrival, sequence, nowNanos)) {
            joining.held(line, arrival, nowNanos);
        }
    }

    /** A copy of a line is from before the beginning of its stream: it takes no part. */
    public void unmatched(Line line) {
        line.unmatched++;
    }

    /** How many messages have been published. */
    public long published() {
        return seen.newest();
    }

    /** How many of them were published after younger ones. */
    public long lateMessages() {
        return lateMessages;
    }

    /**
     * Whether a line delivers nothing while others deliver messages that it lacks: proof that it is dead, even if it
     * answers pings. A feed that is quiet on all lines proves nothing. Neither do a few messages that only another line
     * receives, all at once.
     *
     * @param messages at least this many have been published since its last copy
     * @param spanNanos and over at least this time
     */
    public boolean isSilentBesideOthers(Line line, int messages, long spanNanos) {
        long known = Math.max(Math.max(line.watermark, line.leadingAfter), line.newestAtLastCopy);
        if (seen.newest() - known < messages) {
            return false;
        }
        long sinceNanos = known + 1 >= seen.oldest()
                ? seen.firstNanos(known + 1)
                : Math.max(line.floorNanos, line.lastCopyNanos); // a slow feed's history is short
        return seen.firstNanos(seen.newest()) - sinceNanos >= spanNanos;
    }

    /** Updates losses and saves, which are counted no earlier than two seconds after a message. */
    public void settleFigures(long nowNanos) {
        settlement.settle(nowNanos);
    }

    /** The lines deliver the same messages: their losses and saves until now are valid. */
    public void trustFigures() {
        settlement.trust();
    }

    /**
     * Does ahead what the next copies would wait for; without it, they do it themselves. Called several times a second,
     * between copies.
     */
    public void prepare(long nowNanos) {
        settlement.settle(nowNanos);
        seen.prepare(nowNanos);
    }

    /**
     * The lines do not deliver the same messages, so losses and saves mean nothing. None is counted from now on, and
     * those counted since {@link #trustFigures()} are subtracted.
     */
    public void distrustFigures() {
        settlement.distrust();
    }

    private void publish(Line line, Arrival<M> copy, long receivedNanos, boolean late, long nowNanos) {
        settlement.makeRoom(nowNanos);
        matcher.repeated(copy.identity(), copy.stream());
        long sequence = seen.add(copy.identity(), copy.content(), copy.stream(), line.slot, receivedNanos, nowNanos);
        seen.ownNanos(sequence, line.ownNanos);
        places.published(line, sequence, receivedNanos == nowNanos && line.leastLagNanos == 0);
        matcher.published(sequence);
        line.published(sequence, copy.stream(), late);
        lateness.published(copy.stream(), sequence);
        if (late) {
            lateMessages++;
        }
        if (samples != null) {
            samples.published(line, sequence, nowNanos);
        }
        output.first(line, copy.message(), late);
        if (!joining.isEmpty()) {
            joining.published(sequence, copy.identity(), nowNanos);
        }
    }

    private void compare(Line line, long sequence, long content) {
        if (content != 0 && seen.content(sequence) != 0 && seen.content(sequence) != content) {
            output.conflict(line, seen.stream(sequence));
        }
    }

    private void late(Line line, long sequence, boolean unique, long nowNanos) {
        settlement.delivered(line, sequence);
        seen.markDelivered(sequence, line.slot);
        boolean beyondDoubt = unique && !matcher.isDoubtful();
        if (line.leading) {
            places.place(line, sequence, beyondDoubt);
        } else {
            joining.delivered(line, sequence, beyondDoubt);
        }
        line.lateCopies++;
        long lagNanos = nowNanos - seen.firstNanos(sequence);
        line.reached(sequence, seen.stream(sequence), beyondDoubt, lagNanos, seen.newest());
        sampled(line, sequence, lagNanos);
    }

    private void sampled(Line line, long sequence, long lagNanos) {
        if (samples != null) {
            samples.delivered(line, sequence, lagNanos);
        }
    }

    @Override
    public String toString() {
        return "Arbiter[published=" + seen.newest() + ", lines=" + lines.count() + ", inStep=" + lines.countInStep()
                + "]";
    }
}
