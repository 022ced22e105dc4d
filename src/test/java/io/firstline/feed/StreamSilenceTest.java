package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.FeedEvent;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.testkit.Await;
import io.firstline.testkit.FaultLink;
import io.firstline.testkit.FaultProxy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** One stream dies on a live connection (field notes P1): only its siblings prove it. */
@Execution(ExecutionMode.CONCURRENT)
class StreamSilenceTest extends FeedTestBase {
    private ExchangeSimulator exchange;
    private Ledger ledger;
    private FaultProxy proxy;

    private WsPool running() {
        exchange = exchange(market(500));
        ledger = new Ledger(exchange);
        proxy = FaultProxy.to(exchange.port());
        exchange.pauseEmission(); // otherwise a connection that opens later could deliver the first message
        WsPool feed = started(readingPool(poolOf(3, proxy.url(COMBINED))));
        eventually(() -> members(feed).size() == 3);
        exchange.resumeEmission();
        eventually(() -> members(feed).stream()
                .allMatch(c -> c.line().inStep() && c.connection().sequenceId() > 20));
        return feed;
    }

    @AfterEach
    void closeProxy() {
        proxy.close();
    }

    private static boolean isTrade(String message) {
        return message.contains(TRADE);
    }

    @Test
    void shouldReplaceAConnectionThatBringsNothingOfOneStream() {
        WsPool feed = running();
        proxy.link(2).mute(StreamSilenceTest::isTrade);

        String reason = TRADE + " silent while others deliver it";
        eventually(() -> told(FeedEvent.Type.EVICTED).stream()
                .anyMatch(event -> event.toJson().getString("reason").equals(reason)));

        String evicted = told(FeedEvent.Type.EVICTED).stream()
                .map(FeedEvent::toJson)
                .filter(event -> event.getString("reason").equals(reason))
                .map(event -> event.getString("connection"))
                .findFirst()
                .orElseThrow();
        assertThat(told(FeedEvent.Type.STREAM_SILENT))
                .extracting(FeedEvent::toJson)
                .anyMatch(event ->
                        TRADE.equals(event.getString("stream")) && evicted.equals(event.getString("connection")));
        ledger.assertComplete(feed, messages);
        assertThat(told(FeedEvent.Type.DEGRADED)).isEmpty();
        eventually(() -> proxy.links().stream().filter(link -> !link.isEnded()).count() == 3);
    }

    @Test
    void shouldNotTakeACandidateThatLacksAStream() {
        WsPool feed = running();
        proxy.greet(link -> {
            link.mute(StreamSilenceTest::isTrade);
            FaultProxy.pass().greet(link);
        });
        join(feed.evict("f-1"));
        eventually(() -> told(FeedEvent.Type.IN_STEP).stream()
                .anyMatch(e -> e.toJson().getString("connection").equals("f-4")));

        ledger.awaitMore(300);

        assertThat(told(FeedEvent.Type.EVICTED)).isEmpty();
        FaultLink candidate = proxy.links().get(3);
        candidate.mute(message -> false);
        assertThat(awaitTold(FeedEvent.Type.EVICTED).toJson().getString("replacement"))
                .isEqualTo("f-4");
        ledger.assertComplete(feed, messages);
    }

    @Test
    void shouldTellThatAStreamWasSubscribedAndShowsNoData() {
        exchange = exchange(quiet());
        proxy = FaultProxy.to(exchange.port());
        started(watch(new WsPool(
                quick(4),
                "f",
                poolOf(2, proxy.url("/stream")),
                new SubscribeTemplates(List.of(TRADE, BOOK), BINANCE.subscribe(), BINANCE.unsubscribe()),
                MESSAGES,
                30_000)));
        eventually(() -> openLines() == 2
                && exchange.lines().stream().allMatch(l -> l.streams().size() == 2));
        exchange.emit(TRADE, "{\"e\":\"trade\"}");

        Await.until("a stream without data", () -> !withoutData().isEmpty());

        JsonObject silent = withoutData().get(0);
        assertThat(silent.getJsonArray("streams")).isEqualTo(new JsonArray().add(BOOK));
        assertThat(silent.getLong("waitedMs")).isEqualTo(10_000);
        assertThat(told(FeedEvent.Type.EVICTED))
                .as("an event, never an eviction")
                .isEmpty();
    }

    private List<JsonObject> withoutData() {
        return told(FeedEvent.Type.STREAM_SILENT).stream()
                .map(FeedEvent::toJson)
                .filter(facts -> facts.containsKey("streams"))
                .toList();
    }
}
