package io.firstline.bench;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;

/** The baseline of the start-up time: a Vert.x program that opens one WebSocket and writes the first message. */
final class MinimalProgram {
    private MinimalProgram() {}

    static void run(Vertx vertx, String url, PrintStream out) {
        CompletableFuture<String> first = new CompletableFuture<>();
        WebSocketClient client = vertx.createWebSocketClient();
        client.connect(new WebSocketConnectOptions().setAbsoluteURI(url))
                .onSuccess(socket -> socket.textMessageHandler(first::complete))
                .onFailure(first::completeExceptionally);
        out.println(first.join());
        out.flush();
        client.close(); // not earlier: Vert.x closes the sockets of an unreachable client
    }
}
