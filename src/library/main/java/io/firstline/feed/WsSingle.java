package io.firstline.feed;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.connection.FeedEnvironment;
import io.vertx.core.Vertx;

/**
 * One connection, which is opened again whenever it is lost. Every message is published without comparison. A
 * replacement takes over with its first message.
 *
 * <p>A connection that answers nothing is kept. After ten seconds another one is opened beside it and takes over with
 * its first message if the old one is still silent. So a shorter stall of the path costs nothing, and a vanished
 * server costs about ten seconds. After a longer stall, its held-up messages are lost only if the new connection
 * delivers before the old one: without arbitration nothing shows where the two overlap. A plain client waits for
 * both.
 */
public final class WsSingle extends Feed {
    WsSingle(
            FeedEnvironment environment,
            String name,
            WsConnectionConfig config,
            SubscribeTemplates subscribeTemplates,
            MessageFormat format) {
        super(
                environment,
                name,
                config,
                subscribeTemplates,
                format,
                new Redundancy(1, 1, PoolTimes.of(NoArbitration.TRIAL_MS), 0, false, 0, NoArbitration::new));
    }

    /** Creates a single connection, named by its connection id; runs on the current Vert.x context. */
    public static WsSingle create(Vertx vertx, WsConnectionConfig config) {
        return create(vertx, config.connectionId(), config, SubscribeTemplates.NONE, MessageFormat.NONE);
    }

    /** Creates a single connection that subscribes as a venue profile says. */
    static WsSingle create(
            Vertx vertx,
            String name,
            WsConnectionConfig config,
            SubscribeTemplates subscribeTemplates,
            MessageFormat format) {
        return new WsSingle(FeedEnvironment.of(vertx), name, config, subscribeTemplates, format);
    }
}
