package io.firstline.bench;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;

/** The yardstick of start-up: a Vert.x program that opens one WebSocket and writes the first message. */
final class MinimalProgram {
    private MinimalProgram() {}

    static void run(String url, PrintStream out) {
        Vertx vertx = Vertx.vertx();
        CompletableFuture<String> first = new CompletableFuture<>();
        vertx.createWebSocketClient()
                .connect(new WebSocketConnectOptions().setAbsoluteURI(url))
                .onSuccess(socket -> socket.textMessageHandler(first::complete))
                .onFailure(first::completeExceptionally);
        out.println(first.join());
        out.flush();
        vertx.close();
    }
}
