package io.firstline.config.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Credentials;
import io.firstline.config.DailyWindow;
import io.firstline.config.Endpoint;
import io.firstline.config.Errors;
import io.firstline.config.RankBy;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.feed.FeedConfig.Body;
import io.firstline.config.venue.SubscribeTemplates;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Valid configurations and unreadable files. */
class ServiceConfigTest {
    private static final Path CONF = Path.of(System.getProperty("project.dir", "."), "conf");
    private static final String CERTIFICATE =
            """
            -----BEGIN CERTIFICATE-----
            MIIBczCCARmgAwIBAgIURZW6Sq4EJKrJgoYeWmqCLHyR7swwCgYIKoZIzj0EAwIw
            DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjIxMjU5NDlaFw0zNjExMTkxMjU5NDla
            MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARrNmsC
            6SryBYy3crNxtl89neVpzSZap1pWB7RJap8EkYGwRAO7i0ydHGciTcL/WNQYY/Ae
            IEE3KQVGTc3sAHoUo1MwUTAdBgNVHQ4EFgQU/boiVqrK7MiEHFdXpPosMoTZbWkw
            HwYDVR0jBBgwFoAU/boiVqrK7MiEHFdXpPosMoTZbWkwDwYDVR0TAQH/BAUwAwEB
            /zAKBggqhkjOPQQDAgNIADBFAiAhn5LHM4EXCFu09iiSRvVmmRmx9wIMB2MttIA+
            yWVfJgIhALYsI5o4nfXsGYCHn9DOnXQKeW/BUdbwR5jolOUf/FOh
            -----END CERTIFICATE-----
            """;

    @TempDir
    Path directory;

    private static FeedConfig feed(String json) {
        return ServiceConfig.parse("{\"feeds\":{\"f\":" + json + "}}", "test.json", null)
                .feeds()
                .get(0);
    }

    @Test
    void shouldFillInDefaults() {
        String url = "wss://feed.example.com/ws";

        FeedConfig feed = feed("{\"url\":\"" + url + "\"}");

        WsConnectionConfig connection = WsConnectionConfig.of(url).withConnectionId("f");
        assertThat(feed).isEqualTo(FeedConfig.of("f", WsPoolConfig.of(connection)));
        assertThat(feed.connections()).isEqualTo(5);
    }

    @Test
    void shouldReadEveryKey() {
        FeedConfig feed = feed(
                """
                { "url": "ws://10.1.2.3/ws", "streams": ["a", "b"], "onConnect": ["hello"], "connections": 3,
                  "evictIntervalMs": 1000, "rankBy": "lag", "minLive": 2, "hashCapacity": 100, "historyMs": 200,
                  "joinGuardMs": 300, "skewMs": 400, "maxMessageBytes": 500, "latencyPingIntervalMs": 600,
                  "latencyWindow": 700, "connectTimeoutMs": 800, "framesPerSecond": 850, "retryBaseMs": 900, "retryCapMs": 1000.0,
                  "retryStableMs": 1100, "connectsPer5Min": 1200, "maxAgeMs": 1300, "openStaggerMs": 21, "rotationWindows": ["02:00-00:15"], "compression": true, "allowPlaintext": true, "headers": {"X-A": "b"}, "subProtocols": ["v2.json"],
                  "autoReconnect": true, "body": "json", "streamPointer": "/s/0", "subscribe": "+${streams}${id}",
                  "unsubscribe": "-${streams}" }
                """);

        WsConnectionConfig connection = new WsConnectionConfig(
                "ws://10.1.2.3/ws",
                List.of(),
                "f",
                List.of("hello"),
                true,
                500,
                600,
                700,
                800,
                850,
                new RetryConfig(900, 1_000, 1_100, 1_200),
                true,
                true,
                Map.of("X-A", "b"),
                List.of(),
                "",
                Endpoint.NONE,
                List.of("v2.json"),
                List.of(),
                Credentials.NONE,
                null,
                null);
        WsPoolConfig pool = new WsPoolConfig(
                connection,
                3,
                3,
                1_000,
                RankBy.LAG,
                2,
                100,
                200,
                300,
                400,
                1_300,
                List.of(new DailyWindow(120, 15)),
                21);
        assertThat(feed)
                .isEqualTo(new FeedConfig(
                        "f",
                        pool,
                        3,
                        Body.JSON,
                        "/s/0",
                        new SubscribeTemplates(List.of("a", "b"), "+${streams}${id}", "-${streams}")));
    }

    @Test
    void shouldReadASingleConnection() {
        FeedConfig feed =
                feed("{\"url\":\"wss://x.com/\",\"connections\":1,\"autoReconnect\":false,\"body\":\"buffer\"}");

        assertThat(feed.connections()).isEqualTo(1);
        assertThat(feed.pool().connection().autoReconnect()).isFalse();
        assertThat(feed.body()).isEqualTo(Body.BUFFER);
    }

    @Test
    void shouldReadARangeOfConnections() {
        FeedConfig feed = feed("{\"url\":\"wss://x.com/\",\"connections\":{\"min\":2,\"max\":8}}");

        assertThat(feed.connections()).as("limits count the most").isEqualTo(8);
        assertThat(feed.pool().connections()).isEqualTo(8);
        assertThat(feed.pool().minConnections()).isEqualTo(2);
        assertThat(feed("{\"url\":\"wss://x.com/\"}").pool().minConnections())
                .as("a number alone is fixed")
                .isEqualTo(5);
    }

    @Test
    void shouldRejectARangeThatIsNone() {
        String url = "{\"url\":\"wss://x.com/\",\"connections\":";
        assertThat(Errors.of(() -> feed(url + "{\"min\":5,\"max\":3}}")))
                .containsExactly("/feeds/f/connections/min: found 5, allowed: at most \"max\", 3");
        assertThat(Errors.of(() -> feed(url + "{\"min\":1,\"max\":33}}")))
                .containsExactly(
                        "/feeds/f/connections/min: found 1 (a number), allowed: an integer from 2 to 32",
                        "/feeds/f/connections/max: found 33 (a number), allowed: an integer from 2 to 32");
        assertThat(Errors.of(() -> feed(url + "{\"max\":3,\"least\":2}}"))).hasSize(2);
        assertThat(Errors.of(() -> feed(url + "{\"min\":2,\"max\":4},\"minLive\":3}")))
                .containsExactly("/feeds/f/minLive: found 3, allowed: 1 to 2");
    }

    @Test
    void shouldTakeUrlAndRequestsFromTheVenue() {
        FeedConfig feed = feed("{\"venue\":\"binance-usdm\",\"streams\":[\"btcusdt@trade\"]}");

        assertThat(feed.pool().connection().url()).isEqualTo("wss://fstream.binance.com/public/stream");
        assertThat(feed.subscriptions()
                        .subscribing(feed.subscriptions().streams(), 9)
                        .get(0)
                        .text(7, 0))
                .isEqualTo("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@trade\"],\"id\":7}");
        assertThat(feed.subscriptions()
                        .unsubscribing(List.of("a\"b", "${id}"), 9)
                        .get(0)
                        .text(8, 0))
                .isEqualTo("{\"method\":\"UNSUBSCRIBE\",\"params\":[\"a\\\"b\",\"${id}\"],\"id\":8}");
    }

    @Test
    void shouldPreferTheFeedsOwnUrlAndRequests() {
        FeedConfig feed = feed(
                "{\"venue\":\"binance-spot\",\"url\":\"wss://x.com/\",\"subscribe\":\"s${streams}\",\"unsubscribe\":\"u${streams}\"}");

        assertThat(feed.pool().connection().url()).isEqualTo("wss://x.com/");
        assertThat(feed.subscriptions()).isEqualTo(new SubscribeTemplates(List.of(), "s${streams}", "u${streams}"));
    }

    @Test
    void shouldResolveSimulatorUrlsLater() {
        ServiceConfig config = ServiceConfig.parse(
                """
                { "simulator": { "port": 0, "seed": 5.0, "replaySpeed": 0.5, "lines": [{ "delayMs": 1.5, "freezeEveryMs": 9e3 }], "replayLagMs": [] },
                  "feeds": { "a": { "url": "sim:/stream?streams=x@trade" }, "b": { "url": "wss://x.com/" } } }
                """,
                "test.json",
                null);
        assertThat(config.simulated()).containsExactly("a");
        assertThat(config.summary().get(1)).startsWith("a: 5 connections to sim:/stream?streams=x@trade;");

        ServiceConfig resolved = config.withSimulator("ws://127.0.0.1:4711");

        assertThat(resolved.simulated()).isEmpty();
        assertThat(resolved.feeds())
                .extracting(f -> f.pool().connection().url())
                .containsExactly("ws://127.0.0.1:4711/stream?streams=x@trade", "wss://x.com/");
        assertThat(config.withSimulator("ws://127.0.0.1:4711/")).isEqualTo(resolved);
        assertThat(resolved.simulator())
                .isEqualTo(new JsonObject()
                        .put("port", 0)
                        .put("seed", 5L)
                        .put("replaySpeed", 0.5)
                        .put(
                                "lines",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("delayMs", 1.5)
                                                .put("freezeEveryMs", 9_000)))
                        .put("replayLagMs", new JsonArray()));
        assertThat(resolved.simulator().getLong("seed")).isEqualTo(5);
        assertThat(resolved.simulator().getMap().get("seed")).isInstanceOf(Long.class);
    }

    @Test
    void shouldKeepItsSectionsForOneOfItsFeeds() {
        String feed = "{'url':'ws://127.0.0.1:1/'}";
        ServiceConfig all = ServiceConfig.parse(
                ("{'http':{},'cluster':{},'relay':{'maxClients':7},'bridges':{'tcp':{'feeds':['b']},'sockjs':{'feeds':['a','b']}},"
                                + "'simulator':{},'feeds':{'a':" + feed + ",'b':{'url':'sim:/'}}}")
                        .replace('\'', '"'),
                "test.json",
                null);

        ServiceConfig one = all.only("a");

        assertThat(one.feeds()).extracting(FeedConfig::name).containsExactly("a");
        assertThat(one.simulated()).isEmpty();
        assertThat(all.only("b").simulated()).containsExactly("b");
        assertThat(one.http()).isEqualTo(all.http());
        assertThat(one.cluster()).isEqualTo(all.cluster());
        assertThat(one.relay()).isEqualTo(all.relay().withFeeds(List.of("a")));
        assertThat(one.bridges().tcp()).as("it does not serve this feed").isNull();
        assertThat(one.bridges().sockjs().bridge().feeds()).containsExactly("a");
    }

    @Test
    void shouldBeImmutable() {
        ServiceConfig config =
                ServiceConfig.parse("{\"simulator\":{},\"feeds\":{\"a\":{\"url\":\"sim:/\"}}}", "x", null);

        config.simulator().put("port", 5);

        assertThat(config.simulator()).isEmpty();
        assertThat(ServiceConfig.parse("{\"feeds\":{\"a\":{\"url\":\"wss://x.com\"}}}", "x", null)
                        .simulator())
                .isNull();
    }

    @Test
    void shouldTellInPlainWordsWhatItRuns() {
        ServiceConfig config = ServiceConfig.parse(
                """
                { "$schema": "firstline.schema.json",
                  "simulator": {},
                  "feeds": {
                    "a": { "url": "wss://me:pw@x.com/ws?token=t", "connections": 1, "autoReconnect": false, "headers": {"B": "hush", "A": "hush"} },
                    "b": { "venue": "binance-spot", "streams": ["1","2","3","4","5","6","7","8","9","10","11","12"], "evictIntervalMs": 1500,
                           "onConnect": ["x"], "streamPointer": "/stream", "body": "json" } } }
                """,
                "test.json",
                null);

        assertThat(config.summary())
                .containsExactly(
                        "simulator: everything default",
                        "a: 1 connection to wss://***@x.com/ws?token=***; not reconnected; headers A, B; published as message",
                        "b: 5 connections to wss://stream.binance.com:9443/stream;"
                                + " alternating with wss://stream.binance.com/stream, wss://data-stream.binance.vision/stream; ranked by lag; slow ones evicted every 1500 ms;"
                                + " subscribes 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more; sends 1 on connect; published as json, by stream at /stream");
    }

    static Stream<Path> shippedFiles() throws IOException {
        try (Stream<Path> files = Files.list(CONF)) {
            return files
                    .filter(f -> f.toString().endsWith(".json") && !f.toString().endsWith(".schema.json"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("shippedFiles")
    void shouldReadEveryShippedFile(Path file) {
        ServiceConfig config = ServiceConfig.read(file);

        assertThat(config.summary())
                .hasSizeGreaterThanOrEqualTo(config.feeds().size())
                .allMatch(line -> !line.isBlank());
    }

    @Test
    void shouldDescribeTheDemo() {
        assertThat(ServiceConfig.read(CONF.resolve("config.json")).summary())
                .containsExactly(
                        "simulator: port 0, messagesPerSecond 1000, 5 lines",
                        "demo: 5 connections to sim:/stream?streams=btcusdt@bookTicker/btcusdt@trade/ethusdt@bookTicker/ethusdt@trade/"
                                + "solusdt@bookTicker/solusdt@trade; ranked by lag; slow ones evicted every 4 s; published as message");
    }

    @Test
    void shouldStartRelativePathsAtTheFile() throws IOException {
        Files.writeString(directory.resolve("ca.pem"), CERTIFICATE);
        Path file = write(
                """
                { "simulator": { "recordings": ["a.jsonl", "/b.jsonl", "\\u0000"] },
                  "feeds": { "f": { "url": "wss://x.com/", "trustedCertificates": "ca.pem" } } }
                """);

        ServiceConfig config = ServiceConfig.read(file);

        assertThat(config.feeds().get(0).pool().connection().trustedCertificates())
                .isEqualTo(directory.resolve("ca.pem").toString());
        assertThat(config.simulator().getJsonArray("recordings"))
                .containsExactly(directory.resolve("a.jsonl").toString(), "/b.jsonl", "\u0000");
    }

    @Test
    void shouldLookIntoCertificateFiles() throws IOException {
        Files.writeString(directory.resolve("empty.pem"), "");
        Files.writeString(
                directory.resolve("bad.pem"), "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
        Path file = write(
                """
                { "feeds": { "a": { "url": "wss://x.com/", "trustedCertificates": "empty.pem" },
                             "b": { "url": "wss://x.com/", "trustedCertificates": "bad.pem" },
                             "c": { "url": "wss://x.com/", "trustedCertificates": "." } } }
                """);

        assertThat(Errors.of(() -> ServiceConfig.read(file)))
                .containsExactly(
                        "/feeds/a/trustedCertificates: found \"empty.pem\", which holds no certificate, allowed: a PEM file with certificates",
                        "/feeds/b/trustedCertificates: found \"bad.pem\", which holds other data than certificates, allowed: a PEM file with certificates",
                        "/feeds/c/trustedCertificates: found \".\", which cannot be read, allowed: a PEM file with certificates");
    }

    @Test
    void shouldSayWhatIsWrongWithAFile() throws IOException {
        Path missing = directory.resolve("missing.json");
        assertThat(Errors.exceptionOf(() -> ServiceConfig.read(missing)))
                .hasMessage(missing + ": 1 error\n  /: found no such file, allowed: a file with a JSON object");
        assertThat(Errors.of(() -> ServiceConfig.read(directory)))
                .containsExactly("/: found a directory, allowed: a file with a JSON object");
        assertThat(Errors.of(() -> ServiceConfig.read(write("{}").resolve("below"))))
                .containsExactly("/: found a file that cannot be read, allowed: a file with a JSON object");
        assertThat(Errors.of(() -> ServiceConfig.read(write(""))))
                .containsExactly("/: found nothing: the text is empty, allowed: a JSON object");
        assertThat(Errors.of(() -> ServiceConfig.read(write(" ".repeat(2_000_000)))))
                .containsExactly("/: found more than 1048576 bytes, allowed: at most 1048576 bytes");
        Path latin =
                Files.write(directory.resolve("latin.json"), "{\"\u00e4\":1}".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(Errors.of(() -> ServiceConfig.read(latin)))
                .containsExactly("/: found bytes that are not UTF-8, allowed: UTF-8 text");
    }

    @Test
    void shouldTakeAByteOrderMark() throws IOException {
        assertThat(ServiceConfig.read(write("\uFEFF{\"feeds\":{\"f\":{\"url\":\"wss://x.com\"}}}"))
                        .feeds())
                .hasSize(1);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("config.json"), text);
    }
}
