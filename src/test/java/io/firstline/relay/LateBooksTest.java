package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.PoolVerticle;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.Jitter;
import io.firstline.simulator.LineBehaviour;
import io.firstline.simulator.SimulatedLine;
import io.firstline.testkit.Await;
import io.firstline.testkit.book.Book;
import io.firstline.testkit.book.BookClient;
import io.firstline.testkit.book.BookVenue;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that joins in the middle builds the same book as one that was there from the start. */
class LateBooksTest extends RelayTestBase {
    private static final int CONNECTIONS = 3;
    private static final List<LineBehaviour> LINES = List.of(
            LineBehaviour.perfect(),
            LineBehaviour.perfect().withDelayMs(8).withJitter(Jitter.EXPONENTIAL, 2),
            LineBehaviour.perfect().withDelayMs(30).withJitter(Jitter.EXPONENTIAL, 5));

    @TempDir
    Path folder;

    private final long seed = System.nanoTime();
    private final SplittableRandom random = new SplittableRandom(seed);
    private final List<String> deployments = new ArrayList<>();
    private final Map<BookVenue, Client> first = new EnumMap<>(BookVenue.class);
    private final Queue<Client> late = new ConcurrentLinkedQueue<>();
    private final AtomicInteger rejoined = new AtomicInteger();
    private List<BookVenue> venues = List.of(BookVenue.OKX, BookVenue.BYBIT, BookVenue.KRAKEN, BookVenue.BINANCE);
    /** Here, all venues have one host: by default they have no limits that they would share. */
    private String limits = "";

    private ExchangeSimulator exchange;
    private WebSocketClient sockets;
    private HttpClient http;

    /** A client that begins anew if the relay says that its book cannot be continued. */
    private final class Client {
        final BookVenue venue;
        volatile BookClient book;

        Client(BookVenue venue) {
            this.venue = venue;
            join();
        }

        private void join() {
            BookClient started = new BookClient(venue, LateBooksTest.this::rest);
            book = started;
            sockets.connect(port(), "127.0.0.1", venue.path()).onSuccess(socket -> {
                socket.textMessageHandler(text -> {
                    if (isRefusal(text)) {
                        socket.close();
                    } else {
                        started.take(text);
                    }
                });
                socket.closeHandler(v -> {
                    if (!exchange.lines().isEmpty()) {
                        rejoined.incrementAndGet();
                        vertx.setTimer(100, id -> join());
                    }
                });
                socket.writeTextMessage(venue.subscribe());
            });
        }
    }

    private static boolean isRefusal(String text) {
        return text.contains("\"event\":\"error\"")
                || text.contains("\"success\":false")
                || text.startsWith("{\"code\":");
    }

    private Future<String> rest() {
        return http.request(HttpMethod.GET, exchange.port(), "127.0.0.1", "/api/v3/depth?symbol=BTCUSDT&limit=5000")
                .compose(request -> request.send())
                .compose(HttpClientResponse::body)
                .map(Buffer::toString);
    }

    private void deploy(int messagesPerSecond) {
        System.out.println("seed " + seed);
        exchange = exchange(market(messagesPerSecond).withSeed(seed).withLines(LINES));
        sockets = vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(1_000));
        http = vertx.createHttpClient();
        relay = new RelayVerticle(LOCAL.withLimit("maxClients", 1_000), registry);
        join(vertx.deployVerticle(relay));
        for (BookVenue venue : venues) {
            FeedConfig feed = feed(venue);
            PoolVerticle verticle = new PoolVerticle(feed);
            verticle.publishTo(relay.sink(feed));
            deployments.add(join(vertx.deployVerticle(verticle)));
        }
        eventually(() -> exchange.lines().size() == venues.size() * CONNECTIONS);
        venues.forEach(venue -> first.put(venue, new Client(venue)));
    }

    private FeedConfig feed(BookVenue venue) {
        try {
            Path profiles = Files.createDirectories(folder.resolve("venues"));
            Files.writeString(
                    profiles.resolve("my-" + venue.profile() + ".json"),
                    "{\"extends\":\"" + venue.profile() + "\",\"limits\":[" + limits + "]}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return FeedConfig.fromJson(
                new JsonObject()
                        .put("name", venue.profile())
                        .put("venue", "my-" + venue.profile())
                        .put("url", exchange.url(venue.path()))
                        .put("streams", new JsonArray().add(venue.trades()))
                        .put("connections", CONNECTIONS)
                        .put("retryBaseMs", 20)
                        .put("joinGuardMs", 50),
                folder);
    }

    @AfterEach
    void undeploy() {
        deployments.forEach(id -> join(vertx.undeploy(id)));
    }

    private void cutOne() {
        List<SimulatedLine> open = exchange.lines();
        if (!open.isEmpty()) {
            exchange.cut(open.get(random.nextInt(open.size())).number(), CutKind.RESET);
        }
    }

    private void joins(int clientsPerVenue, int spanMs, int cutEveryMs) {
        for (BookVenue venue : venues) {
            for (int i = 0; i < clientsPerVenue; i++) {
                vertx.setTimer(1L + random.nextInt(spanMs), id -> late.add(new Client(venue)));
            }
        }
        long cuts = vertx.setPeriodic(cutEveryMs, id -> cutOne());
        Await.until(
                Duration.ofMillis(spanMs + 10_000L),
                () -> late.stream()
                        .map(client -> client.venue + " " + client.book.messages())
                        .toList()
                        .toString(),
                () -> late.size() == clientsPerVenue * venues.size()
                        && late.stream().allMatch(client -> client.book.messages() > 10));
        vertx.cancelTimer(cuts);
        exchange.pauseEmission();
        Book truth = Book.ofRest(join(rest()));

        for (Client client : first.values()) {
            eventuallySame(client, () -> client.book.differences(truth));
        }
        for (Client client : late) {
            eventuallySame(client, () -> client.book.differences(first.get(client.venue).book));
        }
        System.out.println(late.size() + " late clients, " + rejoined + " began anew");
        assertThat(rejoined.get()).isLessThanOrEqualTo(late.size() / 4);
    }

    private interface Differences {
        List<String> find();
    }

    private static void eventuallySame(Client client, Differences differences) {
        Await.until(
                () -> client.venue + ": " + differences.find(),
                () -> differences.find().isEmpty());
    }

    @Test
    void shouldBuildTheSameBookAsAClientThatWasThereFromTheStart() {
        deploy(300);

        joins(3, 500, 400);
    }

    /** 100 clients of each venue, over half a minute. */
    @Test
    @Tag("stress")
    void shouldBuildTheSameBookAtAHundredRandomTimes() {
        deploy(40);

        joins(100, 30_000, 1_000);
    }

    @Test
    void shouldWaitForRoomInTheLimitsOfTheVenue() {
        venues = List.of(BookVenue.OKX);
        limits = "{\"what\":\"connects\",\"max\":2,\"perMs\":400,\"scope\":\"host\"}";
        deploy(200);
        eventually(() -> first.get(BookVenue.OKX).book.messages() > 10);
        int newest = exchange.lines().get(2).number();
        exchange.lines().stream().limit(2).forEach(line -> exchange.cut(line.number(), CutKind.RESET));
        eventually(() -> exchange.lines().stream().anyMatch(line -> line.number() > newest));

        Client client = new Client(BookVenue.OKX);

        eventually(() -> client.book.messages() > 10);
        assertThat(rejoined).hasValue(0);
    }
}
