package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Sockets that are alive and deliver nothing (field notes P1): only a sibling proves that they should. */
@Execution(ExecutionMode.CONCURRENT)
class SilenceTest extends FeedTestBase {

    @Test
    void shouldReplaceAConnectionThatIsSilentWhileOthersDeliver() {
        ExchangeSimulator exchange = exchange(market(200));
        List<String> sent = new ArrayList<>();
        exchange.onEmit((stream, payload) -> {
            synchronized (sent) {
                sent.add(payload.toString());
            }
        });
        // rare pings, so that missing pongs do not reveal it
        WsPool feed = started(pool(poolOf(3, exchange.url(PATH))
                .withConnection(connection(exchange.url(PATH)).withLatencyPingIntervalMs(60_000))));
        eventually(() -> members(feed).stream()
                .allMatch(c -> c.line().inStep() && c.connection().sequenceId() > 5));
        exchange.freeze(2);

        eventually(() -> events.stream().anyMatch(e -> e.type() == FeedEvent.Type.EVICTED));
        exchange.pauseEmission();
        eventually(() -> messages.size() == sent.size());

        JsonObject silent = facts(FeedEvent.Type.STREAM_SILENT);
        JsonObject evicted = facts(FeedEvent.Type.EVICTED);
        assertThat(evicted.getString("connection")).isEqualTo(silent.getString("connection"));
        assertThat(evicted.getString("reason")).isEqualTo("silent while others deliver");
        assertThat(messages).extracting(m -> m.payload().toString()).containsExactlyElementsOf(sent);
        assertThat(events).noneMatch(e -> e.type() == FeedEvent.Type.DEGRADED);
    }

    @Test
    void shouldReplaceNobodyWhenAllAreSilent() {
        ExchangeSimulator exchange = exchange(market(200));
        WsPool feed = started(pool(poolOf(3, exchange.url(PATH))));
        eventually(() -> members(feed).stream()
                .allMatch(c -> c.line().inStep() && c.connection().sequenceId() > 20));
        exchange.pauseEmission();

        eventually(() -> events.stream().anyMatch(e -> e.type() == FeedEvent.Type.STREAM_SILENT));

        assertThat(facts(FeedEvent.Type.STREAM_SILENT).getLong("silentMs")).isGreaterThanOrEqualTo(5_000);
        assertThat(events).noneMatch(e -> e.type() == FeedEvent.Type.EVICTED);
        assertThat(exchange.lines()).hasSize(3);
        assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
    }

    /** Venues that answer no pings exist, and a quiet feed of theirs is not dead. */
    @Test
    void shouldSayThatConnectionsMayBeDeadIfTheirServerAnswersNoPings() {
        try (ScriptedServer server = ScriptedServer.start()) {
            WsSingle feed = watch(new WsSingle(
                    quick(60), "f", connection(server.url("/")), SubscribeTemplates.NONE, MessageFormat.NONE));
            Future<Void> start = feed.start();
            Peer peer = server.accept().ignorePings().upgrade();
            join(start);
            for (int i = 0; i < 30; i++) {
                String message = "m" + i;
                peer.text(message);
                eventually(() -> texts().contains(message));
            }

            FeedEvent degraded = awaitTold(FeedEvent.Type.DEGRADED);

            assertThat(degraded.toJson().getString("reason"))
                    .isEqualTo("the only open connection delivers nothing for unusually long; its server has never "
                            + "answered a ping, so it may be dead");
            assertThat(told(FeedEvent.Type.STREAM_SILENT)).isNotEmpty();
            assertThat(feed.state()).isEqualTo(FeedState.DEGRADED);
            assertThat(told(FeedEvent.Type.DISCONNECTED))
                    .as("it proves nothing")
                    .isEmpty();

            peer.text("again");
            awaitTold(FeedEvent.Type.RECOVERED);
            assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
        }
    }

    private JsonObject facts(FeedEvent.Type type) {
        return events.stream()
                .filter(e -> e.type() == type)
                .findFirst()
                .orElseThrow()
                .toJson();
    }
}
