package io.firstline.deploy;

import io.firstline.arbitration.StreamDiff;
import io.firstline.bus.Refusals;
import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.feed.report.StatusKeys;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.replay.retention.ReplayService;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of several nodes that receive the same feed. As the owner it publishes what it receives. As a standby it
 * compares what it receives with what the owner publishes, so that it can continue with the messages that the owner
 * has not published.
 *
 * <p>It checks its lease by the clock for each message that it publishes: a process that was frozen publishes nothing
 * when it continues.
 *
 * <p>Called on the event loops of the feed's pools, of the verticle, and of the lease code. They wait for each other
 * while one message is put on the bus.
 */
final class Replica implements ClusterPart, FeedLease.LeaseHolder {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    /**
     * The largest difference between the arrival of a message at the owner and at this node; longer than it takes to
     * detect that an owner hangs.
     */
    private static final long COMPARED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int COMPARED_MESSAGES = 200_000;
    private static final long COMPARED_BYTES = 64 << 20;

    private static final long RETRY_MS = 100;

    /** How many more messages than needed a standby requests when it begins to listen. */
    private static final long CATCH_UP_MORE = 500;

    private final Vertx vertx;
    private final String feed;
    private final FeedPublisher publisher;
    private final FeedLease feedLease;
    private final Consumer<FeedFact.OwnerChanged> tell;
    private final LongSupplier nowNanos;
    private final Context context;
    private final MessageConsumer<Object> others;
    private final Refusals refusals;
    private final StandbyReadiness line = new StandbyReadiness();
    private final StreamDiff<FeedMessage> overlap = new StreamDiff<>(COMPARED_NANOS, COMPARED_MESSAGES, COMPARED_BYTES);

    private final RetentionBuffer memory;
    /** The number of the last message that this node has published. */
    private long sequence;
    /** The highest epoch in which a message was published. */
    private int epoch;
    /** The epoch in which this node publishes or last published; 0 = never. */
    private int ownEpoch;

    private boolean publishing;
    /** A message of the present owner has arrived. */
    private boolean listening;

    private final MissingRanges lacking = new MissingRanges();
    /** The first number whose message may be delayed on its path to this node; {@link MissingRanges#NOTHING} = none is. */
    private long heldUpFrom = MissingRanges.NOTHING;

    private boolean asking;
    /** The owner's run-time subscriptions are applied here. */
    private boolean amended;

    private boolean closed;

    /**
     * Starts as a standby.
     *
     * @param tell receives changes of the owner that this node causes
     */
    Replica(
            Vertx vertx,
            String feed,
            FeedPublisher publisher,
            RetentionBuffer memory,
            FeedLease feedLease,
            Consumer<FeedFact.OwnerChanged> tell) {
        this.nowNanos = feedLease.clock();
        this.refusals = new Refusals(LOG, this.nowNanos);
        this.vertx = vertx;
        this.feed = feed;
        this.publisher = publisher;
        this.memory = memory;
        this.feedLease = feedLease;
        this.tell = tell;
        this.context = vertx.getOrCreateContext();
        this.others = vertx.eventBus().consumer(publisher.replicaAddress(), this::heard);
        feedLease.holder(this);
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public synchronized Future<Void> close() {
        closed = true;
        publishing = false;
        feedLease.holder(null);
        return others.unregister();
    }

    // messages that this node receives

    @Override
    public synchronized void publish(FeedMessage message) {
        long now = nowNanos.getAsLong();
        if (!isOwn(now)) {
            boolean isNews =
                    overlap.ours(message.identity(), message, message.payload().length(), now);
            if (!isNews) {
                cameBothWays(now);
            }
        } else if (overlap.behind() == 0 || !overlap.wasPublished(message.identity(), now)) {
            put(message);
        }
    }

    @Override
    public synchronized void publish(FeedEvent event) {
        long now = nowNanos.getAsLong();
        line.happened(event, now);
        tellReceiving(now);
        tellWarm();
        if (publishing) {
            publisher.publish(event);
        } else {
            publisher.publishHere(event);
        }
    }

    @Override
    public synchronized void look(List<FeedActivity> pools) {
        long now = nowNanos.getAsLong();
        line.look(pools, now);
        if (!line.isHeldUp() && !overlap.isForgetful()) {
            heldUpFrom = MissingRanges.NOTHING;
        } else if (heldUpFrom == MissingRanges.NOTHING) {
            heldUpFrom = Math.max(1, memory.last() + 1 - overlap.behind());
        }
        overlap.heldUp(line.isHeldUp(), now);
        if (overlap.isCatchingUp() && !publishing) {
            lacking.comesLate(overlap.isForgetful() ? heldUpFrom : MissingRanges.NOTHING, now);
        }
        tellReceiving(now);
        tellWarm();
    }

    private void tellReceiving(long now) {
        feedLease.state(
                feedLease.state().withReceiving(line.isReceived(), line.isUnanswered(), now - line.silentNanos()));
    }

    // messages that the owner publishes

    private void heard(Message<Object> delivery) {
        FeedMessage message;
        try {
            message = Refusals.body(delivery, FeedMessage.class);
        } catch (IllegalArgumentException e) {
            refusals.refuse(feed + ": dropped a body that is not a message of the feed", e.getMessage());
            return;
        }
        published(message);
    }

    private synchronized void published(FeedMessage message) {
        long now = nowNanos.getAsLong();
        isOwn(now); // without own messages, this is where an expired lease is noticed
        if (message.epoch() < epoch || message.epoch() == ownEpoch || closed) {
            return; // from a former owner, or our own
        }
        boolean isNewOwner = message.epoch() > epoch;
        if (isNewOwner) {
            epoch = message.epoch();
            feedLease.state(feedLease.state().withHeardEpoch(epoch));
        }
        long sequence = message.sequence();
        long next = memory.last() + 1;
        if (!listening) {
            listening = true;
            // messages before we listened may have been published too
            long catchUpFrom = Math.max(1, sequence - 2L * overlap.ahead() - CATCH_UP_MORE);
            want(Math.max(catchUpFrom, Math.min(next, sequence - 1)), sequence - 1);
        } else if (isNewOwner || sequence > next) {
            // with a hole it would publish again what consumers have; a new owner tells where it continues from
            want(Math.max(1, Math.min(next, sequence - 1)), sequence - 1);
        }
        publisher.remember(message);
        withdraw(now);
        published(message.identity(), now);
    }

    /** A message was published; finds out whether and when it was received here. */
    private void published(long identity, long now) {
        long receivedNanos = overlap.published(identity, now);
        if (receivedNanos != StreamDiff.NOT_RECEIVED) {
            cameBothWays(receivedNanos);
        }
    }

    private void cameBothWays(long receivedNanos) {
        boolean overlaps = line.cameBothWays(receivedNanos);
        boolean complete = lacking.compared(overlap.aheadSinceNanos());
        if (overlaps || complete) {
            tellWarm();
        }
    }

    /**
     * Takes back messages that a former owner has published and the new one does not continue from: they are
     * published again, by the new owner or by us.
     */
    private List<FeedMessage> withdraw(long now) {
        return overlap.withdrawn(
                memory.takeForgotten(),
                FeedMessage::identity,
                message -> message.payload().length(),
                now);
    }

    @Override
    public synchronized void amended() {
        amended = true;
        tellWarm();
    }

    private void tellWarm() {
        feedLease.state(feedLease
                .state()
                .withWarm(!publishing && listening && lacking.isEmpty() && amended && line.overlaps()));
    }

    /** These numbers of the owner have not arrived. */
    private void want(long from, long to) {
        lacking.add(from, to);
        ask();
        tellWarm();
    }

    private void ask() {
        MissingRanges.Range asked = lacking.next();
        if (asking || asked == null) {
            return;
        }
        asking = true;
        ReplayService.ask(
                        vertx,
                        feed,
                        new JsonObject()
                                .put("from", asked.from())
                                .put("to", asked.to())
                                .put(StatusKeys.EPOCH, epoch))
                .onComplete(answer -> answered(asked, answer.result(), answer.cause()));
    }

    private synchronized void answered(MissingRanges.Range asked, ReplayResponse resent, Throwable failure) {
        asking = false;
        if (publishing || closed) {
            return;
        }
        if (failure != null) { // the owner may have changed just now
            LOG.debug("{} cannot get {}", feed, asked, failure);
            vertx.setTimer(RETRY_MS, t -> askAgain());
            return;
        }
        long now = nowNanos.getAsLong();
        lacking.answered(asked, resent, memory.follow(resent.epochs()), now);
        withdraw(now);
        for (FeedMessage message : resent.messages()) {
            if (publisher.remember(message)) {
                published(message.identity(), now);
            }
        }
        ask();
        tellWarm();
    }

    private synchronized void askAgain() {
        if (!publishing && !closed) {
            ask();
        }
    }

    // ownership

    @Override
    public void leaseAcquired() {
        context.runOnContext(v -> takeOver());
    }

    private synchronized void takeOver() {
        isOwn(nowNanos.getAsLong());
    }

    @Override
    public synchronized void leaseLost() {
        if (publishing) {
            standBy();
            LOG.info("{} released by {} after message {}", feed, feedLease.node(), sequence);
        }
    }

    /** Returns whether this node owns the feed; publishes the waiting messages when it has become the owner. */
    private boolean isOwn(long now) {
        FeedLease.Lease lease = feedLease.lease();
        boolean running = lease.isRunning(now) && lease.epoch() >= epoch && !closed;
        if (running && (!publishing || lease.epoch() != ownEpoch)) {
            begin(lease.epoch(), now);
            return publishing;
        } else if (!running && publishing) {
            standBy();
            LOG.warn("{} no longer published by {}: its lease expired", feed, feedLease.node());
        }
        return running;
    }

    /** Becomes a standby. It reports itself warm only after it has heard the new owner. */
    private void standBy() {
        publishing = false;
        listening = false;
        line.standsBy();
        tellWarm();
    }

    private void begin(int newEpoch, long now) {
        publishing = true;
        ownEpoch = newEpoch;
        epoch = newEpoch;
        feedLease.state(feedLease.state().withHeardEpoch(newEpoch));
        tellWarm(); // an owner that is cut off, and does not notice that it lost the feed, must not be warm
        memory.forgetFrom(lacking.first());
        lacking.clear();
        sequence = memory.begin(newEpoch) - 1;
        List<FeedMessage> notHere = withdraw(now);
        List<FeedMessage> waiting = new ArrayList<>(overlap.takeAll());
        waiting.addAll(notHere); // younger in their streams than the messages received here
        notHere.forEach(message -> overlap.published(message.identity(), now));
        LOG.info(
                "{} published by {} from message {} on, epoch {} ({} not published yet, {} published but not received here yet)",
                feed,
                feedLease.node(),
                sequence + 1,
                newEpoch,
                waiting.size(),
                overlap.behind());
        tell.accept(new FeedFact.OwnerChanged(feedLease.node(), newEpoch, sequence + 1, waiting.size()));
        publish(waiting);
    }

    /** Publishes while the lease runs: there may be many messages, and the process may be frozen meanwhile. */
    private void publish(List<FeedMessage> waiting) {
        for (FeedMessage message : waiting) {
            long now = nowNanos.getAsLong();
            FeedLease.Lease lease = feedLease.lease();
            if (publishing && (lease.epoch() != ownEpoch || !lease.isRunning(now))) {
                standBy();
            }
            if (publishing) {
                put(message);
            } else {
                overlap.ours(message.identity(), message, message.payload().length(), now);
            }
        }
    }

    private void put(FeedMessage message) {
        publisher.publish(message.in(ownEpoch, ++sequence));
    }

    @Override
    public JsonObject addTo(JsonObject status) {
        JsonObject part = report();
        status.put(StatusKeys.CLUSTER, part);
        if (!part.getBoolean(StatusKeys.MAJORITY)
                && FeedState.CONNECTED.name().equals(status.getString(StatusKeys.STATE))) {
            status.put(StatusKeys.STATE, FeedState.DEGRADED.name()); // no node publishes it
        }
        return status;
    }

    /** Returns this node's part in the cluster, for the status. */
    synchronized JsonObject report() {
        boolean owns = isPublishing();
        return new JsonObject()
                .put(StatusKeys.NODE, feedLease.node())
                .put(StatusKeys.ROLE, owns ? "owner" : "standby")
                .put(StatusKeys.EPOCH, epoch)
                .put(StatusKeys.SEQUENCE, memory.last())
                .put(StatusKeys.WARM, owns || feedLease.state().warm())
                .put(StatusKeys.RECEIVES, feedLease.state().receives())
                .put(StatusKeys.MAJORITY, feedLease.hasMajority())
                .put(StatusKeys.AHEAD, overlap.ahead())
                .put(StatusKeys.BEHIND, overlap.behind())
                .put(StatusKeys.CROWDED_OUT, overlap.crowdedOut());
    }

    @Override
    public synchronized int publishingEpoch() {
        return publishing && feedLease.lease().isRunning(nowNanos.getAsLong()) ? ownEpoch : 0;
    }

    @Override
    public synchronized boolean isPublishing() {
        return publishingEpoch() > 0;
    }
}
