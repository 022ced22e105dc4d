package io.firstline.connection;

import io.firstline.connection.report.ConnectTimes;
import io.firstline.connection.report.Path;
import io.firstline.payload.Payload;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;

/**
 * An open WebSocket, reduced to the operations that a connection needs. All methods are called on the context that
 * opened it.
 */
public interface Socket {

    /** Receives the events of a socket. */
    interface Listener {
        /**
         * Bytes were read from the network. All messages and frames until {@link #readEnds} have arrived at this time.
         */
        default void readBegins() {}

        /** All messages and frames of a read have been reported. */
        default void readEnds() {}

        /** A frame of any kind arrived; a ping is already answered. */
        void frame(WebSocketFrame frame);

        /** A ping arrived and is already answered; it is not reported as a frame too. */
        void ping();

        /**
         * A message in one frame exceeded the limit and was skipped.
         *
         * @param bytes its length
         */
        void oversize(long bytes);

        /** Bytes arrived that do not end a frame. */
        void unfinished();

        /** A complete message arrived; it is not reported as a frame too. Valid until the next message. */
        void message(Payload payload);

        /** A pong arrived; it is also reported as a frame. */
        void pong(Buffer payload);

        /** An error occurred; {@link #ended} follows if it was fatal. */
        void failed(Throwable failure);

        /** TCP has ended; the last call. */
        void ended();
    }

    /** Returns the path to the server; null = the socket is not on a network. */
    default Path path() {
        return null;
    }

    /** Returns how long it took to open. */
    default ConnectTimes times() {
        return ConnectTimes.NONE;
    }

    /** Sets the listener, before any frame can have arrived. */
    void listen(Listener listener);

    Future<Void> writeText(String text);

    Future<Void> writeBinary(Buffer payload);

    Future<Void> writePing(Buffer payload);

    Future<Void> writePong(Buffer payload);

    /** Whether so many bytes wait that the peer is probably not reading. */
    boolean isFull();

    /** Sends a close frame. TCP ends when the peer has answered it, which may never happen. */
    Future<Void> close(int code, String reason);

    /** Ends TCP immediately. */
    Future<Void> cutOff();

    /** The status code of the peer's close frame; null = no close frame arrived. */
    Short closeCode();

    /** The reason in the peer's close frame; null = none. */
    String closeReason();
}
