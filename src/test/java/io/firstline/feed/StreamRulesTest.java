package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.report.Proof;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.feed.report.StreamReport;
import io.firstline.stream.FeedMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Servers whose messages name their stream by their kind, by members' names, or not at all. */
@Execution(ExecutionMode.CONCURRENT)
class StreamRulesTest extends FeedTestBase {
    private static final int CONNECTIONS = 3;

    @TempDir
    private Path folder;

    private HandServer server;

    private WsPool pool(String messages) {
        server = HandServer.start(vertx);
        WsPool pool = started(venuePool(folder, "{\"messages\": {" + messages + "}}", CONNECTIONS, server.url()));
        eventually(() -> server.sockets.size() == CONNECTIONS && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    private void sendAll(List<String> texts) {
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            for (String text : texts) {
                server.sockets.get(connection).writeTextMessage(text);
            }
        }
    }

    /** Only one of four kinds of messages says what it is. */
    @Test
    void shouldNameAStreamByTheKindOfAMessage() {
        WsPool pool = pool(
                """
                "separator": "@",
                "stream": [
                  { "when": ["/e"], "name": ["/s", "=depth"] },
                  { "when": ["/lastUpdateId"], "name": ["/symbol", "=depth5"] },
                  { "when": ["/B"], "name": ["/s", "=bookTicker"] },
                  { "when": [{ "at": "/t" }], "name": ["/s", "=trade"] }
                ],
                "classes": {
                  "trade": { "match": "@trade$", "key": ["/t"], "sequence": { "link": "plus-one", "last": ["/t"] } },
                  "depth": {
                    "match": "@depth$", "key": ["/u"],
                    "sequence": { "link": "previous", "last": ["/u"], "previous": ["/U"] }
                  }
                }""");
        List<String> texts = IntStream.rangeClosed(1, 20)
                .boxed()
                .flatMap(n -> List.of(
                        "{\"e\":\"depthUpdate\",\"s\":\"btcusd\",\"U\":" + (n - 1) + ",\"u\":" + n
                                + ",\"b\":[],\"a\":[]}",
                        "{\"E\":1,\"s\":\"btcusd\",\"t\":" + n + ",\"p\":\"1\",\"q\":\"2\",\"m\":true}",
                        "{\"u\":" + n + ",\"E\":2,\"s\":\"btcusd\",\"b\":\"1\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}",
                        "{\"lastUpdateId\":" + n + ",\"symbol\":\"btcusd\",\"bids\":[],\"asks\":[]}")
                        .stream())
                .toList();

        sendAll(texts);
        eventually(() -> report(pool).copies() == (long) CONNECTIONS * texts.size());

        assertThat(texts()).containsExactlyInAnyOrderElementsOf(texts);
        FeedReport report = report(pool);
        assertThat(report.ledger())
                .extracting(StreamReport::stream)
                .containsExactlyInAnyOrder("btcusd@depth", "btcusd@trade", "btcusd@bookTicker", "btcusd@depth5");
        assertThat(report.ledger())
                .filteredOn(stream -> !stream.type().equals("unknown"))
                .hasSize(2)
                .allMatch(stream -> stream.proof() == Proof.PROVEN_COMPLETE);
        assertThat(report.problems()).isEmpty();
    }

    /** The symbol is the name of a member, and one message may hold several: such a message has no symbol. */
    @Test
    void shouldNameAStreamByTheNameOfAMember() {
        WsPool pool = pool(
                """
                "stream": [
                  { "when": ["/snapshot"], "name": ["/ch", "/snapshot/?"] },
                  { "when": ["/update"], "name": ["/ch", "/update/?"] }
                ],
                "classes": {
                  "book": {
                    "match": "^orderbook/full .",
                    "key": ["/snapshot/?/s", "/update/?/s"],
                    "sequence": { "link": "plus-one", "last": ["/update/?/s", "/snapshot/?/s"] }
                  }
                }""");
        List<String> texts = IntStream.rangeClosed(1, 20)
                .mapToObj(n -> "{\"ch\":\"orderbook/full\",\"" + (n == 1 ? "snapshot" : "update")
                        + "\":{\"ETHBTC\":{\"t\":1,\"s\":" + n + ",\"a\":[],\"b\":[]}}}")
                .toList();

        sendAll(texts);
        sendAll(List.of("{\"ch\":\"orderbook/full\",\"update\":{\"A\":{\"s\":1},\"B\":{\"s\":1}}}"));
        eventually(() -> report(pool).copies() == CONNECTIONS * 21L);

        assertThat(messages).hasSize(21);
        assertThat(messages.stream().limit(20)).extracting(FeedMessage::stream).containsOnly("orderbook/full ETHBTC");
        assertThat(report(pool).ledger())
                .filteredOn(stream -> stream.type().equals("book"))
                .singleElement()
                .extracting(StreamReport::proof)
                .isEqualTo(Proof.PROVEN_COMPLETE);
    }

    /** The expected name is empty, in data and in a notice. */
    @Test
    void shouldNotTakeNothingForAName() {
        WsPool pool = pool(
                """
                "stream": ["/channel"],
                "control": [{ "at": "/event", "is": ["bts:heartbeat"] }],
                "shutdown": [{ "at": "/event", "is": ["bts:request_reconnect"] }]""");

        sendAll(List.of(
                "{\"event\":\"bts:heartbeat\",\"channel\":\"\"}",
                "{\"event\":\"trade\",\"channel\":\"\",\"n\":1}",
                "{\"event\":\"trade\",\"channel\":\"live_trades_btcusd\",\"n\":2}"));
        eventually(() -> messages.size() == 2 && report(pool).copies() == 9);
        assertThat(report(pool).ledger()).extracting(StreamReport::stream).containsExactly("live_trades_btcusd");
        assertThat(report(pool).problems()).isEmpty();

        server.send("{\"event\":\"bts:request_reconnect\",\"channel\":\"\",\"data\":\"\"}", 0);
        awaitTold(FeedEvent.Type.SHUTDOWN_ANNOUNCED);
        eventually(() -> server.sockets.size() == CONNECTIONS + 1);
        assertThat(messages).as("a notice is no data").hasSize(2);
    }

    /** A subscribed name that messages show changed. */
    @Test
    void shouldFindASubscribedStreamUnderTheNameThatMessagesShow() {
        server = HandServer.start(vertx);
        String profile =
                """
                {
                  "subscribe": "{\\"type\\":\\"subscribe\\",\\"channel\\":\\"${1}\\",\\"product\\":\\"${2}\\"}",
                  "messages": {
                    "stream": ["/channel", "/product"],
                    "aliases": { "-USDC$": "-USD", "-USD$": "-USDC" },
                    "errors": [{ "at": "/type", "is": ["error"] }], "errorText": ["/message"]
                  }
                }""";
        started(venuePool(folder, profile, CONNECTIONS, server.url(), "ticker BTC-USDC", "ticker ETH-USD"));
        eventually(() -> server.received.size() == 2 * CONNECTIONS);

        server.send("{\"type\":\"error\",\"channel\":\"ticker\",\"product\":\"BTC-USD\",\"message\":\"halted\"}", 0);

        assertThat(awaitTold(FeedEvent.Type.SERVER_ERROR).toJson().getJsonArray("streams"))
                .containsExactly("ticker BTC-USDC");
    }

    /** Names without end, with terminal sequences, or longer than a name may be. */
    @Test
    void shouldBearNamesThatNoVenueHas() {
        WsPool pool = pool("\"stream\": [{ \"when\": [\"/d\"], \"name\": [\"=x\", \"/d/?\"] }]");
        List<String> texts = List.of(
                "{\"d\":{\"" + "a".repeat(100_000) + "\":1}}",
                "{\"d\":{\"\\u001b[31m\":1}}",
                "{\"d\":{\"\":1}}",
                "{\"d\":[]}",
                "{\"d\":{\"a\":{\"b\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}}}",
                "{\"d\":{\"a\":1");

        sendAll(texts);
        eventually(() -> report(pool).copies() == (long) CONNECTIONS * texts.size());

        assertThat(texts()).containsExactlyElementsOf(texts);
        assertThat(report(pool).ledger()).extracting(StreamReport::stream).containsExactly("x a");
        awaitTold(FeedEvent.Type.STREAMS_IGNORED);
    }
}
