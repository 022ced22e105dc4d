package io.firstline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.check.Fingerprint;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.Venue;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    /** A record that other packages cannot see. */
    public record Pair(Object first, Object second) {}

    @Test
    void shouldBeTheSameForEqualValuesOnly() {
        List<Object> different = List.of(
                new Pair("a", "b"),
                new Pair("a, 1:b", null),
                new Pair(List.of("a"), "b"),
                new Pair("ab", ""),
                List.of("a", "b"),
                List.of("b", "a"),
                List.of("a b"),
                Map.of("a", "b"),
                Map.of("b", "a"),
                Set.of("a"),
                Pattern.compile("a+"),
                Pattern.compile("a*"),
                1,
                "1",
                true);
        assertThat(different.stream().map(Fingerprint::of)).doesNotHaveDuplicates();
        assertThat(Fingerprint.of(new Pair("a", Map.of("x", 1, "y", 2, "z", 3))))
                .as("on every machine")
                .isEqualTo("ed3e0aeea9c9");
        assertThat(Fingerprint.of(Arrays.asList(1, null))).isNotEqualTo(Fingerprint.of(List.of(1)));
    }

    private static FeedConfig feed(JsonObject more) {
        return FeedConfig.fromJson(new JsonObject()
                .put("name", "btc")
                .put("venue", "binance-spot")
                .put("streams", List.of("btcusdt@trade"))
                .mergeIn(more));
    }

    @Test
    void shouldNameWhatAFeedReceives() {
        String one = feed(new JsonObject()).fingerprint();

        assertThat(feed(new JsonObject().put("connections", 3).put("maxAgeMs", 3_600_000))
                        .fingerprint())
                .as("how it is received does not matter")
                .isEqualTo(one);
        for (JsonObject other : List.of(
                new JsonObject().put("streams", List.of("ethusdt@trade")),
                new JsonObject().put("streams", List.of("btcusdt@trade", "ethusdt@trade")),
                new JsonObject().put("venue", "binance-usdm"),
                new JsonObject().put("onConnect", List.of("{}")),
                new JsonObject().put("streamPointer", "/s"),
                new JsonObject().put("body", "json"))) {
            assertThat(feed(other).fingerprint()).as(other.encode()).isNotEqualTo(one);
        }
    }

    private static String of(String url, JsonObject more) {
        return FeedConfig.fromJson(
                        new JsonObject().put("name", "btc").put("url", url).mergeIn(more))
                .fingerprint();
    }

    @Test
    void shouldNotDependOnTheWayToTheServer() {
        String one = of("wss://one.example/ws/btcusdt@trade?speed=1", new JsonObject());

        assertThat(of("wss://two.example:8443/ws/btcusdt@trade?speed=1", new JsonObject()))
                .as("host and port")
                .isEqualTo(one);
        assertThat(of("ws://127.0.0.1:80/ws/btcusdt@trade?speed=1", new JsonObject()))
                .as("without TLS")
                .isEqualTo(one);
        JsonObject key = new JsonObject().put("headers", new JsonObject().put("X-Key", "of this node"));
        assertThat(of("wss://one.example/ws/btcusdt@trade?speed=1", key))
                .as("credentials")
                .isEqualTo(one);
        assertThat(of("wss://one.example/ws/ethusdt@trade?speed=1", new JsonObject()))
                .isNotEqualTo(one);
        assertThat(of("wss://one.example/ws/btcusdt@trade?speed=2", new JsonObject()))
                .isNotEqualTo(one);
    }

    @Test
    void shouldNotDependOnTheAddressOfASimulator() {
        FeedConfig feed = feed(new JsonObject());
        Venue simulated = feed.venue().simulated();
        assertThat(simulated.format().times().server().isNone()).isFalse();

        assertThat(feed.withVenue(simulated.onSimulator("ws://127.0.0.1:1000")).fingerprint())
                .isEqualTo(feed.withVenue(simulated.onSimulator("ws://127.0.0.1:2000"))
                        .fingerprint());
    }

    @Test
    void shouldNameTheVenuesFormat() {
        FeedConfig feed = feed(new JsonObject());
        Venue venue = feed.venue();
        Venue other = new Venue(
                venue.name(), venue.urls(), venue.routes(), venue.requests(), MessageFormat.NONE, venue.limits());

        assertThat(feed.withVenue(other).fingerprint()).isNotEqualTo(feed.fingerprint());
    }

    private static String withSecretIn(String variable) {
        return FeedConfig.fromJson(new JsonObject()
                        .put("name", "stocks")
                        .put("venue", "alpaca")
                        .put("streams", List.of("trades AAPL"))
                        .put("secrets", new JsonObject().put("key", variable).put("secret", variable)))
                .fingerprint();
    }

    @Test
    void shouldNotDependOnSecrets() {
        assertThat(withSecretIn("${HOME}")).isEqualTo(withSecretIn("${PATH}"));
    }
}
