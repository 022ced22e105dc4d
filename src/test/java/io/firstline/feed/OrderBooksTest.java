package io.firstline.feed;

import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.FeedEnvironment;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.Jitter;
import io.firstline.simulator.LineBehaviour;
import io.firstline.testkit.Await;
import io.firstline.testkit.book.Book;
import io.firstline.testkit.book.BookClient;
import io.firstline.testkit.book.BookVenue;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The books of the simulated venues, built by the rules that each venue documents. */
class OrderBooksTest extends FeedTestBase {
    private static final int CUTS = 4;

    private ExchangeSimulator exchange;

    private Future<String> rest() {
        return vertx.createHttpClient()
                .request(HttpMethod.GET, exchange.port(), "127.0.0.1", "/api/v3/depth?symbol=BTCUSDT&limit=5000")
                .compose(request -> request.send())
                .compose(HttpClientResponse::body)
                .map(Buffer::toString);
    }

    private BookClient client(BookVenue venue) {
        return new BookClient(venue, this::rest);
    }

    private void eventuallyTrue(BookClient client) {
        Book truth = Book.ofRest(join(rest()));
        Await.until(() -> "the true book, not " + client.differences(truth), () -> client.differences(truth)
                .isEmpty());
    }

    @ParameterizedTest
    @EnumSource(BookVenue.class)
    void shouldSendEachSubscriberTheTrueBook(BookVenue venue) {
        exchange = exchange(market(2_000));
        List<BookClient> clients = new ArrayList<>();
        WebSocketClient sockets = vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(10));
        for (int i = 1; i <= 3; i++) {
            BookClient client = client(venue);
            clients.add(client);
            join(sockets.connect(exchange.port(), "127.0.0.1", venue.path()).onSuccess(socket -> {
                socket.textMessageHandler(client::take);
                socket.writeTextMessage(venue.subscribe());
            }));
            eventually(() -> client.messages() > 50);
        }
        exchange.pauseEmission();

        clients.forEach(this::eventuallyTrue);
    }

    @ParameterizedTest
    @EnumSource(BookVenue.class)
    void shouldBuildTheTrueBookFromAPoolWhoseConnectionsAreCut(BookVenue venue) {
        exchange = exchange(market(500)
                .withLines(List.of(
                        LineBehaviour.perfect(),
                        LineBehaviour.perfect().withDelayMs(8).withJitter(Jitter.EXPONENTIAL, 2),
                        LineBehaviour.perfect().withDelayMs(30).withJitter(Jitter.EXPONENTIAL, 5))));
        BookClient client = client(venue);
        WsPool pool = watch(WsPool.create(
                FeedEnvironment.of(vertx),
                FeedConfig.fromJson(new JsonObject()
                        .put("name", "f")
                        .put("venue", venue.profile())
                        .put("url", exchange.url(venue.path()))
                        .put("streams", new JsonArray().add(venue.stream()))
                        .put("connections", 3)
                        .put("retryBaseMs", 20)
                        .put("joinGuardMs", 50))));
        pool.handler(message -> client.take(message.asText()));
        started(pool);

        for (int cut = 0; cut < CUTS; cut++) {
            eventuallyInStep(pool, 3);
            long before = client.messages();
            exchange.cut(exchange.lines().get(0).number(), CutKind.RESET);
            eventually(() -> client.messages() > before + 50);
        }
        exchange.pauseEmission();

        eventuallyTrue(client);
    }
}
