package io.firstline.connection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
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

    /** The same, with the answer of the venue's endpoint, if there was one. */
    default Future<Opened> open(WsConnectionConfig config) {
        return connect(config).map(socket -> new Opened(socket, MissingNode.getInstance()));
    }

    /** A text of the server as people may see it: without secrets that it repeats. */
    default String shown(String text) {
        return text;
    }

    /** Frees the resources of all sockets. Called after the last socket has closed. */
    Future<Void> close();

    /**
     * An open socket.
     *
     * @param answer the answer of the endpoint that named its URL
     */
    record Opened(Socket socket, JsonNode answer) {}
}
