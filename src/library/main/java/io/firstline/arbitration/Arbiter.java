package io.firstline.arbitration;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

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

    private static final long SILENT_ELDERS_NANOS = 1_000_000_000L;
    private static final long MAX_SETTLING_NANOS = 2_000_000_000L;
    /** The search for messages that a line lacks checks at most this many younger messages. */
    private static final int MAX_LACKING = 256;

    private static final int MAX_GUESSES = 64;
    private static final int MAX_GUESS_BYTES = 1 << 20;
    /**
     * At most this many messages that were published again because of their order alone wait for a copy from another
     * line. Each may have been published twice.
     */
    private static final int MAX_UNCONFIRMED = 2;

    private static final int STREAK_AFTER_FALLING_BEHIND = 8;
    /** The line that delivered first has the older messages: the others line up with it. */
    private static final Comparator<Line> NEXT_TO_LEAD =
            Comparator.comparing((Line line) -> line.fellBehind).thenComparing(line -> line.firstCopyNanos);

    /**
     * Receives the decisions of the arbiter, within the call that led to them.
     *
     * @param <M> the message
     */
    public interface Output<M> {
        /**
         * Publish this: the first copy of a message.
         *
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

        /** A line that has not lined up yet delivers a copy that no line in step has delivered so far. */
        default void held(Line line, int stream) {}
    }

    /**
     * A copy that was matched with a message, though it may be another message of the same bytes.
     *
     * @param placeBefore where its line was in the stream
     * @param movedFrom the predecessor of the message, if the message was before that place; 0 = it was after it,
     *     behind others that the line lacks
     */
    private record Guess<M>(
            Line line, HeldCopies.Copy<M> copy, long reachedBefore, long placeBefore, long sequence, long movedFrom) {}

    private final ArbiterSettings settings;
    private final Output<M> output;
    private final SeenMessages history;
    private final ServerOrder order;
    private final long settlingNanos;
    private final Line[] lines = new Line[MAX_LINES];
    /** In the order in which they joined, so that the same copies always lead to the same decisions. */
    private final Map<Line, HeldCopies<M>> joining = new LinkedHashMap<>();

    /** Whether lines agree on the order within named streams, and of all messages without a stream. */
    private final OrderAgreement inStreams;

    private final OrderAgreement unnamed;
    /** Whether lines agree on the order of messages without a stream that are some time apart. */
    private final OrderAgreement apart;
    /** The last matched copy may be another message of the same bytes, though only one is remembered. */
    private boolean doubtful;
    /** The last match skipped a message of the same bytes that its line had passed. */
    private boolean passedOne;
    /** Matches that may turn out wrong, oldest first. */
    private final ArrayDeque<Guess<M>> guesses = new ArrayDeque<>();
    /**
     * Messages that were published because their line had passed those of the same bytes, and that no other line has
     * delivered yet; 0 = none.
     */
    private final long[] unconfirmed = new long[MAX_UNCONFIRMED];
    /** By stream: the youngest message published. */
    private long[] newestIn = new long[8];

    /** The slots of the lines in step, as bits. */
    private long inStep;

    private long lastLeaderCopyNanos;
    private long settled;
    private long lateMessages;
    private boolean distrusted;
    /** No loss and no save of a message up to this one counts. */
    private long neverCounted;

    public Arbiter(ArbiterSettings settings, Output<M> output) {
        this.settings = settings;
        this.output = output;
        this.history = new SeenMessages(settings.historySize(), settings.historyNanos());
        this.order = history.order();
        this.inStreams = new OrderAgreement(settings.skewNanos(), true);
        this.unnamed = new OrderAgreement(settings.skewNanos(), true, 128);
        this.apart = new OrderAgreement(settings.skewNanos(), false);
        this.settlingNanos = Math.min(MAX_SETTLING_NANOS, settings.historyNanos());
    }

    /**
     * Adds a line that has just opened.
     *
     * @param connectStartedNanos when its connect attempt began: it cannot deliver what was published before
     * @throws IllegalStateException if there are {@link #MAX_LINES} lines already
     */
    public Line join(long connectStartedNanos, long nowNanos) {
        int slot = 0;
        while (slot < MAX_LINES && lines[slot] != null) {
            slot++;
        }
        if (slot == MAX_LINES) {
            throw new IllegalStateException("more than " + MAX_LINES + " lines");
        }
        Line line = new Line(slot, connectStartedNanos);
        lines[slot] = line;
        if (history.newest() == 0) {
            lead(line, nowNanos);
        } else {
            line.watermark = history.newest();
            line.joinedInOutage = inStep == 0;
            joining.put(line, new HeldCopies<>());
        }
        return line;
    }

    /** Removes a line. The messages that it alone held back are published if no other line could have had them. */
    public void leave(Line line, long nowNanos) {
        if (line.left) {
            return;
        }
        settle(nowNanos - settlingNanos);
        line.left = true;
        HeldCopies<M> held = joining.remove(line);
        if (held != null) {
            held.drain((stream, sequence) -> {}, copy -> giveUp(line, copy, nowNanos));
        } else {
            inStep &= ~(1L << line.slot);
        }
        line.leading = false;
        lines[line.slot] = null;
        history.release(line.slot);
        guesses.removeIf(guess -> guess.line == line);
        if (inStep == 0) {
            joining.keySet().stream()
                    .filter(l -> l.hasDelivered)
                    .min(NEXT_TO_LEAD)
                    .ifPresent(next -> leadAlone(next, nowNanos));
        }
    }

    /** Receives one copy. */
    public void copy(Line line, Arrival<M> arrival, long nowNanos) {
        if (line.left) {
            return;
        }
        if (!line.hasDelivered) {
            line.hasDelivered = true;
            line.firstCopyNanos = nowNanos;
            line.lastCopyNanos = nowNanos;
        }
        line.tick(nowNanos, settings.skewNanos());
        if (!line.leading && inStep == 0) {
            leadAlone(line, nowNanos);
        }
        if (line.leading && guesses.isEmpty() && isExpected(line, arrival, nowNanos)) {
            return;
        }
        long hash = arrival.identity();
        if (!guesses.isEmpty()) {
            revise(line, arrival, nowNanos);
        }
        long sequence = match(line, hash);
        if (sequence != 0) {
            compare(line, sequence, arrival.content());
        }
        if (line.leading) {
            lastLeaderCopyNanos = nowNanos;
            if (sequence != 0) {
                noteGuess(line, arrival, sequence, nowNanos);
                late(line, sequence, history.isUnique(hash), nowNanos);
            } else if (line.watermark >= history.oldest() - 1 || Long.bitCount(inStep) == 1) {
                publish(line, arrival, nowNanos, isLate(line, arrival.stream(), nowNanos), nowNanos);
            } else {
                fallBehind(line);
                hold(line, arrival, nowNanos);
            }
        } else if (sequence != 0 && (line.anchored || isBeyondDoubt(line, hash))) {
            boolean unique = isBeyondDoubt(line, hash);
            if (!line.anchored) {
                anchor(line, sequence, nowNanos);
            }
            boolean onward = sequence > line.watermark;
            if (line.fellBehind) {
                dropStale(line, copy -> true);
            }
            late(line, sequence, unique, nowNanos);
            lineUp(line, unique && onward, nowNanos, nowNanos);
        } else {
            line.fellBehind |= line.watermark < history.oldest() - 1;
            if (!line.fellBehind) {
                output.held(line, arrival.stream());
            }
            hold(line, arrival, nowNanos);
            if (eldersAreSilent(line, nowNanos)) {
                joining.keySet().stream()
                        .filter(l -> !joining.get(l).isEmpty())
                        .min(NEXT_TO_LEAD)
                        .ifPresent(next -> leadAlone(next, nowNanos));
                if (!line.leading) {
                    leadAlone(line, nowNanos);
                }
            }
        }
        line.newestAtLastCopy = history.newest();
    }

    /** How many messages have been published. */
    public long published() {
        return history.newest();
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
        if (history.newest() - known < messages) {
            return false;
        }
        long sinceNanos = known + 1 >= history.oldest()
                ? history.firstNanos(known + 1)
                : Math.max(line.floorNanos, line.lastCopyNanos); // a slow feed's history is short
        return history.firstNanos(history.newest()) - sinceNanos >= spanNanos;
    }

    /** Updates losses and saves, which are counted no earlier than two seconds after a message. */
    public void settleFigures(long nowNanos) {
        settle(nowNanos - settlingNanos);
    }

    /** The lines deliver the same messages: their losses and saves until now are valid. */
    public void trustFigures() {
        distrusted = false;
        for (Line line : lines) {
            if (line != null) {
                line.trust();
            }
        }
    }

    /**
     * The lines do not deliver the same messages, so losses and saves mean nothing. None is counted from now on, and
     * those counted since {@link #trustFigures()} are subtracted.
     */
    public void distrustFigures() {
        distrusted = true;
        neverCounted = settled;
        for (Line line : lines) {
            if (line != null) {
                line.distrust();
            }
        }
    }

    private void publish(Line line, Arrival<M> copy, long receivedNanos, boolean late, long nowNanos) {
        settle(nowNanos - settlingNanos);
        if (history.newest() - history.oldest() + 1 >= settings.historySize()) {
            settleOne(history.oldest());
        }
        agreement(copy.stream()).repeated(copy.identity());
        apart.repeated(copy.identity());
        long sequence = history.add(copy.identity(), copy.content(), copy.stream(), line.slot, receivedNanos, nowNanos);
        history.ownNanos(sequence, line.ownNanos);
        order.placeAfter(
                sequence, receivedNanos == nowNanos && line.leastLagNanos == 0 ? 0 : line.placeIn(copy.stream()));
        order.markPlaced(sequence, line.slot);
        line.placeIn(copy.stream(), sequence);
        if (passedOne) {
            awaitConfirmation(sequence);
        }
        line.published(sequence, copy.stream(), late);
        newestIn(copy.stream(), sequence);
        if (late) {
            lateMessages++;
        }
        output.first(line, copy.message(), late);
        if (!joining.isEmpty()) {
            matchHeld(sequence, copy.identity(), nowNanos);
        }
    }

    private void newestIn(int stream, long sequence) {
        if (stream >= newestIn.length) {
            newestIn =
                    Arrays.copyOf(newestIn, Math.min(Line.MAX_STREAMS + 1, Math.max(stream + 1, 2 * newestIn.length)));
        }
        newestIn[stream] = sequence;
    }

    private void compare(Line line, long sequence, long content) {
        if (content != 0 && history.content(sequence) != 0 && history.content(sequence) != content) {
            output.conflict(line, history.stream(sequence));
        }
    }

    private void late(Line line, long sequence, boolean unique, long nowNanos) {
        long firstNanos = history.firstNanos(sequence);
        if (sequence <= settled) {
            output.settledLate(line, history.deliveredBy(sequence), history.stream(sequence));
        }
        if (sequence <= settled && sequence > neverCounted) {
            if (line.leading && line.leadingSinceNanos - firstNanos <= 0) {
                line.lost(history.stream(sequence), -1);
            }
            int saver = history.winner(sequence);
            if (saver >= 0) {
                lines[saver].saved(history.stream(sequence), -1);
                history.forgetWinner(sequence);
            }
        }
        history.markDelivered(sequence, line.slot);
        if (line.leading) {
            place(line, sequence, unique && !doubtful);
        } else {
            placeJoining(line, sequence, unique && !doubtful);
            if (unique && !doubtful) {
                joining.get(line).matched(history.stream(sequence), sequence);
            }
        }
        line.lateCopies++;
        line.reached(sequence, history.stream(sequence), unique && !doubtful, nowNanos - firstNanos, history.newest());
    }

    // which message it is

    /**
     * The short way of nearly all late copies: whether the line delivers the message after its place in the stream, as
     * expected, and nothing has to be decided. If so, the copy is counted.
     */
    private boolean isExpected(Line line, Arrival<M> arrival, long nowNanos) {
        int stream = arrival.stream();
        StreamFigures figures = line.figuresIn(stream);
        if (figures == null) {
            return false;
        }
        long sequence = history.expected(figures.place, arrival.identity(), line.slot, line.floorNanos);
        if (sequence <= settled || sequence < figures.begun || !isOrderProven(stream)) {
            return false;
        }
        agreement(stream).kept(0);
        compare(line, sequence, arrival.content());
        lastLeaderCopyNanos = nowNanos;
        history.markDeliveredInPlace(sequence, line.slot);
        figures.place = sequence;
        line.lateCopies++;
        line.reached(figures, sequence, stream, nowNanos - history.firstNanos(sequence), history.newest());
        line.newestAtLastCopy = history.newest();
        return true;
    }

    /** The published message that a copy on a line belongs to, or 0 if there is none. */
    private long match(Line line, long hash) {
        doubtful = false;
        passedOne = false;
        long sequence = history.match(hash, line.slot, line.floorNanos, line.repeatsFloorNanos);
        while (sequence != 0 && isPassed(line, hash, sequence)) {
            passedOne = true;
            sequence = history.pass(hash, sequence, line.slot);
        }
        return sequence;
    }

    /** A line has delivered a message: those that the line delivered before come before it. */
    private void place(Line line, long sequence, boolean beyondDoubt) {
        int stream = history.stream(sequence);
        long place = line.placeIn(stream);
        if (place >= history.oldest() && !order.isBefore(place, sequence)) {
            if (!beyondDoubt && (!isOrderProven(stream) || distance(sequence, place) > settings.skewNanos())) {
                return;
            }
            order.moveAfter(sequence, place, line.slot);
        }
        order.markPlaced(sequence, line.slot);
        line.placeIn(stream, sequence);
    }

    /** The same for a line that joins: copies that it holds may come before those that matched. */
    private void placeJoining(Line line, long sequence, boolean beyondDoubt) {
        int stream = history.stream(sequence);
        long place = line.placeIn(stream);
        if (line.anchored && beyondDoubt && (place < history.oldest() || order.isBefore(place, sequence))) {
            order.markPlaced(sequence, line.slot);
            line.placeIn(stream, sequence);
        }
    }

    /**
     * A copy was matched with a message that its line was not expected to deliver next. Either the line lacks the
     * messages between. Or the copy is another message of the same bytes, which no line has delivered so far. The match
     * holds until a line proves it wrong.
     */
    private void noteGuess(Line line, Arrival<M> copy, long sequence, long nowNanos) {
        int stream = history.stream(sequence);
        if (!guesses.isEmpty()) {
            guesses.removeIf(guess -> nowNanos - guess.copy.receivedNanos() > settings.skewNanos()
                    || guess.sequence < history.oldest()
                    || (guess.line == line
                            && guess.copy.stream() == stream
                            && order.isBefore(guess.sequence, sequence)));
        }
        long place = line.placeIn(stream);
        if (doubtful
                || stream != copy.stream()
                || place < history.oldest()
                || place == sequence
                || copy.bytes() > MAX_GUESS_BYTES
                || !isOrderProven(stream)) {
            return;
        }
        long movedFrom = order.isBefore(place, sequence) ? 0 : order.predecessor(sequence);
        if (movedFrom == 0 && order.lackedBetween(place, sequence, line.slot, null) == 0) {
            return;
        }
        if (guesses.size() == MAX_GUESSES) {
            guesses.removeFirst();
        }
        HeldCopies.Copy<M> kept = new HeldCopies.Copy<>(copy, nowNanos, 0);
        guesses.addLast(new Guess<>(line, kept, line.reachedIn(stream), place, sequence, movedFrom));
    }

    /** A copy that has just arrived may prove an earlier match wrong: the earlier copy was another message. */
    private void revise(Line line, Arrival<M> copy, long nowNanos) {
        for (Guess<M> guess : guesses) {
            int stream = copy.stream();
            if (guess.copy.stream() == stream
                    && Math.min(guess.placeBefore, guess.sequence) >= history.oldest()
                    && guess.line.leading
                    && isOrderProven(stream)) {
                long proof = guess.movedFrom == 0 ? proofAhead(guess, line, copy) : proofBehind(guess, line, copy);
                if (proof != 0 && isOrderCertain(guess.copy, proof, guess.sequence)) {
                    takeBack(guess, guess.movedFrom == 0 ? proof : 0, nowNanos);
                    return;
                }
            }
        }
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
        if (guess.line == line
                || guess.movedFrom < history.oldest()
                || !history.isDeliveredBy(guess.sequence, line.slot)) {
            return 0;
        }
        long follower = history.alikeBetween(guess.movedFrom, guess.sequence, line.slot, copy.identity());
        return follower != 0
                        && !order.isBefore(guess.placeBefore, follower)
                        && history.isDeliveredBy(follower, guess.line.slot)
                ? follower
                : 0;
    }

    private void takeBack(Guess<M> guess, long until, long nowNanos) {
        Line line = guess.line;
        int stream = guess.copy.stream();
        long place = line.placeIn(stream);
        guesses.remove(guess);
        history.unmarkDelivered(guess.sequence, line.slot);
        line.takenBack(guess.sequence, stream, guess.reachedBefore, guess.placeBefore);
        if (guess.movedFrom != 0) {
            order.placeAfter(guess.sequence, guess.movedFrom);
        }
        long other = history.alikeBetween(guess.placeBefore, until, line.slot, guess.copy.identity());
        if (other != 0) {
            history.markDelivered(other, line.slot);
            place(line, other, true);
        } else {
            line.lateCopies--;
            passedOne = true;
            publish(line, guess.copy, guess.copy.receivedNanos(), true, nowNanos);
        }
        if (guess.movedFrom != 0 && place != guess.sequence) {
            advance(line, stream, place);
        }
    }

    /**
     * Whether lines deliver the messages of a stream in the same order: enough copies came in order. Besides, fewer
     * than two messages that were published for this reason alone may be waiting for a copy from another line.
     */
    private boolean isOrderProven(int stream) {
        if (!agreement(stream).isComplete()) {
            return false;
        }
        for (int i = 0; i < MAX_UNCONFIRMED; i++) {
            if (unconfirmed[i] < history.oldest() || Long.bitCount(history.deliveredBy(unconfirmed[i])) > 1) {
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
    private boolean isOrderCertain(Arrival<M> copy, long one, long other) {
        return copy.stream() != 0
                || !history.isUnique(copy.identity())
                || (unnamed.isLongComplete() && Math.abs(distance(one, other)) >= apart.distanceNanos());
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
    private void confirm(long sequence, boolean alone) {
        for (int i = 0; i < MAX_UNCONFIRMED; i++) {
            if (unconfirmed[i] == sequence) {
                unconfirmed[i] = 0;
                if (alone) {
                    agreement(history.stream(sequence)).broken(0, 0);
                }
            }
        }
    }

    /**
     * Whether a line lacks a message, as it has delivered younger ones: a copy of the same bytes is then another
     * message.
     */
    private boolean isPassed(Line line, long hash, long sequence) {
        int stream = history.stream(sequence);
        boolean passedInOrder = order.isPassed(sequence, line.placeIn(stream), line.slot);
        boolean unique = history.isUnique(hash);
        if (isOrderProven(stream)) {
            long begun = line.begunIn(stream);
            boolean passed =
                    passedInOrder || (begun >= history.oldest() && sequence < begun && order.isBefore(sequence, begun));
            if (unique && !passed) {
                agreement(stream).kept(0);
            }
            if (stream != 0 || !unique || !passed) {
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
            return isOvertaken(line, sequence, distanceNanos(stream))
                    || (sequence < line.passed && history.hasYoungerAlike(sequence));
        }
        if (passedInOrder) {
            agreement(stream).broken(hash, 0);
            doubtful = true;
        } else {
            agreement(stream).kept(0);
        }
        if (stream == 0) {
            long follower = line.reachedIn(stream) > sequence ? follower(line, sequence) : 0;
            if (follower == 0) {
                apart.kept(sequence > history.oldest() ? distance(sequence - 1, sequence) : Long.MAX_VALUE);
            } else {
                apart.broken(hash, distance(sequence, follower));
                doubtful = true;
            }
        }
        return false;
    }

    /** At this distance or more, messages of a stream arrive in the same order on all lines. */
    private long distanceNanos(int stream) {
        return agreement(stream).isComplete() ? 0 : stream == 0 ? apart.distanceNanos() : settings.skewNanos();
    }

    private OrderAgreement agreement(int stream) {
        return stream == 0 ? unnamed : inStreams;
    }

    private long distance(long older, long younger) {
        return history.firstNanos(younger) - history.firstNanos(older);
    }

    /**
     * Whether a line has delivered a message that came at least this much later on the line that published this one.
     */
    private boolean isOvertaken(Line line, long sequence, long distanceNanos) {
        int publisher = history.publisher(sequence);
        if (publisher < 0) {
            return false;
        }
        long ownNanos = history.ownNanos(sequence) + distanceNanos;
        long since = lines[publisher].matchedSince(sequence, history.stream(sequence), ownNanos);
        if (since >= history.oldest() && history.isDeliveredBy(since, line.slot)) {
            return true;
        }
        long follower = follower(line, sequence);
        return follower != 0
                && (distanceNanos == 0
                        || (history.publisher(follower) == publisher && history.ownNanos(follower) >= ownNanos));
    }

    /**
     * The youngest message that a line has delivered and that came after this one, in the same stream, on the line that
     * published this one; or 0.
     */
    private long follower(Line line, long sequence) {
        int publisher = history.publisher(sequence);
        long reached = line.reachedIn(history.stream(sequence));
        return publisher < 0 || reached <= sequence ? 0 : history.follower(sequence, reached, line.slot, publisher);
    }

    // late

    /**
     * Whether a message that a line is the first to deliver is older than the newest published one of its stream.
     * Without sequences that is a guess if the line lacks messages that others have delivered: they may be younger, or
     * lost on this line. They count as younger if the line is known to lag that far behind. They also do if the line
     * was silent for long while others delivered more than one message, or one from a line that was not in step then.
     */
    private boolean isLate(Line line, int stream, long nowNanos) {
        long newest = stream < newestIn.length ? newestIn[stream] : 0;
        long reached = line.reachedIn(stream);
        reached = reached == 0 ? line.leadingAfter : reached;
        if (reached == 0 || newest <= reached) {
            return false;
        }
        long distanceNanos = distanceNanos(stream);
        long first = 0;
        long last = Math.min(newest, Math.max(reached + 1, history.oldest()) + MAX_LACKING);
        for (long each = Math.max(reached + 1, history.oldest()); each <= last; each++) {
            if (history.stream(each) != stream
                    || history.isDeliveredBy(each, line.slot)
                    || isOvertaken(line, each, distanceNanos)) {
                continue;
            }
            long ageNanos = nowNanos - history.firstNanos(each);
            if (first != 0) {
                return true;
            }
            if (ageNanos + distanceNanos < line.leastLagNanos) {
                return true;
            }
            if (ageNanos <= settings.skewNanos()) {
                return false;
            }
            if (isNews(line, each)) {
                return true;
            }
            first = each;
        }
        return false;
    }

    /**
     * Whether a message was published by a line that was not in step, or not open, at the previous copy of another
     * line.
     */
    private boolean isNews(Line line, long sequence) {
        int publisher = history.publisher(sequence);
        return publisher < 0 || lines[publisher].leadingSinceNanos - line.previousCopyNanos > 0;
    }

    // joining

    private boolean isBeyondDoubt(Line line, long hash) {
        return history.isUnique(hash) && !doubtful && joining.get(line).count(hash) == 0;
    }

    /**
     * A joining line delivers a message whose bytes were published exactly once. So its place in the stream is known:
     * it does not deliver repeats from before it. Copies that it delivered earlier belong to those repeats.
     */
    private void anchor(Line line, long sequence, long receivedNanos) {
        line.anchored = true;
        line.repeatsFloorNanos = Math.max(line.repeatsFloorNanos, history.firstNanos(sequence) - settings.skewNanos());
        line.lateCopies += joining.get(line)
                .removeIf(copy -> copy.receivedNanos() - receivedNanos <= 0
                        && copy.identity() != history.hash(sequence)
                        && history.hasOlder(copy.identity(), sequence));
    }

    private void hold(Line line, Arrival<M> copy, long nowNanos) {
        line.unmatched += joining.get(line).add(copy, nowNanos);
    }

    /**
     * Drops the copies that a line that fell behind received before its next match: they may have been published long
     * ago.
     */
    private void dropStale(Line line, Predicate<HeldCopies.Copy<M>> stale) {
        int dropped = joining.get(line).dropWhile(stale);
        if (dropped > 0) {
            line.unmatched += dropped;
            line.streak = 0;
        }
    }

    /** A message was just published: matches the copies of it that joining lines hold. */
    private void matchHeld(long sequence, long hash, long nowNanos) {
        for (Line line : joining.keySet().toArray(Line[]::new)) {
            HeldCopies<M> held = joining.get(line);
            if (held == null) {
                continue; // it is in step since an earlier turn of this loop
            }
            if (sequence < history.oldest()) {
                return; // the messages that those turns published have replaced it in the history
            }
            boolean unique = history.isUnique(hash) && held.count(hash) == 1;
            if (line.fellBehind && held.count(hash) > 0) {
                dropStale(line, copy -> copy.identity() != hash);
            }
            if (!line.anchored && !unique) {
                continue; // it may be an earlier one, or a later one
            }
            HeldCopies.Copy<M> copy = held.take(hash);
            if (copy != null) {
                if (!line.anchored) {
                    anchor(line, sequence, copy.receivedNanos());
                }
                history.markDelivered(sequence, line.slot);
                placeJoining(line, sequence, unique);
                if (unique) {
                    held.matched(copy.number(), history.stream(sequence), sequence);
                }
                line.lateCopies++;
                line.reached(sequence, history.stream(sequence), unique, 0, history.newest());
                compare(line, sequence, copy.content());
                lineUp(line, unique, copy.receivedNanos(), nowNanos);
            }
        }
    }

    private void lineUp(Line line, boolean beyondDoubt, long receivedNanos, long nowNanos) {
        line.streak = beyondDoubt ? line.streak + 1 : 0;
        int needed = line.fellBehind ? STREAK_AFTER_FALLING_BEHIND : 1;
        if (line.streak < needed || receivedNanos - line.firstCopyNanos < settings.joinGuardNanos()) {
            return;
        }
        HeldCopies<M> held = joining.remove(line);
        lead(line, nowNanos);
        long since = receivedNanos - settings.skewNanos();
        held.drain((stream, sequence) -> advance(line, stream, sequence), copy -> {
            if (copy.receivedNanos() - since < 0) {
                giveUp(line, copy, nowNanos);
            } else {
                release(line, copy, copy.receivedNanos() - receivedNanos < 0, nowNanos);
            }
        });
        output.inStep(line, false);
    }

    /** A copy that no other line had: a start-up message of this line, unless no line was in step when it joined. */
    private void giveUp(Line line, HeldCopies.Copy<M> copy, long nowNanos) {
        if (line.joinedInOutage) {
            release(line, copy, true, nowNanos);
        } else {
            line.unmatched++;
        }
    }

    private boolean eldersAreSilent(Line line, long nowNanos) {
        if (nowNanos - lastLeaderCopyNanos < SILENT_ELDERS_NANOS) {
            return false;
        }
        long since = joining.get(line).oldestSince(line.firstCopyNanos + settings.joinGuardNanos());
        return since != Long.MAX_VALUE && nowNanos - since >= SILENT_ELDERS_NANOS && lastLeaderCopyNanos - since < 0;
    }

    private void leadAlone(Line line, long nowNanos) {
        boolean late = line.fellBehind;
        HeldCopies<M> held = joining.remove(line);
        lead(line, nowNanos);
        if (late) {
            line.watermark = history.newest();
        }
        lastLeaderCopyNanos = nowNanos;
        output.inStep(line, true);
        held.drain((stream, sequence) -> advance(line, stream, sequence), copy -> release(line, copy, late, nowNanos));
    }

    /** Publishes a copy that was held back, unless another line has just lined up and published the same message. */
    private void release(Line line, HeldCopies.Copy<M> copy, boolean late, long nowNanos) {
        long sequence = match(line, copy.identity());
        if (sequence != 0) {
            late(line, sequence, history.isUnique(copy.identity()), nowNanos);
        } else {
            publish(line, copy, copy.receivedNanos(), late, nowNanos);
        }
    }

    private void advance(Line line, int stream, long place) {
        long known = line.placeIn(stream);
        if (place >= history.oldest() && (known < history.oldest() || order.isBefore(known, place))) {
            line.placeIn(stream, place);
        }
    }

    private void lead(Line line, long nowNanos) {
        line.leading = true;
        line.forgetPlaces();
        line.leadingSinceNanos = nowNanos;
        line.leadingAfter = history.newest();
        line.fellBehind = false;
        inStep |= 1L << line.slot;
    }

    private void fallBehind(Line line) {
        line.leading = false;
        line.fellBehind = true;
        line.streak = 0;
        inStep &= ~(1L << line.slot);
        joining.put(line, new HeldCopies<>());
        output.outOfStep(line);
    }

    // losses and saves

    private void settle(long beforeNanos) {
        while (settled < history.newest()
                && (settled + 1 < history.oldest() || history.firstNanos(settled + 1) - beforeNanos <= 0)) {
            settleOne(settled + 1);
        }
    }

    private void settleOne(long sequence) {
        if (sequence <= settled) {
            return;
        }
        settled = sequence;
        if (sequence < history.oldest()) {
            return;
        }
        long delivered = history.deliveredBy(sequence);
        output.settled(delivered, history.stream(sequence));
        confirm(sequence, Long.bitCount(delivered) == 1 && Long.bitCount(inStep) > 1);
        if (distrusted) {
            neverCounted = sequence;
            history.forgetWinner(sequence);
            return;
        }
        long firstNanos = history.firstNanos(sequence);
        int winner = history.winner(sequence);
        if (Long.bitCount(delivered) == 1 && winner >= 0 && Long.bitCount(inStep) > 1) {
            lines[winner].saved(history.stream(sequence), 1); // until another copy arrives after all
        } else {
            history.forgetWinner(sequence);
        }
        for (long lacking = inStep & ~delivered; lacking != 0; lacking &= lacking - 1) {
            Line line = lines[Long.numberOfTrailingZeros(lacking)];
            if (line.leadingSinceNanos - firstNanos <= 0) {
                line.lost(history.stream(sequence), 1);
            }
        }
    }

    @Override
    public String toString() {
        return "Arbiter[published=" + history.newest() + ", lines="
                + Arrays.stream(lines).filter(l -> l != null).count() + ", inStep=" + Long.bitCount(inStep) + "]";
    }
}
