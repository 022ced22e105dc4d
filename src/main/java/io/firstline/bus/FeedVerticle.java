package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.firstline.connection.Clockwork;
import io.firstline.pool.Feed;
import io.firstline.pool.FeedEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns one feed: opens it, publishes it, answers for it. The feed's connections, arbiter and timers run on this verticle's event loop;
 * those of a feed with several pools run on one for each pool.
 *
 * <p>Deployed even when the server cannot be reached: that is logged and told as an event, and attempts go on.
 */
public abstract class FeedVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(FeedVerticle.class);
    /** How long what a feed is changed to may take to open all its connections. */
    private static final long CONNECT_MS = 30_000;
    /** How long after it has got a feed a node begins to answer for it, at most. */
    private static final long ANSWERS_MS = 100;

    private final FeedConfig given;
    private final Tenancy tenancy;
    /** Completes when a start no longer waits for the first connection. */
    private final Promise<Void> connectLater = Promise.promise();

    private volatile Future<?> starting = Future.succeededFuture();
    private FeedConfig feedConfig;
    private Generation generation;
    /** How it is being changed; null = it is not. */
    private Succession succession;

    private FeedCommands commands;
    private Amending amending;
    private FeedMemory memory;
    private FeedResend resend;

    private MessageConsumer<Object> status;
    /** This node's part in a cluster; null = there is none. */
    private Replica replica;

    /**
     * Made by class name or by hand.
     *
     * @param given null = read from the deployment's configuration
     */
    FeedVerticle(FeedConfig given) {
        this(given, null);
    }

    /**
     * Made on a node of a cluster.
     *
     * @param tenancy whether this node publishes the feed; null = it is the only one that has it
     */
    FeedVerticle(FeedConfig given, Tenancy tenancy) {
        this.given = given;
        this.tenancy = tenancy;
    }

    /** The configuration it was made with, or null. */
    FeedConfig given() {
        return given;
    }

    abstract Feed feed(Vertx on, FeedConfig feedConfig);

    @Override
    public Future<?> start() {
        starting = open();
        return starting;
    }

    /**
     * Ends a start that still waits for the first connection: Vert.x can undeploy only verticles that have started. May be called on any
     * thread.
     *
     * @return completes when the start has ended, or if there has been none yet
     */
    public Future<Void> endStart() {
        connectLater.tryComplete();
        return starting.<Void>mapEmpty().otherwiseEmpty();
    }

    private Future<?> open() {
        FeedConfig wanted = given == null ? FeedConfig.fromJson(config()) : given;
        if (feeds().putIfAbsent(wanted.name(), wanted.name()) != null) {
            return Future.failedFuture(new IllegalStateException("a feed " + wanted.name() + " runs already"));
        }
        feedConfig = wanted;
        FeedMessageCodec.register(vertx);
        memory = new FeedMemory(
                wanted.retention(vertx.isClustered()),
                // several nodes count on, one after the other: theirs is one life, whoever lives
                tenancy == null ? Clockwork.of(vertx).epochMicros() : 1);
        FeedPublisher publisher = new FeedPublisher(vertx, wanted, memory);
        if (tenancy == null) {
            memory.begin(0);
        } else {
            replica = new Replica(
                    vertx, wanted.name(), publisher, memory, tenancy, fact -> ownerChanged(publisher, fact));
        }
        Outlet outlet = replica == null ? publisher : replica;
        return Generation.make(vertx, wanted, publisher, outlet, config -> feed(vertx, config), null)
                .compose(first -> {
                    generation = first;
                    amending = new Amending(vertx, wanted, () -> generation.shards(), replica);
                    commands = new FeedCommands(
                            vertx, wanted.name(), () -> generation, replica == null ? null : replica::report, amending);
                    resend = new FeedResend(
                            vertx, wanted.name(), memory, () -> replica == null || replica.isPublishing());
                    answers(replica == null);
                    if (replica != null) {
                        vertx.setPeriodic(ANSWERS_MS, t -> answers(replica.isPublishing()));
                    }
                    status = vertx.eventBus().localConsumer(Addresses.STATUS, this::answerForAll);
                    Future<?> connected = first.shards().start().recover(unreachable -> {
                        LOG.debug("{} is not connected yet", wanted.name(), unreachable);
                        return Future.succeededFuture();
                    });
                    return Future.any(connected, connectLater.future());
                })
                .onFailure(
                        e -> { // Vert.x does not stop what has not started
                            feeds().remove(wanted.name());
                            if (replica != null) {
                                replica.close();
                            }
                        });
    }

    /** Answers for the feed from now on, or not any more. */
    private void answers(boolean forAll) {
        commands.answers(forAll);
        resend.answersForAll(forAll);
    }

    private void ownerChanged(FeedPublisher publisher, JsonObject facts) {
        publisher.publish(new FeedEvent(
                FeedEvent.Type.OWNER_CHANGED,
                publisher.feed(),
                Clockwork.of(vertx).epochMicros(),
                facts));
    }

    /**
     * Goes over to another configuration of the feed without a message lost or twice: the connections that it wants are opened and brought
     * into step beside those there are, before these are closed. What commands have changed holds for the new one as well; what is
     * retained stays bounded as it was. May be called on any thread.
     *
     * @return fails if that cannot be done, within half a minute: then nothing has changed
     */
    public Future<Void> change(FeedConfig wanted) {
        return change(wanted, CONNECT_MS);
    }

    /** The same with another limit of time. */
    Future<Void> change(FeedConfig wanted, long connectMs) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> goOver(wanted, connectMs).onComplete(done));
        return done.future();
    }

    private Future<Void> goOver(FeedConfig wanted, long connectMs) {
        if (generation == null
                || replica != null
                || succession != null
                || !wanted.name().equals(feedConfig.name())) {
            return Future.failedFuture(new IllegalStateException(
                    "a feed can be changed when it runs on this node only, is not being changed, and keeps its name"));
        }
        succession = new Succession(
                vertx, generation, wanted, connectMs, next -> amending.carryOver(next.shards(), wanted), next -> {
                    generation = next;
                    amending.configuredAs(wanted);
                });
        return succession.run().onComplete(done -> succession = null);
    }

    @Override
    public Future<?> stop() {
        if (feedConfig == null) {
            return Future.succeededFuture();
        }
        feeds().remove(feedConfig.name());
        if (generation == null) {
            return Future.succeededFuture();
        }
        Future<?> successor = succession == null ? Future.succeededFuture() : succession.abandon();
        return Future.join(List.of(
                successor,
                generation.close(),
                commands.close(),
                amending.close(),
                resend.close(),
                status.unregister(),
                replica == null ? Future.succeededFuture() : replica.close()));
    }

    /** Whichever feed gets the request asks them all. */
    private void answerForAll(Message<Object> request) {
        NodeStatus.ask(vertx).onSuccess(request::reply).onFailure(e -> request.fail(500, e.getMessage()));
    }

    private LocalMap<String, String> feeds() {
        return NodeStatus.feeds(vertx);
    }
}
