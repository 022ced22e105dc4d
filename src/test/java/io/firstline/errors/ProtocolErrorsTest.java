package io.firstline.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.DropCause;
import io.firstline.feed.report.FeedEvent;
import io.firstline.testkit.Await;
import io.firstline.testkit.ConnectionProbe;
import io.firstline.testkit.Frame;
import io.firstline.testkit.OnNativeLoops;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server breaks the protocol, or keeps it in a way that is too much for us. */
class ProtocolErrorsTest extends OnNativeLoops {
    private static final int LIMIT = 1_000;
    private static final byte[] NOT_UTF8 = {'a', (byte) 0xC3, '('};

    private ScriptedServer server;
    private ConnectionProbe probe;
    private Peer peer;

    @BeforeEach
    void open() {
        server = ScriptedServer.start();
        probe = new ConnectionProbe(
                vertx, WsConnectionConfig.of(server.url("/")).withMaxMessageBytes(LIMIT));
        Future<Void> opening = probe.connect();
        peer = server.accept().upgrade();
        Await.result(opening);
    }

    @AfterEach
    void close() {
        probe.close();
        server.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "reserved opcode,              83 02 6869",
        "reserved control opcode,      8b 00",
        "reserved bit,                 91 02 6869",
        "compression not negotiated,   c1 02 6869",
        "masked,                       81 82 01020304 6869",
        "orphan continuation,          80 02 6869",
        "message within a message,     01 02 6869 81 02 6869",
        "fragmented ping,              09 00",
        "ping of 126 bytes,            89 7e 007e",
        "close with one byte,          88 01 03",
        "close with a reserved code,   88 02 03ed",
        "length not minimal,           81 7e 0005 68656c6c6f"
    })
    void shouldEndAConnectionWithMalformedFrames(String what, String bytes) {
        peer.raw(Frame.text("before"), HexFormat.of().parseHex(bytes.replace(" ", "")));

        Disconnect end = probe.awaitEnd();
        assertThat(end.label()).as(what).isEqualTo("malformed-frame");
        assertThat(end.code()).isEqualTo(1006);
        assertThat(end.reason()).isNotBlank();
        assertThat(probe.texts()).containsExactly("before");
        peer.awaitGone();
    }

    @Test
    void shouldSkipAFrameOverTheLimitAndGoOn() {
        peer.text("x".repeat(100 * LIMIT))
                .text("first")
                .text("x".repeat(LIMIT + 1))
                .text("x".repeat(LIMIT));
        probe.awaitMessages(2);

        assertThat(probe.texts()).containsExactly("first", "x".repeat(LIMIT));
        assertThat(probe.drops()).containsExactly(DropCause.OVERSIZE, DropCause.OVERSIZE);
        assertThat(probe.state().isConnected()).isTrue();
    }

    @Test
    void shouldEndAConnectionWithAFrameThatClaimsToBeEndless() {
        peer.text("before").raw(HexFormat.of().parseHex("827f0fffffffffffffff"));

        Disconnect end = probe.awaitEnd();
        assertThat(end.label()).isEqualTo("oversize");
        assertThat(end.reason()).contains("maxMessageBytes", String.valueOf(LIMIT));
        assertThat(probe.texts()).containsExactly("before");
        peer.awaitGone();
    }

    @Test
    void shouldDropAFragmentedMessageOverTheLimitAndGoOn() {
        String part = "x".repeat(LIMIT - 1);
        peer.fragments(part, part, "tail").ping("still there").text("next");
        probe.awaitMessages(1);

        assertThat(probe.drops()).containsExactly(DropCause.OVERSIZE);
        assertThat(probe.texts()).containsExactly("next");
        assertThat(peer.await(Frame.PONG).text()).isEqualTo("still there");
        assertThat(probe.state().isConnected()).isTrue();
        assertThat(probe.state().sequenceId()).as("delivered messages only").isEqualTo(1);
    }

    @Test
    void shouldDropTextThatIsNotUtf8AndGoOn() {
        peer.frame(Frame.FIN | Frame.TEXT, NOT_UTF8);
        peer.frame(Frame.TEXT, NOT_UTF8).frame(Frame.FIN | Frame.CONTINUATION, Frame.utf8("more"));
        peer.binary(NOT_UTF8).text("next");
        probe.awaitMessages(2);

        assertThat(probe.drops()).containsExactly(DropCause.NOT_UTF8, DropCause.NOT_UTF8);
        assertThat(probe.texts().get(1)).isEqualTo("next");
        assertThat(probe.state().isConnected()).isTrue();
    }

    // what a feed makes of it

    private static FeedProbe feed(ScriptedServer of) {
        WsConnectionConfig config = WsConnectionConfig.of(of.url("/?apiKey=hush"))
                .withMaxMessageBytes(LIMIT)
                .withRetry(new RetryConfig(5, 20, 0));
        return FeedProbe.pool(vertx, config, 2);
    }

    @Test
    void shouldCountAndTellWhatAFeedDrops() {
        String part = "x".repeat(LIMIT - 1);
        try (ScriptedServer two = ScriptedServer.start(Peer::upgrade);
                FeedProbe feed = feed(two)) {
            Await.result(feed.feed.start());
            Await.until("both", () -> feed.report().live() == 2);
            for (Peer each : two.peers()) {
                each.fragments(part, part)
                        .frame(Frame.FIN | Frame.TEXT, NOT_UTF8)
                        .text("next");
            }
            feed.awaitTexts("next");
            Await.until("drops", () -> feed.report().dropped().equals(Map.of("oversize", 2L, "not-utf8", 2L)));
            feed.awaitTold(FeedEvent.Type.DROPPED, 2);

            Map<String, Long> told = new java.util.TreeMap<>();
            for (JsonObject facts : feed.told(FeedEvent.Type.DROPPED)) {
                told.merge(facts.getString("cause"), facts.getLong("count"), Long::sum);
            }
            assertThat(told).isEqualTo(Map.of("oversize", 2L, "not-utf8", 2L));
            assertThat(feed.told(FeedEvent.Type.DROPPED).toString())
                    .contains("\"bytes\":" + 2 * part.length(), "\"maxMessageBytes\":" + LIMIT);
            assertThat(feed.report().lost()).isZero();
            assertThat(feed.texts()).containsExactly("next");
        }
    }

    @Test
    void shouldReplaceAConnectionThatBrokeTheProtocol() {
        try (ScriptedServer two = ScriptedServer.start(Peer::upgrade);
                FeedProbe feed = feed(two)) {
            Await.result(feed.feed.start());
            Await.until("both", () -> feed.report().live() == 2);
            two.peers().get(0).frame(0x83, new byte[2]);
            two.peers().get(1).raw(HexFormat.of().parseHex("827f0fffffffffffffff"));
            feed.awaitTold(FeedEvent.Type.DISCONNECTED, 2);
            Await.until("both", () -> feed.report().live() == 2);

            assertThat(feed.report().failures()).isEqualTo(Map.of("malformed-frame", 1L, "oversize", 1L));
            assertThat(feed.events().toString()).doesNotContain("hush");
        }
    }
}
