package io.firstline.connection;

import io.firstline.payload.Payload;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;

/** An open WebSocket with the least that a connection needs of it. Everything is called on the context that opened it. */
public interface Socket {

    /** What a socket tells. */
    interface Listener {
        /** A frame of any kind has arrived; pings are answered already. */
        void frame(WebSocketFrame frame);

        /** A ping has arrived, which is then not told as a frame; it is answered already. */
        void ping();

        /**
         * A message in one frame that is larger than the limit has arrived and was skipped.
         *
         * @param bytes its length
         */
        void oversize(long bytes);

        /** Bytes have arrived that do not end a frame. */
        void unfinished();

        /** A whole message has arrived, which is then not told as a frame; good until the next one. */
        void message(Payload payload);

        /** A pong has arrived, also told as a frame. */
        void pong(Buffer payload);

        /** Something went wrong; the end follows, if it was bad enough. */
        void failed(Throwable failure);

        /** TCP has ended; the last call. */
        void ended();
    }

    /** Sets who is told, before any frame can have come. */
    void listen(Listener listener);

    Future<Void> writeText(String text);

    Future<Void> writeBinary(Buffer payload);

    Future<Void> writePing(Buffer payload);

    Future<Void> writePong(Buffer payload);

    /** Whether so much waits to be written that the other side is not reading. */
    boolean isFull();

    /** Sends a close frame; TCP ends when the other side has answered it, which may be never. */
    Future<Void> close(int code, String reason);

    /** Ends TCP at once. */
    Future<Void> cutOff();

    /** The status code of the other side's close frame; null if none has come. */
    Short closeCode();

    /** The reason in the other side's close frame; null if there is none. */
    String closeReason();
}
