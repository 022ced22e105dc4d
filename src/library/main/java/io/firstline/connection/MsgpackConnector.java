package io.firstline.connection;

import io.firstline.config.WsConnectionConfig;
import io.firstline.payload.MsgpackWriter;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/**
 * Opens sockets to servers that take MessagePack: a text message that is JSON is sent as such a binary message. All other
 * text messages are sent as they are.
 */
public final class MsgpackConnector implements Connector {
    private final Connector sockets;

    /** Makes it for another connector, which opens the sockets. */
    public MsgpackConnector(Connector sockets) {
        this.sockets = sockets;
    }

    @Override
    public Future<Socket> connect(WsConnectionConfig config) {
        return sockets.connect(config).map(MsgpackSocket::new);
    }

    @Override
    public Future<Opened> open(WsConnectionConfig config) {
        return sockets.open(config).map(opened -> new Opened(new MsgpackSocket(opened.socket()), opened.answer()));
    }

    @Override
    public String shown(String text) {
        return sockets.shown(text);
    }

    @Override
    public Future<Void> close() {
        return sockets.close();
    }

    private record MsgpackSocket(Socket socket) implements Socket {
        @Override
        public void listen(Listener listener) {
            socket.listen(listener);
        }

        @Override
        public Future<Void> writeText(String text) {
            byte[] msgpack = MsgpackWriter.of(text);
            return msgpack == null ? socket.writeText(text) : socket.writeBinary(Buffer.buffer(msgpack));
        }

        @Override
        public Future<Void> writeBinary(Buffer payload) {
            return socket.writeBinary(payload);
        }

        @Override
        public Future<Void> writePing(Buffer payload) {
            return socket.writePing(payload);
        }

        @Override
        public Future<Void> writePong(Buffer payload) {
            return socket.writePong(payload);
        }

        @Override
        public boolean isFull() {
            return socket.isFull();
        }

        @Override
        public Future<Void> close(int code, String reason) {
            return socket.close(code, reason);
        }

        @Override
        public Future<Void> cutOff() {
            return socket.cutOff();
        }

        @Override
        public Short closeCode() {
            return socket.closeCode();
        }

        @Override
        public String closeReason() {
            return socket.closeReason();
        }
    }
}
