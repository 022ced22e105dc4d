package io.firstline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.Limit.Scope;
import io.firstline.config.Limit.What;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.feed.FeedConfig.Shard;
import io.firstline.config.service.ServiceConfig;
import io.firstline.config.venue.FieldMatcher;
import io.firstline.config.venue.Heartbeat;
import io.firstline.config.venue.Limits;
import io.firstline.config.venue.MessageContent;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.NameRule;
import io.firstline.config.venue.Notices;
import io.firstline.config.venue.PayloadEncoding;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.StreamClass.Mode;
import io.firstline.config.venue.StreamNaming;
import io.firstline.config.venue.Venue;
import io.firstline.config.venue.VenueRoute;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Venue profiles, their extension, and the pools of a feed that result from them. */
class VenueProfilesTest {
    @TempDir
    private Path directory;

    private Path venues;

    @BeforeEach
    void makeVenues() throws IOException {
        venues = Files.createDirectory(directory.resolve("venues"));
    }

    private Venue venue(String name, String json) throws IOException {
        Files.writeString(venues.resolve(name + ".json"), json);
        return Venue.find(name, directory);
    }

    private List<String> errors(String name, String json) {
        return Errors.of(() -> {
            Files.writeString(venues.resolve(name + ".json"), json);
            FeedConfig.fromJson(new JsonObject().put("name", "f").put("venue", name), directory);
        });
    }

    private FeedConfig feed(String json) {
        return FeedConfig.fromJson(new JsonObject(json).put("name", "f"), directory);
    }

    private List<String> feedErrors(String json) {
        return Errors.of(() -> feed(json));
    }

    @Test
    void shouldReadEveryKey() throws IOException {
        Venue venue = venue(
                "all",
                """
                {"url": ["wss://a.com/", "wss://b.com/"], "routes": {"r": {"match": "^x", "url": "wss://c.com/"}},
                 "subscribe": "{\\"args\\":${streams},\\"id\\":${id}}", "argument": "{\\"c\\":\\"${1}\\"}",
                 "heartbeat": {"send": "ping ${id}", "everyMs": 5000, "answered": true},
                 "streamsPerRequest": 7, "framesPerSecond": 8, "streamsPerConnection": 9, "charsPerConnection": 10,
                 "connectsPer5Min": 11, "maxConnections": 12, "maxAgeMs": 13, "requestBytes": 14,
                 "limits": [{"what": "frames", "max": 15, "perMs": 16, "scope": "host"}, {"what": "streams", "max": 7, "scope": "connection"}],
                 "messages": {"stream": ["/s"], "separator": ":", "names": {"a": "b"}, "shutdown": ["bye"],
                   "control": ["pong", "/op", {"at": "/t", "is": ["x", 1, false]}],
                   "ackId": "/id", "refusal": ["/e", {"at": "/ok", "is": [false]}],
                   "classes": {"c": {"match": "^b", "key": ["/k"], "mode": "ordered", "holdMs": 20, "holdMessages": 30,
                     "sequence": {"link": "plus-one", "last": ["/l"], "first": ["/f"], "reset": [{"at": "/l", "is": [1]}]}}}}}
                """);

        assertThat(venue.urls()).containsExactly("wss://a.com/", "wss://b.com/");
        assertThat(venue.routeOf("xy")).get().extracting(VenueRoute::name).isEqualTo("r");
        assertThat(venue.routeOf("y")).isEmpty();
        Limit frames = new Limit(What.FRAMES, 15, 16, Scope.HOST);
        Limit streams = new Limit(What.STREAMS, 7, 0, Scope.CONNECTION);
        assertThat(venue.limits()).isEqualTo(new Limits(8, 9, 10, 11, 12, 13, List.of(frames, streams)));
        assertThat(venue.limits().streamsOnOne()).as("the smaller one").isEqualTo(7);
        assertThat(venue.requests().requestBytes()).isEqualTo(14);
        MessageFormat format = venue.format();
        assertThat(format.protocol().heartbeat()).isEqualTo(new Heartbeat("ping ${id}", 5_000, true));
        assertThat(format.protocol().heartbeat().message(3)).isEqualTo("ping 3");
        assertThat(format.control().fields())
                .containsExactly(FieldMatcher.anyAt("/op"), new FieldMatcher("/t", List.of("\"x\"", "1", "false")));
        assertThat(format.control().texts()).containsExactly("pong");
        assertThat(format.acks().refusal())
                .containsExactly(FieldMatcher.anyAt("/e"), new FieldMatcher("/ok", List.of("false")));
        assertThat(format.naming().separator()).isEqualTo(":");
        assertThat(format.naming().names()).containsEntry("a", "b");
        StreamClass type = format.classOf("b");
        assertThat(type.mode()).isEqualTo(Mode.ORDERED);
        assertThat(type.holdMs()).isEqualTo(20);
        assertThat(type.holdMessages()).isEqualTo(30);
        assertThat(type.sequence().reset()).containsExactly(new FieldMatcher("/l", List.of("1")));
    }

    @Test
    void shouldReadWhatIdentifiesAMessage() throws IOException {
        String classes = "\"classes\":{\"c\":{\"match\":\"^b\",\"key\":[\"/d/e\",\"/d\"],\"ignore\":[\"/t\"]}}";
        venue(
                "a",
                "{\"url\":\"wss://a.com/\",\"messages\":{\"payload\":\"gzip\",\"stream\":[\"/s\"],\"ignore\":[\"/id\"],"
                        + "\"line\":{\"last\":[\"/n\"],\"link\":\"plus-one\"}," + classes + "}}");

        MessageFormat format = Venue.find("a", directory).format();

        assertThat(format.content()).isEqualTo(new MessageContent(PayloadEncoding.GZIP, List.of("/id"), List.of("/n")));
        assertThat(format.classOf("b").key()).containsExactly("/d/e", "/d");
        assertThat(format.classOf("b").ignore()).containsExactly("/t");
        assertThat(errors("b", "{\"url\":\"wss://a.com/\",\"messages\":{\"payload\":\"br\",\"ignore\":[\"id\"]}}"))
                .hasSize(1);
        assertThat(errors("b", "{\"url\":\"wss://a.com/\",\"messages\":{\"ignore\":[\"id\"]}}"))
                .singleElement()
                .asString()
                .contains("/messages/ignore");
    }

    @Test
    void shouldReadRulesForNames() throws IOException {
        venue(
                "a",
                messages(
                        """
                "stream": [
                  { "when": [{ "at": "/type", "is": ["open", "done"] }, "/full"], "name": ["=full", "/product_id"] },
                  { "name": ["/ch", "/update/?"] }
                ],
                "separator": "@",
                "aliases": { "-USDC$": "-USD", "^(\\\\w+)": "$1" }"""));
        venue("b", messages("\"stream\": [\"/ch\", \"=x\"]"));

        StreamNaming naming = Venue.find("a", directory).format().naming();

        assertThat(naming.rules())
                .containsExactly(
                        new NameRule(
                                List.of(
                                        new FieldMatcher("/type", List.of("\"open\"", "\"done\"")),
                                        FieldMatcher.anyAt("/full")),
                                List.of("=full", "/product_id")),
                        new NameRule(List.of(), List.of("/ch", "/update/?")));
        assertThat(naming.namePointers()).containsExactly("/product_id", "/ch", "/update/?");
        assertThat(naming.shown("ticker BTC-USDC")).as("the first one only").isEqualTo("ticker BTC-USD");
        assertThat(naming.shown("ticker")).isEqualTo("ticker");
        assertThat(naming.aliases().keySet()).as("in order").containsExactly("-USDC$", "^(\\w+)");
        assertThat(Venue.find("b", directory).format().naming().rules())
                .containsExactly(new NameRule(List.of(), List.of("/ch", "=x")));
    }

    @Test
    void shouldSayWhatIsWrongWithRulesForNames() {
        assertThat(errors("a", messages("\"stream\": [\"/s\", { \"name\": [\"/t\"] }]")))
                .singleElement()
                .asString()
                .contains("rules beside pointers at /messages/stream/1");
        assertThat(errors("b", messages("\"stream\": [{ \"when\": [\"t\"], \"name\": [\"/t\"] }]")))
                .singleElement()
                .asString()
                .contains("/messages/stream/0/when/0");
        assertThat(errors("c", messages("\"stream\": [{ \"name\": [\"trade\", \"=\"] }]")))
                .singleElement()
                .asString()
                .contains("\"trade, =\" at /messages/stream/0/name");
        assertThat(errors("d", messages("\"stream\": [\"/a/?\", \"/a/b\"]")))
                .singleElement()
                .asString()
                .contains("\"/a/b\" beside \"/a/?\" at /messages");
        assertThat(errors("e", messages("\"stream\": [\"/s\"], \"aliases\": { \"(\": \"\", \"a\": \"$1\" }")))
                .hasSize(2)
                .allMatch(error -> error.contains("/messages/aliases"));
    }

    @Test
    void shouldRefuseAKeyInAnElementThatNoPartHas() {
        String items =
                "\"stream\": [\"/s\"], \"classes\": { \"c\": { \"match\": \"\", \"items\": \"/data\", \"key\": [\"%s\"] } }";
        assertThat(errors("a", messages(items.formatted("/data/1/i"))))
                .singleElement()
                .asString()
                .contains("[/data/1/i] at /messages/classes/c/key", "the only element, such as /data/0/id");
        assertThat(errors("b", messages(items.formatted("/data/10")))).hasSize(1);
    }

    @Test
    void shouldReadCloseCodesThatAnnounceAnEnd() throws IOException {
        venue("a", messages("\"shutdown\": [{ \"close\": [1012, 1013] }, { \"at\": \"/e\" }]"));

        Notices notices = Venue.find("a", directory).format().notices();
        assertThat(notices.closeCodes()).containsExactly(1012, 1013);
        assertThat(notices.shutdown()).containsExactly(FieldMatcher.anyAt("/e"));
        for (String wrong : List.of("{}", "{ \"close\": [99] }", "{ \"close\": [1012], \"at\": \"/e\" }")) {
            assertThat(errors("b", messages("\"shutdown\": [" + wrong + "]")))
                    .singleElement()
                    .asString()
                    .contains("/messages/shutdown/0");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            'words': ''                                    | "" (a string) | /words                       | a string that is not empty
            'heartbeat': { 'send': '', 'everyMs': 5000 }   | "" (a string) | /heartbeat/send              | a string that is not empty
            'messages': { 'separator': '' }                | "" (a string) | /messages/separator          | a string that is not empty
            'messages': { 'stream': [{ 'name': [] }] }     | an empty array | /messages/stream/0/name     | an array of strings that is not empty
            'messages': { 'shutdown': [{ 'close': [] }] }  | an empty array | /messages/shutdown/0/close  | an array of integers that is not empty
            'ready': [{ 'at': '/a', 'is': [] }]            | an empty array | /ready/0/is                 | an array of strings or numbers or booleans that is not empty
            'onConnect': [1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7] | 17 items     | /onConnect                  | an array of strings with at most 16 items
            """)
    void shouldSayOnceHowMuchIsAllowed(String member, String found, String pointer, String allowed) {
        assertThat(errors("a", ("{'url': 'wss://a.com/', " + member + "}").replace('\'', '"')))
                .filteredOn(error -> error.contains(" at " + pointer + ","))
                .containsExactly(
                        "/venue: found \"a\", whose profile has " + found + " at " + pointer + ", allowed: " + allowed);
    }

    private static String messages(String members) {
        return "{\"url\":\"wss://a.com/\",\"messages\":{" + members + "}}";
    }

    @Test
    void shouldPutAProfileOnTopOfAnother() throws IOException {
        venue(
                "base",
                "{\"url\":\"wss://a.com/\",\"framesPerSecond\":5,\"messages\":{\"stream\":[\"/s\"],\"ackId\":\"/id\"}}");
        venue("mine", "{\"extends\":\"base\",\"framesPerSecond\":6,\"messages\":{\"stream\":[\"/t\"]}}");
        Venue own = venue("binance-spot", "{\"extends\":\"binance-spot\",\"url\":\"wss://proxy.example.com/stream\"}");

        Venue mine = Venue.find("mine", directory);

        assertThat(mine.urls()).containsExactly("wss://a.com/");
        assertThat(mine.limits().framesPerSecond()).isEqualTo(6);
        assertThat(mine.format().naming().namePointers()).containsExactly("/t");
        assertThat(mine.format().acks().id()).isEqualTo("/id");
        assertThat(own.urls()).containsExactly("wss://proxy.example.com/stream");
        assertThat(own.format()).isEqualTo(Venue.find("binance-spot", null).format());
        assertThat(Venue.find("bybit-spot", null).format().protocol().streamsPerRequest())
                .isEqualTo(10);
    }

    @Test
    void shouldReplaceAListOfTheExtendedProfile() {
        assertThat(List.of("bybit-linear", "bybit-spot", "bybit-option"))
                .map(name -> Venue.find(name, null).format().classes().stream()
                        .filter(messages -> messages.has("tickers.BTCUSDT"))
                        .anyMatch(StreamClass::hasSnapshot))
                .as("a ticker of spot and options consists of snapshots only: a client waits for none")
                .containsExactly(true, false, false);
    }

    @Test
    void shouldSayWhichProfileCannotBeExtended() throws IOException {
        venue("lost2", "{\"url\":\"wss://a.com/\"}");
        assertThat(errors("lost", "{\"extends\":\"nobody\"}"))
                .singleElement()
                .asString()
                .startsWith("/venue: found \"lost\", whose profile has \"nobody\" at /extends, allowed: one of ");
        Files.writeString(venues.resolve("a.json"), "{\"extends\":\"b\"}");
        assertThat(errors("b", "{\"extends\":\"a\"}"))
                .containsExactly(
                        "/venue: found \"b\", whose profile has \"a\" at /extends, allowed: at most 8 profiles that extend each other");
    }

    @Test
    void shouldNameEveryErrorOfAProfileAtOnce() {
        assertThat(
                        errors(
                                "wrong",
                                """
                        {"routes": {"r/1": {"match": "(", "url": "wss://c.com/"}}, "subscribe": "{\\"x\\":${1}",
                         "heartbeat": {"send": "x", "everyMs": 1000}, "argument": "${name}",
                         "messages": {"stream": ["/a/-65"], "control": [{"at": "op"}],
                           "classes": {"c": {"match": "x", "mode": "ordered", "holdMs": 5},
                                       "d": {"match": "[", "sequence": {"link": "previous", "last": ["/u"]}}}}}
                        """))
                .extracting(line -> line.replaceAll("^.*?( at /\\S+|whose profile has nothing).*$", "$1")
                        .strip())
                .contains(
                        "at /subscribe,",
                        "at /argument,",
                        "at /routes/r~11/match,",
                        "at /messages/control/0/at,",
                        "at /messages/classes/c/mode,",
                        "at /messages/classes/d/match,",
                        "at /messages/stream,");
        assertThat(
                        errors(
                                "wrong2",
                                "{\"messages\":{\"control\":[{\"is\":[1]}]},\"url\":5,\"heartbeat\":{\"send\":\"\",\"everyMs\":1}}"))
                .hasSize(4);
        assertThat(errors(
                        "wrong3",
                        "{\"messages\":{\"stream\":[\"/s\"],\"classes\":{" + manyClasses()
                                + "}},\"url\":\"wss://a.com/\"}"))
                .containsExactly(
                        "/venue: found \"wrong3\", whose profile has 81 different JSON pointers at /messages/classes,"
                                + " allowed: at most 64 of them in all");
        assertThat(errors(
                        "wrong4",
                        "{\"url\":\"wss://a.com/${id}\",\"headers\":{\"A\":[\"${nix}\",\"${secrets.x}\"],\"B\":\"${time}\"},"
                                + "\"routes\":{\"r\":{\"match\":\"x\",\"url\":\"wss://a.com/${streams}\"}}}"))
                .extracting(line -> line.replaceAll(", allowed: .*", ""))
                .containsExactlyInAnyOrder(
                        "/venue: found \"wrong4\", whose profile has an unknown placeholder at /url",
                        "/venue: found \"wrong4\", whose profile has an unknown placeholder at /routes/r/url",
                        "/venue: found \"wrong4\", whose profile has an unknown placeholder at /headers/A");
    }

    private static String manyClasses() {
        StringBuilder classes = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            classes.append(i == 0 ? "" : ",").append("\"c").append(i).append("\":{\"match\":\"x\",\"key\":[");
            for (int k = 0; k < 8; k++) {
                classes.append(k == 0 ? "" : ",")
                        .append("\"/k")
                        .append(10 * i + k)
                        .append('"');
            }
            classes.append("]}");
        }
        return classes.toString();
    }

    @Test
    void shouldWantAUrlWhereTheVenueHasNone() {
        assertThat(feedErrors("{\"venue\":\"generic\"}"))
                .containsExactly("/url: found nothing, allowed: a \"url\": the venue generic has none");
        assertThat(feed("{\"venue\":\"generic\",\"url\":\"wss://x.com/\"}").format())
                .isEqualTo(MessageFormat.NONE);
    }

    @Test
    void shouldTakeDefaultsAndFurtherUrlsFromTheVenue() throws IOException {
        venue(
                "v",
                "{\"url\":[\"wss://a.com/\",\"wss://b.com/\"],\"connectsPer5Min\":100,\"maxAgeMs\":24000,\"framesPerSecond\":9}");

        WsPoolConfig pool = feed("{\"venue\":\"v\"}").pool();

        assertThat(pool.connection().url()).isEqualTo("wss://a.com/");
        assertThat(pool.connection().furtherUrls()).containsExactly("wss://b.com/");
        assertThat(pool.connection().retry().connectsPer5Min()).isEqualTo(100);
        assertThat(pool.connection().framesPerSecond()).isEqualTo(9);
        assertThat(pool.maxAgeMs()).isEqualTo(23_000);
    }

    // shards

    @Test
    void shouldGiveEachRouteAndEachLimitfulOfStreamsAPoolOfItsOwn() {
        FeedConfig feed = feed(
                "{\"venue\":\"binance-usdm\",\"streams\":[\"btcusdt@bookTicker\",\"btcusdt@aggTrade\",\"ethusdt@trade\"]}");

        assertThat(feed.shards())
                .containsExactly(
                        new Shard(
                                List.of("wss://fstream.binance.com/public/stream"),
                                List.of("btcusdt@bookTicker", "ethusdt@trade")),
                        new Shard(List.of("wss://fstream.binance.com/market/stream"), List.of("btcusdt@aggTrade")));
        List<FeedConfig> parts = feed.parts();
        assertThat(parts).extracting(FeedConfig::name).containsExactly("f-1", "f-2");
        assertThat(parts.get(1).pool().connection().url()).isEqualTo("wss://fstream.binance.com/market/stream");
        assertThat(parts.get(1).subscriptions().streams()).containsExactly("btcusdt@aggTrade");
        assertThat(feed.roomFor("ethusdt@aggTrade", List.of(List.of(), List.of())))
                .isEqualTo(1);
        assertThat(feed.roomFor("ethusdt@depth", List.of(List.of(), List.of()))).isZero();
        assertThat(feed("{\"venue\":\"binance-usdm\",\"streams\":[\"a@trade\"]}")
                        .shards())
                .isEmpty();
        assertThat(feed("{\"venue\":\"binance-usdm\",\"streams\":[\"a@aggTrade\"]}")
                        .pool()
                        .connection()
                        .url())
                .endsWith("/market/stream");
    }

    @Test
    void shouldFillConnectionsUpToTheVenuesLimits() throws IOException {
        venue("v", "{\"url\":\"wss://a.com/\",\"subscribe\":\"${streams}\",\"streamsPerConnection\":2}");
        venue("w", "{\"url\":\"wss://a.com/\",\"subscribe\":\"${streams}\",\"charsPerConnection\":5}");

        FeedConfig counted = feed("{\"venue\":\"v\",\"streams\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}");

        assertThat(counted.shards())
                .extracting(Shard::streams)
                .containsExactly(List.of("a", "b"), List.of("c", "d"), List.of("e"));
        assertThat(counted.roomFor("f", List.of(List.of("a", "b"), List.of("c", "d"), List.of("e"))))
                .isEqualTo(2);
        assertThat(counted.roomFor("g", List.of(List.of("a", "b"), List.of("c", "d"), List.of("e", "f"))))
                .isEqualTo(-1);
        assertThat(feed("{\"venue\":\"w\",\"streams\":[\"aaa\",\"bb\",\"cccccccc\",\"d\"]}")
                        .shards())
                .extracting(Shard::streams)
                .containsExactly(List.of("aaa", "bb"), List.of("cccccccc"), List.of("d"));
        assertThat(feed("{\"venue\":\"v\",\"streams\":[\"a\",\"b\",\"c\"],\"url\":\"wss://mine.com/\"}")
                        .parts())
                .hasSize(2)
                .allMatch(part -> part.pool().connection().url().equals("wss://mine.com/"));
    }

    // rejected by check

    @Test
    void shouldRefuseWhatBreachesALimitWithTheFigures() throws IOException {
        venue(
                "v",
                "{\"url\":\"wss://a.com/\",\"subscribe\":\"${streams}\",\"streamsPerConnection\":200,\"maxAgeMs\":86400000}");
        String streams = streams(300);

        assertThat(feedErrors("{\"venue\":\"coinbase-exchange\",\"connections\":11}"))
                .containsExactly(
                        "/connections: found 11 connections with the same streams, allowed: at most 10 at coinbase-exchange");
        assertThat(feedErrors("{\"venue\":\"binance-spot\",\"latencyPingIntervalMs\":100}"))
                .containsExactly(
                        "/latencyPingIntervalMs: found 100: 10.0 pings a second, but a connection may send only 5 frames a second,"
                                + " allowed: at least 250");
        assertThat(feedErrors("{\"venue\":\"v\",\"maxShards\":1,\"streams\":" + streams + "}"))
                .containsExactly(
                        "/streams: found 300 streams on 2 pools of 5 connections (v allows 200 streams on a connection),"
                                + " allowed: one pool; \"maxShards\" can be raised");
        assertThat(feedErrors("{\"venue\":\"v\",\"maxAgeMs\":90000000}"))
                .containsExactly(
                        "/maxAgeMs: found 90000000, allowed: less than 86400000: v closes connections of that age");
        assertThat(feedErrors("{\"venue\":\"v\",\"maxAgeMs\":0}")).hasSize(1);
        assertThat(feedErrors("{\"venue\":\"kraken-v1\",\"framesPerSecond\":3,\"connections\":2,\"streams\":["
                        + words(40) + "]}"))
                .singleElement()
                .asString()
                .startsWith(
                        "/streams: found 40 requests on a connection, which take 41 s at 1.0 a second, allowed: as many as");
        assertThat(feedErrors("{\"venue\":\"bitmex\",\"maxAgeMs\":1000,\"connections\":5}"))
                .containsExactly("/maxAgeMs: found 1000, which opens 1500 connections in 5 minutes,"
                        + " allowed: an age that opens at most 300");
        assertThat(feedErrors("{\"venue\":\"bitmex\",\"maxAgeMs\":250000,\"connections\":5}"))
                .containsExactly("/maxAgeMs: found 250000, which opens 72 connections in 60 minutes,"
                        + " allowed: an age that opens at most 60");
        assertThat(feedErrors("{\"venue\":\"v\",\"url\":\"wss://x.com/stream?a=1&streams=" + "a/".repeat(201) + "\"}"))
                .containsExactly(
                        "/url: found 201 streams in one URL, allowed: at most 200 at v; as \"streams\", they go to several pools");
        assertThat(feedErrors("{\"venue\":\"okx\",\"streams\":[\"trades\"]}"))
                .containsExactly("/streams: found \"trades\", allowed: 2 words with a blank between them");
        assertThat(feedErrors("{\"venue\":\"okx\",\"streams\":[\"books BTC-USDT 5\"]}"))
                .as("a word that no request would have")
                .containsExactly("/streams: found \"books BTC-USDT 5\", allowed: 2 words with a blank between them");
    }

    private static String streams(int count) {
        StringBuilder array = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            array.append(i == 0 ? "" : ",").append("\"s").append(i).append('"');
        }
        return array.append("]").toString();
    }

    private static String words(int count) {
        return streams(count).replace("\"s", "\"trade s").replaceAll("[\\[\\]]", "");
    }

    @Test
    void shouldRefuseAStreamWhereItIsNeverSent() {
        assertThat(
                        feedErrors(
                                "{\"venue\":\"binance-usdm\",\"url\":\"wss://fstream.binance.com/public/stream\",\"streams\":[\"btcusdt@aggTrade\"]}"))
                .containsExactly(
                        "/url: found \"wss://fstream.binance.com/public/stream\", where \"btcusdt@aggTrade\" is never sent,"
                                + " allowed: wss://fstream.binance.com/market/stream, or no \"url\": the venue's profile then gives the right one");
        assertThat(
                        feedErrors(
                                "{\"venue\":\"binance-usdm\",\"url\":\"wss://fstream.binance.com/market/stream/?streams=btcusdt@depth\"}"))
                .singleElement()
                .asString()
                .contains("\"btcusdt@depth\" is never sent");
        assertThat(
                        feed(
                                "{\"venue\":\"binance-usdm\",\"url\":\"wss://proxy.example.com/\",\"streams\":[\"btcusdt@aggTrade\"]}"))
                .as("a place of which the venue says nothing")
                .isNotNull();
    }

    @Test
    void shouldAddUpWhatFeedsOpenTogether() throws IOException {
        venue("v", "{\"url\":\"wss://a.com/\",\"connectsPer5Min\":25}");
        String many = "{'feeds':{'a':F,'b':F,'c':F,'d':F}}";
        String limited = many.replace("F", "{'venue':'v','connections':7}").replace('\'', '"');
        String bitmex = many.replace("F", "{'venue':'bitmex','connections':16}").replace('\'', '"');

        assertThat(Errors.of(() -> ServiceConfig.parse(limited, "test", directory)))
                .containsExactly("/feeds: found 28 connections to a.com,"
                        + " allowed: at most 25, the limit of attempts there in 5 minutes");
        assertThat(ServiceConfig.parse(limited.replace(":7", ":6"), "test", directory)
                        .feeds())
                .hasSize(4);
        assertThat(Errors.of(() -> ServiceConfig.parse(bitmex, "test", null)))
                .containsExactly("/feeds: found 64 connections,"
                        + " allowed: at most 60 connects in 60 minutes, the limit at ws.bitmex.com");
        assertThat(ServiceConfig.parse(bitmex.replace(":16", ":15"), "test", null)
                        .feeds())
                .hasSize(4);
    }

    @Test
    void shouldRefuseWhatExceedsASharedLimit() throws IOException {
        venue(
                "v",
                """
                {"url": ["wss://a.x.com/", "wss://b.x.com/"], "subscribe": "{\\"s\\":${streams}}", "requestBytes": 20,
                 "heartbeat": {"send": "ping", "everyMs": 1000},
                 "limits": [{"what": "connections", "max": 4, "scope": "host"}, {"what": "streams", "max": 12, "scope": "venue"},
                            {"what": "frames", "max": 12, "perMs": 1000, "scope": "venue"},
                            {"what": "requests", "max": 3, "perMs": 60000, "scope": "connection"}]}
                """);

        assertThat(feedErrors("{\"venue\":\"v\",\"connections\":9}"))
                .containsExactly(
                        "/connections: found 5 connections, allowed: at most 4 connections, the limit at v;"
                                + " if your plan allows more, a profile of your own that extends \"v\" says so",
                        "/latencyPingIntervalMs: found 18 pings and heartbeats of all connections in 1000 ms,"
                                + " allowed: at most 12 frames in 1 s, the limit at v");
        assertThat(feedErrors("{\"venue\":\"v\",\"connections\":5,\"streams\":[\"a\",\"b\",\"c\"]}"))
                .containsExactly(
                        "/streams: found 15 streams on all connections, allowed: at most 12 streams, the limit at v");
        assertThat(feedErrors(
                        "{\"venue\":\"v\",\"connections\":2,\"streams\":[\"aaaaa\",\"bbbbb\",\"ccccc\",\"ddddd\"]}"))
                .containsExactly(
                        "/streams: found 4 requests on each of 1 connection, allowed: at most 3 on all of them: v allows 3 requests in 1 minute");
        assertThat(feedErrors("{\"venue\":\"v\",\"streams\":[\"a\",\"a name of this length\"]}"))
                .containsExactly("/streams: found \"a name of this length\", whose request has up to 31 bytes,"
                        + " allowed: requests of at most 20 bytes");
        String two =
                "{'feeds':{'a':{'venue':'v','connections':5},'b':{'venue':'v','connections':5}}}".replace('\'', '"');
        assertThat(Errors.of(() -> ServiceConfig.parse(two, "test", directory)))
                .containsExactly(
                        "/feeds: found 6 connections, allowed: at most 4 connections, the limit at a.x.com",
                        "/feeds: found 20 pings and heartbeats of all connections in 1000 ms,"
                                + " allowed: at most 12 frames in 1 s, the limit at *.x.com");
    }

    @Test
    void shouldRefuseLimitsThatMeanNothing() throws IOException {
        Files.writeString(
                venues.resolve("v.json"),
                """
                {"url": "wss://a.x.com/", "limits": [{"what": "connects", "max": 4, "perMs": 1000, "scope": "connection"},
                  {"what": "frames", "max": 4, "scope": "host"}, {"what": "streams", "max": 4, "perMs": 1, "scope": "host"}]}
                """);

        assertThat(feedErrors("{\"venue\":\"v\"}"))
                .containsExactly(
                        "/venue: found \"v\", whose profile has \"connection\" for connects at /limits/0/scope,"
                                + " allowed: \"url\", \"host\" or \"venue\"",
                        "/venue: found \"v\", whose profile has 0 at /limits/1/perMs, allowed: 1 to 86400000",
                        "/venue: found \"v\", whose profile has 1 at /limits/2/perMs,"
                                + " allowed: no \"perMs\": streams are counted at the same time");
    }

    // requests

    @Test
    void shouldAskInEachVenuesWords() {
        assertThat(request("okx", "books BTC-USDT", "trades ETH-USDT"))
                .isEqualTo(
                        "{\"id\":\"7\",\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},{\"channel\":\"trades\",\"instId\":\"ETH-USDT\"}]}");
        assertThat(request("kraken-v2", "trade BTC/\"USD"))
                .isEqualTo(
                        "{\"method\":\"subscribe\",\"params\":{\"channel\":\"trade\",\"symbol\":[\"BTC/\\\"USD\"]},\"req_id\":7}");
        assertThat(request("kraken-v2", "book BTC/USD 100"))
                .isEqualTo(
                        "{\"method\":\"subscribe\",\"params\":{\"channel\":\"book\",\"symbol\":[\"BTC/USD\"],\"depth\":100},\"req_id\":7}");
        assertThat(Venue.find("kraken-v2", null).requests().shownName("book BTC/USD 100"))
                .isEqualTo("book BTC/USD");
        assertThat(request("kraken-v2", "ohlc BTC/USD 5")).contains("\"interval\":5}");
        assertThat(request("kraken-v2", "ticker BTC/USD bbo")).contains("\"event_trigger\":\"bbo\"}");
        assertThat(request("kraken-v2", "instrument")).contains("{\"channel\":\"instrument\"}");
        assertThat(request(
                        "okx",
                        "sprd-tickers A_B",
                        "opt-summary BTC-USD",
                        "instruments SPOT",
                        "adl-warning SWAP BTC-USDT"))
                .contains("[{\"channel\":\"sprd-tickers\",\"sprdId\":\"A_B\"}]")
                .contains("[{\"channel\":\"opt-summary\",\"instFamily\":\"BTC-USD\"}]")
                .contains("[{\"channel\":\"instruments\",\"instType\":\"SPOT\"}]")
                .contains("{\"channel\":\"adl-warning\",\"instType\":\"SWAP\",\"instFamily\":\"BTC-USDT\"}");
        assertThat(request("kucoin", "/market/level2:BTC-USDT", "/market/match:ETH-USDT", "/market/level2:ETH-USDT"))
                .contains("\"topic\":\"/market/level2:BTC-USDT,ETH-USDT\"")
                .contains("\"topic\":\"/market/match:ETH-USDT\"");
        assertThat(request("hitbtc-v2", "Ticker ETHBTC"))
                .isEqualTo("{\"method\":\"subscribeTicker\",\"params\":{\"symbol\":\"ETHBTC\"},\"id\":7}");
        assertThat(request("coinbase-exchange", "matches BTC-USD"))
                .isEqualTo(
                        "{\"type\":\"subscribe\",\"channels\":[{\"name\":\"matches\",\"product_ids\":[\"BTC-USD\"]}]}");
        assertThat(request("bybit-linear", "publicTrade.BTCUSDT"))
                .isEqualTo("{\"op\":\"subscribe\",\"args\":[\"publicTrade.BTCUSDT\"],\"req_id\":\"7\"}");
        assertThat(Venue.find("okx", null)
                        .requests()
                        .unsubscribing(List.of("a b"), 1)
                        .get(0)
                        .text(1, 0))
                .contains("unsubscribe");
        assertThatThrownBy(() -> request("okx", "books"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"books\" has 1 word; this venue's streams have 2 or more, with blanks between them");
    }

    private static String request(String venue, String... streams) {
        return Venue.find(venue, null).requests().subscribing(List.of(streams), 100).stream()
                .map(batch -> batch.text(7, 1_700_000_000_123L))
                .collect(Collectors.joining("\n"));
    }
}
