package io.firstline.cluster;

import io.firstline.bus.publish.RejectionLog;
import io.firstline.connection.Scheduler;
import io.firstline.deploy.node.ClusterPart;
import io.firstline.deploy.node.FeedPublisher;
import io.firstline.deploy.node.StatusKeys;
import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.replay.retention.OwnerEpochs;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.replay.retention.ReplayService;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of several nodes that receive the same feed, as owner or standby: gives a {@link ReplicaCore} the messages that
 * the node receives and those that the owner publishes, and carries its decisions out.
 *
 * <p>It checks its lease by the clock for each message that it publishes: a process that was frozen publishes nothing
 * when it continues.
 *
 * <p>Called on the event loops of the feed's pools, of the verticle, and of the lease code. They wait for each other
 * while one message is put on the bus.
 */
final class Replica implements ClusterPart, FeedLease.LeaseHolder {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final long RETRY_MS = 100;
    /**
     * A new owner publishes this many messages each millisecond before the present ones: it may have many, and other
     * feeds of its event loop must not wait for them.
     */
    private static final int PER_STEP = 50;

    private static final long STEP_MS = 1;
    /** The same for each message that arrives meanwhile: more than one, so that the backlog ends. */
    private static final int PER_ARRIVAL = 2;

    private final Vertx vertx;
    private FeedPublisher publisher;
    private final String feed;
    private final FeedLease lease;
    private final Scheduler scheduler;
    private final Context context;
    /** Null = this node is overloaded, and does not listen to the owner. */
    private MessageConsumer<Object> others;

    private final RejectionLog rejections;
    private final ReplicaCore core;
    private final TakeoverLog takeovers = new TakeoverLog();
    private final NodeLine line;
    /** The next step of a new owner is due. */
    private boolean stepping;

    /**
     * Starts as a standby.
     *
     * @param lease this node's lease of the feed
     * @param scheduler the clock of that lease, and timers
     * @param bytes the memory for messages that wait to be compared
     */
    Replica(FeedPublisher publisher, FeedLease lease, Scheduler scheduler, long bytes) {
        this.vertx = publisher.vertx();
        this.publisher = publisher;
        this.feed = publisher.feed();
        this.lease = lease;
        this.scheduler = scheduler;
        this.rejections = new RejectionLog(LOG, scheduler::nowNanos);
        this.core = new ReplicaCore(
                publisher.retention(), message -> this.publisher.remember(message), bytes, scheduler.nowNanos());
        this.line = new NodeLine(
                lease.node(), scheduler.epochMicros(), run -> this.publisher.newMemory(run), scheduler.nowNanos());
        this.context = vertx.getOrCreateContext();
        listen();
        lease.holder(this);
    }

    private void listen() {
        others = vertx.eventBus().consumer(publisher.replicaAddress(), this::heard);
    }

    private Future<Void> listenNoMore() {
        Future<Void> gone = others == null ? Future.succeededFuture() : others.unregister();
        others = null;
        return gone;
    }

    /** Creates the roles of a feed with a lease. */
    static ClusterPart.Factory factory(FeedLease lease, Scheduler scheduler, long bytes) {
        return new ClusterPart.Factory() {
            @Override
            public boolean isShared() {
                return true;
            }

            @Override
            public ClusterPart create(FeedPublisher publisher) {
                return new Replica(publisher, lease, scheduler, bytes);
            }
        };
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public synchronized Future<Void> close() {
        core.close();
        lease.holder(null);
        return listenNoMore();
    }

    // messages that this node receives

    @Override
    public synchronized void publish(FeedMessage message) {
        long now = scheduler.nowNanos();
        FeedMessage ofLine = line.received(message, now);
        if (ofLine != null) {
            publisher.publishLine(ofLine, line.options());
        }
        check(now);
        FeedMessage published = core.received(message, now);
        if (published != null) {
            publishAsOwner(published, now);
        } else {
            publishWaiting(PER_ARRIVAL);
        }
        share();
    }

    @Override
    public synchronized void publish(FeedEvent event) {
        line.happened(event);
        core.happened(event, scheduler.nowNanos());
        share();
        publishAside(event);
    }

    @Override
    public synchronized void publishAside(FeedEvent event) {
        if (core.isPublishing()) {
            publisher.publish(event);
        } else {
            publisher.publishHere(event);
        }
    }

    @Override
    public synchronized void changed(FeedPublisher next, boolean inStep) {
        boolean isElsewhere = others != null && !next.replicaAddress().equals(publisher.replicaAddress());
        publisher = next;
        if (isElsewhere) {
            listenNoMore().onFailure(e -> LOG.debug("{} is still registered at its former address", feed, e));
            listen();
        }
        line.changed(inStep);
        core.changed(inStep, scheduler.nowNanos());
        share();
    }

    @Override
    public synchronized void look(List<FeedActivity> pools) {
        core.look(pools, scheduler.nowNanos());
        shed();
        share();
        lease.figures(figures()); // shared, because the lease code must not wait while messages are published
    }

    /** Omits the work of a standby while this node is overloaded. */
    private void shed() {
        boolean isShed = lease.isShed() && !core.isPublishing();
        if (isShed == (others == null)) {
            return;
        }
        core.shed(isShed);
        if (isShed) {
            listenNoMore().onFailure(e -> LOG.debug("{} is still registered to hear its owner", feed, e));
        } else {
            listen();
        }
        LOG.warn(
                "{} {} by {}",
                feed,
                isShed ? "no longer compared, because of overload," : "compared again",
                lease.node());
        publisher.publishHere(
                new FeedEvent(feed, 0, scheduler.epochMicros(), new FeedFact.Overloaded(lease.node(), !isShed)));
    }

    @Override
    public synchronized void linesWanted() {
        line.wanted(scheduler.nowNanos());
    }

    @Override
    public synchronized RetentionBuffer line(String name) {
        return line.kept(name);
    }

    // messages that the owner publishes

    private void heard(Message<Object> delivery) {
        FeedMessage message;
        try {
            message = RejectionLog.body(delivery, FeedMessage.class);
        } catch (IllegalArgumentException e) {
            rejections.reject(feed + ": dropped a body that is not a message of the feed", e.getMessage());
            return;
        }
        published(message);
    }

    private synchronized void published(FeedMessage message) {
        long now = scheduler.nowNanos();
        check(now); // without own messages, this is where an expired lease is noticed
        int before = core.epoch();
        core.published(message, now);
        if (core.epoch() > before) {
            takeovers.begins(core.epoch(), false, now);
        }
        if (message.epoch() == core.epoch()) {
            takeovers.published(now);
        }
        request();
        share();
    }

    private void request() {
        ReplicaCore.Request request = core.nextRequest();
        if (request != null) {
            ReplayService.ask(
                            vertx,
                            feed,
                            new JsonObject()
                                    .put("from", request.from())
                                    .put("to", request.to())
                                    .put("epoch", request.epoch()))
                    .onComplete(answer -> answered(request, answer.result(), answer.cause()));
        }
    }

    private synchronized void answered(ReplicaCore.Request request, ReplayResponse response, Throwable failure) {
        if (failure == null) {
            core.answered(request, response, scheduler.nowNanos());
            request();
            share();
        } else if (core.unanswered()) { // the owner may have changed just now
            LOG.debug("{} cannot get {}", feed, request, failure);
            scheduler.once(RETRY_MS, this::retry);
        }
    }

    private synchronized void retry() {
        core.retry();
        request();
    }

    @Override
    public synchronized void subscriptionsChanged() {
        core.subscriptionsChanged();
        share();
    }

    // ownership

    @Override
    public void leaseAcquired() {
        context.runOnContext(v -> takeOver());
    }

    private synchronized void takeOver() {
        check(scheduler.nowNanos());
    }

    @Override
    public synchronized void leaseLost() {
        if (core.leaseLost(scheduler.nowNanos())) {
            released();
        }
    }

    private void released() {
        share();
        LOG.info(
                "{} no longer published by {}, which released it after message {}",
                feed,
                lease.node(),
                core.sequence());
    }

    /** Notices a change of the lease; publishes the waiting messages when this node has become the owner. */
    private void check(long now) {
        Lease held = lease.lease();
        ReplicaCore.Change change = core.check(held, now);
        if (change instanceof ReplicaCore.Change.BecameOwner owner) {
            begin(owner, now);
        } else if (change != null && held.isReleased()) { // a message came before the call of leaseLost
            released();
        } else if (change != null) {
            share();
            LOG.warn("{} no longer published by {}: its lease was not renewed in time", feed, lease.node());
        }
    }

    private void begin(ReplicaCore.Change.BecameOwner owner, long now) {
        share();
        takeovers.begins(owner.epoch(), true, now);
        LOG.info(
                "{} published by {} from message {} on, epoch {}{}: first {} that nobody has published; {} published ones"
                        + " have not arrived here yet",
                feed,
                lease.node(),
                owner.from(),
                owner.epoch(),
                takeovers.silence(owner.epoch()),
                owner.waiting(),
                owner.behind());
        if (owner.lost() > 0) {
            LOG.warn(
                    "{}: {} messages may be lost, numbered {} to {}: this node does not keep them any more, and has not heard"
                            + " whether they were published",
                    feed,
                    owner.lost(),
                    owner.from() - owner.lost(),
                    owner.from() - 1);
        }
        ownerChanged(new FeedFact.OwnerChanged(lease.node(), owner.epoch(), owner.from(), owner.waiting()));
        if (!stepping) {
            step();
        }
        share();
    }

    /** Publishes some of the messages that a new owner publishes first. */
    private synchronized void step() {
        publishWaiting(PER_STEP);
        stepping = core.hasWaiting();
        if (stepping) {
            scheduler.once(STEP_MS, this::step);
        }
    }

    private void publishWaiting(int most) {
        for (int i = 0; i < most && core.hasWaiting(); i++) {
            long now = scheduler.nowNanos();
            FeedMessage message = core.nextWaiting(lease.lease(), now);
            if (message != null) {
                publishAsOwner(message, now);
            }
        }
    }

    private void publishAsOwner(FeedMessage message, long now) {
        OwnerEpochs first = core.takeIntroduction();
        if (first == null) {
            publisher.publish(message);
        } else {
            publisher.publishFirst(message, first);
        }
        takeovers.published(now);
    }

    private void ownerChanged(FeedFact.OwnerChanged fact) {
        publisher.publish(new FeedEvent(feed, 0, scheduler.epochMicros(), fact));
    }

    /** Shares the state with the lease code. */
    private void share() {
        lease.state(core.state(), publisher.retention().last());
    }

    // the state of this node

    @Override
    public synchronized JsonObject addTo(JsonObject status) {
        boolean owns = isPublishing();
        boolean hasMajority = lease.hasMajority();
        if (!hasMajority && FeedState.CONNECTED.name().equals(status.getString(StatusKeys.STATE))) {
            status.put(StatusKeys.STATE, FeedState.DEGRADED.name()); // no node publishes it
        }
        JsonObject part = new JsonObject()
                .put(StatusKeys.NODE, lease.node())
                .put(StatusKeys.ROLE, owns ? "owner" : "standby")
                .put(StatusKeys.EPOCH, core.epoch())
                .put(StatusKeys.WARM, owns || core.state().warm())
                .put(StatusKeys.RECEIVES, core.state().receives())
                .put(StatusKeys.MAJORITY, hasMajority)
                .put(StatusKeys.CROWDED_OUT, core.crowdedOut());
        return status.put(StatusKeys.CLUSTER, part.mergeIn(figures()));
    }

    private JsonObject figures() {
        long now = scheduler.nowNanos();
        JsonArray seen = new JsonArray();
        takeovers
                .list()
                .forEach(takeover -> seen.add(new JsonObject()
                        .put(StatusKeys.EPOCH, takeover.epoch())
                        .put(StatusKeys.OWN, takeover.own())
                        .put(StatusKeys.AGO_MS, TimeUnit.NANOSECONDS.toMillis(now - takeover.nanos()))
                        .put(StatusKeys.SILENT_MS, TimeUnit.NANOSECONDS.toMillis(takeover.silentNanos()))));
        ColdReason cold = core.cold();
        return new JsonObject()
                .put(StatusKeys.SEQUENCE, publisher.retention().last())
                .put(StatusKeys.COLD, cold == null ? null : cold.toString())
                .put(StatusKeys.AHEAD, core.ahead())
                .put(StatusKeys.BEHIND, core.behind())
                .put(StatusKeys.TAKEOVERS, seen);
    }

    @Override
    public synchronized int publishingEpoch() {
        return core.publishingEpoch(lease.lease(), scheduler.nowNanos());
    }

    @Override
    public boolean isPublishing() {
        return publishingEpoch() > 0;
    }
}
