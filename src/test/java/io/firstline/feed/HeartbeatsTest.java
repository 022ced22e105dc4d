package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.Formats;
import io.firstline.config.venue.Heartbeat;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.MessageSigns;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A venue's heartbeats are sent on every connection; a connection without any answer is closed. */
@Execution(ExecutionMode.CONCURRENT)
class HeartbeatsTest extends FeedTestBase {
    private static MessageFormat beating(boolean answered) {
        return Formats.with(Map.of(
                "control",
                new MessageSigns(List.of(), List.of("pong")),
                "protocol",
                Formats.protocol(Map.of("heartbeat", new Heartbeat("ping ${id}", 1_000, answered)))));
    }

    private WsPool pool(HandServer server, boolean answered) {
        // pings would find a silent connection sooner
        WsPool pool = started(watch(WsPool.create(
                vertx,
                "f",
                poolOf(2, server.url()).withConnection(connection(server.url()).withLatencyPingIntervalMs(600_000)),
                SubscribeTemplates.NONE,
                beating(answered))));
        eventually(() -> server.sockets.size() == 2 && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    @Test
    void shouldBeatOnEveryConnection() {
        HandServer server = HandServer.start(vertx);
        WsPool pool = pool(server, false);

        eventually(() -> server.received.stream()
                        .filter(text -> text.startsWith("0:ping "))
                        .count()
                >= 3);

        assertThat(server.received.stream().distinct().toList()).hasSameSizeAs(server.received);
        assertThat(server.received).anyMatch(text -> text.startsWith("1:ping "));
        server.send("pong", 0);
        eventually(() -> report(pool).copies() == 1);
        assertThat(messages)
                .as("a feed that reads nothing of its messages passes on everything")
                .isEmpty();
    }

    @Test
    void shouldCutOffWhoDoesNotAnswer() {
        HandServer server = HandServer.start(vertx);
        pool(server, true);
        long beating = vertx.setPeriodic(
                200, timer -> server.sockets.get(0).writeTextMessage("pong")); // the other connection is alive

        FeedEvent lost = awaitTold(FeedEvent.Type.DISCONNECTED);
        vertx.cancelTimer(beating);

        assertThat(lost.toJson().encode()).contains("no answer to a heartbeat");
    }
}
