package io.firstline.feed;

import io.firstline.config.MessageFormat;
import io.firstline.config.SubscribeTemplates;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.WsConnection;
import io.firstline.payload.Payload;
import io.vertx.core.Vertx;
import java.util.stream.Stream;

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
    private static final long TRIAL_MS = 10_000;
    private static final long WATCH_MS = 250;

    private long watchTimer;
    private final ArrivingCopy arriving = new ArrivingCopy(reader);

    WsSingle(
            FeedEnvironment environment,
            String name,
            WsConnectionConfig config,
            SubscribeTemplates subscribeTemplates,
            MessageFormat dialect) {
        super(environment, name, config, 1, subscribeTemplates, dialect);
    }

    /** Creates a single connection, named by its connection id; runs on the current Vert.x context. */
    public static WsSingle create(Vertx vertx, WsConnectionConfig config) {
        return create(vertx, config.connectionId(), config, SubscribeTemplates.NONE, MessageFormat.NONE);
    }

    /** Creates a single connection without a venue profile. */
    public static WsSingle create(
            Vertx vertx, String name, WsConnectionConfig config, SubscribeTemplates subscribeTemplates) {
        return create(vertx, name, config, subscribeTemplates, MessageFormat.NONE);
    }

    public static WsSingle create(
            Vertx vertx,
            String name,
            WsConnectionConfig config,
            SubscribeTemplates subscribeTemplates,
            MessageFormat dialect) {
        return new WsSingle(FeedEnvironment.of(vertx), name, config, subscribeTemplates, dialect);
    }

    @Override
    void starting() {
        watchTimer = scheduler.every(WATCH_MS, this::judgeImpaired);
    }

    @Override
    void stopping() {
        scheduler.cancel(watchTimer);
    }

    @Override
    void arrived(PooledConnection member, Payload payload, StreamWatch stream, long arrivalNanos) {
        if (member == member.slot.candidate() && !member.slot.isAliveAgain()) {
            member.slot.promote("");
        }
        if (member == member.slot.member()) {
            arriving.take(member.id(), payload, stream, arrivalNanos);
            if (arriving.isNumbered()) {
                arriving.numbered(0, 1);
            }
            if (stream != null) {
                stream.published(0, arrivalNanos);
            }
            delivery.first(arriving.message(), false);
        }
    }

    @Override
    boolean isProven(PooledConnection member) {
        return true;
    }

    @Override
    boolean arbitrates() {
        return false;
    }

    @Override
    void joined(PooledConnection member) {}

    @Override
    void parted(PooledConnection member) {}

    @Override
    WsConnection fastest(Stream<WsConnection> live) {
        return live.findFirst().orElse(null);
    }

    @Override
    void beforeReport() {}

    @Override
    long trialMs() {
        return TRIAL_MS;
    }

    @Override
    void trialOver(ConnectionSlot slot) {
        if (slot.isCandidateTheOneThatAnswers()) {
            slot.promote("");
        } else {
            slot.abandon("not delivering after " + TRIAL_MS + " ms");
        }
    }
}
