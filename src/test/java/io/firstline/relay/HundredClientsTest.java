package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.FeedVerticle;
import io.firstline.deploy.PoolVerticle;
import io.firstline.feed.report.FeedEvent;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Loggers;
import io.netty.util.concurrent.DefaultPromise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * 97 clients of a pool, and then three more, which connect again whenever the relay ends them: one does not read, one
 * sends requests without end, one sends garbage.
 */
class HundredClientsTest extends RelayTestBase {
    private static final int GOOD = 97;
    private static final int QUEUE_BYTES = 1 << 20;
    /** Messages that a client which reads may lack on a busy machine; they have fewer bytes than may wait. */
    private static final int MOST_BEHIND = 20;
    /** Makes a client that does not read slow within a second or two. */
    private static final String PADDING = "x".repeat(16_000);

    private static final String BEGIN = "{\"stream\":\"" + TRADE + "\",\"data\":{\"t\":";
    private static final List<String> REASONS = List.of("slow", "too_many_frames", "protocol_error");

    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> hostile = new ArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = Loggers.of(RelayFeed.class);
    private final ListAppender<ILoggingEvent> nettyLog = new ListAppender<>();
    private final Logger nettyLogger = Loggers.of(DefaultPromise.class);
    private final Queue<Long> ofFeed = new ConcurrentLinkedQueue<>();
    private final Queue<Long> ofClients = new ConcurrentLinkedQueue<>();
    private final AtomicInteger emitted = new AtomicInteger();
    private final List<Counting> good = new ArrayList<>();
    private String deployment;
    /** Closes its sockets when nobody refers to it. */
    private WebSocketClient client;

    private double mostQueued;
    private long emission;
    private Level levelBefore;

    /** Checks that it gets every trade once and in order. */
    private final class Counting {
        volatile int last;
        volatile boolean wrong;
        volatile boolean closed;

        final WebSocket socket;

        Counting(WebSocket socket) {
            this.socket = socket;
            socket.closeHandler(v -> closed = true);
            socket.handler(this::got);
        }

        private void got(Buffer payload) {
            String text = payload.getString(0, Math.min(payload.length(), 100));
            if (text.startsWith(BEGIN)) {
                int number = Integer.parseInt(text.substring(BEGIN.length(), text.indexOf(',', BEGIN.length())));
                wrong |= last != 0 && number != last + 1;
                last = number;
                if (number % 10 == 0) {
                    ofClients.add(ageNanos(payload));
                }
            }
        }
    }

    private static long ageNanos(Buffer payload) {
        return System.nanoTime() - new JsonObject(payload).getJsonObject("data").getLong("T");
    }

    private static String figures(Queue<Long> ages) {
        long[] sorted = ages.stream().mapToLong(Long::longValue).sorted().toArray();
        ages.clear();
        return String.format(
                "p50 %.2f ms, p99 %.2f ms of %d",
                sorted[sorted.length / 2] / 1e6, sorted[sorted.length * 99 / 100] / 1e6, sorted.length);
    }

    @AfterEach
    void end() throws InterruptedException {
        stopAttack();
        vertx.cancelTimer(emission);
        good.forEach(each -> each.socket.close());
        join(vertx.undeploy(deployment));
        logger.detachAppender(log);
        nettyLogger.detachAppender(nettyLog);
        logger.setLevel(levelBefore);
    }

    private void stopAttack() throws InterruptedException {
        over.set(true);
        for (Thread each : hostile) {
            each.join();
        }
    }

    private void deploy() {
        log.start();
        levelBefore = logger.getLevel();
        logger.setLevel(Level.WARN);
        logger.addAppender(log);
        nettyLog.start();
        nettyLogger.addAppender(nettyLog);
        ExchangeSimulator exchange = exchange(quiet());
        relay = new RelayVerticle(LOCAL.withLimit("maxQueueBytes", QUEUE_BYTES).withLimit("maxClients", 200), registry);
        join(vertx.deployVerticle(relay));
        FeedConfig feed = FeedConfig.fromJson(new JsonObject()
                .put("name", "f")
                .put("venue", "binance-spot")
                .put("url", exchange.url("/stream"))
                .put("streams", new JsonArray().add(TRADE).add(BOOK))
                .put("connections", 2));
        FeedVerticle verticle = new PoolVerticle(feed);
        verticle.publishTo(relay.sink(feed)).publishTo(new FeedSink() {
            @Override
            public void publish(FeedMessage message) {
                if (message.stream().equals(TRADE)) {
                    ofFeed.add(ageNanos(message.payload()));
                }
            }

            @Override
            public void publish(FeedEvent event) {
                // only messages are counted
            }
        });
        deployment = join(vertx.deployVerticle(verticle));
        client = vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(GOOD));
        for (int i = 0; i < GOOD; i++) {
            String path = i % 10 == 0 ? "/feeds/f" : "/feeds/f?streams=" + TRADE;
            good.add(new Counting(join(client.connect(port(), "127.0.0.1", path))));
        }
        eventuallyClients(GOOD);
        eventually(() -> exchange.lines().size() == 2
                && exchange.lines().stream().allMatch(line -> line.streams().size() == 2));
        emission = vertx.setPeriodic(4, id -> {
            if (good.stream().anyMatch(each -> !each.closed && emitted.get() - each.last >= MOST_BEHIND)) {
                return;
            }
            int number = emitted.incrementAndGet();
            exchange.emit(TRADE, "{\"t\":" + number + ",\"T\":" + System.nanoTime() + "}");
            exchange.emit(BOOK, "{\"u\":" + number + ",\"padding\":\"" + PADDING + "\"}");
        });
    }

    private interface Misbehaviour {
        /** Returns, or fails, when the relay has ended the connection. */
        void with(Socket socket) throws IOException;
    }

    private void start(String path, Misbehaviour misbehaviour) {
        Thread thread = new Thread(() -> {
            while (!over.get()) {
                try (Socket socket = RelayHostileClientsTest.unread(port(), path)) {
                    misbehaviour.with(socket);
                } catch (IOException e) {
                    // the relay has ended it
                }
            }
        });
        hostile.add(thread);
        thread.start();
    }

    private void attack() {
        byte[] request = ("{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":1}")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[6 + request.length]; // masked with zeros
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | request.length);
        System.arraycopy(request, 0, frame, 6, request.length);
        byte[] garbage = new byte[10_000];
        new Random(1).nextBytes(garbage);
        garbage[0] = (byte) 0xFF; // no frame begins so
        start("/feeds/f", socket -> {
            double before = closed("slow");
            eventually(() -> over.get() || closed("slow") > before);
        });
        start("/ws", socket -> {
            while (!over.get()) {
                socket.getOutputStream().write(frame);
            }
        });
        start("/feeds/f?streams=" + TRADE, socket -> {
            socket.getOutputStream().write(garbage);
            socket.getInputStream().transferTo(OutputStream.nullOutputStream()); // until the relay ends it
        });
    }

    private double closed(String reason) {
        return count("firstline.relay.closed", "reason", reason);
    }

    private void phase(int seconds) {
        ofFeed.clear();
        ofClients.clear();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() - until < 0) {
            long next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
            eventually(() -> System.nanoTime() - next > 0);
            mostQueued = Math.max(mostQueued, count("firstline.relay.queue.bytes"));
        }
    }

    @Test
    void shouldServeAHundredClientsOfWhomThreeMisbehave() throws InterruptedException {
        serve(1);
    }

    /** Prints what feed and clients see without the three and with them. */
    @Test
    @Tag("stress")
    void shouldServeAHundredClientsOfWhomThreeMisbehaveForLong() throws InterruptedException {
        serve(30);
    }

    private void serve(int seconds) throws InterruptedException {
        deploy();
        phase(seconds);
        String without = "feed " + figures(ofFeed) + ", clients " + figures(ofClients);
        attack();
        phase(seconds);
        eventually(() -> REASONS.stream().allMatch(reason -> closed(reason) > 0));
        String with = "feed " + figures(ofFeed) + ", clients " + figures(ofClients);
        System.out.printf(
                "[relay] 97 clients: %s; with three hostile ones: %s, at most %.0f bytes wait, closed %s%n",
                without, with, mostQueued, REASONS.stream().map(this::closed).toList());
        stopAttack();

        int now = emitted.get();
        eventually(() -> good.stream().allMatch(each -> each.last >= now));
        assertThat(good).noneMatch(each -> each.wrong || each.closed);
        assertThat(mostQueued).isLessThan(8.0 * QUEUE_BYTES);
        assertThat(log.list.stream()
                        .map(ILoggingEvent::getFormattedMessage)
                        .filter(text -> text.startsWith("relay: closes a client of f as "))
                        .map(text -> text.replaceAll(".* as (\\w+):.*", "$1")))
                .as("one line a minute")
                .containsAll(REASONS)
                .hasSizeLessThan(10);
        eventuallyClients(GOOD);
        assertThat(nettyLog.list)
                .as("errors of Vert.x, two seconds after a client was too slow")
                .isEmpty();
    }
}
