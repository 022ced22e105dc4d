package io.firstline.simulator;

import static io.firstline.simulator.TestClient.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.internal.ContextInternal;
import java.io.EOFException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Single connections and their faults: heartbeat, limits, delays, losses, freezes, cuts. */
class SimulatorLineTest extends SimulatorTestBase {
    private static final String STREAM = "btcusdt@trade";
    private static final String PATH = "/ws/" + STREAM;

    private static SimulatorConfig with(LineBehaviour... lines) {
        return quiet().withLines(List.of(lines));
    }

    private static void emit(ExchangeSimulator exchange, int from, int to) {
        IntStream.range(from, to).forEach(n -> exchange.emit(STREAM, Integer.toString(n)));
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void shouldPingAndKeepAConnectionThatAnswers() throws Exception {
        ExchangeSimulator exchange = start(quiet().withPingIntervalMs(50).withPongTimeoutMs(500));
        TestClient alive = connect(exchange, PATH);

        eventually(() -> alive.pings.size() > 20); // twice the timeout
        assertThat(alive.pings.get(0).toString()).matches("\\d{13}");
        assertThat(alive.closeCode).isNull();
    }

    @Test
    void shouldCloseAConnectionThatDoesNotAnswerPings() throws Exception {
        ExchangeSimulator exchange = start(quiet().withPingIntervalMs(30).withPongTimeoutMs(150));
        long startNs = System.nanoTime();
        try (RawClient mute = new RawClient(exchange.url(PATH))) {
            mute.readUntil(RawClient.PING);
            mute.write(RawClient.PONG, new byte[0]); // unsolicited, so it does not keep the connection alive
            mute.write(RawClient.PONG, "not the payload".getBytes(StandardCharsets.UTF_8));

            assertThat(mute.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1008);
            assertThat(System.nanoTime() - startNs).isBetween(180_000_000L, 5_000_000_000L);
        }
        eventually(() -> exchange.lines().isEmpty());
    }

    @Test
    void shouldCountFromTheOldestPingThatWaits() throws Exception {
        ExchangeSimulator exchange = start(quiet().withPingIntervalMs(200).withPongTimeoutMs(1_000));
        try (RawClient slow = new RawClient(exchange.url(PATH))) {
            for (int i = 0; i < 6; i++) { // answers every second ping, late, for more than twice the timeout
                RawClient.Frame first = slow.readUntil(RawClient.PING);
                slow.readUntil(RawClient.PING);
                slow.write(RawClient.PONG, first.payload().getBytes());
            }
            assertThat(slow.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void shouldDropAConnectionThatIgnoresTheCloseFrame() throws Exception {
        ExchangeSimulator exchange = start(quiet());
        try (RawClient stubborn = new RawClient(exchange.url(PATH))) {
            eventually(() -> exchange.lines().size() == 1);
            join(exchange.cut(1, CutKind.CLOSE));

            assertThat(stubborn.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1000);
            assertThatExceptionOfType(EOFException.class).isThrownBy(stubborn::read);
        }
    }

    @ParameterizedTest
    @CsvSource({"/ws, 5", "/stream, 5", "/public/ws, 10", "/market/stream, 10"})
    void shouldCloseAConnectionThatSendsMoreFramesThanTheVenueAllows(String path, int limit) throws Exception {
        ExchangeSimulator exchange = start(SimulatorConfig.of());
        TestClient modest = connect(exchange, path);
        TestClient greedy = connect(exchange, path);

        for (int i = 0; i < limit; i++) {
            modest.ping("p" + i);
        }
        for (int i = 0; i < limit; i++) {
            assertThat(modest.nextPong().text()).isEqualTo("p" + i);
        }
        greedy.pingAtOnce(limit + 1);

        assertThat(greedy.awaitClose()).isEqualTo((short) 1008);
        assertThat(greedy.closeReason).isEqualTo("Too many requests");
        assertThat(modest.closeCode).isNull();
    }

    @Test
    void shouldCountTextPingAndPongFrames() throws Exception {
        ExchangeSimulator exchange = create(quiet().withClientFramesPerSecond(3));
        Queue<ClientFrame> seen = new ConcurrentLinkedQueue<>();
        exchange.onClientFrame(seen::add);
        join(exchange.start());
        try (RawClient raw = new RawClient(exchange.url(PATH))) {
            raw.write(RawClient.PING, new byte[] {1});
            raw.write(RawClient.PONG, new byte[0]);
            raw.write(RawClient.TEXT, "x".getBytes(StandardCharsets.UTF_8));
            raw.write(RawClient.TEXT, "y".getBytes(StandardCharsets.UTF_8));

            assertThat(raw.readUntil(RawClient.TEXT).text()).contains("Invalid JSON");
            assertThat(raw.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1008);
        }
        assertThat(seen)
                .startsWith(
                        new ClientFrame(1, ClientFrame.Kind.PING, io.vertx.core.buffer.Buffer.buffer(new byte[] {1})),
                        new ClientFrame(1, ClientFrame.Kind.PONG, io.vertx.core.buffer.Buffer.buffer()),
                        new ClientFrame(1, ClientFrame.Kind.DATA, io.vertx.core.buffer.Buffer.buffer("x")));
    }

    @Test
    void shouldCloseAConnectionAtItsMaximumAge() throws Exception {
        ExchangeSimulator exchange = start(quiet().withMaxAgeMs(200));
        long startNs = System.nanoTime();
        TestClient old = TestClient.connect(client, exchange.url(PATH));

        assertThat(old.awaitClose()).isEqualTo((short) 1001);
        assertThat(old.closeReason).isEqualTo("maximum age");
        assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(200_000_000L);
    }

    @Test
    void shouldGiveBehavioursInTurn() throws Exception {
        LineBehaviour slow = LineBehaviour.perfect().withDelayMs(1);
        ExchangeSimulator exchange = start(with(LineBehaviour.perfect(), slow));
        for (int i = 0; i < 3; i++) {
            connect(exchange, PATH);
        }

        assertThat(exchange.lines())
                .extracting(SimulatedLine::number, SimulatedLine::behaviour)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, LineBehaviour.perfect()),
                        org.assertj.core.groups.Tuple.tuple(2, slow),
                        org.assertj.core.groups.Tuple.tuple(3, LineBehaviour.perfect()));
    }

    @Test
    void shouldDelayMessagesAcksAndPongs() throws Exception {
        ExchangeSimulator exchange =
                start(with(LineBehaviour.perfect(), LineBehaviour.perfect().withDelayMs(80)));
        TestClient fast = connect(exchange, PATH);
        TestClient slow = connect(exchange, PATH);

        long emittedNs = System.nanoTime();
        exchange.emit(STREAM, "1");
        assertThat(slow.texts.take().atNs() - emittedNs).isBetween(80_000_000L, 2_000_000_000L);
        assertThat(fast.texts).as("did not wait for the slow one").hasSize(1);

        long pingedNs = System.nanoTime();
        slow.ping("x");
        TestClient.Arrival pong = slow.nextPong();
        assertThat(pong.text()).isEqualTo("x");
        assertThat(pong.atNs() - pingedNs).isGreaterThanOrEqualTo(80_000_000L);

        long askedNs = System.nanoTime();
        slow.request("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
        assertThat(System.nanoTime() - askedNs).isGreaterThanOrEqualTo(80_000_000L);
    }

    @ParameterizedTest
    @EnumSource(Jitter.class)
    void shouldKeepTheOrderUnderAnyJitter(Jitter jitter) throws Exception {
        ExchangeSimulator exchange =
                start(with(LineBehaviour.perfect().withDelayMs(1).withJitter(jitter, 5)));
        TestClient one = connect(exchange, PATH);

        emit(exchange, 0, 500);

        assertThat(one.next(500)).isEqualTo(numbers(0, 500));
        assertThat(exchange.lines().get(0).messagesSent()).isEqualTo(500);
    }

    @Test
    void shouldLoseItsShareOfTheDataAndNothingElse() throws Exception {
        ExchangeSimulator exchange = start(with(
                LineBehaviour.perfect().withLossPercent(30),
                LineBehaviour.perfect().withLossPercent(30)));
        TestClient one = connect(exchange, PATH);
        TestClient two = connect(exchange, PATH);

        emit(exchange, 0, 2_000);
        eventually(() -> exchange.emitted().getOrDefault(STREAM, 0L) == 2_000); // so that the reply comes after them
        List<List<String>> got = new ArrayList<>();
        for (TestClient each : List.of(one, two)) {
            List<String> texts = new ArrayList<>();
            each.send("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
            for (String text = each.next(); !text.contains("result"); text = each.next()) {
                texts.add(text);
            }
            assertThat(texts)
                    .hasSizeBetween(1_250, 1_550)
                    .isSubsetOf(numbers(0, 2_000))
                    .doesNotHaveDuplicates();
            assertThat(texts).isSortedAccordingTo(java.util.Comparator.comparingInt(Integer::parseInt));
            got.add(texts);
        }
        assertThat(got.get(0)).as("each line loses others").isNotEqualTo(got.get(1));
    }

    @Test
    void shouldHoldEverythingBackWhileFrozenAndDeliverItInOrderAfterwards() throws Exception {
        ExchangeSimulator exchange = start(with(LineBehaviour.perfect()));
        TestClient frozen = connect(exchange, PATH);
        TestClient other = connect(exchange, PATH);

        emit(exchange, 0, 10);
        assertThat(frozen.next(10)).isEqualTo(numbers(0, 10));
        exchange.freeze(1);
        frozen.ping("held");
        emit(exchange, 10, 20);
        assertThat(other.next(20)).isEqualTo(numbers(0, 20));
        assertThat(frozen.texts).isEmpty();
        assertThat(exchange.lines()).extracting(SimulatedLine::frozen).containsExactly(true, false);
        assertThat(exchange.lines().get(0).messagesSent()).isEqualTo(10);

        exchange.thaw(1);
        emit(exchange, 20, 30);
        assertThat(frozen.next(20)).isEqualTo(numbers(10, 30));
        assertThat(frozen.nextPong().text()).isEqualTo("held");
        assertThat(exchange.lines().get(0).frozen()).isFalse();
    }

    @Test
    void shouldFreezeAndThawByItself() throws Exception {
        ExchangeSimulator exchange = start(quiet().withMessagesPerSecond(1_000)
                .withLines(List.of(LineBehaviour.perfect().withFreeze(300, 150), LineBehaviour.perfect())));
        exchange.pauseEmission();
        TestClient freezing = connect(exchange, PATH);
        TestClient steady = connect(exchange, PATH);
        exchange.resumeEmission();

        List<TestClient.Arrival> arrivals = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            arrivals.add(freezing.texts.poll(TestClient.PATIENCE_S, java.util.concurrent.TimeUnit.SECONDS));
        }
        long longestNs = IntStream.range(1, arrivals.size())
                .mapToLong(i -> arrivals.get(i).atNs() - arrivals.get(i - 1).atNs())
                .max()
                .orElseThrow();

        assertThat(longestNs).isGreaterThan(120_000_000L);
        assertThat(arrivals.stream().map(TestClient.Arrival::text)).containsExactlyElementsOf(steady.next(1_500));
    }

    private static List<Integer> numbers(ExchangeSimulator exchange) {
        return exchange.lines().stream().map(SimulatedLine::number).toList();
    }

    @ParameterizedTest
    @CsvSource({"CLOSE, 1000", "RESET, 1006", "FIN, 1006"})
    void shouldCutAsTold(CutKind kind, short code) throws Exception {
        ExchangeSimulator exchange = start(quiet());
        TestClient cut = connect(exchange, PATH);
        TestClient spared = connect(exchange, PATH);

        join(exchange.cut(1, kind));

        assertThat(cut.awaitClose()).isEqualTo(code);
        eventually(() -> numbers(exchange).equals(List.of(2)));
        exchange.emit(STREAM, "still here");
        assertThat(spared.next()).isEqualTo("still here");
    }

    @Test
    void shouldResetAndFinishOnTheWire() throws Exception {
        ExchangeSimulator exchange = start(quiet());
        try (RawClient reset = new RawClient(exchange.url(PATH));
                RawClient finished = new RawClient(exchange.url(PATH))) {
            eventually(() -> exchange.lines().size() == 2);
            join(exchange.cut(1, CutKind.RESET));
            join(exchange.cut(2, CutKind.FIN));

            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(reset::read)
                    .withMessageContaining("reset");
            assertThatExceptionOfType(EOFException.class).isThrownBy(finished::read);
        }
    }

    @Test
    void shouldCutByAgeWithoutACloseFrame() throws Exception {
        ExchangeSimulator exchange = start(with(LineBehaviour.perfect().withCutAfterMs(100)));

        TestClient cut = TestClient.connect(client, exchange.url(PATH));

        assertThat(cut.awaitClose()).isEqualTo((short) 1006);
    }

    @Test
    void shouldLoseWhatAFrozenLineHeldWhenItIsCut() throws Exception {
        ExchangeSimulator exchange = start(quiet());
        TestClient cut = connect(exchange, PATH);
        exchange.freeze(1);
        emit(exchange, 0, 10);

        join(exchange.cut(1, CutKind.CLOSE));

        assertThat(cut.awaitClose()).isEqualTo((short) 1000);
        assertThat(cut.texts).isEmpty();
    }

    @Test
    void shouldCutAClientThatIsTooFarBehind() throws Exception {
        ExchangeSimulator exchange = start(quiet());
        TestClient slow = connect(exchange, PATH);
        TestClient quick = connect(exchange, PATH);
        exchange.freeze(1);
        String megabytes = "\"" + "x".repeat(3 << 20) + "\"";

        for (int sent = 0; sent <= Outbox.MAX_BACKLOG_BYTES; sent += megabytes.length()) {
            exchange.emit(STREAM, megabytes);
            quick.next();
        }

        assertThat(slow.awaitClose()).isEqualTo((short) 1006);
        eventually(() -> numbers(exchange).equals(List.of(2)));
    }

    @Test
    void shouldCountWhatSmallAnswersCostWhileTheyWait() {
        AtomicBoolean overflowed = new AtomicBoolean();
        EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
        Outbox outbox = new Outbox(
                (ContextInternal) vertx.getOrCreateContext(),
                channel.pipeline().firstContext(),
                LineBehaviour.perfect(),
                1,
                ping -> {},
                () -> overflowed.set(true));
        outbox.freeze();
        WireFrame pong = WireFrame.pong(new byte[0]);
        int waiting = 0;
        while (!overflowed.get() && waiting <= Outbox.MAX_BACKLOG_BYTES / Outbox.FRAME_OVERHEAD) {
            outbox.control(pong);
            waiting++;
        }

        assertThat(overflowed).as("after %d pongs", waiting).isTrue();
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldForgetAClientThatLeaves() throws Exception {
        ExchangeSimulator exchange = start(quiet());
        TestClient leaving = connect(exchange, PATH);

        leaving.close();

        eventually(() -> exchange.lines().isEmpty());
        connect(exchange, PATH);
        assertThat(exchange.lines()).extracting(SimulatedLine::number).containsExactly(2);
    }

    @Test
    void shouldSayThatAConnectionDoesNotExist() throws Exception {
        ExchangeSimulator exchange = start(quiet());
        connect(exchange, PATH);

        assertThatThrownBy(() -> exchange.freeze(7))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("no open connection 7, open are [1]");
        assertThatThrownBy(() -> exchange.thaw(7)).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> join(exchange.cut(7, CutKind.FIN)))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(NoSuchElementException.class);
    }
}
