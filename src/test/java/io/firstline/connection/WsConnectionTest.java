package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.report.ConnectionState;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.DropCause;
import io.firstline.connection.report.Path;
import io.firstline.connection.report.WsConnectionState;
import io.firstline.testkit.Await;
import io.firstline.testkit.ConnectionProbe;
import io.firstline.testkit.Frame;
import io.firstline.testkit.OnNativeLoops;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One connection and a server that is scripted step by step. */
@Execution(ExecutionMode.CONCURRENT)
class WsConnectionTest extends OnNativeLoops {
    private ScriptedServer server;
    private WsConnectionConfig config;
    private ConnectionProbe probe;

    @BeforeEach
    void start() {
        server = ScriptedServer.start();
        // by default only the first ping is seen
        config = WsConnectionConfig.of(server.url("/ws")).withLatencyPingIntervalMs(60_000);
    }

    @AfterEach
    void stop() {
        if (probe != null) {
            probe.close();
        }
        server.close();
    }

    /** Opens a connection; the server has done only the upgrade. */
    private Peer open() {
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().upgrade();
        Await.result(opening);
        return peer;
    }

    // opening

    @Test
    void shouldAskForPathAndQueryAsTheyAre() {
        config = config.withUrl(server.url("/ws/a%20b?x=1&y=%2F")).withHeaders(Map.of("X-Api-Key", "abc", "Via", "me"));
        Peer peer = open();

        assertThat(peer.requestLine()).isEqualTo("GET /ws/a%20b?x=1&y=%2F HTTP/1.1");
        assertThat(peer.headers())
                .containsEntry("host", "127.0.0.1:" + server.port())
                .containsEntry("x-api-key", "abc")
                .containsEntry("via", "me")
                .containsEntry("sec-websocket-version", "13")
                .doesNotContainKeys("origin", "sec-websocket-extensions", "sec-websocket-protocol");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?token=1", "/"})
    void shouldAskForTheRootWithoutAPath(String path) {
        config = config.withUrl(server.url(path));

        assertThat(open().requestLine()).isEqualTo("GET /" + path.replace("/", "") + " HTTP/1.1");
    }

    @Test
    void shouldConnectOverIpv6() {
        try (ScriptedServer six =
                ScriptedServer.startOnIpv6(peer -> peer.upgrade().text("six"))) {
            probe = new ConnectionProbe(vertx, config.withUrl("ws://[::1]:" + six.port() + "/ws?a=b")).opened();
            probe.awaitMessages(1);

            assertThat(six.peers().get(0).headers()).containsEntry("host", "[::1]:" + six.port());
            assertThat(six.peers().get(0).requestLine()).isEqualTo("GET /ws?a=b HTTP/1.1");
        }
    }

    @Test
    void shouldSendTheOnConnectMessagesInOrder() {
        List<String> messages = IntStream.range(0, 50).mapToObj(i -> "m" + i).toList();
        config = config.withOnConnect(messages);
        Peer peer = open();

        for (String message : messages) {
            assertThat(peer.awaitText()).isEqualTo(message);
        }
        assertThat(peer.received()).allMatch(Frame::masked);
    }

    @Test
    void shouldReplaceTheOnConnectMessages() {
        config = config.withOnConnect(List.of("old"));
        probe = new ConnectionProbe(vertx, config);
        Await.result(probe.start(c -> c.setOnConnect(List.of("new"))));
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().upgrade();
        Await.result(opening);
        Await.result(probe.start(c -> c.setOnConnect(List.of("newer"))));

        assertThat(peer.awaitText()).isEqualTo("new");
        assertThat(peer.awaitText()).isEqualTo("newer");
    }

    @Test
    void shouldConnectOnlyOnce() {
        open();

        assertThatThrownBy(() -> probe.connect()).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(probe.state().isConnected()).isTrue();
    }

    // messages

    @Test
    void shouldPassMessagesOnIntact() {
        Peer peer = open();
        byte[] binary = new byte[70_000];
        new Random(1).nextBytes(binary);
        peer.text("plain").text("").text("ünï-€-😀").binary(binary).binary(new byte[0]);
        probe.awaitMessages(5);

        assertThat(probe.texts().subList(0, 3)).containsExactly("plain", "", "ünï-€-😀");
        assertThat(probe.messages().get(3).payload().getBytes()).isEqualTo(binary);
        assertThat(probe.messages())
                .extracting(ConnectionProbe.Message::text)
                .containsExactly(true, true, true, false, false);
        assertThat(probe.calls()).containsExactly("opened", "message", "message", "message", "message", "message");
    }

    @Test
    void shouldPutFragmentsTogetherWithAPingBetweenThem() {
        Peer peer = open();
        peer.frame(Frame.TEXT, Frame.utf8("one "));
        peer.ping("in the middle");
        peer.frame(Frame.CONTINUATION, Frame.utf8("two "));
        peer.frame(Frame.FIN | Frame.CONTINUATION, Frame.utf8("three"));
        peer.fragments("", "after an empty one").fragments("", "").text("whole");
        probe.awaitMessages(4);

        assertThat(peer.await(Frame.PONG).text()).isEqualTo("in the middle");
        assertThat(probe.texts()).containsExactly("one two three", "after an empty one", "", "whole");
    }

    @Test
    void shouldInflateCompressedMessages() {
        config = config.withCompression(true);
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().upgradeCompressed();
        Await.result(opening);
        String large = "{\"price\":\"12345.67\",\"amount\":1}".repeat(10_000);
        peer.compressed("first").compressed(large).text("not compressed").compressed(large);
        probe.awaitMessages(4);

        assertThat(probe.texts()).containsExactly("first", large, "not compressed", large);
        Await.result(probe.start(c -> c.send("from here")));
        assertThat(peer.await(Frame.TEXT).payload()).isNotEmpty();
    }

    @Test
    void shouldDropWhatInflatesOverTheLimit() {
        config = config.withCompression(true).withMaxMessageBytes(10_000);
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().upgradeCompressed();
        Await.result(opening);
        peer.compressed("x".repeat(10_001)).compressed("y".repeat(10_000));
        probe.awaitMessages(1);

        assertThat(probe.drops()).containsExactly(DropCause.OVERSIZE);
        assertThat(probe.messages().get(0).payload().length()).isEqualTo(10_000);
    }

    @RepeatedTest(20)
    void shouldLoseNothingThatComesWithTheUpgrade() {
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        byte[][] frames =
                IntStream.range(0, 40).mapToObj(i -> Frame.text("m" + i)).toArray(byte[][]::new);
        server.accept().upgradeWith(frames).text("later");
        Await.result(opening);
        probe.awaitMessages(41);

        assertThat(probe.texts())
                .startsWith("m0", "m1")
                .endsWith("m39", "later")
                .hasSize(41);
        assertThat(probe.calls().get(0)).isEqualTo("opened");
    }

    @RepeatedTest(10)
    void shouldPassOnWhatCameBeforeAFinRightAfterTheUpgrade() {
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        server.accept().upgradeWith(Frame.text("last words")).fin();
        Await.result(opening);

        assertThat(probe.awaitEnd().label()).isEqualTo("eof");
        assertThat(probe.texts()).containsExactly("last words");
    }

    @RepeatedTest(10)
    void shouldPassOnWhatCameBeforeACloseFrameRightAfterTheUpgrade() {
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        server.accept().upgradeWith(Frame.text("too many"), Frame.close(1008, "too many connections"));
        Await.result(opening);

        assertThat(probe.awaitEnd()).isEqualTo(new Disconnect(Disconnect.Cause.CLOSED, 1008, "too many connections"));
        assertThat(probe.texts()).containsExactly("too many");
    }

    @Test
    void shouldTakeAFiveMegabyteMessage() {
        Peer peer = open();
        String large = "0123456789".repeat(512 * 1024);
        peer.text(large);
        String[] parts = new String[100];
        Arrays.fill(parts, "0123456789".repeat(5_243));
        peer.fragments(parts);
        probe.awaitMessages(2);

        assertThat(probe.messages().get(0).payload().length()).isEqualTo(5 * 1024 * 1024);
        assertThat(probe.texts().get(0).equals(large)).isTrue();
        assertThat(probe.messages().get(1).payload().length()).isEqualTo(5_243_000);
    }

    // pings

    @Test
    void shouldAnswerPingsWithTheirPayload() {
        Peer peer = open();
        peer.ping("one").ping("").ping("x".repeat(125));

        assertThat(peer.await(Frame.PONG).text()).isEqualTo("one");
        assertThat(peer.await(Frame.PONG).text()).isEmpty();
        assertThat(peer.await(Frame.PONG).text()).isEqualTo("x".repeat(125));
        assertThat(probe.messages()).isEmpty();
    }

    @Test
    void shouldPingEveryInterval() {
        config = config.withLatencyPingIntervalMs(25);
        Peer peer = open();
        Await.until("eight pings", () -> peer.count(Frame.PING) >= 8);
        long pings = peer.count(Frame.PING);

        assertThat(pings).isLessThanOrEqualTo(probe.state().ageMs() / 25 + 2);
        assertThat(peer.received().stream()
                        .filter(f -> f.opcode() == Frame.PING)
                        .distinct())
                .as("each different from the others")
                .hasSizeGreaterThanOrEqualTo((int) pings);
        Await.until("samples", () -> probe.state().latencyMs() > 0);
        WsConnectionState state = probe.state();
        assertThat(state.minLatencyMs()).isPositive().isLessThanOrEqualTo(state.latencyMs());
        assertThat(state.lastLatencyMs()).isBetween(state.minLatencyMs(), Await.LIMIT.toMillis() * 1.0);
    }

    @Test
    void shouldHaveOnePingOutstanding() {
        config = config.withLatencyPingIntervalMs(10);
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().ignorePings().upgrade();
        Await.result(opening);
        Frame ping = peer.await(Frame.PING);
        Await.until("forty intervals, the server alive but answering no ping", () -> {
            peer.text("alive");
            return probe.state().ageMs() > 400;
        });

        assertThat(peer.count(Frame.PING)).isEqualTo(1);
        assertThat(probe.state().latencyMs()).isNaN();
        peer.pong(ping.payload());
        assertThat(peer.await(Frame.PING).payload()).isNotEqualTo(ping.payload());
        assertThat(probe.state().lastLatencyMs()).as("it took that long").isGreaterThan(100);
    }

    @Test
    void shouldGiveUpASocketThatIsHalfOpen() {
        config = config.withLatencyPingIntervalMs(100);
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().upgrade();
        Await.result(opening);
        Await.until("a pong", () -> probe.state().latencyMs() > 0);
        peer.ignorePings();

        Await.until("given up", () -> probe.state().end() != null);
        assertThat(probe.state().end().label()).isEqualTo("half-open");
        assertThat(probe.state().end().reason()).contains("not even a pong");
        assertThat(probe.state().state()).isEqualTo(ConnectionState.DISCONNECTED);
    }

    @Test
    void shouldMeasureNothingFromPongsItDidNotAskFor() {
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().ignorePings().upgrade();
        Await.result(opening);
        Frame ping = peer.await(Frame.PING);
        byte[] wrong = ping.payload().clone();
        wrong[wrong.length - 1]++;
        peer.pong(new byte[0]).pong(wrong).pong(new byte[8]).pong(new byte[125]).text("after");
        probe.awaitMessages(1);

        assertThat(probe.state().latencyMs()).isNaN();
        peer.pong(ping.payload()).pong(ping.payload()).text("again");
        probe.awaitMessages(2);
        assertThat(probe.state().latencyMs()).isPositive();
    }

    // sending

    @Test
    void shouldSendWhatItIsAskedTo() {
        Peer peer = open();
        Await.result(probe.start(c -> c.send("text €")));
        Await.result(probe.start(c -> c.send(Buffer.buffer(new byte[] {1, 2, 3}))));
        Await.result(probe.start(c -> c.sendPing(Buffer.buffer("mine"))));
        Await.result(probe.start(c -> c.sendPong(Buffer.buffer("unasked"))));

        assertThat(peer.awaitText()).isEqualTo("text €");
        assertThat(peer.await(Frame.BINARY).payload()).containsExactly(1, 2, 3);
        peer.await(Frame.PING); // the connection's own ping, for the latency
        assertThat(peer.await(Frame.PING).text()).isEqualTo("mine");
        assertThat(peer.await(Frame.PONG).text()).isEqualTo("unasked");
        assertThat(peer.received()).allMatch(frame -> frame.masked() && frame.isFinal());
    }

    @Test
    void shouldRefusePingsThatAreTooLong() {
        open();
        Buffer tooLong = Buffer.buffer(new byte[126]);

        assertThat(Await.failure(probe.start(c -> c.sendPing(tooLong)))).hasMessageContaining("125");
        assertThat(Await.failure(probe.start(c -> c.sendPong(tooLong)))).hasMessageContaining("125");
    }

    @Test
    void shouldFailToSendWhenNotConnected() {
        probe = new ConnectionProbe(vertx, config.withConnectionId("btc-1"));
        assertSendingFails("DISCONNECTED");
        Future<Void> opening = probe.connect();
        assertSendingFails("CONNECTING");
        Peer peer = server.accept().upgrade();
        Await.result(opening);
        peer.end();
        probe.awaitEnd();
        assertSendingFails("DISCONNECTED");
        Await.result(probe.start(c -> c.close(1000, "")));
        assertSendingFails("CLOSED");
    }

    private void assertSendingFails(String state) {
        Buffer some = Buffer.buffer("x");
        List<Future<Void>> sent = List.of(
                probe.start(c -> c.send("x")),
                probe.start(c -> c.send(some)),
                probe.start(c -> c.sendPing(some)),
                probe.start(c -> c.sendPong(some)));
        assertThat(sent).allSatisfy(future -> assertThat(Await.failure(future))
                .hasMessageContaining(state)
                .isInstanceOf(IllegalStateException.class));
    }

    @Test
    void shouldRefuseToSendWhenTheServerDoesNotReadAndCloseAllTheSame() {
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        server.accept().upgradeWithoutReading();
        Await.result(opening);
        String block = "x".repeat(1 << 18);
        Throwable refusal = null;
        for (int i = 0; i < 400 && refusal == null; i++) {
            Future<Void> sent = probe.start(c -> c.send(block));
            refusal = sent.failed() ? sent.cause() : null;
        }

        assertThat(refusal).hasMessageContaining("full write queue");
        assertThat(probe.state().isConnected()).isTrue();
        Await.result(probe.start(c -> c.close(1000, "bye")));
        assertThat(probe.awaitEnd().label()).isEqualTo("closed-by-us");
    }

    // closing

    @Test
    void shouldSayGoodbyeOnce() {
        Peer peer = open().ignoreCloses();
        List<Future<Void>> closings =
                List.of(probe.start(c -> c.close(4000, "evicted: slow")), probe.start(c -> c.close(1000, "again")));
        Frame goodbye = peer.awaitClose();
        assertThat(closings.get(0).isComplete())
                .as("before the server answered")
                .isFalse();
        peer.close(4000, "").end();
        closings.forEach(Await::result);

        assertThat(goodbye.closeCode()).isEqualTo(4000);
        assertThat(goodbye.closeReason()).isEqualTo("evicted: slow");
        assertThat(peer.count(Frame.CLOSE)).isEqualTo(1);
        assertThat(probe.awaitEnd()).isEqualTo(new Disconnect(Disconnect.Cause.CLOSED_BY_US, 4000, "evicted: slow"));
        assertThat(probe.state().state()).isEqualTo(ConnectionState.CLOSED);
        assertThat(probe.start(c -> c.close(1000, "third")).succeeded()).isTrue();
        assertThat(probe.calls()).containsExactly("opened", "closed");
    }

    @Test
    void shouldPassOnWhatComesBeforeTheServersAnswer() {
        Peer peer = open().ignoreCloses();
        Future<Void> closing = probe.start(c -> c.close(1000, ""));
        peer.awaitClose();
        peer.text("on its way")
                .fragments("and ", "this")
                .close(1000, "")
                .text("never")
                .end();
        Await.result(closing);

        assertThat(probe.texts()).containsExactly("on its way", "and this");
        assertThat(probe.calls()).containsExactly("opened", "message", "message", "closed");
    }

    @Test
    void shouldCutAReasonThatDoesNotFit() {
        Peer peer = open();
        Future<Void> closing = probe.start(c -> c.close(4001, "x" + "é".repeat(100)));
        Frame goodbye = peer.awaitClose();
        Await.result(closing);

        assertThat(goodbye.payload()).hasSizeLessThanOrEqualTo(125);
        assertThat(goodbye.closeReason()).isEqualTo("x" + "é".repeat(61));
    }

    @Test
    void shouldCutOffAServerThatDoesNotAnswerTheGoodbye() {
        Peer peer = open().ignoreCloses();
        Await.result(probe.start(c -> c.close(1000, "")));

        peer.awaitGone();
        assertThat(probe.awaitEnd().label()).isEqualTo("closed-by-us");
    }

    @Test
    void shouldCutOffAServerThatAnswersTheGoodbyeButKeepsTcpOpen() {
        Peer peer = open().ignoreCloses();
        Future<Void> closing = probe.start(c -> c.close(1000, ""));
        peer.awaitClose();
        peer.close(1000, "");
        Await.result(closing);

        peer.awaitGone();
        assertThat(probe.awaitEnd().label()).isEqualTo("closed-by-us");
    }

    @Test
    void shouldEndAtTheServersGoodbyeAndCutOffIfItKeepsTcpOpen() {
        Peer peer = open().ignoreCloses();
        peer.text("last").close(1001, "maintenance");

        assertThat(probe.awaitEnd()).isEqualTo(new Disconnect(Disconnect.Cause.CLOSED, 1001, "maintenance"));
        assertThat(probe.texts()).containsExactly("last");
        assertThat(peer.isGone()).as("told before TCP ended").isFalse();
        assertThat(peer.awaitClose().closeCode()).as("the answer").isEqualTo(1001);
        peer.awaitGone();
        assertThat(probe.state().state()).isEqualTo(ConnectionState.DISCONNECTED);
        assertThat(probe.calls()).containsExactly("opened", "message", "closed");
    }

    @Test
    void shouldStayClosedAfterTheServersGoodbye() {
        Peer peer = open();
        peer.close(1000, "").end();
        probe.awaitEnd();
        Await.result(probe.start(c -> c.close(4000, "too late")));

        assertThat(probe.state().state()).isEqualTo(ConnectionState.CLOSED);
        assertThat(probe.state().end().label()).as("why it really ended").isEqualTo("closed-1000");
        assertThat(probe.calls()).containsExactly("opened", "closed");
    }

    @Test
    void shouldCloseWithoutEverConnecting() {
        probe = new ConnectionProbe(vertx, config);
        Await.result(probe.start(c -> c.close(1000, "")));

        assertThat(probe.state().state()).isEqualTo(ConnectionState.CLOSED);
        assertThatThrownBy(() -> probe.connect()).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(probe.calls()).isEmpty();
    }

    @Test
    void shouldCloseWhileConnectingThoughTheServerUpgradesLater() {
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().ignoreCloses().readRequest();
        Future<Void> closing = probe.start(c -> c.close(4002, "not needed"));
        peer.upgradeWith(Frame.text("nobody's"));

        assertThat(ConnectionProbe.failureOf(opening).label()).isEqualTo("closed-by-us");
        Await.result(closing);
        assertThat(peer.awaitClose().closeCode()).isEqualTo(4002);
        peer.awaitGone();
        assertThat(probe.calls()).isEmpty();
        assertThat(probe.state().state()).isEqualTo(ConnectionState.CLOSED);
    }

    @Test
    void shouldNotWaitWithCloseForAServerThatNeverUpgrades() {
        config = config.withConnectTimeoutMs(12_000);
        probe = new ConnectionProbe(vertx, config);
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().readRequest();
        Future<Void> closing = probe.start(c -> c.close(1000, ""));
        Await.result(closing);

        assertThat(opening.isComplete()).as("waited for the connect timeout").isFalse();
        peer.end();
        assertThat(ConnectionProbe.failureOf(opening).label()).isEqualTo("closed-by-us");
        assertThat(probe.calls()).isEmpty();
    }

    @Test
    void shouldSayNothingMoreWhenClosedWhileItOpens() {
        config = config.withOnConnect(List.of("subscribe")).withLatencyPingIntervalMs(10);
        probe = new ConnectionProbe(vertx, config).whenOpened(c -> c.close(4003, "changed my mind"));
        Future<Void> opening = probe.connect();
        Peer peer = server.accept().upgrade();
        Await.result(opening);
        peer.awaitClose();

        assertThat(probe.awaitEnd().code()).isEqualTo(4003);
        assertThat(peer.received()).extracting(Frame::opcode).containsExactly(Frame.CLOSE);
    }

    // facts

    @Test
    void shouldTellItsFacts() {
        config = config.withConnectionId("btc-7");
        probe = new ConnectionProbe(vertx, config);
        String host = server.url("/").replaceAll("wss?://([^/]*)/", "$1");
        WsConnectionState before = probe.state();
        assertThat(before)
                .isEqualTo(new WsConnectionState(
                        "btc-7",
                        ConnectionState.DISCONNECTED,
                        0,
                        0,
                        Double.NaN,
                        Double.NaN,
                        Double.NaN,
                        Double.NaN,
                        Double.NaN,
                        null,
                        0,
                        null,
                        Path.to(host)));
        Future<Void> opening = probe.connect();
        Peer peer = server.accept();
        assertThat(probe.state().state()).isEqualTo(ConnectionState.CONNECTING);
        peer.upgrade();
        Await.result(opening);
        peer.text("four").fragments("f", "ive5").binary(new byte[6]);
        probe.awaitMessages(3);
        Await.until("a latency", () -> probe.state().latencyMs() > 0);

        WsConnectionState open = probe.state();
        assertThat(open.isConnected()).isTrue();
        assertThat(open.sequenceId()).isEqualTo(3);
        assertThat(open.bytes()).isEqualTo(15);
        assertThat(open.recentMessage()).isEqualTo(Buffer.buffer(new byte[6]));
        assertThat(open.end()).isNull();
        assertThat(open.path()).isEqualTo(Path.to(host).withServer("127.0.0.1"));
        peer.close(1012, "restart").end();
        probe.awaitEnd();

        WsConnectionState after = probe.state();
        assertThat(after.state()).isEqualTo(ConnectionState.DISCONNECTED);
        assertThat(after.isConnected()).isFalse();
        assertThat(after.end()).isEqualTo(new Disconnect(Disconnect.Cause.CLOSED, 1012, "restart"));
        assertThat(after.sequenceId()).isEqualTo(3);
        assertThat(after.ageMs()).isBetween(open.ageMs(), Await.LIMIT.toMillis());
        assertThat(probe.state().ageMs()).as("an age that stands still").isEqualTo(after.ageMs());
    }

    @Test
    void shouldCountPerConnection() {
        Peer first = open();
        try (ConnectionProbe other = new ConnectionProbe(vertx, config.withConnectionId("other"))) {
            Future<Void> opening = other.connect();
            Peer second = server.accept().upgrade();
            Await.result(opening);
            first.text("a").text("b");
            second.text("c");
            probe.awaitMessages(2);
            other.awaitMessages(1);

            assertThat(probe.state().sequenceId()).isEqualTo(2);
            assertThat(other.state().sequenceId()).isEqualTo(1);
            assertThat(other.state().recentMessage()).isEqualTo(Buffer.buffer("c"));
        }
    }

    @Test
    void shouldStampArrivalsOnTheMonotonicClock() {
        long before = System.nanoTime();
        Peer peer = open();
        peer.text("a").text("b");
        probe.awaitMessages(2);

        long a = probe.messages().get(0).arrivalNanos();
        long b = probe.messages().get(1).arrivalNanos();
        assertThat(a - before).isPositive();
        assertThat(b - a).isNotNegative();
        assertThat(System.nanoTime() - b).isPositive();
    }

    @Test
    void shouldNotShowSecretsOfItsUrl() {
        probe = new ConnectionProbe(
                vertx, config.withConnectionId("c").withUrl(server.url("/ws?token=hush&symbol=btc")));

        assertThat(probe.on(WsConnection::toString))
                .startsWith("c ws://")
                .contains("symbol=btc")
                .doesNotContain("hush");
    }
}
