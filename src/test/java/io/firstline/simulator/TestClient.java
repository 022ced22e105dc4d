package io.firstline.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A WebSocket client for tests: collects messages with their arrival times, and waits with a bound. */
final class TestClient {
    static final long PATIENCE_S = 10;

    /** A received text; the time is by System.nanoTime(). */
    record Arrival(String text, long atNs) {}

    final BlockingQueue<Arrival> texts = new LinkedBlockingQueue<>();
    final BlockingQueue<Buffer> binaries = new LinkedBlockingQueue<>();
    final BlockingQueue<Arrival> pongs = new LinkedBlockingQueue<>();
    final List<Buffer> pings = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    volatile Short closeCode;
    volatile String closeReason;
    private volatile WebSocket socket;

    static TestClient connect(WebSocketClient client, String url) throws Exception {
        TestClient result = new TestClient();
        Future<WebSocket> connecting = client.connect(new io.vertx.core.http.WebSocketConnectOptions()
                .setAbsoluteURI(url)
                .setTimeout(TimeUnit.SECONDS.toMillis(PATIENCE_S)));
        join(connecting.map(result::attach));
        return result;
    }

    static <T> T join(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    }

    private WebSocket attach(WebSocket opened) {
        socket = opened;
        opened.closeHandler(nothing -> closed());
        try {
            opened.frameHandler(frame -> {
                if (frame.isText()) {
                    texts.add(new Arrival(frame.textData(), System.nanoTime()));
                } else if (frame.isBinary()) {
                    binaries.add(frame.binaryData());
                } else if (frame.isPing()) {
                    pings.add(frame.binaryData());
                }
            });
            opened.pongHandler(payload -> pongs.add(new Arrival(payload.toString(), System.nanoTime())));
            opened.exceptionHandler(errors::add);
        } catch (IllegalStateException tooLate) { // the server has closed it at once
            closed();
        }
        return opened;
    }

    private void closed() {
        closeReason = socket.closeReason();
        closeCode = socket.closeStatusCode();
    }

    String next() throws InterruptedException {
        Arrival arrival = texts.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertThat(arrival).as("a text within %d s", PATIENCE_S).isNotNull();
        return arrival.text();
    }

    JsonObject nextJson() throws InterruptedException {
        return new JsonObject(next());
    }

    List<String> next(int count) throws InterruptedException {
        List<String> found = new ArrayList<>();
        while (found.size() < count) {
            found.add(next());
        }
        return found;
    }

    Arrival nextPong() throws InterruptedException {
        Arrival arrival = pongs.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertThat(arrival).as("a pong within %d s", PATIENCE_S).isNotNull();
        return arrival;
    }

    /** The reply to a request; skips earlier market messages. */
    JsonObject request(String text) throws Exception {
        send(text);
        while (true) {
            JsonObject json = nextJson();
            if (json.containsKey("result") || json.containsKey("code")) {
                return json;
            }
        }
    }

    void send(String text) throws Exception {
        join(socket.writeTextMessage(text));
    }

    void ping(String payload) throws Exception {
        join(socket.writePing(Buffer.buffer(payload)));
    }

    /** Sends pings in one go; pings after the close may fail. */
    void pingAtOnce(int count) {
        for (int i = 0; i < count; i++) {
            socket.writePing(Buffer.buffer("p" + i)).onFailure(errors::add);
        }
    }

    void close() throws Exception {
        join(socket.close());
    }

    short awaitClose() {
        Await.until("closed", () -> closeCode != null);
        return closeCode;
    }
}
