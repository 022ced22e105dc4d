package io.firstline.bench;

import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.RelayConfig;
import io.firstline.relay.RelayVerticle;
import io.firstline.stream.FeedMessage;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A server that sends each published text to all its clients: the relay, or a plain Vert.x WebSocket server.
 *
 * @param path where clients connect
 * @param publish called by one thread
 */
record RelayServing(Vertx vertx, int port, String path, Consumer<String> publish) implements AutoCloseable {
    /** What sends. */
    enum Sender {
        RELAY,
        PLAIN
    }

    static RelayServing open(Sender sender, boolean nativeTransport) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(nativeTransport));
        return sender == Sender.RELAY ? relay(vertx) : plain(vertx);
    }

    private static RelayServing relay(Vertx vertx) {
        RelayVerticle relay = new RelayVerticle(RelayConfig.DEFAULT.withPort(0), new CompositeMeterRegistry());
        got(vertx.deployVerticle(relay));
        FeedSink sink = relay.sink(FeedConfig.fromJson(new JsonObject()
                .put("name", "f")
                .put("url", "ws://127.0.0.1:1/")
                .put("connections", 2)));
        long[] sequence = {0};
        return new RelayServing(
                vertx,
                URI.create(relay.url()).getPort(),
                "/feeds/f",
                text -> sink.publish(
                        new FeedMessage("f", 0, ++sequence[0], "f-1", 1, "a", 1, Buffer.buffer(text), true, false)));
    }

    private static RelayServing plain(Vertx vertx) {
        List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();
        Context context = vertx.getOrCreateContext();
        HttpServer server = vertx.createHttpServer().webSocketHandler(sockets::add);
        int port = got(server.listen(0, "127.0.0.1")).actualPort();
        return new RelayServing(
                vertx,
                port,
                "/",
                text -> context.runOnContext(v -> sockets.forEach(socket -> socket.writeTextMessage(text))));
    }

    private static <T> T got(Future<T> future) {
        return Waiting.get(future.toCompletionStage().toCompletableFuture());
    }

    @Override
    public void close() {
        got(vertx.close());
    }
}
