package io.firstline.replay;

import io.firstline.bus.publish.Volume;
import io.firstline.replay.retention.EpochHistory;
import io.firstline.replay.retention.OwnerEpochs;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import java.util.Map;

/**
 * Decides for one consumer of a feed which messages it gets: every message once, in the order of the numbers, through
 * changes of the owner and losses on the way. Takes messages from the bus and returns the requests to the feed's
 * owner, one at a time.
 *
 * <ul>
 * <li><b>A hole</b> in the numbers is requested from the owner. Younger messages wait, up to the time limit and the
 *     size limit. If the owner no longer keeps the messages, or does not answer, they are reported as lost in their
 *     place.
 * <li><b>A new owner</b> (a greater epoch) continues after the last number that it received. It says with its first
 *     message where it began; if that message is missing, it is asked. From that number on, only its numbers count.
 *     Messages that the consumer already has under older numbers are published again by the new owner; they are
 *     recognised by identity, the k-th repeat of a message for its k-th occurrence. Later messages of the old owner
 *     fill holes below that number and are ignored above it.
 * <li><b>A restart</b> of the feed counts from 1 again in the same epoch. A number that falls back, with a message
 *     other than the known one, causes a request. Another {@link ReplayResponse#incarnation()} in the answer proves the restart: the
 *     messages of the old run are completed, and the new run is read from 1.
 * </ul>
 *
 * <p>Requires that the messages of one owner arrive in its order, though some may be missing. Then a lost message is
 * always reported. A message is delivered twice only if (1) a new owner had missed it, took it for unpublished and
 * did not know that; (2) the owner changed more than {@link Settings#remembered} messages later, or the overlap time
 * passed before it was published again, and the owner did not say that its messages are late; (3) the new owner's first number was not known within the time limit. A
 * message is missing without a report in two cases only: the old owner alone had it, and it did not arrive here before the
 * first message of the new owner; or the feed restarted, and everything from its 1 up to exactly the next expected
 * number was lost.
 *
 * <p>{@link GapPhase} is what it waits for, {@link ReadPosition} where a message belongs, {@link HeldMessages} what
 * waits, {@link ReplayRequests} what was requested. Pure and single-threaded; times are nanoseconds of one monotonic
 * clock. O(1) for a message in order.
 */
final class GapFiller {
    /** No epoch. */
    private static final int NONE = -1;

    private final Settings settings;
    private final Receiver receiver;
    private final ReadPosition position;
    private final HeldMessages held = new HeldMessages();
    private final ReplayRequests requests;
    private final Counts counts = new Counts();
    /** The last message of each stream is still to be delivered, before all others. */
    private boolean wantsLastValues;

    /** The figures so far; the fields of {@link SubscriptionReport}. */
    private static final class Counts {
        private long delivered;
        private long filled;
        private long repeated;
        private long stale;
        private long lost;
        private long restarts;
        private long takeovers;
    }

    /**
     * The limits of waiting for a missing message.
     *
     * @param gapTimeoutNanos how long younger messages wait for it
     * @param retryNanos the pause after a failed request
     * @param hold the limit of waiting younger messages
     * @param remembered how many delivered messages are recognised
     * @param overlapNanos how long after a takeover, or after it has last said so, the new owner may publish again what we have
     */
    record Settings(long gapTimeoutNanos, long retryNanos, Volume hold, int remembered, long overlapNanos) {}

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
        this.position = new ReadPosition(settings);
        this.requests = new ReplayRequests(settings.retryNanos());
    }

    /** Requests the messages from this number on; called before the first message arrives. */
    void startAt(long sequence) {
        position.skipTo(sequence);
    }

    private GapPhase phase() {
        FeedMessage unplaced = held.firstUnplaced();
        return GapPhase.of(new GapPhase.Facts(
                wantsLastValues,
                unplaced != null,
                unplaced == null ? 0 : unplaced.epoch(),
                position.epoch(),
                held.anyYounger()));
    }

    // inputs

    /** A message has arrived from the bus. */
    void arrived(FeedMessage message, long nowNanos) {
        if (position.isNext(message) && held.firstUnplaced() == null) {
            take(message, nowNanos); // almost always
            drain(nowNanos);
        } else if (wantsLastValues || isAhead(message)) {
            held.putAside(message, nowNanos);
        } else {
            place(message, true, nowNanos);
        }
        while (held.exceeds(settings.hold())) {
            giveUp(nowNanos);
        }
    }

    /** Returns whether the message must wait for more information. */
    private boolean isAhead(FeedMessage message) {
        FeedMessage unplaced = held.lastUnplaced();
        return (position.knowsOwner() && message.epoch() > position.epoch())
                || (unplaced != null && message.epoch() >= unplaced.epoch());
    }

    /**
     * A new owner says with the message that arrives next which owner assigned which numbers. It repeats this while it may
     * publish messages again that arrive there late.
     */
    void introduced(OwnerEpochs owner, long nowNanos) {
        int before = position.epoch();
        if (wantsLastValues || !position.knowsOwner()) {
            return;
        }
        if (owner.epochs().newest() == before) {
            position.ownerMayRepeat(nowNanos);
        } else if (owner.epochs().newest() > before) {
            follow(owner.epochs(), nowNanos);
            position.incarnation(owner.incarnation());
            placeAgain(before, nowNanos);
        }
    }

    /** The owner has answered a request. */
    void answered(ReplayRequest request, ReplayResponse answer, long nowNanos) {
        if (!requests.close(request)) {
            return;
        }
        if (answer.epochs().newest() < position.epoch()) {
            failed(false, nowNanos); // from a former owner that does not know it yet
            return;
        }
        requests.introduced();
        if (answer.epochs().newest() == position.epoch()
                && requests.isOfAnotherIncarnation(answer, position.incarnation())) {
            restart(answer.epochs().newest(), nowNanos);
            position.incarnation(answer.incarnation());
            placeAgain(NONE, nowNanos);
            return;
        }
        int undecided = requests.askedInDoubt() ? NONE : position.epoch();
        follow(answer.epochs(), nowNanos);
        position.incarnation(answer.incarnation());
        if (request.lastValues()) {
            if (wantsLastValues) {
                startFrom(answer, nowNanos);
            } else {
                placeAgain(undecided, nowNanos); // too late: younger messages were delivered meanwhile
            }
            return;
        }
        for (FeedMessage message : answer.messages()) {
            counts.filled += position.isToCome(message) && held.at(message.sequence()) == null ? 1 : 0;
            place(message, false, nowNanos);
        }
        requests.answeredTo(request, answer.to(), position.next());
        placeAgain(undecided, nowNanos);
        loseWhatIsGone(answer.leftOut(), nowNanos);
        if (request.from() > 0 && answer.to() < request.from()) {
            requests.rest(nowNanos); // the owner is behind its own messages, which cannot be; do not ask it endlessly
        }
    }

    /**
     * The request was not answered.
     *
     * @param nobody whether there was no one to answer it
     */
    void unanswered(ReplayRequest request, boolean nobody, long nowNanos) {
        if (requests.close(request)) {
            failed(nobody, nowNanos);
        }
    }

    private void failed(boolean nobody, long nowNanos) {
        requests.rest(nowNanos);
        requests.introduced();
        if (nobody && wantsLastValues && held.firstUnplaced() != null) {
            giveUp(nowNanos);
        }
    }

    /** Time has passed. */
    void passed(long nowNanos) {
        if (!held.isEmpty() && nowNanos - held.sinceNanos() >= settings.gapTimeoutNanos()) {
            giveUp(nowNanos);
        }
    }

    /** No message follows: delivers the waiting messages and reports the missing ones. */
    void end(long nowNanos) {
        wantsLastValues = false;
        while (!held.isEmpty()) {
            giveUp(nowNanos);
        }
    }

    // outputs

    /** Returns the request to send now; null = none. Each must be answered, or reported unanswered, before the next. */
    ReplayRequest request(long nowNanos) {
        return requests.next(phase(), position, held, nowNanos);
    }

    /** Returns the nanoseconds until {@link #passed} or {@link #request} is due; -1 = not before another input. */
    long dueInNanos(long nowNanos) {
        return held.isEmpty()
                ? -1
                : Math.max(0, requests.orEndOfPause(held.sinceNanos() + settings.gapTimeoutNanos()) - nowNanos);
    }

    SubscriptionReport report() {
        return new SubscriptionReport(
                counts.delivered,
                counts.filled,
                counts.repeated,
                counts.stale,
                counts.lost,
                counts.restarts,
                counts.takeovers,
                held.size());
    }

    // decisions

    private void place(FeedMessage message, boolean live, long nowNanos) {
        position.beginWith(message);
        switch (position.fit(message, live, held.at(message.sequence()))) {
            case NEXT -> {
                take(message, nowNanos);
                drain(nowNanos);
            }
            case YOUNGER -> held.hold(message, nowNanos);
            case DOUBTFUL -> held.putAside(message, nowNanos);
            case REPEAT -> counts.repeated++;
            case OUT_OF_LINE -> {
                if (position.isFormerOwnerBack(live, nowNanos)) {
                    restart(message.epoch(), nowNanos);
                    place(message, false, nowNanos);
                } else {
                    counts.stale++;
                }
            }
        }
    }

    private void take(FeedMessage message, long nowNanos) {
        if (position.pass(message, nowNanos)) {
            deliver(message);
        } else {
            counts.repeated++;
        }
    }

    private void deliver(FeedMessage message) {
        counts.delivered++;
        receiver.deliver(message);
    }

    /** Delivers the messages that waited for the last one. */
    private void drain(long nowNanos) {
        for (FeedMessage next = held.takeFirst(position.next()); next != null; next = held.takeFirst(position.next())) {
            take(next, nowNanos);
            held.waitsSince(nowNanos);
        }
    }

    /**
     * Places the messages without a place again, because more is known.
     *
     * @param undecided messages up to this epoch stay in doubt; {@link #NONE} = no message
     */
    private void placeAgain(int undecided, long nowNanos) {
        for (FeedMessage message : held.takeUnplaced()) {
            if (message.epoch() <= undecided || isAhead(message)) {
                held.putAside(message, nowNanos);
            } else {
                place(message, false, nowNanos);
            }
        }
        FeedMessage last = held.lastUnplaced();
        if (last != null && last.epoch() > position.epoch()) {
            requests.rest(nowNanos);
        }
    }

    /** Reports what the owner no longer keeps; messages of an earlier owner may still arrive. */
    private void loseWhatIsGone(Map<Long, Long> leftOut, long nowNanos) {
        while (held.anyYounger() && position.next() <= requests.askedTo() && position.isOfNewest(position.next())) {
            loseTo(Math.min(held.first() - 1, requests.askedTo()), leftOut, nowNanos);
        }
    }

    /**
     * Passes these numbers.
     *
     * @param leftOut by number, messages that the consumer perhaps has under older numbers; the others are lost
     */
    private void loseTo(long last, Map<Long, Long> leftOut, long nowNanos) {
        long from = position.next();
        for (Map.Entry<Long, Long> number : leftOut.entrySet()) {
            boolean isInRange = number.getKey() >= from && number.getKey() <= last;
            if (isInRange && position.isRepeated(number.getValue(), nowNanos)) {
                lose(from, number.getKey() - 1);
                from = number.getKey() + 1;
                counts.repeated++;
            }
        }
        lose(from, last);
        position.skipTo(last + 1);
        held.waitsSince(nowNanos);
        drain(nowNanos);
    }

    private void lose(long first, long last) {
        if (first <= last) {
            counts.lost += last - first + 1;
            receiver.lost(new Loss(last - first + 1, first, last));
        }
    }

    /** Continues without what it waits for. */
    private void giveUp(long nowNanos) {
        held.waitsSince(nowNanos);
        switch (phase()) {
            case LAST_VALUES -> wantsLastValues = false;
            case NEW_OWNER -> {
                follow(position.withOwner(held.firstUnplaced()), nowNanos);
                position.incarnation(0);
            }
            case IN_DOUBT -> restart(held.firstUnplaced().epoch(), nowNanos);
            case HOLE -> {
                loseTo(held.first() - 1, Map.of(), nowNanos);
                return;
            }
            case IN_ORDER -> throw new IllegalStateException("nothing waits: " + this);
        }
        placeAgain(NONE, nowNanos);
    }

    /** Follows the owner's list of epochs. */
    private void follow(EpochHistory known, long nowNanos) {
        int before = position.epoch();
        long end = position.follow(known, nowNanos);
        if (end < Long.MAX_VALUE) {
            counts.takeovers += known.newest() > before ? 1 : 0;
            counts.stale += held.dropFrom(end);
            requests.askedTo(position.next() - 1);
        }
    }

    /** The feed counts from 1 again: completes the messages of its old run first. */
    private void restart(int epoch, long nowNanos) {
        while (held.anyYounger()) {
            loseTo(held.first() - 1, Map.of(), nowNanos);
        }
        position.restart(epoch);
        requests.restart();
        counts.restarts++;
    }

    /** Delivers the last value of each stream, and drops older messages that have arrived meanwhile. */
    private void startFrom(ReplayResponse answer, long nowNanos) {
        answer.messages().forEach(this::deliver);
        if (answer.more()) {
            requests.continueLastValues(answer.to() + 1);
            return;
        }
        wantsLastValues = false;
        position.skipTo(answer.last() + 1);
        requests.askedTo(answer.last());
        while (isPast(held.firstUnplaced())) {
            held.takeFirstUnplaced();
        }
        placeAgain(NONE, nowNanos);
    }

    private boolean isPast(FeedMessage message) {
        return message != null && message.epoch() <= position.epoch() && message.sequence() < position.next();
    }

    @Override
    public String toString() {
        return position + ", " + held + ", " + requests;
    }
}
