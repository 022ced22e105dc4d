package io.firstline.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The content of the market: fields, ids, prices. */
class SimulatorMarketTest {
    private static final int MANY = 10_000;
    private static final long NOW_US = 1_700_000_000_123_456L;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SPOT_MILLIS    | BOOK_TICKER | u s b B a A",
                "SPOT_MILLIS    | TRADE       | e E s t p q T m M",
                "SPOT_MILLIS    | AGG_TRADE   | e E s a p q f l T m M",
                "SPOT_MILLIS    | DEPTH       | e E s U u b a",
                "SPOT_MILLIS    | TICKER      | e E s p P w x c Q b B a A o h l v q O C F L n",
                "SPOT_MILLIS    | MINI_TICKER | e E s c o h l v q",
                "FUTURES_MILLIS | TICKER      | e E s p P w c Q o h l v q O C F L n",
                "FUTURES_MILLIS | BOOK_TICKER | e u E T s b B a A",
                "FUTURES_MILLIS | TRADE       | e E T s t p q X m",
                "FUTURES_MILLIS | AGG_TRADE   | e E a s p q nq f l T m",
                "FUTURES_MILLIS | DEPTH_100MS | e E T s U u pu b a",
            })
    void shouldHaveTheFieldsOfTheVenueWithTheirTypes(DataForm form, StreamKind kind, String fields) {
        JsonObject message = messages(kind, form, 1).get(0);

        assertThat(message.fieldNames()).containsExactly(fields.split(" ", -1));
        for (Map.Entry<String, Object> field : message) {
            Class<?> type = typeOf(kind, field.getKey());
            assertThat(type.isInstance(field.getValue()))
                    .as("%s is %s", field, type)
                    .isTrue();
        }
        assertThat(message.getString("s")).isEqualTo("BTCUSDT");
    }

    private static Class<?> typeOf(StreamKind kind, String field) {
        boolean depth = kind == StreamKind.DEPTH || kind == StreamKind.DEPTH_100MS;
        return switch (field) {
            case "m", "M" -> Boolean.class;
            case "l" -> kind != StreamKind.AGG_TRADE ? String.class : Number.class;
            case "u", "U", "pu", "t", "f", "E", "T", "O", "C", "F", "L", "n" -> Number.class;
            case "a" -> depth ? JsonArray.class : kind == StreamKind.AGG_TRADE ? Number.class : String.class;
            case "b" -> depth ? JsonArray.class : String.class;
            default -> String.class;
        };
    }

    @Test
    void shouldWriteDecimalsAndTimesAsTheVenueDoes() {
        JsonObject spot = messages(StreamKind.TRADE, DataForm.SPOT_MICROS, 1).get(0);
        JsonObject futures =
                messages(StreamKind.TRADE, DataForm.FUTURES_MILLIS, 1).get(0);

        assertThat(spot.getString("p")).matches("\\d{5}\\.\\d{2}0{6}");
        assertThat(spot.getString("q")).matches("\\d+\\.\\d{5}000");
        assertThat(futures.getString("p")).matches("\\d{5}\\.\\d{2}");
        assertThat(futures.getString("q")).matches("\\d+\\.\\d{3}");
        assertThat(spot.getLong("E")).isEqualTo(NOW_US);
        assertThat(spot.getLong("T")).isBetween(NOW_US - 2_000, NOW_US);
        assertThat(futures.getLong("E")).isEqualTo(NOW_US / 1_000);
    }

    @Test
    void shouldKeepBidBelowAskAndPricesNearTheirLevel() {
        for (MarketStream stream : new Market(5, NOW_US).streams().subList(0, 3)) {
            double first = 0;
            for (int i = 0; i < MANY; i++) {
                BookQuote quote = ((MarketEvent.BookTicker) stream.next(NOW_US)).quote();
                first = i == 0 ? quote.bidTicks() : first;
                assertThat(quote.bidTicks()).isLessThan(quote.askTicks());
                assertThat(quote.bidTicks()).isBetween((long) (first * 0.8), (long) (first * 1.2));
                assertThat(Math.min(quote.bidLots(), quote.askLots())).isPositive();
            }
        }
    }

    @Test
    void shouldRaiseTheUpdateIdOfEveryBookTicker() {
        List<JsonObject> messages = messages(StreamKind.BOOK_TICKER, DataForm.SPOT_MILLIS, MANY);

        for (int i = 1; i < MANY; i++) {
            assertThat(messages.get(i).getLong("u"))
                    .isGreaterThan(messages.get(i - 1).getLong("u"));
        }
    }

    @Test
    void shouldCountTradesWithoutAHoleAndPriceThemAtTheBook() {
        List<JsonObject> trades = messages(StreamKind.TRADE, DataForm.SPOT_MILLIS, MANY);
        List<JsonObject> books = messages(StreamKind.BOOK_TICKER, DataForm.SPOT_MILLIS, MANY);

        for (int i = 0; i < MANY; i++) {
            JsonObject trade = trades.get(i);
            assertThat(trade.getLong("t")).isEqualTo(trades.get(0).getLong("t") + i);
            String side = trade.getBoolean("m") ? "b" : "a";
            assertThat(trade.getString("p")).isEqualTo(books.get(i).getString(side));
        }
    }

    @Test
    void shouldChainAggregateTrades() {
        List<JsonObject> messages = messages(StreamKind.AGG_TRADE, DataForm.FUTURES_MILLIS, MANY);

        for (int i = 1; i < MANY; i++) {
            JsonObject before = messages.get(i - 1);
            JsonObject message = messages.get(i);
            assertThat(message.getLong("a")).isEqualTo(before.getLong("a") + 1);
            assertThat(message.getLong("f")).isEqualTo(before.getLong("l") + 1);
            assertThat(message.getLong("l")).isGreaterThanOrEqualTo(message.getLong("f"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = StreamKind.class,
            names = {"DEPTH", "DEPTH_100MS"})
    void shouldChainDepthUpdatesAndNeverCrossTheBook(StreamKind kind) {
        List<JsonObject> messages = messages(kind, DataForm.FUTURES_MILLIS, MANY);

        for (int i = 1; i < MANY; i++) {
            JsonObject before = messages.get(i - 1);
            JsonObject message = messages.get(i);
            assertThat(message.getLong("U")).isEqualTo(before.getLong("u") + 1);
            assertThat(message.getLong("pu")).isEqualTo(before.getLong("u"));
            assertThat(message.getLong("u")).isGreaterThanOrEqualTo(message.getLong("U"));
            assertThat(price(message, "b", 0)).isLessThan(price(message, "a", 0));
        }
    }

    private static BigDecimal price(JsonObject depth, String side, int level) {
        return new BigDecimal(depth.getJsonArray(side).getJsonArray(level).getString(0));
    }

    @Test
    void shouldRepeatItselfWithTheSameSeedOnlyAndNeverWithinAStream() {
        for (StreamKind kind : StreamKind.values()) {
            List<JsonObject> first = messages(kind, DataForm.SPOT_MILLIS, 1_000);
            List<JsonObject> again = messages(kind, DataForm.SPOT_MILLIS, 1_000);
            Set<String> distinct = new HashSet<>();
            first.forEach(message -> distinct.add(message.encode()));

            assertThat(again).isEqualTo(first);
            assertThat(distinct).hasSize(1_000);
        }
        assertThat(new PriceWalk(1, 1_000_000).next()).isNotEqualTo(new PriceWalk(2, 1_000_000).next());
    }

    @Test
    void shouldWriteAMessageOnceForEachFormThatIsNeeded() {
        List<DataForm> written = new ArrayList<>();
        List<String> told = new ArrayList<>();
        EncodedMessage message = new EncodedMessage(
                "s@trade",
                form -> {
                    written.add(form);
                    return "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
                },
                (stream, payload) -> told.add(stream));

        WireFrame raw = message.frame(DataForm.SPOT_MILLIS, false);
        WireFrame wrapped = message.frame(DataForm.SPOT_MILLIS, true);

        assertThat(message.frame(DataForm.SPOT_MILLIS, false)).isSameAs(raw);
        assertThat(message.frame(DataForm.SPOT_MILLIS, true)).isSameAs(wrapped);
        assertThat(Buffer.buffer(wrapped.payload())).hasToString("{\"stream\":\"s@trade\",\"data\":{}}");
        assertThat(written).containsExactly(DataForm.SPOT_MILLIS);
        assertThat(told).containsExactly("s@trade");
    }

    private static List<JsonObject> messages(StreamKind kind, DataForm form, int count) {
        MarketStream stream = new Market(42, NOW_US)
                .streams().stream()
                        .filter(candidate -> candidate.name().equals(kind.streamOf("btcusdt")))
                        .findFirst()
                        .orElseThrow();
        EventJson json = new EventJson();
        List<JsonObject> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(new JsonObject(Buffer.buffer(json.write(stream.symbol(), stream.next(NOW_US), form))));
        }
        return messages;
    }
}
