package io.firstline.cluster;

import io.firstline.arbitration.StreamDiff;
import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.replay.retention.OwnerEpochs;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The decisions of a node that receives a feed together with other nodes, without event bus, timers and clock. As the
 * owner it publishes what it receives. As a standby it compares what it receives with what the owner publishes, so
 * that it can continue with the messages that the owner has not published. {@link Replica} drives it on a real event
 * bus, and the tests in virtual time.
 *
 * <p>Each method that gets the time first needs {@link #check}: it notices that the lease was acquired or has expired.
 *
 * <p>Not thread-safe; times are nanoseconds of one monotonic clock.
 */
public final class ReplicaCore {
    /**
     * The largest difference between the arrival of a message at the owner and at this node; longer than it takes to
     * detect that an owner hangs.
     */
    static final long COMPARED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int COMPARED_MESSAGES = 200_000;
    static final long DEFAULT_BYTES = 64 << 20;
    /** The memory of a message beside its payload. */
    private static final int MESSAGE_BYTES = 250;

    /**
     * How often an owner introduces itself again while messages to it may be held up: more often than consumers forget
     * which messages it may repeat.
     */
    private static final long INTRODUCED_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** How many more messages than needed a standby requests when it begins to listen. */
    private static final long CATCH_UP_MORE = 500;

    /** The owner does not receive the feed if it publishes none of this many messages for this long. */
    private static final int AHEAD_MESSAGES = 3;

    private static final long AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    /** A silence here counts no longer than this: the exchange may stall, and then send to one node first. */
    private static final long AHEAD_SILENT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RetentionBuffer retention;
    private final Predicate<FeedMessage> remember;
    private final StandbyReadiness readiness = new StandbyReadiness();
    private final StreamDiff<FeedMessage> diff;
    private final MissingRanges missing = new MissingRanges();

    /** The number of the last message that this node has published. */
    private long sequence;
    /** The highest epoch in which a message was published. */
    private int epoch;
    /** The epoch in which this node publishes or last published; 0 = never. */
    private int ownEpoch;

    /** The highest epoch whose owner has told where it begins. */
    private int answeredEpoch;

    private boolean publishing;
    /** The messages that a new owner publishes first. */
    private final Deque<FeedMessage> waiting = new ArrayDeque<>();
    /** What consumers need to know of this owner before its next message; null = nothing. */
    private OwnerEpochs introduction;

    private long introducedNanos;
    /** A message of the present owner has arrived. */
    private boolean listening;
    /** The first number whose message may be delayed on its path to this node; {@link MissingRanges#NOTHING} = none is. */
    private long heldUpFrom = MissingRanges.NOTHING;

    /** A request is on its way. */
    private boolean requesting;
    /** A request is to be sent as soon as none is on its way. */
    private boolean requestDue;
    /** The owner's run-time subscriptions are applied here. */
    private boolean subscriptionsChanged;

    private boolean closed;
    /** The node is overloaded: it remembers what it receives, and compares nothing. */
    private boolean shed;

    private long crowdedOut;
    /** How many messages this node has received and the owner has not published, since the owner's last message. */
    private int aheadOfOwner;
    /** When the first of them was received. */
    private long aheadSinceNanos;
    /** When the last one was, and the time until then without long silences. */
    private long aheadLastNanos;

    private long aheadForNanos;

    private final BehindOwner behindOwner = new BehindOwner();

    private StandbyState state;

    /** A request for published messages, see {@link io.firstline.replay.retention.ReplayService}. */
    public record Request(long from, long to, int epoch) {}

    /** A change of this node's part. */
    public sealed interface Change {
        /**
         * This node has become the owner. It must publish the waiting messages first.
         *
         * @param from its first number
         * @param waiting how many messages it publishes that its predecessors have not published
         * @param behind how many messages its predecessors have published that it has not received yet
         * @param lost how many messages it had to drop that perhaps nobody has published: as many numbers before its
         *     first have no message
         */
        record BecameOwner(int epoch, long from, int waiting, int behind, long lost) implements Change {}

        /** This node is no longer the owner, because its lease has expired. */
        record LeaseExpired() implements Change {}
    }

    /**
     * Starts as a standby.
     *
     * @param retention the published messages that this node keeps
     * @param remember adds a published message to them; returns whether it is new
     */
    public ReplicaCore(RetentionBuffer retention, Predicate<FeedMessage> remember, long nowNanos) {
        this(retention, remember, DEFAULT_BYTES, nowNanos);
    }

    /**
     * The same with another bound.
     *
     * @param bytes the memory for messages that wait to be compared
     */
    public ReplicaCore(RetentionBuffer retention, Predicate<FeedMessage> remember, long bytes, long nowNanos) {
        this.diff = new StreamDiff<>(COMPARED_NANOS, COMPARED_MESSAGES, bytes);
        this.retention = retention;
        this.remember = remember;
        this.state = StandbyState.atStart(nowNanos);
    }

    // the lease

    /** Compares this node's part with its lease; returns the change, or null. */
    public Change check(Lease lease, long nowNanos) {
        boolean running = !closed && lease.isRunning(nowNanos) && lease.epoch() >= epoch;
        if (running && (!publishing || lease.epoch() != ownEpoch)) {
            return begin(lease.epoch(), nowNanos);
        }
        if (!running && publishing) {
            standBy(nowNanos);
            return new Change.LeaseExpired();
        }
        return null;
    }

    private Change begin(int newEpoch, long now) {
        publishing = true; // not warm from now on: an owner that is cut off may not notice that it lost the feed
        boolean isBeginKnown = epoch == ownEpoch || epoch <= answeredEpoch;
        boolean isFirst = epoch == 0;
        ownEpoch = newEpoch;
        follow(newEpoch);
        retention.forgetFrom(missing.first());
        missing.clear();
        sequence = retention.begin(newEpoch) - 1;
        introduce(now);
        List<FeedMessage> forgotten = retention.takeForgotten();
        List<FeedMessage> notHere = withdraw(forgotten, now);
        if (!isBeginKnown) {
            long from = Math.max(1, sequence - CATCH_UP_MORE);
            PossibleRepeats repeats = new PossibleRepeats();
            retention.range(from, sequence).messages().forEach(repeats::published);
            forgotten.forEach(repeats::published);
            notHere = repeats.removedFrom(notHere);
        }
        // a number for each message that is perhaps lost, so that consumers that do not have it report it. An
        // overloaded node does not hear its predecessor, which has most probably published them
        long lost = isFirst || shed ? 0 : diff.unaccounted();
        if (lost > 0) {
            List<Long> identities = diff.unaccountedIdentities();
            retention.leaveOut(sequence + 1 + lost - identities.size(), identities);
        }
        waiting.addAll(diff.takeAll());
        waiting.addAll(notHere); // younger in their streams than the messages received here
        notHere.forEach(message -> diff.published(message.identity(), now));
        sequence += lost;
        return new Change.BecameOwner(newEpoch, sequence + 1, waiting.size(), diff.behind(), lost);
    }

    private void introduce(long now) {
        ReplayResponse owners = retention.state();
        introduction = new OwnerEpochs(owners.incarnation(), owners.epochs());
        introducedNanos = now;
    }

    /**
     * Returns what consumers must know of this owner with the message that it publishes next; null = nothing new. It is
     * repeated while messages may still arrive that the owner before has published long ago, unknown to this one.
     */
    public OwnerEpochs takeIntroduction() {
        OwnerEpochs taken = introduction;
        introduction = null;
        return taken;
    }

    /** Returns whether a new owner still has messages to publish before those that arrive. */
    public boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /**
     * Returns the next waiting message of a new owner, numbered; null = none, or the lease ended meanwhile: there may be
     * many messages, and the process may be frozen while it publishes them.
     */
    public FeedMessage nextWaiting(Lease lease, long nowNanos) {
        if (!waiting.isEmpty() && (lease.epoch() != ownEpoch || !lease.isRunning(nowNanos))) {
            standBy(nowNanos);
        }
        return waiting.isEmpty() ? null : numbered(waiting.poll());
    }

    /** The lease was released; returns whether this node was the owner. */
    public boolean leaseLost(long nowNanos) {
        boolean published = publishing;
        if (published) {
            standBy(nowNanos);
        }
        return published;
    }

    /** Becomes a standby. It is warm again only after it has heard the new owner. */
    private void standBy(long now) {
        aheadOfOwner = 0;
        behindOwner.ends();
        publishing = false;
        listening = false;
        readiness.standsBy();
        List<FeedMessage> unpublished = List.copyOf(waiting);
        waiting.clear();
        unpublished.forEach(message -> compare(message, now));
    }

    /**
     * The node is overloaded, or no longer. An overloaded one is not warm: it ignores what the owner publishes, and
     * would publish again what it has received within the last seconds.
     */
    public void shed(boolean isShed) {
        if (isShed && !shed) {
            listening = false;
            readiness.standsBy();
        }
        shed = isShed;
    }

    /** The feed is closed: nothing more is published. */
    public void close() {
        closed = true;
        publishing = false;
        waiting.clear();
    }

    // messages that this node receives

    /** A message has arrived; returns it numbered if it is to be published now, otherwise null. */
    public FeedMessage received(FeedMessage message, long nowNanos) {
        behindOwner.received(
                behindOwner.isTrue()
                        && diff.behind() > 1
                        && diff.isLate(message.identity(), BehindOwner.LATE_NANOS, nowNanos),
                nowNanos);
        if (!publishing) {
            if (compare(message, nowNanos)) {
                countAhead(nowNanos);
                noteAhead(nowNanos);
            } else {
                arrivedBothWays(nowNanos);
            }
            return null;
        }
        if (diff.behind() > 0 && diff.wasPublished(message.identity(), nowNanos)) {
            return null;
        }
        if (!waiting.isEmpty()) {
            waiting.add(message);
            return null;
        }
        return numbered(message);
    }

    private void countAhead(long now) {
        if (aheadOfOwner++ == 0) {
            aheadSinceNanos = now;
            aheadForNanos = 0;
        } else {
            aheadForNanos = aheadForNanos(now);
        }
        aheadLastNanos = now;
    }

    private long aheadForNanos(long now) {
        return aheadForNanos + Math.min(now - aheadLastNanos, AHEAD_SILENT_NANOS);
    }

    private void noteAhead(long now) {
        if (aheadOfOwner > 0 && now - aheadSinceNanos >= COMPARED_NANOS) {
            listening = false; // messages were dropped unpublished: the owner may have published them without us
        }
        state = state.withAhead(!publishing && aheadOfOwner >= AHEAD_MESSAGES && aheadForNanos(now) >= AHEAD_NANOS);
    }

    private FeedMessage numbered(FeedMessage message) {
        return message.in(ownEpoch, ++sequence);
    }

    private boolean compare(FeedMessage message, long now) {
        boolean isNews = diff.ours(message.identity(), message, bytes(message), now);
        if (diff.crowdedOut() != crowdedOut) {
            crowdedOut = diff.crowdedOut();
            readiness.forgot(now); // the owner may not have published them
        }
        return isNews;
    }

    private static int bytes(FeedMessage message) {
        return message.length() + MESSAGE_BYTES;
    }

    /** Takes an event of one of the pools. */
    public void happened(FeedEvent event, long nowNanos) {
        readiness.happened(event, nowNanos);
        noteReceiving(nowNanos);
    }

    /**
     * Other pools deliver from now on.
     *
     * @param inStep whether no message is missing between them and the former ones, as far as is known
     */
    public void changed(boolean inStep, long nowNanos) {
        readiness.changed(inStep, nowNanos);
        noteReceiving(nowNanos);
    }

    /** Takes what the pools report; called several times a second. */
    public void look(List<FeedActivity> pools, long nowNanos) {
        readiness.look(pools, nowNanos);
        if (!readiness.isHeldUp() && !diff.isForgetful()) {
            heldUpFrom = MissingRanges.NOTHING;
        } else if (heldUpFrom == MissingRanges.NOTHING) {
            heldUpFrom = Math.max(1, retention.last() + 1 - diff.behind());
        }
        diff.heldUp(readiness.isHeldUp(), nowNanos);
        if (publishing && diff.isCatchingUp() && nowNanos - introducedNanos >= INTRODUCED_AGAIN_NANOS) {
            introduce(nowNanos);
        }
        if (diff.isCatchingUp() && !publishing) {
            missing.comesLate(diff.isForgetful() ? heldUpFrom : MissingRanges.NOTHING, nowNanos);
        }
        if (diff.behind() == 0) {
            behindOwner.ends();
        }
        noteReceiving(nowNanos);
        noteAhead(nowNanos);
        state = state.withLooked(nowNanos);
    }

    private void noteReceiving(long now) {
        state = state.withReceiving(readiness.isReceived(), readiness.isUnanswered(), now - readiness.silentNanos());
    }

    // messages that the owner publishes

    /** A node has published a message. */
    public void published(FeedMessage message, long nowNanos) {
        if (message.epoch() < epoch || message.epoch() == ownEpoch || closed || shed) {
            return; // from a former owner, or our own
        }
        aheadOfOwner = 0;
        noteAhead(nowNanos);
        boolean isNewOwner = message.epoch() > epoch;
        if (isNewOwner) {
            follow(message.epoch());
        }
        long number = message.sequence();
        long next = retention.last() + 1;
        if (!listening) {
            listening = true;
            // messages before we listened may have been published too: all since then if we listened once, because ours
            // may be held up for long
            long catchUpFrom = Math.max(1, number - 2L * diff.ahead() - CATCH_UP_MORE);
            want(next > 1 ? Math.min(next, number - 1) : catchUpFrom, number - 1);
        } else if (isNewOwner || number > next) {
            // with a hole it would publish again what consumers have; a new owner tells where it continues from
            want(Math.max(1, Math.min(next, number - 1)), number - 1);
        }
        boolean counts = remember.test(message);
        withdraw(retention.takeForgotten(), nowNanos);
        if (counts) { // an answer may have shown before that a later owner does not continue from it
            behindOwner.published(match(message, nowNanos), nowNanos);
        }
    }

    private void follow(int newEpoch) {
        epoch = newEpoch;
        state = state.withHeardEpoch(newEpoch);
    }

    /** A message was published; returns whether it was received here before. */
    private boolean match(FeedMessage message, long now) {
        long receivedNanos = diff.published(message.identity(), now);
        boolean isReceived = receivedNanos != StreamDiff.NOT_RECEIVED;
        if (isReceived) {
            arrivedBothWays(receivedNanos);
        }
        return isReceived;
    }

    private void arrivedBothWays(long receivedNanos) {
        readiness.cameBothWays(receivedNanos);
        if (!diff.isCatchingUp()) { // otherwise older ones may still come
            missing.compared(diff.aheadSinceNanos());
        }
    }

    /**
     * Takes back messages that a former owner has published and the new one does not continue from: they are
     * published again, by the new owner or by us.
     */
    private List<FeedMessage> withdraw(List<FeedMessage> forgotten, long now) {
        return diff.withdrawn(forgotten, FeedMessage::identity, ReplicaCore::bytes, now);
    }

    // requests for published messages that have not arrived

    private void want(long from, long to) {
        missing.add(from, to);
        requestDue = true;
    }

    /** Returns the request to send now; null = none. It must be answered by one of the next two methods. */
    public Request nextRequest() {
        MissingRanges.Range range = missing.next();
        boolean due = requestDue && !requesting && range != null;
        requestDue = false;
        requesting |= due;
        return due ? new Request(range.from(), range.to(), epoch) : null;
    }

    /** The owner has answered. */
    public void answered(Request request, ReplayResponse response, long nowNanos) {
        requesting = false;
        if (publishing || closed) {
            return;
        }
        MissingRanges.Range range = new MissingRanges.Range(request.from(), request.to());
        answeredEpoch = Math.max(answeredEpoch, response.epochs().newest());
        missing.answered(range, response, retention.follow(response.epochs()), nowNanos);
        List<FeedMessage> forgotten = retention.takeForgotten();
        withdraw(forgotten, nowNanos);
        for (FeedMessage message : response.messages()) {
            if (remember.test(message)) {
                match(message, nowNanos);
            }
        }
        if (!forgotten.isEmpty()) { // these hid that the owner's first messages are missing
            want(retention.firstMissing(forgotten.get(0).sequence()), retention.last());
        }
        requestDue = true;
    }

    /** No owner has answered; returns whether to call {@link #retry} after a pause. */
    public boolean unanswered() {
        requesting = false;
        return !publishing && !closed;
    }

    /** The pause is over: the next request is due. */
    public void retry() {
        requestDue = !publishing && !closed;
    }

    // the state of this node

    /** The owner's run-time subscriptions have arrived and are applied here. */
    public void subscriptionsChanged() {
        subscriptionsChanged = true;
    }

    /** Returns what the lease code must know. */
    public StandbyState state() {
        ColdReason cold = cold();
        state = state.withWarm(!publishing && cold == null, cold == ColdReason.BEHIND);
        return state;
    }

    /** Returns why this node is not warm; null = it is, or it publishes. */
    public ColdReason cold() {
        if (publishing) {
            return null;
        }
        if (!readiness.isReceived()) {
            return ColdReason.NOT_RECEIVED;
        }
        if (shed) {
            return ColdReason.OVERLOADED;
        }
        if (!listening) {
            return ColdReason.OWNER_NOT_HEARD;
        }
        if (!missing.isEmpty()) {
            return ColdReason.MESSAGES_MISSING;
        }
        if (!subscriptionsChanged) {
            return ColdReason.SUBSCRIPTIONS_UNKNOWN;
        }
        if (!readiness.overlaps()) {
            return ColdReason.NOT_COMPARED;
        }
        return behindOwner.isTrue() ? ColdReason.BEHIND : null;
    }

    /** Returns whether this node publishes, if its lease is running. */
    public boolean isPublishing() {
        return publishing;
    }

    /** Returns the epoch in which this node publishes the feed now; 0 = it does not. */
    public int publishingEpoch(Lease lease, long nowNanos) {
        return publishing && lease.isRunning(nowNanos) ? ownEpoch : 0;
    }

    /** Returns the highest epoch in which a message was published. */
    public int epoch() {
        return epoch;
    }

    /** Returns the number of the last message that this node has published. */
    public long sequence() {
        return sequence;
    }

    /** Returns how many received messages have not been published yet. */
    public int ahead() {
        return diff.ahead();
    }

    /** Returns how many published messages have not been received yet. */
    public int behind() {
        return diff.behind();
    }

    /** Returns how many received messages were dropped to make room, so that they may be lost. */
    public long crowdedOut() {
        return diff.crowdedOut();
    }
}
