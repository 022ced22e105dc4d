package io.firstline.connection;

import io.firstline.config.WsConnectionConfig;
import io.vertx.core.Future;

/** Opens sockets. The real one is {@link WsClient}; a simulation has one of its own. */
public interface Connector {
    /**
     * Opens one, on the current context. An attempt cannot be given up; it ends by itself within the configured timeout.
     *
     * @return fails with what went wrong, as {@link Disconnect#of} understands it
     */
    Future<Socket> connect(WsConnectionConfig config);

    /** Frees what sockets need; called after the last one was closed. */
    Future<Void> close();
}
