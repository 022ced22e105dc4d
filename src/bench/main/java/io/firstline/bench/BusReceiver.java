package io.firstline.bench;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedBatch;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.check.Records;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.Venue;
import io.firstline.deploy.PoolVerticle;
import io.firstline.deploy.node.StatusKeys;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** A deployed feed, as in the service, with a consumer on the event bus. */
final class BusReceiver implements Receiver {
    private static final RetryConfig UNHURRIED = new RetryConfig(250, 30_000, 10_000, 0);

    private final Vertx vertx;
    private final Target target;
    private final String name;
    private final int number;
    private final Consumption consumption;
    private Context verticleContext;
    private Context consumerContext;
    private String deployment;

    /**
     * Makes one feed.
     *
     * @param number of the feed, from 0
     */
    BusReceiver(Vertx vertx, Target target, int number) {
        this.vertx = vertx;
        this.target = target;
        this.consumption = new Consumption(target);
        this.number = number;
        this.name = "bench-" + number;
    }

    /** Reveals the event loop of a verticle. */
    private final class Seen implements Deployable {
        private final PoolVerticle verticle;

        private Seen(PoolVerticle verticle) {
            this.verticle = verticle;
        }

        @Override
        public Future<?> deploy(Context context) throws Exception {
            verticleContext = context;
            return verticle.deploy(context);
        }

        @Override
        public Future<?> undeploy(Context context) throws Exception {
            return verticle.undeploy(context);
        }
    }

    @Override
    public Future<Void> open() {
        WsConnectionConfig connection = WsConnectionConfig.of(target.url(number))
                .withTrustedCertificates(target.pem())
                .withRetry(UNHURRIED);
        FeedConfig feed = feed(WsPoolConfig.of(connection).withConnections(target.connections()));
        return vertx.deployVerticle(new Seen(new PoolVerticle(feed))).compose(id -> {
            deployment = id;
            consumerContext = target.variant() == Variant.BUS_OTHER ? otherLoop() : verticleContext;
            return consume();
        });
    }

    private FeedConfig feed(WsPoolConfig pool) {
        Venue venue = Records.with(Venue.NONE, "format", target.form().format());
        return new FeedConfig(
                name, pool, pool.connections(), body(), "", SubscribeTemplates.NONE, venue, List.of(), null);
    }

    private FeedConfig.Body body() {
        return target.variant() == Variant.BUS_BATCH ? FeedConfig.Body.BATCH : FeedConfig.Body.MESSAGE;
    }

    private Context otherLoop() {
        VertxInternal internal = (VertxInternal) vertx;
        ContextInternal other = internal.createEventLoopContext();
        while (other.nettyEventLoop() == ((ContextInternal) verticleContext).nettyEventLoop()) {
            other = internal.createEventLoopContext(); // Vert.x assigns event loops in turn, and there are at least two
        }
        return other;
    }

    private Future<Void> consume() {
        Promise<Void> registered = Promise.promise();
        consumerContext.runOnContext(v -> vertx.eventBus()
                .localConsumer(Addresses.feed(name), consumer())
                .completion()
                .onComplete(registered));
        return registered.future();
    }

    private <T> Handler<Message<T>> consumer() {
        return target.variant() == Variant.BUS_BATCH
                ? message -> ((FeedBatch) message.body()).messages().forEach(each -> consumption.message(each.bytes()))
                : message -> consumption.message(((FeedMessage) message.body()).bytes());
    }

    @Override
    public Future<Standing> standing() {
        return vertx.eventBus()
                .<JsonObject>request(Addresses.command(name), new JsonObject().put("do", "status"))
                .map(Message::body)
                .map(status -> new Standing(
                        status.getInteger(StatusKeys.LIVE),
                        status.getLong(StatusKeys.COPIES),
                        status.getJsonObject(StatusKeys.DROPPED).stream()
                                .mapToLong(drop -> ((Number) drop.getValue()).longValue())
                                .sum(),
                        status.getLong(StatusKeys.EVICTIONS) + status.getLong(StatusKeys.LOST)));
    }

    @Override
    public List<Consumer> consumers() {
        return List.of(new Consumer(consumerContext, consumption));
    }

    @Override
    public Future<Void> close() {
        return vertx.undeploy(deployment);
    }
}
