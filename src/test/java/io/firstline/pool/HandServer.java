package io.firstline.pool;

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

/** A server under the test's hand: lets in, rejects or holds whoever knocks, and sends only what it is told. */
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
    /** Everyone who was let in, in that order, also those that are closed now. */
    final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();
    /** What arrived, as {@code index of the socket:text}. */
    final List<String> received = new CopyOnWriteArrayList<>();

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
            socket.textMessageHandler(text -> received.add(index + ":" + text));
            socket.binaryMessageHandler(receivedBinary::add);
            socket.exceptionHandler(e -> {});
            sockets.add(socket);
        });
    }

    /** Lets in the one who has waited longest. */
    void admitOne() {
        ServerWebSocketHandshake first = held.remove();
        loop.runOnContext(v -> admit(first));
    }

    void rejectOne() {
        ServerWebSocketHandshake first = held.remove();
        loop.runOnContext(v -> first.reject(503));
    }

    /** Sends a text to these. */
    void send(String text, Integer... indices) {
        for (int index : indices) {
            FeedTestBase.join(sockets.get(index).writeTextMessage(text));
        }
    }

    /** Which socket a connection has, found by sending over it: connections open in an order that is the transport's. */
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

    /** Reads nothing more on a connection, not even a close frame. */
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
