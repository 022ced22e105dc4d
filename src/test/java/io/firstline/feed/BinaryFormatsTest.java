package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.payload.Encoded;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Servers whose binary messages are no text; they are published unchanged. */
@Execution(ExecutionMode.CONCURRENT)
class BinaryFormatsTest extends FeedTestBase {
    private static final int CONNECTIONS = 3;

    @TempDir
    private Path folder;

    private HandServer server;

    private WsPool pool(String profile, String... streams) {
        server = HandServer.start(vertx);
        WsPool pool = started(venuePool(folder, profile.replace('\'', '"'), CONNECTIONS, server.url(), streams));
        eventually(() -> server.sockets.size() == CONNECTIONS && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    private WsPool alpaca() {
        return pool(
                """
                {
                  'ready': [{ 'at': '/0/msg', 'is': ['connected'] }], 'readyMs': 20000,
                  'subscribe': '{\\'action\\':\\'subscribe\\',\\'${1}\\':[\\'${2}\\']}',
                  'messages': {
                    'payload': 'msgpack',
                    'eventTime': { 'at': ['/0/t'], 'unit': 'ns' },
                    'stream': ['/0/T', '/0/S'], 'names': { 't': 'trades' },
                    'control': [{ 'at': '/0/T', 'is': ['success', 'subscription'] }],
                    'accepted': '/0',
                    'answers': [{ 'when': [{ 'at': '/0/ping' }], 'send': '{\\'pong\\':${/0/ping}}' }],
                    'classes': { 'trades': { 'match': '^trades ', 'items': '', 'key': ['/0/i'],
                                             'sequence': { 'link': 'increasing', 'last': ['/0/i'] } } }
                  }
                }""",
                "trades AAPL");
    }

    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    private static Map<String, Object> trade(int number) {
        return map(
                "T",
                "t",
                "S",
                "AAPL",
                "i",
                52_983_525_000_000L + number,
                "p",
                126.55 + number,
                "s",
                1,
                "c",
                List.of("@"));
    }

    private static byte[] trades(int from, int to) {
        return Encoded.msgpack(
                IntStream.range(from, to).mapToObj(BinaryFormatsTest::trade).toList());
    }

    private void toAll(Object message) {
        server.sendBinary(Encoded.msgpack(List.of(message)), 0, 1, 2);
    }

    private void subscribe() {
        toAll(map("T", "success", "msg", "connected"));
        eventually(() -> server.received.size() == CONNECTIONS);
        assertThat(server.received.get(0)).endsWith("{\"action\":\"subscribe\",\"trades\":[\"AAPL\"]}");
        toAll(map("T", "subscription", "trades", List.of("AAPL"), "quotes", List.of()));
    }

    /** Messages of one, two and three trades, in MessagePack as all else that this server sends. */
    @Test
    void shouldReadMessagePackLikeJson() {
        WsPool pool = alpaca();
        subscribe();
        for (int from = 0; from < 120; from += 6) {
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                for (int at = from; at < from + 6; at += connection + 1) {
                    server.sendBinary(trades(at, at + connection + 1), connection);
                }
            }
        }
        server.sendBinary(Encoded.msgpack(List.of(map("ping", "a\"b"))), 1);
        eventually(() -> server.received.contains("1:{\"pong\":\"a\\\"b\"}"));
        eventually(() -> report(pool).copies() == CONNECTIONS * (120 + 2) + 1);

        assertThat(messages).allMatch(message -> !message.text() && "trades AAPL".equals(message.stream()));
        assertThat(messages)
                .extracting(message -> message.payload())
                .containsExactlyElementsOf(IntStream.range(0, 120)
                        .mapToObj(i -> Buffer.buffer(trades(i, i + 1)))
                        .toList());
        FeedReport report = report(pool);
        assertThat(report.control()).isEqualTo(2L * CONNECTIONS + 1);
        assertThat(report.malformed()).isZero();
        assertThat(report.problems()).isEmpty();
        assertThat(told(FeedEvent.Type.SUBSCRIBE_FAILED)).isEmpty();
        assertThat(told(FeedEvent.Type.CONFLICT)).isEmpty();
    }

    @Test
    void shouldTellWhichStreamAListInMessagePackLacks() {
        WsPool pool = alpaca();
        toAll(map("T", "success", "msg", "connected"));
        eventually(() -> server.received.size() == CONNECTIONS);
        toAll(map("T", "subscription", "trades", List.of("MSFT"), "quotes", List.of("AAPL")));
        eventually(() -> told(FeedEvent.Type.SUBSCRIBE_FAILED).size() == CONNECTIONS);

        assertThat(told(FeedEvent.Type.SUBSCRIBE_FAILED).get(0).toJson().encode())
                .contains("trades AAPL")
                .contains("lacks it");
        assertThat(report(pool).control()).isEqualTo(2L * CONNECTIONS);
    }

    /** Whatever arrives is published once, as it is, and counted. */
    @Test
    void shouldCountWhatIsMalformedAndPassItOn() {
        WsPool pool = pool("{'messages':{'payload':'protobuf','stream':['/1'],'control':[{'at':'/code'}],"
                + "'classes':{'all':{'match':'','key':['/4/2'],'sequence':{'link':'plus-one','last':['/4/2']}}}}}");
        byte[] first = Encoded.protobuf(1, "a", 4, Encoded.protobuf(2, "1"));
        byte[] second = Encoded.protobuf(1, "a", 4, Encoded.protobuf(2, "2"));
        byte[] wrong = Encoded.protobuf(1, "a", 4, "2");

        server.sendBinary(first, 0, 1, 2);
        server.sendBinary(new byte[] {0x0B, 0x0B}, 0, 1, 2);
        server.sendBinary(wrong, 0, 1, 2);
        server.sendBinary(new byte[0], 0, 1, 2);
        server.send("{\"code\":0}", 0, 1, 2);
        server.send("{\"1\":\"a\",\"4\":{\"2\":\"2\"}}", 0);
        eventually(() -> messages.size() == 5);
        server.sendBinary(second, 1, 2);
        eventually(() -> report(pool).copies() == 18);

        assertThat(messages)
                .extracting(message -> message.payload())
                .containsExactly(
                        Buffer.buffer(first),
                        Buffer.buffer(new byte[] {0x0B, 0x0B}),
                        Buffer.buffer(wrong),
                        Buffer.buffer(),
                        Buffer.buffer("{\"1\":\"a\",\"4\":{\"2\":\"2\"}}"));
        assertThat(report(pool).malformed()).isEqualTo(6);
        assertThat(report(pool).control()).isEqualTo(3);
        assertThat(report(pool).ledger()).hasSize(1);
        assertThat(report(pool).ledger().get(0).lostNumbers()).isZero();
    }

    @Test
    void shouldTellThatNothingIsAtAPointer() {
        WsPool pool = pool("{'messages':{'payload':'sbe','stream':['/7/text8']}}");
        byte[] other = Encoded.sbe(8, Encoded.block(1L));
        for (int i = 0; i < 30; i++) {
            server.sendBinary(other, 0);
        }
        awaitTold(FeedEvent.Type.NOT_FOUND);

        assertThat(told(FeedEvent.Type.NOT_FOUND).get(0).toJson().encode())
                .contains("/7/text8")
                .contains("they are binary");
        assertThat(report(pool).malformed()).isZero();
    }

    /** The copies of a message differ in a field of protobuf and SBE that the profile ignores. */
    @Test
    void shouldCompareWithoutWhatIsIgnored() {
        WsPool pool = pool("{'messages':{'payload':'sbe','stream':['/7/text8'],'ignore':['/7/8:int64']}}");
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10; i++) {
            for (int socket = 0; socket < CONNECTIONS; socket++) {
                server.sendBinary(
                        Encoded.sbe(7, Encoded.block((long) i, random.nextLong()), Encoded.text(8, "BTC")), socket);
            }
        }
        eventually(() -> report(pool).copies() == 30);

        assertThat(messages).hasSize(10).allMatch(message -> "BTC".equals(message.stream()));
        assertThat(told(FeedEvent.Type.CONFLICT)).isEmpty();
    }
}
