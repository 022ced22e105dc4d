package io.firstline.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.report.ConnectionState;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.DropCause;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.testkit.Await;
import io.firstline.testkit.ConnectionProbe;
import io.firstline.testkit.Frame;
import io.firstline.testkit.Loops;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The network fails: the same names for it whichever way sockets are read. */
class NetworkErrorsTest {
    private static final Map<Loops, Vertx> LOOPS = new EnumMap<>(Loops.class);

    @BeforeAll
    static void startLoops() {
        for (Loops loops : Loops.values()) {
            LOOPS.put(loops, loops.vertx());
        }
    }

    @AfterAll
    static void stopLoops() {
        LOOPS.values().forEach(vertx -> Await.result(vertx.close()));
    }

    private static ConnectionProbe probe(Loops loops, String url) {
        return new ConnectionProbe(LOOPS.get(loops), WsConnectionConfig.of(url).withConnectTimeoutMs(10_000));
    }

    private static Peer open(ConnectionProbe probe, ScriptedServer server) {
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().upgrade();
        Await.result(opening);
        return peer;
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellARefusedConnection(Loops loops) {
        int port = ScriptedServer.refusingPort();
        try (ConnectionProbe probe = probe(loops, "ws://127.0.0.1:" + port + "/ws?token=hush")) {
            Disconnect end = probe.connectFails();

            assertThat(end.label()).isEqualTo("refused");
            assertThat(end.code()).isZero();
            assertThat(end.reason()).contains(String.valueOf(port)).doesNotContain("hush");
            assertThat(probe.state().state()).isEqualTo(ConnectionState.DISCONNECTED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellANameThatDoesNotResolve(Loops loops) {
        try (ConnectionProbe probe = probe(loops, "wss://no-such-host.invalid/ws?token=hush")) {
            Disconnect end = probe.connectFails();

            assertThat(end.label()).isEqualTo("dns");
            assertThat(end.reason()).contains("no-such-host.invalid").doesNotContain("hush");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellAReset(Loops loops) {
        try (ScriptedServer server = ScriptedServer.start();
                ConnectionProbe probe = probe(loops, server.url("/"))) {
            open(probe, server).reset();

            assertThat(probe.awaitEnd()).isEqualTo(new Disconnect(Disconnect.Cause.RESET, 1006, "connection reset"));
            assertThat(probe.state().state()).isEqualTo(ConnectionState.DISCONNECTED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellAResetDuringTheUpgrade(Loops loops) {
        try (ScriptedServer server =
                        ScriptedServer.start(peer -> peer.readRequest().reset());
                ConnectionProbe probe = probe(loops, server.url("/"))) {
            assertThat(probe.connectFails().label()).isIn("reset", "upgrade");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellAnEndWithoutACloseFrame(Loops loops) {
        try (ScriptedServer server = ScriptedServer.start();
                ConnectionProbe probe = probe(loops, server.url("/"))) {
            open(probe, server).text("last").fin();

            assertThat(probe.awaitEnd())
                    .isEqualTo(new Disconnect(Disconnect.Cause.EOF, 1006, "closed without a close frame"));
            assertThat(probe.texts()).containsExactly("last");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellTheCloseFrameThoughAResetFollows(Loops loops) {
        try (ScriptedServer server = ScriptedServer.start();
                ConnectionProbe probe = probe(loops, server.url("/"))) {
            Peer peer = open(probe, server).ignoreCloses().close(1013, "try again later");
            peer.awaitClose();
            peer.reset();

            assertThat(probe.awaitEnd()).isEqualTo(new Disconnect(Disconnect.Cause.CLOSED, 1013, "try again later"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellAMessageThatTheEndCutOff(Loops loops) {
        try (ScriptedServer server = ScriptedServer.start();
                ConnectionProbe probe = probe(loops, server.url("/"))) {
            open(probe, server).frame(Frame.TEXT, Frame.utf8("half")).fin();
            probe.awaitEnd();

            assertThat(probe.drops()).containsExactly(DropCause.TRUNCATED);
            assertThat(probe.calls()).containsExactly("opened", "dropped", "closed");
        }
    }

    /** It looks like a frame that is not complete yet: no frame arrived, so none is counted as dropped. */
    @ParameterizedTest
    @EnumSource
    void shouldEndInTheMiddleOfAFrame(Loops loops) {
        try (ScriptedServer server = ScriptedServer.start();
                ConnectionProbe probe = probe(loops, server.url("/"))) {
            open(probe, server)
                    .text("whole")
                    .raw(new byte[] {(byte) 0x81, 100, 'h', 'a', 'l', 'f'})
                    .fin();

            assertThat(probe.awaitEnd().label()).isEqualTo("eof");
            assertThat(probe.texts()).containsExactly("whole");
        }
    }

    // the feed's reaction

    @Test
    void shouldFailTheStartAtOnceAndComeUpWhenTheServerDoes() {
        int port = ScriptedServer.refusingPort();
        WsConnectionConfig config =
                WsConnectionConfig.of("ws://127.0.0.1:" + port + "/").withRetry(new RetryConfig(20, 100, 10_000));
        try (FeedProbe probe = FeedProbe.single(LOOPS.get(Loops.NATIVE), config)) {
            assertThat(Await.failure(probe.feed.start())).hasMessageContaining("refused");
            Await.until("more attempts", () -> probe.failures("refused") >= 5);
            assertThat(probe.told(FeedEvent.Type.CONNECT_FAILED)).hasSize(1);
            assertThat(probe.feed.state()).isEqualTo(FeedState.DISCONNECTED);

            try (ScriptedServer server =
                    ScriptedServer.startOn(port, peer -> peer.upgrade().text("up"))) {
                probe.awaitTexts("up");
                assertThat(probe.feed.state()).isEqualTo(FeedState.CONNECTED);
                assertThat(probe.told(FeedEvent.Type.RECOVERED)).hasSize(1);
                server.peers().get(0).reset();
                probe.awaitTold(FeedEvent.Type.RECOVERED, 2);
            }
        }
    }

    @Test
    void shouldCountLossesByCauseAndKeepTheFeedUp() {
        try (ScriptedServer server = ScriptedServer.start(Peer::upgrade)) {
            WsConnectionConfig config = WsConnectionConfig.of(server.url("/")).withRetry(new RetryConfig(5, 10, 0));
            try (FeedProbe probe = FeedProbe.pool(LOOPS.get(Loops.NATIVE), config, 3)) {
                Await.result(probe.feed.start());
                Await.until("all three", () -> probe.feed.state() == FeedState.CONNECTED);
                server.peers().get(0).reset();
                server.peers().get(1).fin();
                server.peers().get(2).close(1001, "maintenance").end();
                probe.awaitTold(FeedEvent.Type.DISCONNECTED, 3);
                Await.until("all three", () -> probe.report().live() == 3);

                assertThat(probe.report().failures())
                        .containsExactlyInAnyOrderEntriesOf(Map.of("reset", 1L, "eof", 1L, "closed-1001", 1L));
                assertThat(probe.report().lost()).isEqualTo(3);
                List<JsonObject> lost = probe.told(FeedEvent.Type.DISCONNECTED);
                assertThat(lost)
                        .extracting(facts -> facts.getString("cause"))
                        .containsExactlyInAnyOrder("reset", "eof", "closed-1001");
                assertThat(lost)
                        .filteredOn(facts -> facts.getInteger("code") == 1001)
                        .singleElement()
                        .satisfies(
                                facts -> assertThat(facts.getString("reason")).isEqualTo("maintenance"));
            }
        }
    }
}
