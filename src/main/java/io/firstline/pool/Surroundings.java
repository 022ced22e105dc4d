package io.firstline.pool;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Clockwork;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.Connector;
import io.firstline.connection.WsClient;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Function;

/**
 * What a feed takes from the world around it; a simulation replaces it as a whole.
 *
 * @param context where everything of the feed runs
 * @param connectors opens sockets; asked once per start
 * @param budget the process's attempts to connect
 */
public record Surroundings(
        ContextInternal context,
        Clockwork clockwork,
        Function<WsConnectionConfig, Connector> connectors,
        ConnectBudget budget) {

    /** The real world: sockets, timers and the shared budget of this Vert.x, on the current context. */
    static Surroundings of(Vertx vertx) {
        return new Surroundings(
                (ContextInternal) vertx.getOrCreateContext(),
                Clockwork.of(vertx),
                config -> WsClient.create(vertx, config),
                ConnectBudget.of(vertx));
    }
}
