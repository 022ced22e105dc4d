package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.stream.FeedMessage;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages whose server names streams by ids of the connection are compared and published by the streams' names. */
@Execution(ExecutionMode.CONCURRENT)
class ServerIdsTest extends FeedTestBase {
    private static final int CONNECTIONS = 3;

    @TempDir
    Path directory;

    private Feed feed(HandServer server, int connections, String profile, String... streams) {
        try {
            Path venues = Files.createDirectories(directory.resolve("venues"));
            Files.writeString(venues.resolve("v.json"), profile);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        JsonObject json = new JsonObject()
                .put("name", "f")
                .put("venue", "v")
                .put("url", server.url())
                .put("connections", connections)
                .put("streams", new JsonArray(List.of(streams)));
        FeedConfig config = FeedConfig.fromJson(json, directory);
        WsPoolConfig pool = config.pool()
                .withJoinGuardMs(50)
                .withConnection(config.pool()
                        .connection()
                        .withRetry(connection(server.url()).retry()));
        Feed feed = connections == 1
                ? Feed.of(vertx, config)
                : WsPool.create(vertx, "f", pool, config.subscriptions(), config.format());
        started(watch(feed));
        eventually(() -> server.sockets.size() == connections && feed.state() == FeedState.CONNECTED);
        return feed;
    }

    /** A profile of channels with numbers: trades A is number 10 here and 11 there. */
    private static String channels(boolean rewrite, String key) {
        return """
                {"subscribe": "{\\"event\\":\\"subscribe\\",\\"channel\\":\\"${1}\\",\\"symbol\\":\\"${2}\\"}",
                 "unsubscribe": "{\\"event\\":\\"unsubscribe\\",\\"chanId\\":${learned}}",
                 "messages": {
                   "stream": ["@/0"],
                   "ids": [{"when": [{"at": "/event", "is": ["subscribed"]}], "id": "/chanId",
                            "stream": ["/channel", "/symbol"], "rewrite": %s}],
                   "control": [{"at": "/event"}, {"at": "/1", "is": ["hb"]}],
                   "ackStream": ["/channel", "/symbol"],
                   "classes": {"trades": {"match": "^trades "%s}}}}"""
                .formatted(rewrite, key);
    }

    private static String subscribed(String request, int id) {
        return new JsonObject(request)
                .put("event", "subscribed")
                .put("chanId", id)
                .encode();
    }

    private static boolean subscribes(String request) {
        return request.contains("\"subscribe\"");
    }

    /** The number of a channel on a connection: those of two channels are swapped on each other connection. */
    private static int numberOf(String request, int socket) {
        return request.contains("\"A\"") == (socket % 2 == 0) ? 10 : 11;
    }

    private static String trade(int socket, String symbol, int id) {
        return "[" + numberOf("\"" + symbol + "\"", socket) + ",\"te\",[" + id + ",1]]";
    }

    /** 200 messages of two streams; each connection lacks every 20th, one is reset and gets the other numbers. */
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void shouldNameStreamsByTheNumbersOfTheConnection(boolean rewrite, boolean byKey) {
        HandServer server = HandServer.start(vertx);
        server.replies =
                (socket, text) -> subscribes(text) ? List.of(subscribed(text, numberOf(text, socket))) : List.of();
        Feed feed = feed(
                server,
                CONNECTIONS,
                channels(rewrite, byKey ? ", \"key\": [\"/1\", \"/2/0\"]" : ""),
                "trades A",
                "trades B");
        eventually(() -> server.received.size() == 2 * CONNECTIONS);

        List<Integer> open = new ArrayList<>(List.of(0, 1, 2));
        for (int id = 1; id <= 100; id++) {
            if (id == 50) {
                join(server.close(open.remove(0)));
                eventually(() -> server.received.size() == 2 * (CONNECTIONS + 1));
                open.add(CONNECTIONS);
            }
            for (int socket : open) {
                ServerWebSocket to = server.sockets.get(socket);
                if (id % 20 != 5 * (socket % 4)) {
                    to.writeTextMessage(trade(socket, "A", id));
                }
                to.writeTextMessage("[" + numberOf("\"A\"", socket) + ",\"hb\"]");
                if (id % 20 != 5 * (socket % 4) + 2) {
                    to.writeTextMessage(trade(socket, "B", id)); // differs from that of A only in its number
                }
            }
        }
        eventually(() -> messages.size() >= 200);
        server.send(trade(1, "A", 101), 1);
        eventually(() -> texts().stream().anyMatch(text -> text.contains("[101,")));

        eventually(() -> messages.size() == 201);
        // a message that the fastest connection lacks comes later
        Map<String, List<Integer>> numbers = new TreeMap<>();
        Map<String, Set<Object>> ids = new TreeMap<>();
        for (FeedMessage message : messages) {
            JsonArray json = new JsonArray(message.asText());
            numbers.computeIfAbsent(message.stream(), any -> new ArrayList<>())
                    .add(json.getJsonArray(2).getInteger(0));
            ids.computeIfAbsent(message.stream(), any -> new HashSet<>()).add(json.getValue(0));
        }
        numbers.values().forEach(list -> list.sort(null));
        assertThat(numbers)
                .containsOnly(
                        Map.entry(
                                "trades A",
                                IntStream.rangeClosed(1, 101).boxed().toList()),
                        Map.entry(
                                "trades B",
                                IntStream.rangeClosed(1, 100).boxed().toList()));
        if (rewrite) {
            assertThat(ids.get("trades A")).hasSize(1).doesNotContain(10, 11).isNotEqualTo(ids.get("trades B"));
            assertThat(ids.get("trades B")).hasSize(1).doesNotContain(10, 11);
        }
        assertThat(report(feed).dropped()).isEmpty();
        assertThat(report(feed).problems()).isEmpty();
    }

    /** A profile as of nodes that give an id to each subscription in the reply to its request. */
    private static String node(boolean rewrite, String key) {
        return """
                {"subscribe": "{\\"id\\":${id},\\"method\\":\\"eth_subscribe\\",\\"params\\":[\\"${1}\\"]}",
                 "unsubscribe": "{\\"id\\":${id},\\"method\\":\\"eth_unsubscribe\\",\\"params\\":[${learned}]}",
                 "messages": {
                   "stream": ["@/params/subscription"], "ackId": "/id",
                   "ids": [{"when": ["/result"], "id": "/result", "stream": "request", "rewrite": %s}],
                   "classes": {"all": {"match": "."%s}}}}"""
                .formatted(rewrite, key);
    }

    private static String idOf(String stream, int socket) {
        return "0x" + stream.length() + socket;
    }

    private static String ack(String request, int socket) {
        JsonObject json = new JsonObject(request);
        JsonObject reply = new JsonObject().put("id", json.getValue("id"));
        boolean subscribes = json.getString("method").equals("eth_subscribe");
        return (subscribes
                        ? reply.put("result", idOf(json.getJsonArray("params").getString(0), socket))
                        : reply.put("result", true))
                .encode();
    }

    private static String notice(String stream, int socket, String result) {
        return "{\"method\":\"eth_subscription\",\"params\":{\"subscription\":\"" + idOf(stream, socket)
                + "\",\"result\":" + result + "}}";
    }

    /** Two heads of each height; each log is removed again by the next one. */
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void shouldNameSubscriptionsByTheirRequests(boolean rewrite, boolean byKey) {
        HandServer server = HandServer.start(vertx);
        server.replies = (socket, text) -> List.of(ack(text, socket));
        String key = ", \"key\": [\"/params/result/hash\", \"/params/result/removed\"]";
        Feed feed = feed(server, CONNECTIONS, node(rewrite, byKey ? key : ""), "newHeads", "logs");
        eventually(() -> server.received.size() == 2 * CONNECTIONS);

        List<String> sent = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            String head = "{\"number\":\"0x" + n / 2 + "\",\"hash\":\"0x" + n + "\"}";
            String log = "{\"hash\":\"0x" + n / 2 + "\",\"removed\":" + (n % 2 == 1) + "}";
            for (int socket = 0; socket < CONNECTIONS; socket++) {
                if (n % 20 != 5 * socket) {
                    server.sockets.get(socket).writeTextMessage(notice("newHeads", socket, head));
                    server.sockets.get(socket).writeTextMessage(notice("logs", socket, log));
                }
            }
            sent.add("newHeads " + head);
            sent.add("logs " + log);
        }
        eventually(() -> messages.size() >= 200);
        join(feed.report());

        assertThat(messages.stream()
                        .map(message -> message.stream() + " "
                                + new JsonObject(message.asText())
                                        .getJsonObject("params")
                                        .getJsonObject("result")
                                        .encode()))
                .containsExactlyInAnyOrderElementsOf(sent);
        Set<String> ids = new HashSet<>();
        messages.forEach(message -> ids.add(message.stream() + " "
                + new JsonObject(message.asText()).getJsonObject("params").getString("subscription")));
        if (rewrite) {
            assertThat(ids).hasSize(2).allMatch(id -> id.matches("(newHeads|logs) 1\\d{9}|(newHeads|logs) 2\\d{9}"));
        }
        assertThat(report(feed).problems()).isEmpty();
    }

    /** The server replies late: what it sends before waits, on each connection. */
    @Test
    void shouldWaitForANameAndEndAStreamByItsId() {
        HandServer server = HandServer.start(vertx);
        server.replies = (socket, text) -> text.contains("unsubscribe") ? List.of(ack(text, socket)) : List.of();
        Feed feed = feed(server, 2, node(true, ""), "newHeads");
        eventually(() -> server.received.size() == 2);
        List<String> requests = List.copyOf(server.received);
        for (int n = 1; n <= 3; n++) {
            server.send(notice("newHeads", n % 2, String.valueOf(n)), n % 2);
        }
        server.send(notice("strange", 1, "9"), 1);
        join(feed.unsubscribe(List.of("newHeads")));
        heard(feed);
        assertThat(server.received).hasSize(2);
        assertThat(messages).isEmpty();

        for (int socket = 0; socket < 2; socket++) {
            int own = socket;
            String request = requests.stream()
                    .filter(text -> text.startsWith(own + ":"))
                    .findFirst()
                    .orElseThrow()
                    .substring(2);
            server.send(ack(request, socket), socket);
        }
        eventually(() -> messages.size() == 3);
        assertThat(messages).allMatch(message -> message.stream().equals("newHeads"));
        eventually(() -> server.received.size() == 4);
        assertThat(server.received.subList(2, 4))
                .anyMatch(text -> text.startsWith("0:") && text.contains("[\"0x80\"]"))
                .anyMatch(text -> text.startsWith("1:") && text.contains("[\"0x81\"]"));

        join(server.close(1));
        assertThat(awaitTold(FeedEvent.Type.PROTOCOL_DIFFERS).toJson().getString("reason"))
                .contains("has not told which stream has the id", "strange".length() + "1");
        eventually(() -> report(feed).dropped().equals(Map.of("unnamed", 1L)));
    }

    /** Each of these acks is wrong; none of them may put a message into a stream that is not its own. */
    @Test
    void shouldTellWrongIdsAndPublishNothingUnderAnotherName() {
        HandServer server = HandServer.start(vertx);
        Feed feed = feed(server, 1, channels(true, ""));
        String ack = "{\"event\":\"subscribed\",\"channel\":\"trades\",\"symbol\":\"%s\",\"chanId\":%s}";
        server.send(ack.formatted("A", "10"), 0);
        server.send("[10,\"te\",[1]]", 0);
        eventually(() -> messages.size() == 1);
        for (String id : List.of("true", "{}", "null", "\"" + "x".repeat(200) + "\"")) {
            server.send(ack.formatted("B", id), 0);
        }
        server.send(ack.formatted("n".repeat(300), "12"), 0);
        server.send("{\"event\":\"subscribed\",\"chanId\":13}", 0);
        assertThat(awaitTold(FeedEvent.Type.PROTOCOL_DIFFERS).toJson().getString("reason"))
                .isEqualTo("the server tells an id that is no number or text of at most 128 bytes");
        server.send(ack.formatted("B", "10"), 0); // the id of A
        server.send("[10,\"te\",[2]]", 0);
        eventually(() -> messages.size() == 2);
        server.send(ack.formatted("B", "\"10\""), 0); // a text, so the number is no id any more
        server.send("[10,\"te\",[3]]", 0);
        server.send("[12,\"te\",[4]]", 0);
        server.send("[true,\"te\",[5]]", 0);
        server.send("[\"10\",\"te\",[6]]", 0);
        eventually(() -> messages.size() == 4);

        assertThat(messages.stream()
                        .map(message -> message.stream() + " "
                                + new JsonArray(message.asText())
                                        .getJsonArray(2)
                                        .encode()))
                .containsExactly("trades A [1]", "trades B [2]", "null [5]", "trades B [6]");
        assertThat(messages.stream().skip(3).findFirst().orElseThrow().asText()).startsWith("[\"");
        join(feed.close());
    }

    /** Each item has the id around it; connections group them differently. */
    @Test
    void shouldReplaceTheIdInEachItemOfAMessage() {
        HandServer server = HandServer.start(vertx);
        server.replies = (socket, text) -> List.of(subscribed(text, numberOf(text, socket)));
        feed(server, 2, channels(true, ", \"items\": \"/1\", \"key\": [\"/1/0/i\"]"), "trades A");
        eventually(() -> server.received.size() == 2);

        server.send("[10,[{\"i\":1},{\"i\":2}]]", 0);
        server.send("[11,[{\"i\":1}]]", 1);
        server.send("[11,[{\"i\":2},{\"i\":3},{\"i\":4}]]", 1);
        eventually(() -> messages.size() == 4);

        String own = String.valueOf(new JsonArray(texts().get(0)).getInteger(0));
        assertThat(own).hasSize(10);
        assertThat(texts())
                .containsExactly(
                        "[" + own + ",[{\"i\":1}]]",
                        "[" + own + ",[{\"i\":2}]]",
                        "[" + own + ",[{\"i\":3}]]",
                        "[" + own + ",[{\"i\":4}]]");
    }

    private long refused(String stream) {
        return told(FeedEvent.Type.SUBSCRIBE_FAILED).stream()
                .filter(event -> event.toJson().encode().contains(stream))
                .count();
    }

    /** The server answers with the number alone. */
    @Test
    void shouldSettleAnUnsubscriptionByTheIdInItsReply() throws IOException {
        HandServer server = HandServer.start(vertx);
        server.replies = (socket, text) -> subscribes(text)
                ? text.contains("\"A\"") ? List.of(subscribed(text, 10)) : List.of()
                : List.of("{\"event\":\"unsubscribed\",\"chanId\":10}");
        Path venues = Files.createDirectories(directory.resolve("venues"));
        Files.writeString(
                venues.resolve("v.json"),
                channels(true, "").replace("\"ackStream\": [", "\"ackStream\": [\"@/chanId\", "));
        FeedConfig config = FeedConfig.fromJson(
                new JsonObject()
                        .put("name", "f")
                        .put("venue", "v")
                        .put("url", server.url())
                        .put("connections", 2)
                        .put("streams", new JsonArray(List.of("trades A"))),
                directory);
        Feed feed = started(watch(WsPool.create(quick(8), config)));
        eventually(() -> server.received.size() == 2);

        join(feed.unsubscribe(List.of("trades A")));
        join(feed.subscribe(List.of("trades B"))); // is not answered
        eventually(() -> refused("trades B") == 2);
        assertThat(refused("trades A")).isZero();
    }

    /** A server like Bitfinex: names its number when a stream begins and ends, but the request only when it begins. */
    private Feed numbered(HandServer server) throws IOException {
        Path venues = Files.createDirectories(directory.resolve("venues"));
        Files.writeString(
                venues.resolve("v.json"),
                channels(true, ", \"key\": [\"/2/0\"]")
                        .replace("${2}\\\"}", "${2}\\\",\\\"subId\\\":${id}}")
                        .replace("\"stream\": [\"/channel\", \"/symbol\"]", "\"stream\": \"request\"")
                        .replace(
                                "\"ackStream\": [\"/channel\", \"/symbol\"]",
                                "\"ackId\": \"/subId\", \"ackStream\": [\"@/chanId\"]"));
        FeedConfig config = FeedConfig.fromJson(
                new JsonObject()
                        .put("name", "f")
                        .put("venue", "v")
                        .put("url", server.url())
                        .put("connections", 2)
                        .put("streams", new JsonArray(List.of("trades A"))),
                directory);
        return started(watch(WsPool.create(quick(4), config)));
    }

    /** Answers the last request to subscribe. */
    private static void answer(HandServer server, int socket, int chanId) {
        String text = server.received.stream()
                .filter(each -> each.startsWith(socket + ":") && subscribes(each))
                .reduce((earlier, later) -> later)
                .orElseThrow();
        server.send(subscribed(text.substring(2), chanId), socket);
    }

    private static long ends(HandServer server) {
        return server.received.stream()
                .filter(text -> text.contains("unsubscribe"))
                .count();
    }

    private List<Integer> trades() {
        return texts().stream()
                .map(text -> new JsonArray(text).getJsonArray(2).getInteger(0))
                .toList();
    }

    /** One server answers the end of the stream before the request that follows it; the other one never does. */
    @Test
    void shouldSubscribeAgainBeforeTheEndOfAStreamIsAnswered() throws IOException {
        HandServer server = HandServer.start(vertx);
        server.replies = (socket, text) -> List.of(subscribed(text, 10));
        Feed feed = numbered(server);
        eventually(() -> server.sockets.size() == 2 && report(feed).control() >= 2);
        server.replies = (socket, text) -> List.of();
        server.send("[10,\"te\",[1]]", 0, 1);
        eventually(() -> messages.size() == 1);

        join(feed.unsubscribe(List.of("trades A")));
        join(feed.subscribe(List.of("trades A")));
        eventually(() -> server.received.stream().distinct().count() == 6);
        server.send("{\"event\":\"unsubscribed\",\"chanId\":10}", 0);
        answer(server, 0, 11);
        answer(server, 1, 11);
        server.send("[11,\"te\",[2]]", 0);
        server.send("[11,\"te\",[3]]", 1);
        eventually(() -> messages.size() == 3);

        join(feed.subscribe(List.of("trades B")));
        eventually(() -> refused("trades B") == 2); // each request was repeated by then
        assertThat(ends(server)).isEqualTo(2);
        assertThat(refused("trades A")).isZero();
        assertThat(trades()).containsExactlyInAnyOrder(1, 2, 3);
    }

    @Test
    void shouldNameAStreamWhoseAnswerIsTooLate() throws IOException {
        HandServer server = HandServer.start(vertx);
        Feed feed = numbered(server);
        eventually(() -> refused("trades A") == 2);

        for (int socket = 0; socket < 2; socket++) {
            answer(server, socket, 10 + socket);
            server.send("[" + (10 + socket) + ",\"te\",[" + socket + "]]", socket);
        }
        eventually(() -> messages.size() == 2);
        assertThat(messages).allMatch(message -> message.stream().equals("trades A"));
        assertThat(report(feed).dropped()).isEmpty();
    }

    /** The feed has no streams; its user has sent the request, and another one with another result. */
    @Test
    void shouldNameASubscriptionOfTheUserByTheIdOfItsRequest() {
        HandServer server = HandServer.start(vertx);
        feed(server, 2, node(true, ""));
        for (int socket = 0; socket < 2; socket++) {
            server.send("{\"id\":7,\"result\":\"" + idOf("logs", socket) + "\"}", socket);
            server.send("{\"id\":8,\"result\":true}", socket);
            server.send(notice("logs", socket, "1"), socket);
        }
        eventually(() -> !messages.isEmpty());
        server.send(notice("logs", 0, "2"), 0);
        eventually(() -> messages.size() == 2);

        assertThat(messages).allMatch(message -> message.stream().equals("request 7"));
        assertThat(told(FeedEvent.Type.PROTOCOL_DIFFERS)).isEmpty();
    }
}
