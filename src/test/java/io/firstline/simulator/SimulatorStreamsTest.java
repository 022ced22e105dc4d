package io.firstline.simulator;

import static io.firstline.simulator.TestClient.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The delivery of streams over real sockets: receivers and forms. */
class SimulatorStreamsTest extends SimulatorTestBase {
    private static final SimulatorConfig BUSY =
            SimulatorConfig.of().withMessagesPerSecond(2_000).withClientFramesPerSecond(0);

    @ParameterizedTest
    @CsvSource({
        "/ws/btcusdt@bookTicker, u s b B a A",
        "/ws/ethusdt@trade, e E s t p q T m M",
        "/ws/solusdt@aggTrade, e E s a p q f l T m M",
        "/ws/btcusdt@depth, e E s U u b a",
        "/public/ws/btcusdt@bookTicker, e u E T s b B a A",
        "/public/ws/btcusdt@trade, e E T s t p q X m",
        "/public/ws/btcusdt@depth@100ms, e E T s U u pu b a",
        "/market/ws/btcusdt@aggTrade, e E a s p q nq f l T m",
    })
    void shouldDeliverEachStreamInTheFieldsOfItsRoute(String path, String fields) throws Exception {
        TestClient raw = connect(start(BUSY), path);

        assertThat(raw.nextJson().fieldNames()).containsExactly(fields.split(" ", -1));
    }

    @Test
    void shouldShowEachChangeOfABookAlthoughAnotherStreamGathersThem() throws Exception {
        ExchangeSimulator exchange = start(BUSY);
        TestClient each = connect(exchange, "/ws/btcusdt@depth");
        TestClient gathered = connect(exchange, "/ws/btcusdt@depth@100ms");
        for (int i = 0; i < 20; i++) { // each changes whose turn it is
            connect(exchange, "/ws/btcusdt@trade").close();
        }
        gathered.next(20);

        long last = each.nextJson().getLong("u");
        while (!each.texts.isEmpty()) {
            JsonObject change = each.nextJson();
            assertThat(change.getLong("U")).isEqualTo(last + 1);
            last = change.getLong("u");
        }
    }

    @Test
    void shouldWrapMessagesOfACombinedStream() throws Exception {
        TestClient combined = connect(start(BUSY), "/stream?streams=btcusdt@trade/ethusdt@bookTicker");
        Set<String> streams = new HashSet<>();

        for (String text : combined.next(10)) {
            JsonObject message = new JsonObject(text);
            assertThat(message.fieldNames()).containsExactly("stream", "data");
            String stream = message.getString("stream");
            assertThat(message.getJsonObject("data").getString("s").toLowerCase(java.util.Locale.ROOT))
                    .isEqualTo(stream.substring(0, stream.indexOf('@')));
            streams.add(stream);
        }
        assertThat(streams).containsExactlyInAnyOrder("btcusdt@trade", "ethusdt@bookTicker");
    }

    @Test
    void shouldTellTimesInTheUnitAskedFor() throws Exception {
        ExchangeSimulator exchange = start(BUSY);
        long nowMs = System.currentTimeMillis();

        long millis = connect(exchange, "/ws/btcusdt@trade").nextJson().getLong("E");
        long micros = connect(exchange, "/public/ws/btcusdt@trade?timeUnit=MICROSECOND")
                .nextJson()
                .getLong("E");

        assertThat(millis).isBetween(nowMs - 1_000, nowMs + 60_000);
        assertThat(micros / 1_000).isBetween(nowMs - 1_000, nowMs + 60_000);
    }

    @ParameterizedTest
    @CsvSource({
        "/public, btcusdt@aggTrade, btcusdt@bookTicker",
        "/market, btcusdt@trade, btcusdt@aggTrade",
        "/market, btcusdt@bookTicker, btcusdt@aggTrade",
        "/market, btcusdt@depth@100ms, btcusdt@aggTrade",
    })
    void shouldAcknowledgeAStreamOnTheWrongRouteAndStaySilent(String venue, String wrong, String right)
            throws Exception {
        ExchangeSimulator exchange = start(BUSY);
        TestClient combined = connect(exchange, venue + "/stream");

        assertThat(combined.request(
                        "{\"method\":\"SUBSCRIBE\",\"params\":[\"%s\",\"%s\"],\"id\":1}".formatted(wrong, right)))
                .isEqualTo(new JsonObject("{\"result\":null,\"id\":1}"));
        exchange.emit(wrong, "{}");

        assertThat(combined.next(50)).allMatch(text -> text.startsWith("{\"stream\":\"" + right));
        assertThat(exchange.emitted().get(right)).isGreaterThanOrEqualTo(50);
    }

    @Test
    void shouldSubscribeAndUnsubscribeOverTheSocketAndStaySilentOnUnknownSymbols() throws Exception {
        ExchangeSimulator exchange = start(BUSY);
        TestClient bare = connect(exchange, "/ws");

        assertThat(
                        bare.request(
                                "{\"method\":\"SUBSCRIBE\",\"params\":[\"nopeusdt@trade\",\"BTCUSDT@trade\",\"btcusdt@trade\"],\"id\":\"a\"}"))
                .isEqualTo(new JsonObject("{\"result\":null,\"id\":\"a\"}"));
        assertThat(bare.next(20)).allMatch(text -> text.contains("\"s\":\"BTCUSDT\""));
        assertThat(exchange.emitted()).containsOnlyKeys("btcusdt@trade");
        assertThat(exchange.lines().get(0).streams())
                .containsExactly("nopeusdt@trade", "BTCUSDT@trade", "btcusdt@trade");

        bare.request("{\"method\":\"UNSUBSCRIBE\",\"params\":[\"btcusdt@trade\"],\"id\":2}");
        assertThat(exchange.lines().get(0).streams()).containsExactly("nopeusdt@trade", "BTCUSDT@trade");
        bare.texts.clear();
        long emitted = exchange.emitted().get("btcusdt@trade");
        assertThat(bare.request("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":3}").getJsonArray("result"))
                .hasSize(2);
        assertThat(exchange.emitted().get("btcusdt@trade")).isEqualTo(emitted);
        assertThat(bare.texts).isEmpty();
    }

    @Test
    void shouldSwitchTheFormWithTheCombinedProperty() throws Exception {
        ExchangeSimulator exchange = start(quiet());
        TestClient raw = connect(exchange, "/ws/btcusdt@trade");

        exchange.emit("btcusdt@trade", "{\"n\":1}");
        assertThat(raw.next()).isEqualTo("{\"n\":1}");
        raw.request("{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true],\"id\":5}");
        exchange.emit("btcusdt@trade", "{\"n\":2}");
        assertThat(raw.next()).isEqualTo("{\"stream\":\"btcusdt@trade\",\"data\":{\"n\":2}}");
    }

    @Test
    void shouldGiveEveryConnectionTheSameMessagesAndTellTheHook() throws Exception {
        ExchangeSimulator exchange = create(BUSY);
        Queue<String> told = new ConcurrentLinkedQueue<>();
        exchange.onEmit((stream, payload) -> told.add(stream + payload));
        join(exchange.start());
        exchange.pauseEmission();
        TestClient one = connect(exchange, "/ws/btcusdt@trade");
        TestClient two = connect(exchange, "/ws/btcusdt@trade");
        exchange.resumeEmission();

        List<String> texts = one.next(200);

        assertThat(two.next(200)).isEqualTo(texts);
        assertThat(told.stream().limit(200))
                .containsExactlyElementsOf(
                        texts.stream().map(text -> "btcusdt@trade" + text).toList());
    }

    @Test
    void shouldShareTheRateAmongTheStreamsInTurns() throws Exception {
        ExchangeSimulator exchange = start(BUSY.withBurst(10));
        connect(exchange, "/stream?streams=btcusdt@trade/ethusdt@trade/solusdt@depth")
                .next(300);

        assertThat(exchange.emitted()).containsOnlyKeys("btcusdt@trade", "ethusdt@trade", "solusdt@depth");
        assertThat(exchange.emitted().values())
                .allSatisfy(count -> assertThat(count).isGreaterThanOrEqualTo(99));
    }

    @Test
    void shouldHoldARateFarAboveTheTimersGranularity() throws Exception {
        ExchangeSimulator exchange = start(BUSY.withMessagesPerSecond(5_000));
        long startNs = System.nanoTime();
        TestClient one = connect(exchange, "/ws/btcusdt@trade");
        one.next(10_000);

        assertThat((System.nanoTime() - startNs) / 1e9)
                .as("2 s; one message a millisecond would take 10")
                .isBetween(2.0, 4.0);
    }

    @Test
    void shouldStopAndGoOnWithoutMakingUpForThePause() throws Exception {
        ExchangeSimulator exchange = start(BUSY.withMessagesPerSecond(100));
        TestClient one = connect(exchange, "/ws/btcusdt@trade");
        one.next();
        exchange.pauseEmission();
        one.request("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
        long emitted = exchange.emitted().get("btcusdt@trade");
        long pausedNs = System.nanoTime();
        eventually(() -> System.nanoTime() - pausedNs > Duration.ofMillis(500).toNanos());

        assertThat(exchange.emitted()).containsEntry("btcusdt@trade", emitted);
        exchange.resumeEmission();
        long resumedNs = System.nanoTime();
        one.next(10);
        assertThat(System.nanoTime() - resumedNs)
                .as("the 50 of the pause are not made up for")
                .isGreaterThan(80_000_000L);
    }

    @Test
    void shouldSendRawFramesToEverybody() throws Exception {
        ExchangeSimulator exchange = start(quiet());
        TestClient one = connect(exchange, "/ws");
        TestClient two = connect(exchange, "/market/stream");
        Buffer large = Buffer.buffer("x".repeat(700_000));

        exchange.broadcastRaw(large, true);
        exchange.broadcastRaw(Buffer.buffer(new byte[] {1, 2}), false);

        for (TestClient each : List.of(one, two)) {
            assertThat(each.next()).isEqualTo(large.toString());
            eventually(() -> each.binaries.contains(Buffer.buffer(new byte[] {1, 2})));
        }
    }

    @Test
    void shouldAnnounceItsShutdownInTheFormOfEachConnection() throws Exception {
        ExchangeSimulator exchange = start(quiet());
        TestClient raw = connect(exchange, "/ws/btcusdt@trade");
        TestClient combined = connect(exchange, "/stream?streams=btcusdt@trade");

        exchange.announceShutdown();

        assertThat(raw.next()).matches("\\{\"e\":\"serverShutdown\",\"E\":\\d{13}}");
        assertThat(combined.next())
                .matches("\\{\"stream\":\"!serverShutdown\",\"data\":\\{\"e\":\"serverShutdown\",\"E\":\\d{13}}}");
        assertThat(exchange.lines()).hasSize(2);
    }

    @Test
    void shouldAnswerAnUnknownPathWith404() throws Exception {
        ExchangeSimulator exchange = start(quiet());

        assertThatThrownBy(() -> TestClient.connect(client, exchange.url("/private/ws")))
                .hasCauseInstanceOf(UpgradeRejectedException.class)
                .satisfies(e -> assertThat(((UpgradeRejectedException) e.getCause()).getStatus())
                        .isEqualTo(404));
        int status = join(vertx.createHttpClient()
                .request(HttpMethod.GET, exchange.port(), "127.0.0.1", "/ws")
                .compose(request -> request.send().map(response -> response.statusCode())));
        assertThat(status).isEqualTo(404);
        assertThat(exchange.lines()).isEmpty();
    }

    @Test
    void shouldCloseAConnectionWithTooManyStreams() throws Exception {
        ExchangeSimulator exchange = start(quiet().withMaxStreamsPerConnection(2));

        TestClient inUrl = TestClient.connect(client, exchange.url("/ws/a@trade/b@trade/c@trade"));
        assertThat(inUrl.awaitClose()).isEqualTo((short) 1008);

        TestClient later = connect(exchange, "/ws/a@trade");
        later.request("{\"method\":\"SUBSCRIBE\",\"params\":[\"b@trade\"],\"id\":1}");
        later.send("{\"method\":\"SUBSCRIBE\",\"params\":[\"c@trade\"],\"id\":2}");
        assertThat(later.awaitClose()).isEqualTo((short) 1008);
        assertThat(later.closeReason).contains("too many streams");
    }
}
