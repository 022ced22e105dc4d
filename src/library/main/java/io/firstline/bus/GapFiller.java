package io.firstline.bus;

import io.firstline.arbitration.StreamDiff;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides for one consumer of a feed which messages it gets: every message once, in the order of the numbers, through
 * changes of the owner and losses on the way. Takes messages from the bus and returns the requests to the feed's
 * owner, one at a time.
 *
 * <ul>
 * <li><b>A hole</b> in the numbers is requested from the owner. Younger messages wait, up to the time limit and the
 *     size limit. If the owner no longer keeps the messages, or does not answer, they are reported as lost in their
 *     place.
 * <li><b>A new owner</b> (a greater epoch) continues after the last number that it received, so its first number is
 *     requested. From that number on, only its numbers count. Messages that the consumer already has under older
 *     numbers are published again by the new owner; they are recognised by identity, the k-th repeat of a message for
 *     its k-th occurrence. Later messages of the old owner fill holes below that number and are ignored above it.
 * <li><b>A restart</b> of the feed counts from 1 again in the same epoch. A number that falls back, with a message
 *     other than the known one, causes a request. Another {@link ReplayResponse#life()} in the answer proves the restart: the
 *     messages of the old run are completed, and the new run is read from 1.
 * </ul>
 *
 * <p>Requires that the messages of one owner arrive in its order, though some may be missing. Then a lost message is
 * always reported. A message is delivered twice only if (1) a new owner had missed it, took it for unpublished and
 * did not know that; (2) the owner changed more than {@link Settings#remembered} messages later, or the overlap time
 * passed before it was published again; (3) the new owner's first number was not known within the time limit. A
 * message is missing without a report in two cases only: the old owner alone had it and it never arrived here; or the
 * feed restarted, and everything from its 1 up to exactly the next expected number was lost.
 *
 * <p>Pure and single-threaded; times are nanoseconds of one monotonic clock. O(1) for a message in order.
 */
final class GapFiller {
    /**
     * After this time in which only an older owner publishes, the cluster has forgotten its epochs, and the older
     * owner counts.
     */
    private static final long ABANDONED_NANOS = 30_000_000_000L;

    private final Settings settings;
    private final Receiver receiver;
    private final DeliveredIndex delivered;

    /** Messages younger than a missing one. */
    private final TreeMap<Long, FeedMessage> held = new TreeMap<>();

    /** Messages of a new owner or run whose first number is not known yet. */
    private final ArrayDeque<FeedMessage> unplaced = new ArrayDeque<>();

    /** Messages that we have and a new owner does not know: it publishes them again. */
    private StreamDiff<Void> publishedBefore;

    private EpochHistory epochs = EpochHistory.NONE;
    /** The run of the last epoch's owner; 0 = not known. */
    private long life;
    /** The next number to deliver; 0 = any. */
    private long next;
    /** Holes up to this number have been requested. */
    private long askedTo;

    private boolean wantsLastValues;
    private long lastValuesFrom = 1;
    private boolean introduced;
    private long bytes;
    private ReplayRequest open;
    private long asked;

    /**
     * The next expected number at the time of the open request, and whether a number had fallen back then: the answer
     * may be older than our present state.
     */
    private long askedAt;

    private boolean askedInDoubt;
    private long notBeforeNanos;
    private boolean resting;
    private boolean waiting;
    private long sinceNanos;
    /** Since when messages arrive only from a former owner; null = not so. */
    private Long outOfLineSinceNanos;

    private long deliveredCount;
    private long filled;
    private long repeated;
    private long stale;
    private long lost;
    private long restarts;
    private long takeovers;

    /**
     * The limits of waiting for a missing message.
     *
     * @param patienceNanos how long younger messages wait for it
     * @param retryNanos the pause after a failed request
     * @param hold the limit of waiting younger messages
     * @param remembered how many delivered messages are recognised
     * @param overlapNanos how long after a takeover the new owner may publish again what we have
     */
    record Settings(long patienceNanos, long retryNanos, Volume hold, int remembered, long overlapNanos) {}

    /** Receives the messages for the consumer. */
    interface Receiver {
        void deliver(FeedMessage message);

        void lost(Loss loss);
    }

    /**
     * Starts with the first message that arrives.
     *
     * @param wantsLastValues whether to deliver the last message of each stream before it
     */
    GapFiller(Settings settings, boolean wantsLastValues, Receiver receiver) {
        this.settings = settings;
        this.wantsLastValues = wantsLastValues;
        this.receiver = receiver;
        this.delivered = new DeliveredIndex(settings.remembered());
        this.publishedBefore = nothingBefore();
    }

    private StreamDiff<Void> nothingBefore() {
        return new StreamDiff<>(settings.overlapNanos(), settings.remembered(), Long.MAX_VALUE);
    }

    // inputs

    /** A message has arrived from the bus. */
    void arrived(FeedMessage message, long nowNanos) {
        if (message.sequence() == next && unplaced.isEmpty() && message.epoch() == epochs.newest()) {
            take(message, nowNanos); // almost always
            drain(nowNanos);
        } else if (wantsLastValues || isAhead(message)) {
            putAside(message, nowNanos);
        } else {
            place(message, true, nowNanos);
        }
        while (isOverfull()) {
            giveUp(nowNanos);
        }
    }

    /** Returns whether the message must wait for more information. */
    private boolean isAhead(FeedMessage message) {
        return (!epochs.isEmpty() && message.epoch() > epochs.newest())
                || (!unplaced.isEmpty()
                        && message.epoch() >= unplaced.peekLast().epoch());
    }

    /** The owner has answered a request. */
    void answered(ReplayRequest question, ReplayResponse answer, long nowNanos) {
        if (!question.equals(open)) {
            return; // about another run
        }
        open = null;
        if (answer.epochs().newest() < epochs.newest()) {
            failed(false, nowNanos); // from a former owner that does not know it yet
            return;
        }
        introduced = true;
        if (answer.epochs().newest() == epochs.newest() && isOfAnotherLife(answer)) {
            restart(answer.epochs().newest(), nowNanos);
            life = answer.life();
            replace(-1, nowNanos);
            return;
        }
        int known = askedInDoubt ? -1 : epochs.newest();
        advance(answer.epochs(), nowNanos);
        life = answer.life();
        if (question.lastValues()) {
            startFrom(answer, nowNanos);
            return;
        }
        for (FeedMessage message : answer.messages()) {
            filled += isMissing(message) ? 1 : 0;
            place(message, false, nowNanos);
        }
        if (question.from() > 0 && question.from() <= Math.max(askedTo + 1, next)) {
            askedTo = Math.max(askedTo, answer.to());
        }
        replace(known, nowNanos);
        loseWhatIsGone(nowNanos);
        if (question.from() > 0 && answer.to() < question.from()) {
            rest(nowNanos); // the owner is behind its own messages, which cannot be; do not ask it endlessly
        }
    }

    private boolean isMissing(FeedMessage message) {
        long sequence = message.sequence();
        return sequence >= next && !held.containsKey(sequence) && epochs.epochOf(sequence) == message.epoch();
    }

    /** A number has fallen back, or the owner has published less than we have. */
    private boolean isOfAnotherLife(ReplayResponse answer) {
        return life == 0 ? askedInDoubt || answer.last() < askedAt - 1 : answer.life() != life;
    }

    /**
     * The request was not answered.
     *
     * @param nobody whether there was no one to answer it
     */
    void unanswered(ReplayRequest question, boolean nobody, long nowNanos) {
        if (question.equals(open)) {
            open = null;
            failed(nobody, nowNanos);
        }
    }

    private void failed(boolean nobody, long nowNanos) {
        rest(nowNanos);
        introduced = true;
        if (nobody && wantsLastValues && !unplaced.isEmpty()) {
            giveUp(nowNanos);
        }
    }

    private void rest(long nowNanos) {
        notBeforeNanos = nowNanos + settings.retryNanos();
        resting = true;
    }

    /** Time has passed. */
    void passed(long nowNanos) {
        if (waiting && nowNanos - sinceNanos >= settings.patienceNanos()) {
            giveUp(nowNanos);
        }
    }

    /** No message follows: delivers the waiting messages and reports the missing ones. */
    void end(long nowNanos) {
        wantsLastValues = false;
        while (!unplaced.isEmpty() || !held.isEmpty()) {
            giveUp(nowNanos);
        }
    }

    // outputs

    /** Returns the request to send now; null = none. Each must be answered, or reported unanswered, before the next. */
    ReplayRequest question(long nowNanos) {
        if (open != null || (resting && nowNanos - notBeforeNanos < 0)) {
            return null;
        }
        open = due();
        resting = false;
        askedAt = next;
        askedInDoubt = unplaced.stream().anyMatch(message -> message.epoch() <= epochs.newest());
        return open;
    }

    private ReplayRequest due() {
        if (wantsLastValues) {
            return introduced && unplaced.isEmpty() ? null : ReplayRequest.lastValues(++asked, lastValuesFrom);
        }
        if (!unplaced.isEmpty()) {
            return ReplayRequest.state(++asked, unplaced.peekLast().epoch());
        }
        if (!held.isEmpty()) {
            long from = Math.max(next, askedTo + 1);
            while (held.containsKey(from)) {
                from++;
            }
            Long younger = held.higherKey(from);
            if (younger != null) {
                return ReplayRequest.range(++asked, epochs.newest(), from, younger - 1);
            }
        }
        return introduced || epochs.isEmpty() ? null : ReplayRequest.state(++asked, epochs.newest());
    }

    /** Returns the nanoseconds until {@link #passed} or {@link #question} is due; -1 = not before another input. */
    long dueInNanos(long nowNanos) {
        if (!waiting) {
            return -1;
        }
        long patience = sinceNanos + settings.patienceNanos() - nowNanos;
        return Math.max(0, resting ? Math.min(patience, notBeforeNanos - nowNanos) : patience);
    }

    SubscriptionReport report() {
        return new SubscriptionReport(
                deliveredCount, filled, repeated, stale, lost, restarts, takeovers, held.size() + unplaced.size());
    }

    // decisions

    private void place(FeedMessage message, boolean live, long nowNanos) {
        long sequence = message.sequence();
        if (epochs.isEmpty()) {
            epochs = epochs.begin(message.epoch(), message.epoch() == 0 ? 1 : sequence);
        }
        if (epochs.epochOf(sequence) != message.epoch()) {
            outOfLine(message, live, nowNanos);
            return;
        }
        if (next == 0) {
            next = sequence;
        }
        FeedMessage same = held.get(sequence);
        if (sequence == next) {
            take(message, nowNanos);
            drain(nowNanos);
        } else if (sequence > next && same == null) {
            hold(message, nowNanos);
        } else if (live && message.epoch() == epochs.newest() && !isKnown(message, same)) {
            putAside(message, nowNanos); // perhaps of a new run
        } else {
            repeated++;
        }
    }

    private boolean isKnown(FeedMessage message, FeedMessage same) {
        return same == null ? delivered.has(message) : same.receivedMicros() == message.receivedMicros();
    }

    /** The message's owner was no longer the owner when it numbered the message. */
    private void outOfLine(FeedMessage message, boolean live, long nowNanos) {
        if (!live || outOfLineSinceNanos == null || nowNanos - outOfLineSinceNanos < ABANDONED_NANOS) {
            stale++;
            outOfLineSinceNanos = outOfLineSinceNanos == null ? Long.valueOf(nowNanos) : outOfLineSinceNanos;
        } else {
            restart(message.epoch(), nowNanos);
            place(message, false, nowNanos);
        }
    }

    private void take(FeedMessage message, long nowNanos) {
        next = message.sequence() + 1;
        outOfLineSinceNanos = null;
        delivered.add(message, message.identity());
        if (publishedBefore.behind() > 0 && publishedBefore.wasPublished(message.identity(), nowNanos)) {
            repeated++;
        } else {
            deliver(message);
        }
    }

    private void deliver(FeedMessage message) {
        deliveredCount++;
        receiver.deliver(message);
    }

    private void drain(long nowNanos) {
        if (held.isEmpty()) {
            waiting &= !unplaced.isEmpty();
            return;
        }
        Map.Entry<Long, FeedMessage> first = held.firstEntry();
        while (first != null && first.getKey() == next) {
            held.pollFirstEntry();
            bytes -= first.getValue().payload().length();
            take(first.getValue(), nowNanos);
            sinceNanos = nowNanos;
            first = held.firstEntry();
        }
        waiting = !held.isEmpty() || !unplaced.isEmpty();
    }

    private void hold(FeedMessage message, long nowNanos) {
        held.put(message.sequence(), message);
        bytes += message.payload().length();
        hasToWait(nowNanos);
    }

    private void putAside(FeedMessage message, long nowNanos) {
        unplaced.add(message);
        bytes += message.payload().length();
        hasToWait(nowNanos);
    }

    private void hasToWait(long nowNanos) {
        if (!waiting) {
            waiting = true;
            sinceNanos = nowNanos;
        }
    }

    private boolean isOverfull() {
        return waiting && new Volume(held.size() + unplaced.size(), bytes).exceeds(settings.hold());
    }

    /**
     * Places the waiting messages again after an answer of the owner.
     *
     * @param undecided messages up to this epoch stay in doubt; -1 = none
     */
    private void replace(int undecided, long nowNanos) {
        ArrayDeque<FeedMessage> again = new ArrayDeque<>(unplaced);
        unplaced.clear();
        waiting = !held.isEmpty();
        for (FeedMessage message : again) {
            bytes -= message.payload().length();
            if (message.epoch() <= undecided || isAhead(message)) {
                putAside(message, nowNanos);
            } else {
                place(message, false, nowNanos);
            }
        }
        if (!unplaced.isEmpty() && unplaced.peekLast().epoch() > epochs.newest()) {
            rest(nowNanos);
        }
    }

    /** Reports what the owner no longer keeps; messages of an earlier owner may still arrive. */
    private void loseWhatIsGone(long nowNanos) {
        while (!held.isEmpty() && next <= askedTo && epochs.epochOf(next) == epochs.newest()) {
            lose(Math.min(held.firstKey() - 1, askedTo), nowNanos);
        }
    }

    private void lose(long last, long nowNanos) {
        lost += last - next + 1;
        receiver.lost(new Loss(last - next + 1, next, last));
        next = last + 1;
        sinceNanos = nowNanos;
        drain(nowNanos);
    }

    /** Continues without the message that it waits for. */
    private void giveUp(long nowNanos) {
        sinceNanos = nowNanos;
        FeedMessage first = unplaced.peekFirst();
        if (wantsLastValues) {
            wantsLastValues = false;
            replace(-1, nowNanos);
        } else if (first == null) {
            lose(held.firstKey() - 1, nowNanos);
        } else {
            if (first.epoch() > epochs.newest()) {
                advance(epochs.begin(first.epoch(), first.sequence()), nowNanos);
                life = 0;
            } else {
                restart(first.epoch(), nowNanos);
            }
            replace(-1, nowNanos);
        }
    }

    /**
     * Follows the owner's list of epochs. The owner may have continued from an earlier number than we have, and with
     * several changes of the owner, from other numbers. From where its numbers and ours differ, our messages may come
     * again and are recognised by identity.
     */
    private void advance(EpochHistory known, long nowNanos) {
        if (epochs.isEmpty() || next == 0) {
            epochs = known;
            return;
        }
        long end = epochs.divergence(known);
        if (end == Long.MAX_VALUE) {
            return;
        }
        takeovers += known.newest() > epochs.newest() ? 1 : 0;
        delivered.forgetFrom(end, identity -> publishedBefore.published(identity, nowNanos));
        Map<Long, FeedMessage> beyond = held.tailMap(end, true);
        beyond.values().forEach(message -> bytes -= message.payload().length());
        stale += beyond.size();
        beyond.clear();
        next = Math.min(next, end);
        askedTo = next - 1;
        epochs = epochs.upTo(end, known);
    }

    /** The feed counts from 1 again: completes the messages of its old run first. */
    private void restart(int epoch, long nowNanos) {
        while (!held.isEmpty()) {
            lose(held.firstKey() - 1, nowNanos);
        }
        delivered.clear();
        publishedBefore = nothingBefore();
        open = null;
        epochs = EpochHistory.NONE.begin(epoch, 1);
        life = 0;
        next = 1;
        askedTo = 0;
        restarts++;
    }

    /** Delivers the last value of each stream, and drops older messages that have arrived meanwhile. */
    private void startFrom(ReplayResponse answer, long nowNanos) {
        answer.messages().forEach(this::deliver);
        lastValuesFrom = answer.to() + 1;
        if (answer.more()) {
            introduced = false;
            return;
        }
        wantsLastValues = false;
        next = answer.last() + 1;
        askedTo = answer.last();
        while (!unplaced.isEmpty() && isPast(unplaced.peekFirst())) {
            bytes -= unplaced.removeFirst().payload().length();
        }
        replace(-1, nowNanos);
    }

    private boolean isPast(FeedMessage message) {
        return message.epoch() <= epochs.newest() && message.sequence() < next;
    }

    @Override
    public String toString() {
        return "next " + next + " of " + epochs + ", held "
                + (held.isEmpty() ? "none" : held.firstKey() + "…" + held.lastKey()) + ", unplaced " + unplaced.size()
                + ", asked to " + askedTo + ", open " + open;
    }
}
