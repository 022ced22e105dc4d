package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.Acks;
import io.firstline.config.venue.FieldMatcher;
import io.firstline.config.venue.Formats;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.Notices;
import io.firstline.config.venue.StreamNaming;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.ExchangeSimulator;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The server answers a feed's requests, or the feed repeats them, or reports that they were not answered. */
@Execution(ExecutionMode.CONCURRENT)
class AnswersTest extends FeedTestBase {

    @Test
    void shouldKeepAnswersToItsOwnRequestsOutOfTheStream() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(readingPool(poolOf(2, exchange.url("/stream")), "a@trade", "b@trade", "c@trade"));
        eventually(() -> exchange.lines().stream().allMatch(l -> l.streams().size() == 3));
        assertThat(join(feed.subscribe(List.of("d@trade")))).isEqualTo(2);
        eventually(() -> exchange.lines().stream().allMatch(l -> l.streams().size() == 4));
        eventually(() -> report(feed).control() == 6); // two requests of the opening, one later, on two connections

        exchange.emit("d@trade", "{}");

        eventually(() -> !messages.isEmpty());
        assertThat(texts()).containsExactly("{\"stream\":\"d@trade\",\"data\":{}}");
        assertThat(told(FeedEvent.Type.SUBSCRIBE_FAILED)).isEmpty();
    }

    @Test
    void shouldTellWhatIsRefused() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = started(readingPool(poolOf(2, server.url())));
        eventually(() -> server.sockets.size() == 2 && feed.state() == FeedState.CONNECTED);
        join(feed.subscribe(List.of("x")));
        eventually(() -> server.received.size() == 2);

        server.send("{\"code\":2,\"msg\":\"Invalid request\",\"id\":10001}", 0, 1);

        eventually(() -> told(FeedEvent.Type.SUBSCRIBE_FAILED).size() == 2);
        JsonObject refused = told(FeedEvent.Type.SUBSCRIBE_FAILED).get(0).toJson();
        assertThat(refused.getString("reason")).isEqualTo("refused: 2");
        assertThat(refused.getJsonArray("streams")).isEqualTo(new JsonArray().add("x"));
        assertThat(messages).isEmpty();
    }

    @Test
    void shouldAskAgainWhatIsNotAnsweredAndPassOnWhatIsNoAnswer() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = started(readingPool(poolOf(2, server.url())));
        eventually(() -> server.sockets.size() == 2 && feed.state() == FeedState.CONNECTED);
        join(feed.subscribe(List.of("x")));
        eventually(() -> server.received.size() == 2);
        server.send("{\"result\":null,\"id\":10001}", 0);

        eventually(() -> server.received.size() == 3); // after five seconds

        assertThat(server.received.get(2)).startsWith("1:").contains("\"id\":10001");
        server.send("{\"result\":null,\"id\":10001}", 0); // no request waits for it any more
        eventually(() -> texts().equals(List.of("{\"result\":null,\"id\":10001}")));
        assertThat(report(feed).control()).isEqualTo(1);
    }

    @Test
    void shouldNotTakeACandidateWhoseSubscriptionIsNotAnswered() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = started(readingPool(poolOf(2, server.url()).withJoinGuardMs(0), "x"));
        eventually(() -> server.received.size() == 2);
        server.send("{\"id\":1}", 0, 1);
        server.send("{\"e\":\"x\"}", 0, 1);
        join(feed.evict("f-1"));
        eventually(() -> server.received.size() == 3);
        server.send("{\"e\":\"x\",\"n\":1}", 0, 1, 2);
        eventually(() -> told(FeedEvent.Type.IN_STEP).size() == 1);
        heard(feed);
        assertThat(told(FeedEvent.Type.EVICTED)).isEmpty();

        server.send("{\"id\":1}", 2);

        assertThat(awaitTold(FeedEvent.Type.EVICTED).toJson().getString("replacement"))
                .isEqualTo("f-3");
    }

    /**
     * A venue that names a request by its id, reports errors with or without it, and announces that it closes
     * connections.
     */
    private static final MessageFormat SPEAKING = Formats.with(Map.of(
            "naming",
            StreamNaming.at(List.of("/topic")),
            "control",
            Formats.signs("/op"),
            "acks",
            Acks.withId("/id", new FieldMatcher("/success", List.of("false"))),
            "notices",
            new Notices(
                    List.of(),
                    List.of(new FieldMatcher("/code", List.of("\"64008\""))),
                    List.of(),
                    List.of(new FieldMatcher("/event", List.of("\"error\""))),
                    List.of("/ret_msg", "/msg"))));

    private WsPool speaking(HandServer server, WsPoolConfig config, String... streams) {
        SubscribeTemplates how = new SubscribeTemplates(List.of(streams), BINANCE.subscribe(), BINANCE.unsubscribe());
        WsPool feed = started(watch(WsPool.create(vertx, "f", config, how, SPEAKING)));
        eventually(() -> server.sockets.size() == config.connections() && feed.state() == FeedState.CONNECTED);
        return feed;
    }

    private static void refuse(HandServer server, int socket, int id, String words) {
        server.send("{\"op\":\"subscribe\",\"success\":false,\"ret_msg\":\"" + words + "\",\"id\":" + id + "}", socket);
    }

    private static void accept(HandServer server, int socket, int id) {
        server.send("{\"op\":\"subscribe\",\"success\":true,\"id\":" + id + "}", socket);
    }

    @Test
    void shouldTakeAlreadySubscribedForSuccess() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = speaking(server, poolOf(2, server.url()), "a");
        eventually(() -> server.received.size() == 2);

        refuse(server, 0, 1, "error:already subscribed,topic:a");
        refuse(server, 1, 1, "Already_Subscribed");

        eventually(() -> report(feed).control() == 2);
        assertThat(told(FeedEvent.Type.SUBSCRIBE_FAILED)).isEmpty();
    }

    /** As in JSON-RPC. */
    @Test
    void shouldTakeAnObjectForARefusal() {
        MessageFormat rpc = Formats.with(Map.of(
                "naming",
                StreamNaming.at(List.of("/topic")),
                "acks",
                Acks.withId("/id", FieldMatcher.anyAt("/error"))));
        SubscribeTemplates how = new SubscribeTemplates(List.of("a"), BINANCE.subscribe(), BINANCE.unsubscribe());
        HandServer server = HandServer.start(vertx);
        started(watch(WsPool.create(vertx, "f", poolOf(2, server.url()), how, rpc)));
        eventually(() -> server.received.size() == 2);

        server.send("{\"id\":1,\"result\":null,\"error\":{\"code\":-32601,\"message\":\"no a\"}}", 0);
        server.send("{\"id\":1,\"result\":true,\"error\":null}", 1);

        assertThat(awaitTold(FeedEvent.Type.SUBSCRIBE_FAILED).toJson().getString("reason"))
                .isEqualTo("refused: rejected");
        assertThat(told(FeedEvent.Type.SUBSCRIBE_FAILED)).hasSize(1);
    }

    @Test
    void shouldFindTheStreamForWhichABatchIsRefused() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = speaking(server, poolOf(2, server.url()), "a", "bad", "c");
        eventually(() -> server.received.size() == 2);

        refuse(server, 0, 1, "Invalid topic");
        eventually(() -> server.received.size() == 4);
        assertThat(server.received.get(2)).contains("[\"a\",\"bad\"]", "\"id\":10001");
        assertThat(server.received.get(3)).contains("[\"c\"]", "\"id\":10002");
        accept(server, 0, 10_002);
        refuse(server, 0, 10_001, "Invalid topic");
        eventually(() -> server.received.size() == 6);
        accept(server, 0, 10_003);
        assertThat(told(FeedEvent.Type.SUBSCRIBE_FAILED)).isEmpty();
        refuse(server, 0, 10_004, "Invalid topic\\u001b[2J");

        JsonObject failed = awaitTold(FeedEvent.Type.SUBSCRIBE_FAILED).toJson();
        assertThat(failed.getJsonArray("streams")).isEqualTo(new JsonArray().add("bad"));
        assertThat(failed.getString("reason")).isEqualTo("refused: Invalid topic\\u001b[2J");
        server.send("{\"topic\":\"c\"}", 0);
        eventually(() -> texts().equals(List.of("{\"topic\":\"c\"}")));
        assertThat(report(feed).live()).isEqualTo(2);
    }

    @Test
    void shouldReportAnErrorThatNamesNoRequest() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = speaking(server, poolOf(2, server.url()), "a");
        eventually(() -> server.received.size() == 2);
        accept(server, server.socketOf(feed, "f-1"), 1);

        String error = "{\"event\":\"error\",\"topic\":\"%s\",\"msg\":\"%s\"}";
        server.send(error.formatted("a", "no such product"), server.socketOf(feed, "f-1"));

        JsonObject told = awaitTold(FeedEvent.Type.SERVER_ERROR).toJson();
        assertThat(told.getString("connection")).isEqualTo("f-1");
        assertThat(told.getString("text")).isEqualTo("no such product");
        assertThat(told.getJsonArray("streams")).isEqualTo(new JsonArray().add("a"));
        assertThat(texts()).isEmpty();

        for (int i = 0; i < 50; i++) {
            server.send(error.formatted("", "x".repeat(1_000)), server.socketOf(feed, "f-2"));
        }
        eventually(() -> report(feed).copies() == 52);
        assertThat(told(FeedEvent.Type.SERVER_ERROR)).as("at most one a second").hasSizeLessThan(10);
        server.send(error.formatted("", "last"), server.socketOf(feed, "f-2"));
        eventually(() -> {
            server.send(error.formatted("", "last"), 0);
            return told(FeedEvent.Type.SERVER_ERROR)
                            .get(told(FeedEvent.Type.SERVER_ERROR).size() - 1)
                            .toJson()
                            .getInteger("omitted")
                    > 0;
        });
        assertThat(told(FeedEvent.Type.SERVER_ERROR))
                .allMatch(event -> event.toJson().getString("text").length() <= 201);
    }

    @Test
    void shouldReplaceAConnectionThatIsAnnouncedToEndByASign() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = speaking(server, poolOf(2, server.url()).withJoinGuardMs(0));
        server.send("{\"topic\":\"a\",\"n\":0}", 0, 1);
        eventually(() -> messages.size() == 1);

        server.send("{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"upgrade\"}", server.socketOf(feed, "f-1"));

        eventually(() -> server.sockets.size() == 3);
        assertThat(awaitTold(FeedEvent.Type.SHUTDOWN_ANNOUNCED).toJson().getString("connection"))
                .isEqualTo("f-1");
        eventually(() -> told(FeedEvent.Type.CONNECTED).size() == 3);
        server.send("{\"topic\":\"a\",\"n\":1}", 0, 1, 2);
        assertThat(awaitTold(FeedEvent.Type.EVICTED).toJson().getString("connection"))
                .isEqualTo("f-1");
        assertThat(texts()).as("the notice is no data").hasSize(2);
    }

    @Test
    void shouldSpreadALongOpeningOverSeconds() {
        HandServer server = HandServer.start(vertx);
        List<String> opening =
                IntStream.range(0, 45).mapToObj(i -> "{\"sub\":" + i + "}").toList();
        long start = System.nanoTime();
        WsConnectionConfig connection =
                connection(server.url()).withOnConnect(opening).withFramesPerSecond(0);
        started(single(connection));

        eventually(() -> server.received.size() == 45);

        assertThat(System.nanoTime() - start).as("20 a second").isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1_900));
        assertThat(server.received)
                .isEqualTo(opening.stream().map(text -> "0:" + text).toList());
    }
}
