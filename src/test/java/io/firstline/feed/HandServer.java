package io.firstline.feed;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

/** A server controlled by the test: accepts, rejects or holds connections, and sends only what the test sends. */
final class HandServer {
    enum Door {
        OPEN,
        HELD,
        REJECTING
    }

    private final Vertx vertx;
    private final HttpServer server;
    private final Queue<ServerWebSocketHandshake> held = new ConcurrentLinkedQueue<>();
    private Context loop;
    volatile Door door = Door.OPEN;
    /** Every accepted connection in order, closed ones included. */
    final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();
    /** The received messages, as {@code index of the socket:text}. */
    final List<String> received = new CopyOnWriteArrayList<>();

    /** Its replies to a text on a socket. */
    volatile BiFunction<Integer, String, List<String>> replies = (socket, text) -> List.of();

    /** Whether a new connection closes the older ones, but for the youngest of them. */
    volatile boolean kicksOlder;

    /** How many of the older ones stay then. */
    volatile int stay;

    final List<Buffer> receivedBinary = new CopyOnWriteArrayList<>();

    HandServer(Vertx vertx) {
        this.vertx = vertx;
        server = vertx.createHttpServer(new HttpServerOptions().setWebSocketClosingTimeout(1))
                .webSocketHandshakeHandler(this::knocked);
    }

    static HandServer start(Vertx vertx) {
        HandServer server = new HandServer(vertx);
        FeedTestBase.join(server.server.listen(0, "127.0.0.1"));
        return server;
    }

    String url() {
        return "ws://127.0.0.1:" + server.actualPort() + "/feed";
    }

    int knocking() {
        return held.size();
    }

    private void knocked(ServerWebSocketHandshake handshake) {
        loop = vertx.getOrCreateContext();
        switch (door) {
            case OPEN -> admit(handshake);
            case REJECTING -> handshake.reject(503);
            case HELD -> held.add(handshake);
        }
    }

    private void admit(ServerWebSocketHandshake handshake) {
        handshake.accept().onSuccess(socket -> {
            int index = sockets.size();
            socket.textMessageHandler(text -> {
                received.add(index + ":" + text);
                replies.apply(index, text).forEach(socket::writeTextMessage);
            });
            socket.binaryMessageHandler(receivedBinary::add);
            socket.exceptionHandler(e -> {});
            if (kicksOlder) {
                List<ServerWebSocket> older =
                        sockets.stream().filter(each -> !each.isClosed()).toList();
                older.subList(0, Math.max(0, older.size() - stay))
                        .forEach(each -> each.close((short) 1008, "max_connections"));
            }
            sockets.add(socket);
        });
    }

    /** Accepts the connection that has waited longest. */
    void admitOne() {
        ServerWebSocketHandshake first = held.remove();
        loop.runOnContext(v -> admit(first));
    }

    void rejectOne() {
        ServerWebSocketHandshake first = held.remove();
        loop.runOnContext(v -> first.reject(503));
    }

    /** Sends a text on these sockets. */
    void send(String text, Integer... indices) {
        for (int index : indices) {
            FeedTestBase.join(sockets.get(index).writeTextMessage(text));
        }
    }

    /** Sends a binary message on these sockets. */
    void sendBinary(byte[] payload, Integer... indices) {
        for (int index : indices) {
            FeedTestBase.join(sockets.get(index).writeBinaryMessage(Buffer.buffer(payload)));
        }
    }

    /**
     * Returns the socket of a connection, found by sending over it: the order in which connections open depends on
     * the transport.
     */
    int socketOf(Feed feed, String connectionId) {
        String greeting = "I am " + connectionId;
        FeedTestBase.join(feed.send(greeting, Route.parse(connectionId)));
        FeedTestBase.eventually(() -> received.stream().anyMatch(text -> text.endsWith(":" + greeting)));
        String found = received.stream()
                .filter(text -> text.endsWith(":" + greeting))
                .findFirst()
                .orElseThrow();
        return Integer.parseInt(found.substring(0, found.indexOf(':')));
    }

    /** Stops reading on a connection, close frames included. */
    void deafen(int index) {
        ((WebSocketInternal) sockets.get(index))
                .channelHandlerContext()
                .channel()
                .config()
                .setAutoRead(false);
    }

    Future<Void> close(int index) {
        return sockets.get(index).close((short) 1001, "going away");
    }
}
