package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.firstline.connection.DropCause;
import io.firstline.pool.Feed;
import io.vertx.core.Future;
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
 * Owns one feed: opens it, publishes it, answers for it. The feed's connections, arbiter and timers run on this verticle's event loop.
 *
 * <p>Deployed even when the server cannot be reached: that is logged and told as an event, and attempts go on.
 */
public abstract class FeedVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(FeedVerticle.class);
    private static final String FEEDS = "firstline.feeds";

    private final FeedConfig given;
    private Feed feed;
    private FeedCommands commands;
    private MessageConsumer<Object> status;

    /**
     * Made by class name or by hand.
     *
     * @param given null = read from the deployment's configuration
     */
    FeedVerticle(FeedConfig given) {
        this.given = given;
    }

    /** The configuration it was made with, or null. */
    FeedConfig given() {
        return given;
    }

    abstract Feed feed(Vertx on, FeedConfig feedConfig);

    @Override
    public Future<?> start() {
        FeedConfig feedConfig = given == null ? FeedConfig.fromJson(config()) : given;
        if (feeds().putIfAbsent(feedConfig.name(), feedConfig.name()) != null) {
            return Future.failedFuture(new IllegalStateException("a feed " + feedConfig.name() + " runs already"));
        }
        FeedMessageCodec.register(vertx);
        FeedPublisher publisher = new FeedPublisher(vertx, feedConfig);
        feed = feed(vertx, feedConfig);
        feed.handler(publisher::publish);
        feed.eventHandler(publisher::publish);
        feed.countDrops(DropCause.BUS_CONSUMER_SLOW, publisher::dropped);
        commands = new FeedCommands(vertx, feed);
        status = vertx.eventBus().localConsumer(Addresses.STATUS, this::answerForAll);
        return feed.start().recover(unreachable -> {
            LOG.debug("{} is not connected yet", feedConfig.name(), unreachable);
            return Future.succeededFuture();
        });
    }

    @Override
    public Future<?> stop() {
        if (feed == null) {
            return Future.succeededFuture();
        }
        feeds().remove(feed.name());
        return Future.join(List.of(feed.close(), commands.close(), status.unregister()));
    }

    /** Whichever feed gets the request asks them all. */
    private void answerForAll(Message<Object> request) {
        List<Future<JsonObject>> reports = feeds().keySet().stream()
                .sorted()
                .map(name -> vertx.eventBus()
                        .<JsonObject>request(Addresses.command(name), new JsonObject().put("do", "status"))
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
