package io.firstline.feed;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An exchange that issues tokens over HTTP and accepts each token once. */
final class TokenServer {
    /** The prefix of all tokens, which no log may show. */
    static final String SECRET = "s3cr3t";

    private final HttpServer server;
    private final int port;
    private int given;
    /** The answer instead of a token; null = a token. */
    volatile String answer;

    volatile int status = 200;
    volatile String retryAfter;
    volatile boolean refusing;
    /** The times of token requests, {@link System#nanoTime()}. */
    final List<Long> asked = new CopyOnWriteArrayList<>();
    /** The used tokens in order. */
    final List<String> brought = new CopyOnWriteArrayList<>();

    final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();

    private TokenServer(Vertx vertx, int wanted) {
        server = vertx.createHttpServer(new HttpServerOptions().setWebSocketClosingTimeout(1))
                .requestHandler(this::token)
                .webSocketHandshakeHandler(this::knocked);
        port = FeedTestBase.join(server.listen(wanted, "127.0.0.1")).actualPort();
    }

    /** A server on this port; 0 = any free port. */
    static TokenServer start(Vertx vertx, int port) {
        return new TokenServer(vertx, port);
    }

    int port() {
        return port;
    }

    void close() {
        FeedTestBase.join(server.close());
    }

    private void token(HttpServerRequest request) {
        asked.add(System.nanoTime());
        if (retryAfter != null) {
            request.response().putHeader("Retry-After", retryAfter);
        }
        String url = "ws://127.0.0.1:" + port + "/";
        request.response()
                .setStatusCode(request.method().name().equals("POST") ? status : 405)
                .end(
                        answer != null
                                ? answer
                                : "{\"data\":{\"token\":\"" + SECRET + ++given
                                        + "==\",\"instanceServers\":[{\"endpoint\":\"" + url + "\"}]}}");
    }

    private void knocked(ServerWebSocketHandshake handshake) {
        String token = handshake.query().replaceAll(".*token=([^&]*)&connectId=.+", "$1");
        if (refusing || !token.startsWith(SECRET) || brought.contains(token)) {
            brought.add(token);
            handshake.reject(401);
            return;
        }
        brought.add(token);
        handshake.accept().onSuccess(socket -> {
            socket.exceptionHandler(e -> {});
            sockets.add(socket);
        });
    }
}
