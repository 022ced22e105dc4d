package io.firstline.bench;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.Feed;
import io.firstline.feed.WsPool;
import io.firstline.feed.WsSingle;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.List;

/** A feed whose consumer runs in the turn of the event loop in which a message arrived. */
final class DirectReceiver implements Receiver {
    private final Context context;
    private final Vertx vertx;
    private final Target target;
    private final Consumption consumption;
    private Feed feed;

    DirectReceiver(Vertx vertx, Target target) {
        this.vertx = vertx;
        this.target = target;
        this.consumption = new Consumption(target);
        this.context = ((VertxInternal) vertx).createEventLoopContext();
    }

    @Override
    public Future<Void> open() {
        Promise<Void> opened = Promise.promise();
        context.runOnContext(v -> {
            WsConnectionConfig connection = WsConnectionConfig.of(target.url(0)).withTrustedCertificates(target.pem());
            if (target.variant() == Variant.SINGLE) {
                feed = WsSingle.create(vertx, connection);
                feed.handler(this::received);
            } else {
                feed = WsPool.create(
                        vertx,
                        "bench",
                        WsPoolConfig.of(connection).withConnections(target.connections()),
                        SubscribeTemplates.NONE,
                        target.form().format());
                feed.stream().handler(this::received);
            }
            feed.start().onComplete(opened);
        });
        return opened.future();
    }

    private void received(FeedMessage message) {
        consumption.message(message.bytes());
    }

    @Override
    public Future<Standing> standing() {
        return feed.report()
                .map(report -> new Standing(
                        report.live(),
                        report.copies(),
                        report.dropped().values().stream()
                                .mapToLong(Long::longValue)
                                .sum(),
                        report.evictions() + report.lost()));
    }

    @Override
    public List<Consumer> consumers() {
        return List.of(new Consumer(context, consumption));
    }

    @Override
    public Future<Void> close() {
        return feed.close();
    }
}
