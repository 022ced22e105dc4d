package io.firstline.bus;

import io.firstline.arbitration.Overlap;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides for one consumer of a feed what it gets: every message once, in the order of the numbers, whoever publishes the feed and
 * whatever is lost on the way here. Takes what comes off the bus, and says what is to be asked of the feed's owner, one question at a
 * time.
 *
 * <ul>
 *   <li><b>A hole</b> in the numbers is asked for, and what is younger waits, as long as patience and room last. What the owner does
 *       not keep, or nobody answers for, is told as lost in its place.
 *   <li><b>A new owner</b> (a greater epoch) goes on from the last number that it saw, so it is asked where it began. From there on its
 *       numbers count. What we were given beyond, under older numbers, it publishes again: that is left out by identity, the
 *       k-th for the k-th. What comes of the old owner later fills holes below, and does not count beyond.
 *   <li><b>A restart</b> of the feed counts from 1 again in the same epoch. A number that falls back, and is not the very message that
 *       we had under it, makes us ask; another {@link Resent#life()} is the proof. The old life is wound up, the new one read from 1.
 * </ul>
 *
 * <p>Relies on this: what one owner publishes comes in its order, though perhaps not all of it. Then a message is lost only where it
 * is told, and delivered twice only if (1) a new owner had missed what it then took for unpublished, and did not know; (2) the owner
 * changed more than {@link Settings#remembered} messages after it, or the overlap time passed before it was published again; (3) nobody
 * could say within the patience where the new owner began. A message can be missing untold only if the old owner alone ever had it and we
 * never got it, or if the feed restarted and we lost everything from its 1 up to the very next number that we expected.
 *
 * <p>Pure and single-threaded; times are nanoseconds of one monotonic clock. O(1) for a message in order.
 */
final class Continuity {
    /** No owner is silent for so long while an older one still publishes, unless the cluster has forgotten its epochs. */
    private static final long ABANDONED_NANOS = 30_000_000_000L;

    private final Settings settings;
    private final Receiver receiver;
    private final Delivered delivered;

    /** Younger than a message that is missing. */
    private final TreeMap<Long, FeedMessage> held = new TreeMap<>();

    /** Of a new owner or a new life: nobody has said yet where it began. */
    private final ArrayDeque<FeedMessage> unplaced = new ArrayDeque<>();

    /** What we have and a new owner does not know of: it publishes it again. */
    private Overlap<Void> publishedBefore;

    private Epochs epochs = Epochs.NONE;
    /** Of the last epoch's owner; 0 = not known. */
    private long life;
    /** The number to deliver next; 0 = any. */
    private long next;
    /** Holes up to here have been asked for. */
    private long askedTo;

    private boolean wantsLastValues;
    private long lastValuesFrom = 1;
    private boolean introduced;
    private long bytes;
    private Question open;
    private long asked;

    /** When the open question was asked: the number expected next, and whether one had fallen back. The answer may be older than we are. */
    private long askedAt;

    private boolean askedInDoubt;
    private long notBeforeNanos;
    private boolean resting;
    private boolean waiting;
    private long sinceNanos;
    /** Since when nothing comes but of an owner who is none any more; null = it is not so. */
    private Long outOfLineSinceNanos;

    private long deliveredCount;
    private long filled;
    private long repeated;
    private long stale;
    private long lost;
    private long restarts;
    private long takeovers;

    /**
     * How far it goes for a missing message.
     *
     * @param patienceNanos how long younger ones wait for it
     * @param retryNanos how long after a failed question the next one is asked
     * @param hold how many younger ones wait
     * @param remembered how many delivered messages are known again
     * @param overlapNanos how long after a takeover the new owner may publish again what we have
     */
    record Settings(long patienceNanos, long retryNanos, Amount hold, int remembered, long overlapNanos) {}

    /** What the consumer gets. */
    interface Receiver {
        void deliver(FeedMessage message);

        void lost(Loss loss);
    }

    /**
     * Starts with whatever comes first.
     *
     * @param wantsLastValues and before that, with the last message of each stream
     */
    Continuity(Settings settings, boolean wantsLastValues, Receiver receiver) {
        this.settings = settings;
        this.wantsLastValues = wantsLastValues;
        this.receiver = receiver;
        this.delivered = new Delivered(settings.remembered());
        this.publishedBefore = nothingBefore();
    }

    private Overlap<Void> nothingBefore() {
        return new Overlap<>(settings.overlapNanos(), settings.remembered(), Long.MAX_VALUE);
    }

    // facts

    /** A message has come off the bus. */
    void arrived(FeedMessage message, long nowNanos) {
        if (message.sequence() == next && unplaced.isEmpty() && message.epoch() == epochs.newest()) {
            take(message, nowNanos); // as good as always
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

    /** Whether it must wait until more is known than we know. */
    private boolean isAhead(FeedMessage message) {
        return (!epochs.isEmpty() && message.epoch() > epochs.newest())
                || (!unplaced.isEmpty()
                        && message.epoch() >= unplaced.peekLast().epoch());
    }

    /** The owner has answered a question. */
    void answered(Question question, Resent answer, long nowNanos) {
        if (!question.equals(open)) {
            return; // it was about another life
        }
        open = null;
        if (answer.epochs().newest() < epochs.newest()) {
            failed(false, nowNanos); // by somebody who does not know yet that he is not the owner
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
            rest(nowNanos); // the owner is behind what we have from it, which cannot be; it is not asked for ever
        }
    }

    private boolean isMissing(FeedMessage message) {
        long sequence = message.sequence();
        return sequence >= next && !held.containsKey(sequence) && epochs.epochOf(sequence) == message.epoch();
    }

    /** A number has fallen back, or the owner has published less than we have. */
    private boolean isOfAnotherLife(Resent answer) {
        return life == 0 ? askedInDoubt || answer.last() < askedAt - 1 : answer.life() != life;
    }

    /**
     * The question was not answered.
     *
     * @param nobody because there is nobody to answer it
     */
    void unanswered(Question question, boolean nobody, long nowNanos) {
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

    /** No message follows: what waits is handed over with what is missing told. */
    void end(long nowNanos) {
        wantsLastValues = false;
        while (!unplaced.isEmpty() || !held.isEmpty()) {
            giveUp(nowNanos);
        }
    }

    // what to do

    /** What to ask now; null = nothing. Each is to be answered, or said to be unanswered, before there is another. */
    Question question(long nowNanos) {
        if (open != null || (resting && nowNanos - notBeforeNanos < 0)) {
            return null;
        }
        open = due();
        resting = false;
        askedAt = next;
        askedInDoubt = unplaced.stream().anyMatch(message -> message.epoch() <= epochs.newest());
        return open;
    }

    private Question due() {
        if (wantsLastValues) {
            return introduced && unplaced.isEmpty() ? null : Question.lastValues(++asked, lastValuesFrom);
        }
        if (!unplaced.isEmpty()) {
            return Question.state(++asked, unplaced.peekLast().epoch());
        }
        if (!held.isEmpty()) {
            long from = Math.max(next, askedTo + 1);
            while (held.containsKey(from)) {
                from++;
            }
            Long younger = held.higherKey(from);
            if (younger != null) {
                return Question.range(++asked, epochs.newest(), from, younger - 1);
            }
        }
        return introduced || epochs.isEmpty() ? null : Question.state(++asked, epochs.newest());
    }

    /** When {@link #passed} or {@link #question} is worth a call, in nanoseconds from now; -1 = not before something else happens. */
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
            putAside(message, nowNanos); // perhaps of a new life
        } else {
            repeated++;
        }
    }

    private boolean isKnown(FeedMessage message, FeedMessage same) {
        return same == null ? delivered.has(message) : same.receivedMicros() == message.receivedMicros();
    }

    /** Its owner was not the owner any more when it gave the number. */
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
        long identity = message.epoch() == 0 ? 0 : message.identity();
        delivered.add(message, identity);
        if (publishedBefore.behind() > 0 && publishedBefore.wasPublished(identity, nowNanos)) {
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
        return waiting && new Amount(held.size() + unplaced.size(), bytes).exceeds(settings.hold());
    }

    /**
     * What nobody could place before is tried again: the owner has said more.
     *
     * @param undecided what is of this epoch, or an earlier one, is in doubt still; -1 = nothing is
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

    /** The owner keeps no more; only what an earlier owner published may still be on its way. */
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

    /** Goes on without what it has been waiting for. */
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
     * The owner has said what it goes on from, which may be less than we have, and other than we have where there were several owners
     * since: from where its numbers and ours part, what we have may come again, and counts by identity.
     */
    private void advance(Epochs known, long nowNanos) {
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

    /** The feed counts from 1 again: what waits of its old life comes first. */
    private void restart(int epoch, long nowNanos) {
        while (!held.isEmpty()) {
            lose(held.firstKey() - 1, nowNanos);
        }
        delivered.clear();
        publishedBefore = nothingBefore();
        open = null;
        epochs = Epochs.NONE.begin(epoch, 1);
        life = 0;
        next = 1;
        askedTo = 0;
        restarts++;
    }

    /** The last value of each stream; what has come meanwhile and is older is part of the past. */
    private void startFrom(Resent answer, long nowNanos) {
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
