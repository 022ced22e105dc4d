package io.firstline.config.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Credentials;
import io.firstline.config.Endpoint;
import io.firstline.config.Errors;
import io.firstline.config.PathConfig;
import io.firstline.config.PathsConfig;
import io.firstline.config.RankBy;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.SubscribeTemplates;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Feeds made in code or from a verticle's configuration. */
class FeedConfigTest {
    private static final String URL = "wss://feed.example.com/ws";

    @Test
    void shouldReadAVerticlesConfiguration() {
        FeedConfig feed = FeedConfig.fromJson(
                new JsonObject().put("name", "btc").put("venue", "binance-spot").put("connections", 3));

        assertThat(feed.name()).isEqualTo("btc");
        assertThat(feed.connections()).isEqualTo(3);
        assertThat(feed.pool().connection().connectionId()).isEqualTo("btc");
    }

    @Test
    void shouldReportEverythingAtOnce() {
        JsonObject json = new JsonObject()
                .put("name", "a b")
                .put("nme", "x")
                .put("connections", "five")
                .put("minLive", 33);

        assertThat(Errors.of(() -> FeedConfig.fromJson(json)))
                .extracting(line -> line.replaceFirst(" allowed: name, .*\\(", " ("))
                .containsExactlyInAnyOrder(
                        "/name: found \"a b\" (a string), allowed: 1 to 64 letters, digits, _ or -",
                        "/nme: found an unknown key, (did you mean name?)",
                        "/connections: found \"five\" (a string), allowed: an integer from 1 to 32, or an object with min and max from 2 to 32",
                        "/minLive: found 33 (a number), allowed: an integer from 1 to 32",
                        "/url: found nothing, allowed: a \"url\" or a \"venue\"");
    }

    @Test
    void shouldWantAName() {
        assertThat(Errors.exceptionOf(() -> FeedConfig.fromJson(new JsonObject().put("url", URL))))
                .hasMessage("feed: 1 error\n  /name: found nothing, allowed: 1 to 64 letters, digits, _ or -");
        assertThat(Errors.of(() ->
                        FeedConfig.fromJson(new JsonObject().put("url", URL).put("name", 5))))
                .containsExactly("/name: found 5 (a number), allowed: 1 to 64 letters, digits, _ or -");
    }

    @Test
    void shouldNameTheFeedInItsErrors() {
        assertThat(Errors.exceptionOf(() -> FeedConfig.fromJson(new JsonObject().put("name", "btc"))))
                .hasMessageStartingWith("feed \"btc\": 1 error\n");
    }

    @Test
    void shouldRefuseWhatIsNoJson() {
        assertThat(Errors.of(() -> FeedConfig.fromJson(null))).containsExactly("/: found null, allowed: an object");
        assertThat(Errors.of(() -> FeedConfig.fromJson(new JsonObject().put("url", new Object()))))
                .containsExactly("/: found an object with values that are not JSON, allowed: a JSON object");
        assertThat(Errors.of(() -> FeedConfig.fromJson(new JsonObject().put("name", "x".repeat(2_000_000)))))
                .containsExactly("/: found more than 1048576 bytes, allowed: at most 1048576 bytes");
    }

    @Test
    void shouldRefuseSimulatorUrls() {
        assertThat(Errors.of(() ->
                        FeedConfig.fromJson(new JsonObject().put("name", "f").put("url", "sim:/x"))))
                .hasSize(1);
    }

    @Test
    void shouldMakeFeedsInCode() {
        WsConnectionConfig connection = WsConnectionConfig.of(URL);

        assertThat(FeedConfig.of("f", connection).connections()).isEqualTo(1);
        assertThat(FeedConfig.of("f", WsPoolConfig.of(connection).withConnections(7))
                        .connections())
                .isEqualTo(7);
        assertThat(new FeedConfig("f", WsPoolConfig.of(connection), 5, null, null, null))
                .isEqualTo(FeedConfig.of("f", WsPoolConfig.of(connection)));
    }

    @Test
    void shouldKeepNothingUnlessItIsSharedOrAsked() {
        FeedConfig feed = FeedConfig.of("f", WsPoolConfig.of(URL));

        assertThat(feed.retention(false)).isEqualTo(Retention.NONE);
        assertThat(feed.retention(true)).isEqualTo(new Retention(4_096, 4 << 20, 1_024));
        FeedConfig asked = FeedConfig.fromJson(
                new JsonObject("{\"name\":\"f\",\"url\":\"" + URL + "\",\"retain\":{\"messages\":7,\"bytes\":800.0}}"));
        assertThat(asked.retention(false)).isEqualTo(new Retention(7, 800, 1_024));
        assertThat(asked.retention(true)).isEqualTo(asked.retain());
        assertThat(feed.withRetain(Retention.NONE).retention(true)).isEqualTo(Retention.NONE);
        assertThat(Errors.of(() -> new Retention(-1, -2, 1 << 17)))
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactly("/messages", "/bytes", "/streams");
    }

    @Test
    void shouldCheckItselfWhenMadeInCode() {
        assertThat(Errors.of(() -> new FeedConfig(null, null, 0, null, "x", null)))
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactly("/name", "/pool", "/connections", "/streamPointer");
        assertThat(Errors.of(() -> new FeedConfig("f", WsPoolConfig.of(URL), 4, null, null, null)))
                .containsExactly("/connections: found 4, allowed: 1, or as many as the pool has");
    }

    @Test
    void shouldCheckSubscriptionsMadeInCode() {
        assertThat(new SubscribeTemplates(null, null, (String) null)).isEqualTo(SubscribeTemplates.NONE);
        assertThat(Errors.of(() -> new SubscribeTemplates(List.of("a", " "), "x", "${streams}${x")))
                .extracting(line -> line.substring(0, line.indexOf(" found")))
                .containsExactly("/streams:", "/subscribe:", "/unsubscribe:");
        assertThat(Errors.of(() -> new SubscribeTemplates(List.of("a", "a"), "${streams}", "")))
                .containsExactly("/streams: found a blank or repeated stream, allowed: every stream's name once");
    }

    @Test
    void shouldNameEveryWrongFieldOfAConnection() {
        assertThat(Errors.of(() -> new WsConnectionConfig(
                        "",
                        null,
                        " ",
                        null,
                        true,
                        0,
                        0,
                        0,
                        0,
                        -1,
                        null,
                        false,
                        false,
                        Map.of("a b", "c\n"),
                        null,
                        null,
                        null,
                        List.of("a", "b c", "a"),
                        null,
                        null,
                        null,
                        null)))
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactly(
                        "/url",
                        "/connectionId",
                        "/maxMessageBytes",
                        "/latencyPingIntervalMs",
                        "/latencyWindow",
                        "/connectTimeoutMs",
                        "/framesPerSecond",
                        "/headers/a b",
                        "/headers/a b",
                        "/subProtocols/1",
                        "/subProtocols/2");
        assertThat(Errors.of(() -> new WsPoolConfig(null, 1, 2, 0, null, 0, 0, 0, -1, -1, -1, null, -1)))
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactly(
                        "/connection",
                        "/connections",
                        "/evictIntervalMs",
                        "/minLive",
                        "/hashCapacity",
                        "/historyMs",
                        "/joinGuardMs",
                        "/skewMs",
                        "/maxAgeMs",
                        "/openStaggerMs");
    }

    @Test
    void shouldGiveEveryConnectionAnIdOfItsOwn() {
        assertThat(WsConnectionConfig.of(URL).connectionId())
                .isNotEqualTo(WsConnectionConfig.of(URL).connectionId());
    }

    @Test
    void shouldChangeOneFieldOfAConnection() {
        WsConnectionConfig a = WsConnectionConfig.of(URL)
                .withUrl("ws://x.com/".replace("ws:", "wss:"))
                .withConnectionId("id")
                .withOnConnect(List.of("hello"))
                .withAutoReconnect(false)
                .withMaxMessageBytes(1)
                .withLatencyPingIntervalMs(2)
                .withLatencyWindow(3)
                .withConnectTimeoutMs(4)
                .withFramesPerSecond(8)
                .withRetry(new RetryConfig(5, 6, 7))
                .withCompression(true)
                .withAllowPlaintext(true)
                .withHeaders(Map.of("a", "b\tc"))
                .withFurtherHeaders(List.of(Map.of("a", "d")))
                .withTrustedCertificates("ca.pem")
                .withFurtherUrls(List.of("wss://y.com/"))
                .withSubProtocols(List.of("v1"));

        assertThat(a)
                .isEqualTo(new WsConnectionConfig(
                        "wss://x.com/",
                        List.of("wss://y.com/"),
                        "id",
                        List.of("hello"),
                        false,
                        1,
                        2,
                        3,
                        4,
                        8,
                        new RetryConfig(5, 6, 7),
                        true,
                        true,
                        Map.of("a", "b\tc"),
                        List.of(Map.of("a", "d")),
                        "ca.pem",
                        Endpoint.NONE,
                        List.of("v1"),
                        List.of(),
                        Credentials.NONE,
                        PathsConfig.DEFAULT,
                        PathConfig.ANY));
    }

    @Test
    void shouldChangeOneFieldOfAPool() {
        WsConnectionConfig connection = WsConnectionConfig.of(URL);
        WsPoolConfig pool = WsPoolConfig.of(URL)
                .withConnection(connection)
                .withConnections(9)
                .withEvictIntervalMs(1)
                .withRankBy(RankBy.LAG)
                .withMinLive(2)
                .withHashCapacity(3)
                .withHistoryMs(4)
                .withJoinGuardMs(5)
                .withSkewMs(6);

        assertThat(pool)
                .isEqualTo(new WsPoolConfig(connection, 9, 9, 1, RankBy.LAG, 2, 3, 4, 5, 6, 82_800_000, List.of(), 0));
    }
}
