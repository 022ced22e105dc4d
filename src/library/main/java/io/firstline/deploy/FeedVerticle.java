package io.firstline.deploy;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedMessageCodec;
import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.Scheduler;
import io.firstline.deploy.node.ClusterPart;
import io.firstline.deploy.node.FeedPublisher;
import io.firstline.deploy.node.NodeStatus;
import io.firstline.deploy.snapshot.MergedMessages;
import io.firstline.deploy.snapshot.StreamSnapshots;
import io.firstline.replay.retention.ReplayService;
import io.firstline.replay.retention.RetentionBuffer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns one feed: opens it, publishes it, answers requests for it. The feed's connections, arbiter and timers run on
 * this verticle's event loop; a feed with several pools uses one event loop for each.
 *
 * <p>Deployment succeeds even if the server is unreachable: the feed logs it, publishes an event, and retries.
 */
public abstract sealed class FeedVerticle extends VerticleBase permits PoolVerticle, SingleVerticle {
    private static final Logger LOG = LoggerFactory.getLogger(FeedVerticle.class);
    /** The time limit for a changed feed to open all its connections. */
    private static final long CONNECT_MS = 30_000;
    /**
     * How often a node checks whether it publishes and receives the feed: it begins to answer for a feed within this
     * time.
     */
    private static final long LOOK_MS = 100;

    private final FeedConfig given;
    private final Function<JsonObject, FeedConfig> reader;
    private final ClusterPart.Factory parts;
    /** The sinks beside the event bus. */
    private final List<FeedSink> sinks = new ArrayList<>();
    /** Completes when a start no longer waits for the first connection. */
    private final Promise<Void> connectLater = Promise.promise();

    private volatile Future<?> starting = Future.succeededFuture();
    private Scheduler scheduler;
    private FeedConfig feedConfig;
    /** The pools of the present configuration. */
    private ShardedFeed pools;

    /** The change in progress; null = none. */
    private FeedReload reload;

    private FeedCommands commands;
    private RuntimeSubscriptions runtimeSubscriptions;
    private RetentionBuffer retention;
    private ReplayService replayService;
    private StreamSnapshots snapshots;

    private MessageConsumer<Object> status;
    private ClusterPart part;

    /**
     * Creates a verticle.
     *
     * @param given null = read from the deployment's configuration
     * @param reader reads the deployment's configuration
     * @param parts creates this node's part in publishing the feed
     */
    FeedVerticle(FeedConfig given, Function<JsonObject, FeedConfig> reader, ClusterPart.Factory parts) {
        this.given = given;
        this.reader = reader;
        this.parts = Objects.requireNonNull(parts, "parts");
    }

    /** Creates the verticle of a feed, on one of the nodes that receive it. */
    @SuppressWarnings("exports") // for the packages of the library
    public static FeedVerticle of(FeedConfig config, ClusterPart.Factory parts) {
        return config.connections() == 1 ? new SingleVerticle(config, parts) : new PoolVerticle(config, parts);
    }

    /**
     * Registers a sink beside the event bus; call it before the deployment.
     *
     * @return this verticle
     */
    public final FeedVerticle publishTo(FeedSink sink) {
        sinks.add(sink);
        return this;
    }

    @Override
    public Future<?> start() {
        starting = open();
        return starting;
    }

    /**
     * Ends a start that still waits for the first connection: Vert.x can undeploy only started verticles. May be
     * called on any thread.
     *
     * @return completes when the start has ended, or if there was none yet
     */
    public Future<Void> endStart() {
        connectLater.tryComplete();
        return starting.<Void>mapEmpty().otherwiseEmpty();
    }

    private Future<?> open() {
        FeedConfig wanted = given == null ? reader.apply(config()) : given;
        if (feeds().putIfAbsent(wanted.name(), wanted.name()) != null) {
            return Future.failedFuture(new IllegalStateException("a feed " + wanted.name() + " is already running"));
        }
        feedConfig = wanted;
        scheduler = Scheduler.of(vertx);
        FeedMessageCodec.register(vertx);
        retention = new RetentionBuffer(
                wanted.retention(vertx.isClustered()),
                // nodes of a cluster continue each other's numbers: the feed has one run, whichever node owns it
                parts.isShared() ? 1 : scheduler.epochMicros());
        MergedMessages merged = new MergedMessages();
        sinks.add(merged);
        FeedPublisher publisher = new FeedPublisher(vertx, wanted, retention, sinks);
        part = parts.create(publisher);
        return ShardedFeed.make(vertx, wanted, publisher, part, (message, place) -> part.publish(message))
                .compose(first -> {
                    pools = first;
                    first.deliver(true);
                    runtimeSubscriptions = new RuntimeSubscriptions(vertx, scheduler, wanted, () -> pools, part);
                    snapshots = new StreamSnapshots(
                            wanted.name(),
                            (ContextInternal) context,
                            scheduler,
                            () -> pools,
                            merged,
                            part::publishingEpoch,
                            retention::last);
                    commands =
                            new FeedCommands(vertx, wanted.name(), () -> pools, part, runtimeSubscriptions, snapshots);
                    replayService = new ReplayService(vertx, wanted.name(), retention, part::isPublishing, part);
                    answers(part.isPublishing());
                    if (part.isShared()) {
                        scheduler.every(LOOK_MS, () -> {
                            part.look(pools.activity());
                            answers(part.isPublishing());
                        });
                    }
                    status = vertx.eventBus().localConsumer(Addresses.STATUS, this::answerForAll);
                    Future<?> connected = first.start().recover(unreachable -> {
                        LOG.debug("{} is not connected yet", wanted.name(), unreachable);
                        return Future.succeededFuture();
                    });
                    return Future.any(connected, connectLater.future());
                })
                .onFailure(
                        e -> { // Vert.x does not stop a verticle that has not started
                            feeds().remove(wanted.name());
                            part.close();
                        });
    }

    /** Starts or stops answering for the feed. */
    private void answers(boolean forAll) {
        commands.answers(forAll);
        replayService.answersForAll(forAll);
    }

    /**
     * Changes the feed to another configuration without a lost or duplicated message: the new connections are opened
     * and brought into step before the old ones are closed. Run-time subscriptions are kept; the bounds of retention
     * do not change. May be called on any thread.
     *
     * @return fails if that is not possible within half a minute; then nothing has changed
     */
    @SuppressWarnings("exports") // for the packages of the library
    public Future<Void> change(FeedConfig wanted) {
        return change(wanted, CONNECT_MS);
    }

    /**
     * The same for a feed as JSON, with the keys of a feed in a configuration file and its {@code "name"}.
     *
     * @throws io.firstline.config.problem.InvalidConfigException naming every error with its JSON pointer
     */
    public final Future<Void> change(JsonObject wanted) {
        return change(FeedConfig.fromJson(wanted));
    }

    /** The same with another time limit. */
    Future<Void> change(FeedConfig wanted, long connectMs) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> goOver(wanted, connectMs).onComplete(done));
        return done.future();
    }

    private Future<Void> goOver(FeedConfig wanted, long connectMs) {
        if (pools == null || reload != null || !wanted.name().equals(feedConfig.name())) {
            return Future.failedFuture(new IllegalStateException(
                    "a feed can be changed when it has started, is not being changed, and keeps its name"));
        }
        reload = new FeedReload(
                vertx,
                scheduler,
                pools,
                wanted,
                part,
                connectMs,
                next -> runtimeSubscriptions.carryOver(next, wanted),
                next -> {
                    pools = next;
                    runtimeSubscriptions.configuredAs(wanted);
                });
        return reload.run().onComplete(done -> reload = null);
    }

    @Override
    public Future<?> stop() {
        if (feedConfig == null) {
            return Future.succeededFuture();
        }
        feeds().remove(feedConfig.name());
        if (pools == null) {
            return Future.succeededFuture();
        }
        Future<?> successor = reload == null ? Future.succeededFuture() : reload.abandon();
        return Future.join(List.of(
                successor,
                snapshots.close(),
                pools.close(),
                commands.close(),
                runtimeSubscriptions.close(),
                replayService.close(),
                status.unregister(),
                part.close()));
    }

    /** Answers for all feeds of the node, whichever feed gets the request. */
    private void answerForAll(Message<Object> request) {
        NodeStatus.ask(vertx).onSuccess(request::reply).onFailure(e -> request.fail(500, e.getMessage()));
    }

    private LocalMap<String, String> feeds() {
        return NodeStatus.feeds(vertx);
    }
}
