package io.firstline.connection;

import io.firstline.config.WsConnectionConfig;
import io.vertx.core.Future;

/** Opens sockets. {@link WsClient} is the production implementation; a simulation has another. */
public interface Connector {
    /**
     * Opens a socket on the current context. An attempt cannot be cancelled; it ends within the configured timeout.
     *
     * @return fails with an exception that {@link ConnectionEnd#of} accepts
     */
    Future<Socket> connect(WsConnectionConfig config);

    /** Frees the resources of all sockets. Called after the last socket has closed. */
    Future<Void> close();
}
