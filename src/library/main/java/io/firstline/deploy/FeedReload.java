package io.firstline.deploy;

import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.Scheduler;
import io.firstline.deploy.node.ClusterPart;
import io.firstline.deploy.node.FeedPublisher;
import io.firstline.feed.report.FeedState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes a feed to another configuration, make-before-break. The new generation opens all its connections beside the
 * old one, is brought into step with it ({@link ReloadMerge}), and publishes; then the old one is closed. If the new one
 * cannot open in time it is closed, and nothing has changed. Runs on the event loop of the feed's verticle.
 */
final class FeedReload {
    private static final Logger LOG = LoggerFactory.getLogger(FeedReload.class);
    private static final long LOOK_MS = 20;

    private final Vertx vertx;
    private final Scheduler scheduler;
    private final ContextInternal context;
    private final ShardedFeed old;
    private final FeedConfig wanted;
    private final FeedPublisher publisher;
    private final ClusterPart part;
    private final long connectMs;
    private final ReloadMerge takeover;
    private final Function<ShardedFeed, Future<?>> subscriptionsChanged;
    private final Consumer<ShardedFeed> switched;
    private final Promise<Void> ready;
    private final long startedNanos;
    private long connectedNanos;
    private ShardedFeed next;
    private Throwable unreachable;
    private long timer = -1;
    private boolean abandoned;

    /** The facts for a decision. */
    record Facts(
            FeedState state,
            boolean inStep,
            long sinceStartMs,
            long connectMs,
            long sinceConnectedMs,
            long joinGuardMs) {}

    /** The decision. */
    enum Decision {
        WAIT,
        SWITCH,
        GIVE_UP;

        /** Feeds without messages, or without a common message, never line up; switch after this time. */
        static final long LINE_UP_MS = 5_000;

        static Decision of(Facts facts) {
            if (facts.state() != FeedState.CONNECTED) {
                return facts.sinceStartMs() < facts.connectMs() ? WAIT : GIVE_UP;
            }
            boolean hasNothingInCommon = facts.sinceConnectedMs() >= facts.joinGuardMs() + LINE_UP_MS;
            return facts.inStep() || hasNothingInCommon ? SWITCH : WAIT;
        }
    }

    /**
     * Creates a change that is not started.
     *
     * @param part publishes what either generation delivers
     * @param connectMs the time limit for the new generation to open its connections
     * @param subscriptionsChanged applies run-time subscriptions to the new generation before it opens
     * @param switched receives the new generation when it has become the feed
     */
    FeedReload(
            Vertx vertx,
            Scheduler scheduler,
            ShardedFeed old,
            FeedConfig wanted,
            ClusterPart part,
            long connectMs,
            Function<ShardedFeed, Future<?>> subscriptionsChanged,
            Consumer<ShardedFeed> switched) {
        this.vertx = vertx;
        this.scheduler = scheduler;
        this.startedNanos = scheduler.nowNanos();
        this.connectedNanos = startedNanos;
        this.context = (ContextInternal) vertx.getOrCreateContext();
        this.ready = context.promise();
        this.old = old;
        this.wanted = wanted;
        this.part = part;
        this.publisher = old.publisherFor(wanted);
        this.connectMs = connectMs;
        this.subscriptionsChanged = subscriptionsChanged;
        this.switched = switched;
        this.takeover = new ReloadMerge(
                wanted.name(), wanted.pool(), wanted.parts().size(), part::publish, scheduler::nowNanos);
    }

    /** Starts; succeeds when the old generation is closed, fails when everything is as before. */
    Future<Void> run() {
        return here(old.redirect(takeover::begin, takeover::fromOld))
                .compose(v -> here(old.connectionsMade()))
                .compose(made -> here(younger()).compose(younger -> open(younger, made)))
                .transform(done -> done.succeeded() ? closeOld() : keepOld(done.cause()));
    }

    private Future<ShardedFeed> younger() {
        return ShardedFeed.make(vertx, wanted, publisher, part, takeover::fromNext);
    }

    /** Completes the future on our event loop, so that resources created there belong to it and are closed with it. */
    private <T> Future<T> here(Future<T> future) {
        Promise<T> here = context.promise();
        future.onComplete(here);
        return here.future();
    }

    private Future<Void> open(ShardedFeed younger, long connectionsMade) {
        next = younger;
        next.numberConnectionsAfter(connectionsMade);
        if (abandoned) {
            return Future.failedFuture(closed());
        }
        return here(subscriptionsChanged.apply(younger)).compose(v -> connect());
    }

    private Future<Void> connect() {
        if (abandoned) {
            return Future.failedFuture(closed());
        }
        next.start().onFailure(e -> unreachable = e);
        timer = scheduler.every(LOOK_MS, this::look);
        return ready.future();
    }

    private void look() {
        FeedState state = next.state();
        long now = scheduler.nowNanos();
        if (state != FeedState.CONNECTED) {
            connectedNanos = now;
        }
        Facts facts = new Facts(
                state,
                takeover.isInStep(),
                TimeUnit.NANOSECONDS.toMillis(now - startedNanos),
                connectMs,
                TimeUnit.NANOSECONDS.toMillis(now - connectedNanos),
                wanted.pool().joinGuardMs());
        switch (Decision.of(facts)) {
            case WAIT -> {}
            case SWITCH -> {
                scheduler.cancel(timer);
                ready.complete();
            }
            case GIVE_UP -> {
                scheduler.cancel(timer);
                ready.fail(new IllegalStateException(
                        "the new configuration is " + state + " after " + connectMs + " ms"
                                + (unreachable == null ? "" : ": " + unreachable.getMessage()),
                        unreachable));
            }
        }
    }

    private Future<Void> closeOld() {
        old.deliver(false);
        next.deliver(true);
        part.changed(publisher, takeover.isInStep());
        switched.accept(next);
        return here(old.close().otherwiseEmpty())
                .onComplete(done -> takeover.oldHasLeft())
                .compose(v -> caughtUp())
                .compose(v -> next.redirect(last -> takeover.sequence(), (message, place) -> part.publish(message)));
    }

    private Future<Void> keepOld(Throwable why) {
        LOG.debug("{} not changed", wanted.name(), why);
        Future<Void> gone = next == null ? Future.succeededFuture() : next.close();
        return here(gone.otherwiseEmpty())
                .onComplete(done -> takeover.nextHasLeft())
                .compose(v -> caughtUp())
                .compose(v -> old.redirect(last -> takeover.sequence(), (message, place) -> part.publish(message)))
                .compose(v -> Future.failedFuture(why));
    }

    /** Waits for copies in flight of what the closed generation published. */
    private Future<Void> caughtUp() {
        Promise<Void> later = context.promise();
        scheduler.once(Math.max(LOOK_MS, wanted.pool().skewMs()), later::complete);
        return later.future();
    }

    /** The feed is being closed. */
    Future<Void> abandon() {
        abandoned = true;
        scheduler.cancel(timer);
        ready.tryFail(closed());
        return next == null ? Future.succeededFuture() : next.close();
    }

    private IllegalStateException closed() {
        return new IllegalStateException(wanted.name() + " was closed while it was changed");
    }
}
