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

    private static final class MsgpackSocket extends ForwardingSocket {
        private MsgpackSocket(Socket socket) {
            super(socket);
        }

        @Override
        public Future<Void> writeText(String text) {
            byte[] msgpack = MsgpackWriter.of(text);
            return msgpack == null ? super.writeText(text) : writeBinary(Buffer.buffer(msgpack));
        }
    }
}
