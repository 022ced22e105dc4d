package io.firstline.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.simulator.ExchangeSimulator;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a feed asks its server for is answered, or asked again, or told. */
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
        JsonObject refused = told(FeedEvent.Type.SUBSCRIBE_FAILED).get(0).facts();
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
        server.send("{\"result\":null,\"id\":10001}", 0); // nobody waits for it any more
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

        assertThat(awaitTold(FeedEvent.Type.EVICTED).facts().getString("replacement"))
                .isEqualTo("f-3");
    }
}
