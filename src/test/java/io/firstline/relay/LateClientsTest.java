package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.PoolVerticle;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that come late get a whole order book: an exchange in OKX's form, a pool, the relay. */
class LateClientsTest extends RelayTestBase {
    private static final String BOOK_STREAM = "books BTC-USDT";
    private static final String INSTRUMENT = "BTC-USDT";

    private BookServer server;
    private Context loop;
    private long changes;
    private String deployment;

    @BeforeEach
    void startServer() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        loop = vertx.getOrCreateContext();
        server = new BookServer(vertx, seed);
        onLoop(() -> server.start());
    }

    private <T> T onLoop(Supplier<T> action) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(v -> done.complete(action.get()));
        return join(done.future());
    }

    private void deploy(int connections, String... streams) {
        relay = new RelayVerticle(LOCAL, registry);
        join(vertx.deployVerticle(relay));
        FeedConfig feed = FeedConfig.fromJson(new JsonObject()
                .put("name", "f")
                .put("venue", "okx")
                .put("url", server.url())
                .put("streams", new JsonArray(List.of(streams)))
                .put("connections", connections)
                .put("retryBaseMs", 20)
                .put("joinGuardMs", 50));
        PoolVerticle verticle = new PoolVerticle(feed);
        verticle.publishTo(relay.sink(feed));
        deployment = join(vertx.deployVerticle(verticle));
        eventually(() ->
                server.connections.get() == connections && server.snapshots.get() == connections * streams.length);
    }

    private void change(int everyMs) {
        onLoop(() -> changes = vertx.setPeriodic(everyMs, id -> server.change(INSTRUMENT)));
    }

    private String stop() {
        return onLoop(() -> {
            vertx.cancelTimer(changes);
            return server.state(INSTRUMENT);
        });
    }

    @AfterEach
    void undeploy() {
        join(vertx.undeploy(deployment));
        join(onLoop(server::close));
    }

    private static String subscribing(String id) {
        return "{\"id\":\"" + id + "\",\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\",\"instId\":\"" + INSTRUMENT
                + "\"}]}";
    }

    private static BookServer.Built built(Reader reader) {
        BookServer.Built built = new BookServer.Built();
        reader.payloads.forEach(payload -> built.take(payload.toString()));
        return built;
    }

    @Test
    void shouldGiveALateClientAckSnapshotAndUpdatesInThisOrder() {
        deploy(2, BOOK_STREAM);
        change(5);
        Reader bot = reader("/ws/v5/public");
        bot.socket.writeTextMessage(subscribing("7"));
        eventually(() -> bot.payloads.size() > 20);
        String truth = stop();

        eventually(() -> built(bot).state().equals(truth));
        assertThat(built(bot).error).isNull();
        assertThat(built(bot).snapshots).isOne();
        List<String> got = bot.payloads.stream().map(Object::toString).toList();
        assertThat(new JsonObject(got.get(0)).getString("event")).isEqualTo("subscribe");
        assertThat(new JsonObject(got.get(1)).getString("action")).isEqualTo("snapshot");
        assertThat(server.snapshots).hasValue(3);
        eventually(() -> server.connections.get() == 2);
    }

    @Test
    void shouldBeginWithTheSnapshotOnThePlainWayIn() {
        deploy(2, BOOK_STREAM);
        change(5);
        Reader plain = reader("/feeds/f?streams=books%20BTC-USDT");
        eventually(() -> plain.payloads.size() > 20);
        String truth = stop();

        eventually(() -> built(plain).state().equals(truth));
        assertThat(built(plain).error).isNull();
        assertThat(built(plain).snapshots).isOne();
    }

    @Test
    void shouldServeFiftyClientsThatComeAtOnceWithOneFetch() {
        deploy(2, BOOK_STREAM);
        server.mostDelayMs = 40;
        change(2);
        List<Reader> bots =
                IntStream.range(0, 50).mapToObj(i -> reader("/ws/v5/public")).toList();
        bots.forEach(bot -> bot.socket.writeTextMessage(subscribing("1")));
        eventually(() -> bots.stream().allMatch(bot -> bot.payloads.size() > 20));
        String truth = stop();

        for (Reader bot : bots) {
            eventually(() -> built(bot).state().equals(truth));
            assertThat(built(bot).error).isNull();
        }
        assertThat(server.snapshots).hasValue(3);
    }

    @Test
    void shouldJoinAStreamThatIsSilent() {
        deploy(2, BOOK_STREAM);
        Reader bot = reader("/ws/v5/public");
        bot.socket.writeTextMessage(subscribing("7"));
        String truth = stop();

        eventually(() -> built(bot).state().equals(truth));
        onLoop(() -> {
            server.change(INSTRUMENT);
            return null;
        });
        eventually(() -> built(bot).state().equals(stop()));
        assertThat(built(bot).error).isNull();
    }

    @Test
    void shouldRefuseInTheVenuesWordsWhenTheVenueRefusesTheSpareConnection() {
        deploy(2, BOOK_STREAM);
        server.refuses = true;
        Reader bot = reader("/ws/v5/public");
        bot.socket.writeTextMessage(subscribing("7"));
        Reader plain = reader("/feeds/f?streams=books%20BTC-USDT");

        eventually(() -> bot.payloads.size() == 1 && plain.closed);
        JsonObject refusal = new JsonObject(bot.payloads.remove());
        assertThat(refusal.getString("event")).isEqualTo("error");
        assertThat(refusal.getString("id")).isEqualTo("7");
        assertThat(refusal.getString("msg")).contains("the venue refused the subscription");
        assertThat(plain.code()).isEqualTo((short) 1013);
        eventually(() -> server.connections.get() == 2);
    }

    @Test
    void shouldGiveTheFirstClientNothingOlderThanItsSnapshot() {
        server.mostDelayMs = 60;
        deploy(4, "books ETH-USDT");
        change(2);
        Reader bot = reader("/ws/v5/public");
        bot.socket.writeTextMessage(subscribing("7"));
        eventually(() -> bot.payloads.size() > 200);
        String truth = stop();

        eventually(() -> built(bot).state().equals(truth));
        assertThat(built(bot).error).isNull();
    }
}
