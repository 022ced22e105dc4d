package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.firstline.connection.Clockwork;
import io.firstline.connection.DropCause;
import io.firstline.pool.Feed;
import io.firstline.pool.FeedEvent;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
    private static final String FEEDS = "firstline.feeds";
    /** How long after it has got a feed a node begins to answer for it, at most. */
    private static final long ANSWERS_MS = 100;

    private final FeedConfig given;
    private final Tenancy tenancy;
    private FeedConfig feedConfig;
    private Shards shards;
    private FeedCommands commands;
    private FeedMemory memory;
    /** Null while another node answers. */
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
        return opened(replica == null ? publisher : replica).compose(feeds -> {
            shards = new Shards(wanted, feeds);
            feeds.get(0).countDrops(DropCause.BUS_CONSUMER_SLOW, publisher::dropped);
            commands = new FeedCommands(vertx, wanted.name(), shards, replica == null ? null : replica::report);
            answers(replica == null);
            if (replica != null) {
                vertx.setPeriodic(ANSWERS_MS, t -> answers(replica.isPublishing()));
            }
            status = vertx.eventBus().localConsumer(Addresses.STATUS, this::answerForAll);
            return shards.start().recover(unreachable -> {
                LOG.debug("{} is not connected yet", wanted.name(), unreachable);
                return Future.succeededFuture();
            });
        });
    }

    /** Answers for the feed from now on, or not any more. */
    private void answers(boolean forAll) {
        commands.answers(forAll);
        if (forAll && resend == null) {
            resend = new FeedResend(vertx, feedConfig.name(), memory);
        } else if (!forAll && resend != null) {
            resend.close().onFailure(e -> LOG.debug("{} answers still", feedConfig.name(), e));
            resend = null;
        }
    }

    private static void ownerChanged(FeedPublisher publisher, JsonObject facts) {
        long micros = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        publisher.publish(new FeedEvent(FeedEvent.Type.OWNER_CHANGED, publisher.feed(), micros, facts));
    }

    /** The pools of the feed: the only one on this event loop, of several each on one of its own. */
    private Future<List<Feed>> opened(Outlet publisher) {
        List<FeedConfig> parts = feedConfig.parts();
        if (parts.size() == 1) {
            Feed only = feed(vertx, feedConfig);
            only.handler(publisher::publish);
            only.eventHandler(publisher::publish);
            return Future.succeededFuture(List.of(only));
        }
        ShardedPublisher together = new ShardedPublisher(feedConfig.name(), publisher);
        List<ShardVerticle> verticles = IntStream.range(0, parts.size())
                .mapToObj(i -> new ShardVerticle(parts.get(i), i + 1, together))
                .toList();
        return Future.all(verticles.stream().map(vertx::deployVerticle).toList())
                .map(all -> verticles.stream().map(ShardVerticle::feed).toList());
    }

    @Override
    public Future<?> stop() {
        if (feedConfig == null) {
            return Future.succeededFuture();
        }
        feeds().remove(feedConfig.name());
        return shards == null
                ? Future.succeededFuture()
                : Future.join(List.of(
                        shards.close(),
                        commands.close(),
                        resend == null ? Future.succeededFuture() : resend.close(),
                        status.unregister(),
                        replica == null ? Future.succeededFuture() : replica.close()));
    }

    /** Whichever feed gets the request asks them all. */
    private void answerForAll(Message<Object> request) {
        List<Future<JsonObject>> reports = feeds().keySet().stream()
                .sorted()
                .map(name -> vertx.eventBus()
                        .<JsonObject>request(Addresses.here(name), new JsonObject().put("do", "status"))
                        .map(Message::body)
                        .otherwise(e -> new JsonObject().put("feed", name).put("error", e.getMessage())))
                .toList();
        Future.all(reports).onSuccess(all -> {
            JsonObject byName = new JsonObject();
            reports.forEach(report -> byName.put(report.result().getString("feed"), report.result()));
            request.reply(new JsonObject().put("feeds", byName));
        });
    }

    private LocalMap<String, String> feeds() {
        return vertx.sharedData().getLocalMap(FEEDS);
    }
}
