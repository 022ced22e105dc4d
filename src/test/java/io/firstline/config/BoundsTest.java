package io.firstline.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ranges and defaults are in the schema, for editors, and in the records, for code. Both must agree. */
class BoundsTest {
    private static final WsConnectionConfig CONNECTION = WsConnectionConfig.of("wss://feed.example.com/ws");
    private static final WsPoolConfig POOL = WsPoolConfig.of(CONNECTION);
    private static final JsonNode KEYS = Schema.feed().tree().at("/$defs/feed/properties");

    /** Sets each numeric key in its record, with neighbours that do not interfere. */
    private static final Map<String, IntFunction<Object>> IN_RECORDS = Map.ofEntries(
            Map.entry("connections", n -> n == 1 ? FeedConfig.of("f", CONNECTION) : feed(n)),
            Map.entry("evictIntervalMs", POOL::withEvictIntervalMs),
            Map.entry("minLive", POOL.withConnections(WsPoolConfig.MAX_CONNECTIONS)::withMinLive),
            Map.entry("hashCapacity", POOL::withHashCapacity),
            Map.entry("historyMs", POOL::withHistoryMs),
            Map.entry("joinGuardMs", POOL::withJoinGuardMs),
            Map.entry("skewMs", POOL::withSkewMs),
            Map.entry("maxMessageBytes", CONNECTION::withMaxMessageBytes),
            Map.entry("latencyPingIntervalMs", CONNECTION::withLatencyPingIntervalMs),
            Map.entry("latencyWindow", CONNECTION::withLatencyWindow),
            Map.entry("connectTimeoutMs", CONNECTION::withConnectTimeoutMs),
            Map.entry("framesPerSecond", CONNECTION::withFramesPerSecond),
            Map.entry("retryBaseMs", n -> new RetryConfig(n, 3_600_000, 0)),
            Map.entry("retryCapMs", n -> new RetryConfig(1, n, 0)),
            Map.entry("maxAgeMs", POOL::withMaxAgeMs),
            Map.entry("connectsPer5Min", n -> new RetryConfig(1, 1, 0, n)),
            Map.entry("retryStableMs", n -> new RetryConfig(1, 1, n)));

    private static final Map<String, Object> DEFAULTS = Map.ofEntries(
            Map.entry("connections", POOL.connections()),
            Map.entry("evictIntervalMs", POOL.evictIntervalMs()),
            Map.entry("minLive", POOL.minLive()),
            Map.entry("hashCapacity", POOL.hashCapacity()),
            Map.entry("historyMs", POOL.historyMs()),
            Map.entry("joinGuardMs", POOL.joinGuardMs()),
            Map.entry("skewMs", POOL.skewMs()),
            Map.entry("maxMessageBytes", CONNECTION.maxMessageBytes()),
            Map.entry("latencyPingIntervalMs", CONNECTION.latencyPingIntervalMs()),
            Map.entry("latencyWindow", CONNECTION.latencyWindow()),
            Map.entry("connectTimeoutMs", CONNECTION.connectTimeoutMs()),
            Map.entry("framesPerSecond", CONNECTION.framesPerSecond()),
            Map.entry("retryBaseMs", CONNECTION.retry().baseMs()),
            Map.entry("retryCapMs", CONNECTION.retry().capMs()),
            Map.entry("maxAgeMs", POOL.maxAgeMs()),
            Map.entry("connectsPer5Min", CONNECTION.retry().connectsPer5Min()),
            Map.entry("retryStableMs", CONNECTION.retry().stableMs()));

    private static FeedConfig feed(int connections) {
        WsPoolConfig pool = POOL.withConnections(Math.min(Math.max(connections, 2), WsPoolConfig.MAX_CONNECTIONS));
        return new FeedConfig("f", pool, connections, null, null, null);
    }

    static Stream<String> numericKeys() {
        return Stream.of(KEYS.properties())
                .flatMap(properties -> properties.stream())
                .filter(e -> e.getValue().has("minimum"))
                .filter(e -> !e.getKey().equals("maxShards")) // depends on the feed's streams, not on bounds
                .map(Map.Entry::getKey);
    }

    @Test
    void shouldKnowEveryNumericKey() {
        assertThat(numericKeys()).containsExactlyInAnyOrderElementsOf(new TreeMap<>(IN_RECORDS).keySet());
    }

    @ParameterizedTest
    @MethodSource("numericKeys")
    void shouldHaveTheSameBoundsInSchemaAndRecord(String key) {
        long min = KEYS.get(key).get("minimum").longValue();
        long max = KEYS.get(key).get("maximum").longValue();

        for (long value : new long[] {min - 1, min, max, max + 1}) {
            boolean inside = value >= min && value <= max;
            assertThat(schemaAccepts(key, value))
                    .as("schema, %s: %d", key, value)
                    .isEqualTo(inside);
            if (value == (int) value) {
                assertThat(recordAccepts(key, (int) value))
                        .as("record, %s: %d", key, value)
                        .isEqualTo(inside);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("numericKeys")
    void shouldHaveTheSameDefaultInSchemaAndRecord(String key) {
        assertThat((Object) KEYS.get(key).get("default").intValue()).isEqualTo(DEFAULTS.get(key));
    }

    private static boolean schemaAccepts(String key, long value) {
        return Schema.feed()
                .check(JsonNodeFactory.instance.objectNode().put(key, value))
                .isEmpty();
    }

    private static boolean recordAccepts(String key, int value) {
        try {
            return IN_RECORDS.get(key).apply(value) != null;
        } catch (InvalidConfigException e) {
            assertThat(e.problems()).allMatch(p -> p.pointer().equals("/" + key));
            return false;
        }
    }

    @Test
    void shouldGiveEveryNumberOfEverySchemaBothBounds() {
        for (Schema schema : new Schema[] {Schema.service(), Schema.venue()}) {
            schema.tree().findParents("type").stream()
                    .filter(rule -> rule.path("type").asText().matches("integer|number"))
                    .forEach(rule -> assertThat(rule.has("minimum") && rule.has("maximum"))
                            .as(rule.toString())
                            .isTrue());
        }
    }
}
