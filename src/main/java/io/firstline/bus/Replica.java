package io.firstline.bus;

import io.firstline.arbitration.Overlap;
import io.firstline.pool.FeedEvent;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of several nodes that receive the same feed. While the feed is its own, it publishes what it receives. While it is another's, it
 * compares what it receives with what the owner publishes, so that it can go on where the owner stops: with what it has and the owner
 * has not published.
 *
 * <p>What it publishes is published before its lease runs out, by the clock, message for message: a process that was frozen and goes on
 * publishes nothing.
 *
 * <p>Called on the event loops of the feed's pools, of the verticle, and of whoever keeps the leases: they wait here for each other for
 * as long as it takes to put a message on the bus.
 */
final class Replica implements Outlet, Tenancy.Tenant {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    /** How far apart the owner and this node may receive a message; longer than it takes to find that an owner hangs. */
    private static final long COMPARED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int COMPARED_MESSAGES = 200_000;
    private static final long COMPARED_BYTES = 64 << 20;

    private static final long RETRY_MS = 100;

    /** So many messages more than need be are asked for when it begins to listen. */
    private static final long CATCH_UP_MORE = 500;

    private final Vertx vertx;
    private final String feed;
    private final FeedPublisher publisher;
    private final Tenancy tenancy;
    private final Consumer<JsonObject> tell;
    private final Context context;
    private final MessageConsumer<Object> others;
    private final Refusals refusals = new Refusals(LOG);
    private final OwnLine line = new OwnLine();
    private final Overlap<FeedMessage> overlap = new Overlap<>(COMPARED_NANOS, COMPARED_MESSAGES, COMPARED_BYTES);

    private final FeedMemory memory;
    /** The last that this node has published. */
    private long sequence;
    /** The highest epoch in which something was published. */
    private int epoch;
    /** The epoch in which this node publishes, or has last published; 0 = it never did. */
    private int ownEpoch;

    private boolean publishing;
    /** A message of the owner has come that it stands by for. */
    private boolean listening;

    private final Lacking lacking = new Lacking();
    private boolean asking;
    /** It asks the server for what the owner asks for. */
    private boolean amended;

    private boolean closed;

    /**
     * Stands by at first.
     *
     * @param tell is told when the feed changes hands here
     */
    Replica(
            Vertx vertx,
            String feed,
            FeedPublisher publisher,
            FeedMemory memory,
            Tenancy tenancy,
            Consumer<JsonObject> tell) {
        this.vertx = vertx;
        this.feed = feed;
        this.publisher = publisher;
        this.memory = memory;
        this.tenancy = tenancy;
        this.tell = tell;
        this.context = vertx.getOrCreateContext();
        this.others = vertx.eventBus().consumer(publisher.replicaAddress(), this::heard);
        tenancy.tenant(this);
    }

    /** The feed is closed: nothing more is published. */
    synchronized Future<Void> close() {
        closed = true;
        publishing = false;
        tenancy.tenant(null);
        return others.unregister();
    }

    // what this node receives

    @Override
    public synchronized void publish(FeedMessage message) {
        long now = System.nanoTime();
        if (line.spoke(now)) {
            tenancy.receives(line.isReceived());
        }
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
        line.happened(event, System.nanoTime());
        tenancy.receives(line.isReceived());
        tellWarm();
        if (publishing) {
            publisher.publish(event);
        } else {
            publisher.publishHere(event);
        }
    }

    // what the owner publishes

    private void heard(Message<Object> delivery) {
        FeedMessage message;
        try {
            message = Refusals.body(delivery, FeedMessage.class);
        } catch (IllegalArgumentException e) {
            refusals.refuse(feed + ": what is no message of the feed is dropped", e.getMessage());
            return;
        }
        published(message);
    }

    private synchronized void published(FeedMessage message) {
        long now = System.nanoTime();
        isOwn(now); // who receives nothing else does not notice that its lease has run out
        if (message.epoch() < epoch || message.epoch() == ownEpoch || closed) {
            return; // from somebody who has lost the feed, or our own
        }
        boolean isNewOwner = message.epoch() > epoch;
        if (isNewOwner) {
            epoch = message.epoch();
            tenancy.heard(epoch);
        }
        long sequence = message.sequence();
        long next = memory.last() + 1;
        if (!listening) {
            listening = true;
            // what came before we listened may have been published before as well
            long catchUpFrom = Math.max(1, sequence - 2L * overlap.ahead() - CATCH_UP_MORE);
            want(Math.max(catchUpFrom, Math.min(next, sequence - 1)), sequence - 1);
        } else if (isNewOwner || sequence > next) {
            // with a hole it would publish again what consumers have; a new owner says where it goes on from
            want(Math.max(1, Math.min(next, sequence - 1)), sequence - 1);
        }
        publisher.remember(message);
        withdraw(now);
        published(message.identity(), now);
    }

    /** It was published, and was received here at a time, or was not. */
    private void published(long identity, long now) {
        long receivedNanos = overlap.published(identity, now);
        if (receivedNanos != Overlap.NOT_RECEIVED) {
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

    /** What a former owner has published and the new one does not go on from is not published: it is to come again, from that one or us. */
    private List<FeedMessage> withdraw(long now) {
        return overlap.withdrawn(
                memory.takeForgotten(),
                FeedMessage::identity,
                message -> message.payload().length(),
                now);
    }

    /** The owner has told what commands changed, and it is so here. */
    synchronized void amended() {
        amended = true;
        tellWarm();
    }

    private void tellWarm() {
        tenancy.warm(!publishing && listening && lacking.isEmpty() && amended && line.overlaps());
    }

    /** Numbers that the owner has given and that have not come. */
    private void want(long from, long to) {
        lacking.add(from, to);
        ask();
        tellWarm();
    }

    private void ask() {
        Lacking.Range asked = lacking.next();
        if (asking || asked == null) {
            return;
        }
        asking = true;
        FeedResend.ask(
                        vertx,
                        feed,
                        new JsonObject()
                                .put("from", asked.from())
                                .put("to", asked.to())
                                .put("epoch", epoch))
                .onComplete(answer -> answered(asked, answer.result(), answer.cause()));
    }

    private synchronized void answered(Lacking.Range asked, Resent resent, Throwable failure) {
        asking = false;
        if (publishing || closed) {
            return;
        }
        if (failure != null) { // its owner may have changed just now
            LOG.debug("{} does not get {}", feed, asked, failure);
            vertx.setTimer(RETRY_MS, t -> askAgain());
            return;
        }
        long now = System.nanoTime();
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

    // whose the feed is

    @Override
    public void moveIn() {
        context.runOnContext(v -> takeOver());
    }

    private synchronized void takeOver() {
        isOwn(System.nanoTime());
    }

    @Override
    public synchronized void moveOut() {
        if (publishing) {
            standBy();
            LOG.info("{} is given back by {} after {}", feed, tenancy.node(), sequence);
        }
    }

    /** Whether the feed is this node's; what waits is published when it has become so. */
    private boolean isOwn(long now) {
        Tenancy.Lease lease = tenancy.lease();
        boolean running = lease.isRunning(now) && lease.epoch() >= epoch && !closed;
        if (running && (!publishing || lease.epoch() != ownEpoch)) {
            begin(lease.epoch(), now);
            return publishing;
        } else if (!running && publishing) {
            standBy();
            LOG.warn("{} is not published by {} any more: its lease has run out", feed, tenancy.node());
        }
        return running;
    }

    /** What is published from now on has to be heard before it can be told that nothing is missing. */
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
        tenancy.heard(newEpoch);
        tellWarm(); // if it is cut off and does not notice that it has lost the feed, it is not warm either
        memory.forgetFrom(lacking.first());
        lacking.clear();
        sequence = memory.begin(newEpoch) - 1;
        List<FeedMessage> notHere = withdraw(now);
        List<FeedMessage> waiting = new ArrayList<>(overlap.takeAll());
        waiting.addAll(notHere); // younger in their streams than what has come here
        notHere.forEach(message -> overlap.published(message.identity(), now));
        LOG.info(
                "{} is published by {} from {} on, in epoch {} ({} waiting, {} to come)",
                feed,
                tenancy.node(),
                sequence + 1,
                newEpoch,
                waiting.size(),
                overlap.behind());
        tell.accept(new JsonObject()
                .put("node", tenancy.node())
                .put("epoch", newEpoch)
                .put("from", sequence + 1)
                .put("waiting", waiting.size()));
        publish(waiting);
    }

    /** As long as the feed is ours: there may be much, and we may be frozen meanwhile. */
    private void publish(List<FeedMessage> waiting) {
        for (FeedMessage message : waiting) {
            long now = System.nanoTime();
            Tenancy.Lease lease = tenancy.lease();
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

    /** What there is to say about it in a status. */
    synchronized JsonObject report() {
        boolean owns = isPublishing();
        return new JsonObject()
                .put("node", tenancy.node())
                .put("role", owns ? "owner" : "standby")
                .put("epoch", epoch)
                .put("sequence", memory.last())
                .put("warm", owns || tenancy.isWarm())
                .put("receives", tenancy.isReceiving())
                .put("majority", tenancy.hasMajority())
                .put("ahead", overlap.ahead())
                .put("behind", overlap.behind())
                .put("crowdedOut", overlap.crowdedOut());
    }

    /** The epoch in which this node publishes the feed now; 0 = another does, or nobody. */
    synchronized int publishingEpoch() {
        return publishing && tenancy.lease().isRunning(System.nanoTime()) ? ownEpoch : 0;
    }

    /** Whether this node publishes the feed. */
    synchronized boolean isPublishing() {
        return publishingEpoch() > 0;
    }
}
