package io.firstline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.check.Fingerprint;
import io.firstline.config.feed.FeedConfig;
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
        assertThat(feed(new JsonObject().put("streams", List.of("ethusdt@trade")))
                        .fingerprint())
                .isNotEqualTo(one);
        assertThat(feed(new JsonObject().put("venue", "binance-usdm")).fingerprint())
                .isNotEqualTo(one);
        assertThat(feed(new JsonObject().put("body", "json")).fingerprint()).isNotEqualTo(one);
    }
}
