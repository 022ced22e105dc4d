package io.firstline.relay;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.RelayConfig;
import io.firstline.feed.FeedTestBase;
import io.firstline.stream.FeedMessage;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A relay, a feed whose messages the test publishes, and clients. */
abstract class RelayTestBase extends FeedTestBase {
    static final String TOKEN = "a token of more than sixteen characters";
    static final String TOKEN_SHA256 = "070556cc743a68e2aca8fbb9e1de580b77088de21d3f1f2639b1e2cc15f85631";
    static final RelayConfig LOCAL = RelayConfig.DEFAULT.withPort(0);

    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    /** Added to the relay's clock. */
    final AtomicLong laterNanos = new AtomicLong();

    /** Until it opens, the relay's loop stands still at its next look at the clock; null = it does not. */
    volatile CountDownLatch standsStill;

    RelayVerticle relay;
    FeedSink sink;
    private WebSocketClient client;
    private long sequence;

    void open(RelayConfig config) {
        relay = new RelayVerticle(config, registry, this::nanos, RelayVerticle.ANSWER_MS);
        join(vertx.deployVerticle(relay));
        sink = relay.sink(feed("f"));
    }

    private long nanos() {
        CountDownLatch latch = standsStill;
        try {
            if (latch != null && Context.isOnEventLoopThread()) {
                latch.await();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return System.nanoTime() + laterNanos.get();
    }

    JsonObject status() {
        return join(vertx.eventBus().<JsonObject>request(Addresses.RELAY, null)).body();
    }

    static FeedConfig feed(String name) {
        return FeedConfig.fromJson(new JsonObject()
                .put("name", name)
                .put("url", "ws://127.0.0.1:1/")
                .put("streamPointer", "/s")
                .put("connections", 2));
    }

    int port() {
        return URI.create(relay.url()).getPort();
    }

    /** Publishes a message of the feed. */
    FeedMessage publish(String stream, Buffer payload, boolean text) {
        FeedMessage message = new FeedMessage("f", 0, ++sequence, "f-1", 1, stream, 0, payload, text, false);
        sink.publish(message);
        return message;
    }

    FeedMessage publish(String stream, String text) {
        return publish(stream, Buffer.buffer(text), true);
    }

    /** A client that keeps what it gets. */
    static final class Reader {
        final Queue<Buffer> payloads = new ConcurrentLinkedQueue<>();
        final Queue<Boolean> texts = new ConcurrentLinkedQueue<>();
        final WebSocket socket;
        volatile boolean closed;

        Reader(WebSocket socket) {
            this.socket = socket;
            socket.frameHandler(frame -> {
                if (frame.isText() || frame.isBinary()) {
                    payloads.add(frame.binaryData());
                    texts.add(frame.isText());
                }
            });
            socket.exceptionHandler(e -> {});
            socket.closeHandler(v -> closed = true);
        }

        int code() {
            return socket.closeStatusCode();
        }
    }

    Reader reader(String path) {
        return join(connecting(path, new WebSocketClientOptions()));
    }

    Future<Reader> connecting(String path, WebSocketClientOptions options, String... headers) {
        if (client == null) {
            client =
                    vertx.createWebSocketClient(options.setMaxFrameSize(1 << 24).setMaxConnections(200));
        }
        WebSocketConnectOptions connect = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port())
                .setSsl(options.isSsl())
                .setURI(path);
        for (int i = 0; i < headers.length; i += 2) {
            if (headers[i].equals("Sec-WebSocket-Protocol")) {
                connect.setSubProtocols(List.of(headers[i + 1].split(", ")));
            } else {
                connect.addHeader(headers[i], headers[i + 1]);
            }
        }
        return client.connect(connect).map(Reader::new);
    }

    double count(String meter, String... tags) {
        return registry.get(meter).tags(tags).meters().stream()
                .mapToDouble(m -> m.measure().iterator().next().getValue())
                .sum();
    }

    void eventuallyClients(int number) {
        eventually(() -> count("firstline.relay.clients") == number);
    }
}
