package io.firstline.bench;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import org.HdrHistogram.Histogram;

/**
 * The least that a hop to another node can take: as many bytes over a plain socket of Vert.x, written on the event loop that makes them and
 * read on another one.
 */
final class SocketHop implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final Context context;
    private final NetClient client;
    private final NetServer server;
    private final NetSocket socket;
    private volatile Histogram ages;

    SocketHop(NodeGroup nodes) {
        Vertx from = nodes.publishing();
        Vertx to = nodes.others().get(0);
        server = to.createNetServer(new NetServerOptions().setTcpNoDelay(true))
                .connectHandler(accepted -> accepted.handler(this::got));
        Promise<NetServer> listening = Promise.promise();
        ((VertxInternal) to).createEventLoopContext().runOnContext(v -> server.listen(0, HOST)
                .onComplete(listening));
        int port = NodeGroup.await(listening.future()).actualPort();
        client = from.createNetClient(new NetClientOptions().setTcpNoDelay(true));
        context = ((VertxInternal) from).createEventLoopContext();
        Promise<NetSocket> connected = Promise.promise();
        context.runOnContext(v -> client.connect(port, HOST).onComplete(connected));
        socket = NodeGroup.await(connected.future());
    }

    private void got(Buffer data) {
        Histogram recorded = ages;
        if (recorded != null) {
            long now = System.nanoTime();
            for (int at = 0; at + NodeFeed.PAYLOAD <= data.length(); at += NodeFeed.PAYLOAD) {
                recorded.recordValue(Math.max(0, now - data.getLong(at)));
            }
        }
    }

    /** Writes messages in one turn of an event loop. */
    void publish(int count) {
        context.runOnContext(v -> {
            Buffer messages = Buffer.buffer(new byte[count * NodeFeed.PAYLOAD]);
            for (int i = 0; i < count; i++) {
                messages.setLong(i * NodeFeed.PAYLOAD, System.nanoTime());
            }
            socket.write(messages);
        });
    }

    /** Records the ages of the messages that arrive from now on, nanoseconds; null = no longer. */
    void record(Histogram histogram) {
        ages = histogram;
    }

    @Override
    public void close() {
        NodeGroup.await(client.close());
        NodeGroup.await(server.close());
    }
}
