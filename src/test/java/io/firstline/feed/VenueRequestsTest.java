package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A feed sends what its venue's profile defines, and understands the venue's replies. */
@Execution(ExecutionMode.CONCURRENT)
class VenueRequestsTest extends FeedTestBase {
    @TempDir
    Path directory;

    private Feed feed(HandServer server, int connections, String profile, String... streams) {
        Feed feed = Feed.of(vertx, config(server, "v", connections, profile, streams));
        return open(server, feed, connections);
    }

    private Feed open(HandServer server, Feed feed, int connections) {
        started(watch(feed));
        eventually(() -> server.sockets.size() == connections && feed.state() == FeedState.CONNECTED);
        return feed;
    }

    /** A feed of a shipped profile that lives four times as fast as its server. */
    private Feed quickFeed(HandServer server, String venue, String profile, String... streams) {
        return open(server, WsPool.create(quick(4), config(server, venue, 2, profile, streams)), 2);
    }

    private FeedConfig config(HandServer server, String venue, int connections, String profile, String... streams) {
        try {
            Path venues = directory.resolve("venues");
            Files.createDirectories(venues);
            Files.writeString(venues.resolve("v.json"), profile);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        JsonObject json = new JsonObject()
                .put("name", "f")
                .put("venue", venue)
                .put("url", server.url())
                .put("connections", connections)
                .put("streams", new JsonArray(List.of(streams)));
        return FeedConfig.fromJson(json, directory);
    }

    private static List<String> texts(HandServer server, int socket) {
        return server.received.stream()
                .filter(text -> text.startsWith(socket + ":"))
                .map(text -> text.substring(2))
                .toList();
    }

    /** One ack for each symbol, as Kraken's; the depth is in the request only. */
    @Test
    void shouldSubscribeInGroupsAndFindTheStreamByTheWordsThatMessagesShow() {
        HandServer server = HandServer.start(vertx);
        Feed feed = feed(
                server,
                2,
                """
                {"subscribe": "{\\"sub\\":\\"${1}\\",\\"symbol\\":${*2}}",
                 "unsubscribe": "{\\"un\\":\\"${1}\\",\\"symbol\\":${*2}}",
                 "requests": [{"match": "^book", "nameWords": 2,
                               "subscribe": "{\\"sub\\":\\"${1}\\",\\"symbol\\":${*2},\\"depth\\":${3}}"}],
                 "messages": {"stream": ["/ch", "/s"], "errors": ["/error"], "errorText": ["/error"]}}""",
                "book A 10",
                "trade A",
                "book B 10",
                "book C 25",
                "trade B");
        eventually(() -> server.received.size() == 6);
        assertThat(texts(server, 0))
                .containsExactly(
                        "{\"sub\":\"book\",\"symbol\":[\"A\",\"B\"],\"depth\":10}",
                        "{\"sub\":\"book\",\"symbol\":[\"C\"],\"depth\":25}",
                        "{\"sub\":\"trade\",\"symbol\":[\"A\",\"B\"]}");

        server.send("{\"error\":\"no depth\",\"ch\":\"book\",\"s\":\"C\"}", 0);
        assertThat(awaitTold(FeedEvent.Type.SERVER_ERROR).toJson().getJsonArray("streams"))
                .isEqualTo(new JsonArray().add("book C 25"));

        join(feed.unsubscribe(List.of("book A 10", "trade B")));
        join(feed.subscribe(List.of("book A 500")));
        eventually(() -> server.received.size() == 12);
        assertThat(texts(server, 1).subList(3, 6))
                .containsExactly(
                        "{\"un\":\"book\",\"symbol\":[\"A\"]}",
                        "{\"un\":\"trade\",\"symbol\":[\"B\"]}",
                        "{\"sub\":\"book\",\"symbol\":[\"A\"],\"depth\":500}");
        assertThat(failureOf(feed.subscribe(List.of("book A 10"))))
                .hasMessageContaining("\"book A 500\" and \"book A 10\", both \"book A\" in messages");
        assertThat(report(feed).streams()).containsExactly("trade A", "book B 10", "book C 25", "book A 500");
    }

    private static String fieldOf(FeedEvent event, String key) {
        return event.toJson().getString(key);
    }

    @Test
    void shouldGreetTheServerAndWaitUntilItIsReady() {
        HandServer server = HandServer.start(vertx);
        Feed feed = feed(
                server,
                2,
                """
                {"subscribe": "{\\"sub\\":${streams},\\"id\\":${id}}", "onConnect": ["{\\"hello\\":${id}}", "bye"],
                 "ready": [{"at": "/type", "is": ["welcome"]}], "readyMs": 30000,
                 "messages": {"stream": ["/s"], "ackId": "/id", "refusal": ["/error"], "errorText": ["/error"]}}""",
                "a");
        join(feed.setOnConnect(List.of("own")));
        assertThat(join(feed.subscribe(List.of("b")))).as("sent later").isZero();
        eventually(() -> server.received.size() == 4);
        assertThat(texts(server, 0)).containsExactly("{\"hello\":1}", "bye");

        server.send("{\"type\":\"welcome\",\"session\":1}", 0);
        eventually(() -> server.received.size() == 6);
        assertThat(texts(server, 0)).containsExactly("{\"hello\":1}", "bye", "own", "{\"sub\":[\"a\",\"b\"],\"id\":3}");
        assertThat(texts(server, 1)).hasSize(2);
        server.send("{\"type\":\"welcome\",\"session\":2}", 0, 1);
        eventually(() -> server.received.size() == 8);
        assertThat(join(feed.subscribe(List.of("c")))).isEqualTo(2);

        server.send("{\"id\":1,\"error\":\"who are you\"}", 1);
        assertThat(fieldOf(awaitTold(FeedEvent.Type.SERVER_ERROR), "text")).isEqualTo("who are you");
        server.send("{\"s\":\"a\"}", 0, 1);
        eventually(() -> !messages.isEmpty());
        assertThat(texts()).containsExactly("{\"s\":\"a\"}");
        assertThat(told(FeedEvent.Type.PROTOCOL_DIFFERS)).isEmpty();
    }

    @Test
    void shouldNotWaitForeverForAServerToBeReady() {
        HandServer server = HandServer.start(vertx);
        feed(server, 2, "{\"subscribe\":\"${1}\",\"ready\":[\"hi\"],\"readyMs\":300}", "a");

        eventually(() -> server.received.size() == 2);
        FeedEvent told = awaitTold(FeedEvent.Type.PROTOCOL_DIFFERS);
        assertThat(fieldOf(told, "reason")).contains("(ready) did not arrive within 300 ms");
        server.send("hi", 0, 1);
        server.send("data", 0, 1);
        eventually(() -> !messages.isEmpty());
        assertThat(texts()).as("a late one is control, too").containsExactly("data");
    }

    @Test
    void shouldPauseBeforeTheFirstRequest() {
        HandServer server = HandServer.start(vertx);
        long start = System.nanoTime();
        feed(server, 1, "{\"subscribe\":\"${1}\",\"readyMs\":300}", "a");

        eventually(() -> server.received.size() == 1);

        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(300));
        assertThat(told(FeedEvent.Type.PROTOCOL_DIFFERS)).isEmpty();
    }

    private static final String ANSWERING =
            """
            {"messages": {"stream": ["/s"], "answers": [
              {"when": [{"at": "/op", "is": ["ping"]}], "send": "{\\"op\\":\\"pong\\",\\"ts\\":${/ts}}"},
              {"when": [{"at": "/ping"}], "send": "{\\"pong\\":${/ping}}"},
              {"when": ["Ping"], "send": "Pong"}]}}""";

    @Test
    void shouldAnswerTheServerWithItsOwnValues() {
        HandServer server = HandServer.start(vertx);
        Feed feed = feed(server, 2, ANSWERING);

        server.send("{\"op\":\"ping\",\"ts\":1700000000123}", 0);
        server.send("{\"ping\":\"a\\u0022b\"}", 1);
        server.send("Ping", 0);

        eventually(() -> server.received.size() == 3);
        assertThat(texts(server, 0)).containsExactly("{\"op\":\"pong\",\"ts\":1700000000123}", "Pong");
        assertThat(texts(server, 1)).containsExactly("{\"pong\":\"a\\u0022b\"}");
        server.send("{\"s\":\"a\"}", 0, 1);
        eventually(() -> report(feed).copies() == 5);
        assertThat(report(feed).control()).isEqualTo(3);
        assertThat(texts()).containsExactly("{\"s\":\"a\"}");
        assertThat(report(feed).malformed()).isZero();
    }

    /** A server that answers each answer with the next question, and one with values that are too long. */
    @Test
    void shouldNotLetAServerChooseHowMuchIsAnswered() {
        HandServer server = HandServer.start(vertx);
        Feed feed = feed(server, 2, ANSWERING);
        for (int i = 0; i < 200; i++) {
            server.send("{\"ping\":" + i + "}", 0);
        }
        eventually(() -> report(feed).control() == 200);
        eventually(() -> told(FeedEvent.Type.PROTOCOL_DIFFERS).size() == 1);
        assertThat(server.received.size()).isBetween(10, 100);
        assertThat(fieldOf(told(FeedEvent.Type.PROTOCOL_DIFFERS).get(0), "reason"))
                .isEqualTo("the server asks more often than 10 times a second");

        int before = texts(server, 1).size();
        server.send("{\"ping\":\"" + "x".repeat(1_000) + "\"}", 1);
        server.send("{\"op\":\"ping\"}", 1);
        eventually(() -> told(FeedEvent.Type.PROTOCOL_DIFFERS).size() == 2);
        assertThat(fieldOf(told(FeedEvent.Type.PROTOCOL_DIFFERS).get(1), "reason"))
                .isEqualTo("a message to answer has 1000 bytes at /ping, the limit is 256");
        eventually(() -> report(feed).control() == 202);
        assertThat(texts(server, 1)).hasSize(before);
        assertThat(report(feed).live()).isEqualTo(2);
    }

    private List<String> failures() {
        return told(FeedEvent.Type.SUBSCRIBE_FAILED).stream()
                .map(event -> event.toJson().getJsonArray("streams").encode() + " " + fieldOf(event, "reason"))
                .distinct()
                .sorted()
                .toList();
    }

    /** A server like Coinbase's: each reply is the whole set, and a request with an unknown product is ignored. */
    @Test
    void shouldFindTheStreamThatTheWholeSetLacks() {
        HandServer server = HandServer.start(vertx);
        Map<Integer, Map<String, Set<String>>> sets = new ConcurrentHashMap<>();
        server.replies = (socket, text) -> {
            JsonObject request = new JsonObject(text);
            Map<String, Set<String>> set = sets.computeIfAbsent(socket, any -> new ConcurrentHashMap<>());
            List<String> products = request.getJsonArray("product_ids").stream()
                    .map(String::valueOf)
                    .toList();
            if (!products.contains("BAD") && request.getString("type").equals("subscribe")) {
                set.computeIfAbsent(request.getString("channel"), any -> ConcurrentHashMap.newKeySet())
                        .addAll(products);
            }
            JsonObject listed = new JsonObject();
            set.forEach((channel, names) -> listed.put(channel, new JsonArray(List.copyOf(names))));
            JsonObject event = new JsonObject().put("subscriptions", listed);
            return List.of(new JsonObject()
                    .put("channel", "subscriptions")
                    .put("sequence_num", server.received.size())
                    .put("events", new JsonArray().add(event))
                    .encode());
        };
        Feed feed = quickFeed(server, "coinbase-advanced", "{}", "ticker A", "ticker BAD", "level2 A", "level2 B");

        eventually(() -> told(FeedEvent.Type.SUBSCRIBE_FAILED).size() == 2);

        assertThat(failures()).containsExactly("[\"ticker BAD\"] refused: the server's list of subscriptions lacks it");
        for (int socket : sets.keySet()) {
            assertThat(sets.get(socket).get("ticker")).containsExactly("A");
            assertThat(sets.get(socket).get("level2")).containsExactlyInAnyOrder("A", "B");
            assertThat(texts(server, socket).get(0)).contains("\"channel\":\"heartbeats\"");
            assertThat(texts(server, socket))
                    .as("heartbeats, two channels, two halves")
                    .hasSize(5);
        }
        assertThat(messages).isEmpty();
        assertThat(report(feed).live()).isEqualTo(2);
    }

    /** A server like OKX': an ack for each argument, and an error that names the request only. */
    @Test
    void shouldFindTheStreamThatOneOfSeveralRepliesRefuses() {
        HandServer server = HandServer.start(vertx);
        server.replies = (socket, text) -> {
            if (text.equals("ping")) {
                return List.of("pong");
            }
            JsonObject request = new JsonObject(text);
            List<String> replies = new ArrayList<>();
            request.getJsonArray("args").forEach(arg -> {
                JsonObject reply =
                        new JsonObject().put("id", request.getString("id")).put("connId", "c" + socket);
                boolean bad = ((JsonObject) arg).getString("instId").equals("BAD");
                replies.add((bad
                                ? reply.put("event", "error")
                                        .put("code", "60018")
                                        .put("msg", "instId:BAD doesn't exist")
                                : reply.put("event", request.getString("op")).put("arg", arg))
                        .encode());
            });
            return replies;
        };
        Feed feed = quickFeed(server, "okx", "{}", "books A", "trades BAD", "tickers B");

        eventually(() -> told(FeedEvent.Type.SUBSCRIBE_FAILED).size() == 2);
        assertThat(failures()).containsExactly("[\"trades BAD\"] refused: 60018: instId:BAD doesn't exist");
        assertThat(join(feed.unsubscribe(List.of("books A", "tickers B")))).isEqualTo(2);
        eventually(() -> report(feed).control() == 10);
        assertThat(server.received.stream().filter(text -> text.contains("subscribe")))
                .hasSize(4);
        assertThat(told(FeedEvent.Type.SERVER_ERROR)).isEmpty();
    }

    /** A server like Kraken's: an ack for each symbol, of which an error has the symbol only. */
    @Test
    void shouldFindTheStreamByTheWordsOfAReply() {
        HandServer server = HandServer.start(vertx);
        server.replies = (socket, text) -> {
            JsonObject request = new JsonObject(text);
            JsonObject params = request.getJsonObject("params");
            if (params == null) {
                return List.of();
            }
            return params.getJsonArray("symbol").stream()
                    .map(symbol -> {
                        JsonObject reply = new JsonObject()
                                .put("method", "subscribe")
                                .put("req_id", request.getLong("req_id"))
                                .put("success", !symbol.equals("BAD"));
                        JsonObject result = params.copy().put("symbol", symbol);
                        return (symbol.equals("BAD")
                                        ? reply.put("symbol", symbol).put("error", "Currency pair not supported BAD")
                                        : reply.put("result", result))
                                .encode();
                    })
                    .toList();
        };
        quickFeed(server, "kraken-v2", "{}", "book A 100", "trade BAD", "book BAD 100", "trade A", "trade B");

        eventually(() -> told(FeedEvent.Type.SUBSCRIBE_FAILED).size() == 4);

        assertThat(failures())
                .containsExactly(
                        "[\"book BAD 100\"] refused: Currency pair not supported BAD",
                        "[\"trade BAD\"] refused: Currency pair not supported BAD");
        assertThat(server.received.stream().filter(text -> text.contains("params")))
                .hasSize(4);
    }

    @Test
    void shouldReadListsOfAcceptedAndOfRefusedStreams() {
        HandServer server = HandServer.start(vertx);
        server.replies = (socket, text) -> {
            JsonObject request = new JsonObject(text);
            return List.of(
                    socket == 0
                            ? "{\"id\":" + request.getLong("id") + ",\"result\":[\"a\",\"b\"]}"
                            : "{\"type\":\"resp\",\"failed\":[\"bad\"],\"result\":[\"a\",\"b\"]}");
        };
        quickFeed(
                server,
                "v",
                """
                {"subscribe": "{\\"id\\":${id},\\"sub\\":${streams}}",
                 "messages": {"control": [{"at": "/type"}], "ackId": "/id", "accepted": "/result", "refused": "/failed"}}""",
                "a",
                "bad",
                "b");

        eventually(() -> told(FeedEvent.Type.SUBSCRIBE_FAILED).size() == 2);
        assertThat(failures())
                .containsExactly(
                        "[\"bad\"] refused: rejected",
                        "[\"bad\"] refused: the server's list of subscriptions lacks it");
        assertThat(server.received).hasSize(2);
    }

    /** A server like Upbit's: a request replaces the one before it, and is not answered. */
    @Test
    void shouldSendAllStreamsWhereARequestReplacesTheSubscription() {
        HandServer server = HandServer.start(vertx);
        Feed feed = feed(
                server,
                2,
                """
                {"subscribeAll": "[{\\"ticket\\":${id}},${streams,},{\\"format\\":\\"DEFAULT\\"}]",
                 "argument": "{\\"type\\":\\"${1}\\",\\"codes\\":${*2}}", "messages": {"stream": ["/type", "/code"]}}""",
                "trade A",
                "orderbook A",
                "trade B");
        join(feed.subscribe(List.of("trade C", "trade A")));
        join(feed.subscribe(List.of("trade C")));
        join(feed.unsubscribe(List.of("trade A", "orderbook A")));
        join(feed.unsubscribe(List.of("orderbook A")));
        assertThat(failureOf(feed.unsubscribe(List.of("trade B", "trade C"))))
                .hasMessageContaining("which cannot be empty");

        eventually(() -> server.received.size() == 6);
        String form = "[{\"ticket\":%d},%s,{\"format\":\"DEFAULT\"}]";
        String trades = "{\"type\":\"trade\",\"codes\":[%s]}";
        String book = ",{\"type\":\"orderbook\",\"codes\":[\"A\"]}";
        for (int socket = 0; socket < 2; socket++) {
            assertThat(texts(server, socket))
                    .containsExactly(
                            form.formatted(1, trades.formatted("\"A\",\"B\"") + book),
                            form.formatted(10_001, trades.formatted("\"A\",\"B\",\"C\"") + book),
                            form.formatted(10_002, trades.formatted("\"B\",\"C\"")));
        }
        assertThat(report(feed).streams()).containsExactly("trade B", "trade C");
    }

    /** A server that cuts a connection after two pings that are not answered with their values. */
    @Test
    void shouldLoseNothingAtAServerThatCutsWhoDoesNotAnswer() {
        HandServer server = HandServer.start(vertx);
        Map<Integer, List<String>> unanswered = new ConcurrentHashMap<>();
        server.replies = (socket, text) -> {
            unanswered.get(socket).remove(text.replace("pong", "ping"));
            return List.of();
        };
        Feed feed = feed(server, 2, ANSWERING);
        for (int n = 0; n < 60; n++) {
            for (int socket = 0; socket < 2; socket++) {
                List<String> open = unanswered.computeIfAbsent(socket, any -> new CopyOnWriteArrayList<>());
                if (n % 10 == 0) {
                    String ping = "{\"op\":\"ping\",\"ts\":" + (1_700_000_000_000L + n + socket) + "}";
                    open.add(ping);
                    server.send(ping, socket);
                    eventually(() -> open.size() < 2);
                }
                server.send("{\"s\":\"a\",\"n\":" + n + "}", socket);
            }
        }
        eventually(() -> unanswered.values().stream().allMatch(List::isEmpty));
        eventually(() -> report(feed).copies() == 132);
        assertThat(messages).hasSize(60);
        assertThat(report(feed).control()).isEqualTo(12);
        assertThat(told(FeedEvent.Type.DISCONNECTED)).isEmpty();
        assertThat(told(FeedEvent.Type.PROTOCOL_DIFFERS)).isEmpty();
    }
}
