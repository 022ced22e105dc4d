package io.firstline.pool;

import io.firstline.config.Dialect;
import io.firstline.config.Subscribing;
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
    private final Arriving arriving = new Arriving(reader);

    WsSingle(
            Surroundings surroundings,
            String name,
            WsConnectionConfig config,
            Subscribing subscribing,
            Dialect dialect) {
        super(surroundings, name, config, 1, subscribing, dialect);
    }

    /** Creates a single connection, named by its connection id; runs on the current Vert.x context. */
    public static WsSingle create(Vertx vertx, WsConnectionConfig config) {
        return create(vertx, config.connectionId(), config, Subscribing.NONE, Dialect.NONE);
    }

    /** Creates a single connection without a venue profile. */
    public static WsSingle create(Vertx vertx, String name, WsConnectionConfig config, Subscribing subscribing) {
        return create(vertx, name, config, subscribing, Dialect.NONE);
    }

    public static WsSingle create(
            Vertx vertx, String name, WsConnectionConfig config, Subscribing subscribing, Dialect dialect) {
        return new WsSingle(Surroundings.of(vertx), name, config, subscribing, dialect);
    }

    @Override
    void starting() {
        watchTimer = clockwork.every(WATCH_MS, this::judgeImpaired);
    }

    @Override
    void stopping() {
        clockwork.cancel(watchTimer);
    }

    @Override
    void arrived(Member member, Payload payload, StreamWatch stream, long arrivalNanos) {
        if (member == member.seat.candidate() && !member.seat.isAliveAgain()) {
            member.seat.promote("");
        }
        if (member == member.seat.member()) {
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
    boolean isProven(Member member) {
        return true;
    }

    @Override
    boolean arbitrates() {
        return false;
    }

    @Override
    void joined(Member member) {}

    @Override
    void parted(Member member) {}

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
    void trialOver(Seat seat) {
        if (seat.isCandidateTheOneThatAnswers()) {
            seat.promote("");
        } else {
            seat.abandon("not delivering after " + TRIAL_MS + " ms");
        }
    }
}
