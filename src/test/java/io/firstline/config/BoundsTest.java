package io.firstline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.Records;
import io.firstline.config.check.Schema;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.service.BridgeConfig;
import io.firstline.config.service.HttpConfig;
import io.firstline.config.service.RelayConfig;
import io.firstline.config.service.RelayLimits;
import io.firstline.config.service.SockJsBridgeConfig;
import io.firstline.config.service.TcpBridgeConfig;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A configuration key has four places: its record, the schema, a reader if it is no plain number, flag or text, and a
 * document. Whoever forgets one of them sees it here.
 */
class BoundsTest {
    private static final JsonNode DEFINITIONS = Schema.service().tree().path("$defs");
    private static final Path DOCUMENTS = Path.of(System.getProperty("project.dir", "."), "src", "docs");

    private static final WsConnectionConfig CONNECTION = WsConnectionConfig.of("wss://feed.example.com/ws");
    private static final WsPoolConfig POOL = WsPoolConfig.of(CONNECTION).withConnections(WsPoolConfig.MAX_CONNECTIONS);
    private static final TcpBridgeConfig BRIDGE = TcpBridgeConfig.local(null, BridgeConfig.of("f"));

    /** Records with neighbours that do not interfere with the bounds of one key. */
    private static final Map<String, List<Record>> RECORDS = Map.of(
            "feed", List.of(FeedConfig.of("f", CONNECTION), POOL, CONNECTION, new RetryConfig(1, 3_600_000, 0)),
            "http", List.of(HttpConfig.DEFAULT),
            "cluster", List.of(new ClusterConfig(true, "c", "::1", 80, 81, members(), 1, 600, null, null)),
            "relay", List.of(RelayConfig.DEFAULT, RelayLimits.DEFAULT),
            "tcpBridge", List.of(BRIDGE, BRIDGE.bridge()),
            "sockjsBridge", List.of(new SockJsBridgeConfig(List.of(), BRIDGE.bridge()), BRIDGE.bridge()));

    /** Keys that become a component of another name, or part of one. */
    private static final Map<String, String> IN_COMPONENT = Map.ofEntries(
            Map.entry("subscribe", "subscriptions"),
            Map.entry("unsubscribe", "subscriptions"),
            Map.entry("streams", "subscriptions"),
            Map.entry("secrets", "credentials"),
            Map.entry("maxShards", "shards"),
            Map.entry("retryBaseMs", "baseMs"),
            Map.entry("retryCapMs", "capMs"),
            Map.entry("retryStableMs", "stableMs"),
            Map.entry("token", "tokenSha256"),
            Map.entry("managementPort", "management"),
            Map.entry("managementHost", "management"));

    private static final Map<String, String> DOCUMENT = Map.of(
            "feed", "deploy.md",
            "http", "operate.md",
            "cluster", "cluster.md",
            "relay", "relay.md",
            "tcpBridge", "consume.md",
            "sockjsBridge", "consume.md");

    /** @param object the name of its object in the schema */
    record Key(String object, String name) {
        JsonNode rule() {
            JsonNode rule = DEFINITIONS.path(object).path("properties").path(name);
            return rule.has("$ref")
                    ? DEFINITIONS.at(rule.get("$ref").textValue().substring("#/$defs".length()))
                    : rule;
        }

        String component() {
            return IN_COMPONENT.getOrDefault(name, name);
        }

        @Override
        public String toString() {
            return object + "." + name;
        }
    }

    private static List<String> members() {
        return List.of("[::1]:80", "[::1]:81");
    }

    static Stream<Key> keys() {
        return RECORDS.keySet().stream().sorted().flatMap(object -> {
            Iterable<String> names =
                    () -> DEFINITIONS.path(object).path("properties").fieldNames();
            return StreamSupport.stream(names.spliterator(), false).map(name -> new Key(object, name));
        });
    }

    /** The others depend on other keys: connections and replicas have two bounds, shards depend on the streams. */
    static Stream<Key> numbers() {
        Set<String> dependent = Set.of("connections", "replicas", "maxShards", "managementPort");
        return keys().filter(key -> key.rule().has("minimum")).filter(key -> !dependent.contains(key.name()));
    }

    private static Record holder(Key key) {
        return RECORDS.get(key.object()).stream()
                .filter(each -> componentsOf(each).contains(key.component()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no record has the component " + key.component()));
    }

    private static Set<String> componentsOf(Record holder) {
        return Arrays.stream(holder.getClass().getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void shouldHaveAComponentOfARecord(Key key) {
        if (!key.name().equals("url") && !key.name().equals("venue")) {
            assertThat(holder(key)).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void shouldStandInItsDocument(Key key) throws IOException {
        String document = Files.readString(DOCUMENTS.resolve(DOCUMENT.get(key.object())));

        assertThat(Pattern.compile("[`\"]" + key.name() + "[`\"]")
                        .matcher(document)
                        .find())
                .as("%s names %s", DOCUMENT.get(key.object()), key.name())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void shouldHaveTheBoundsOfTheSchemaInTheRecord(Key key) {
        long min = key.rule().get("minimum").longValue();
        long max = key.rule().get("maximum").longValue();

        for (long value : new long[] {min - 1, min, max, max + 1}) {
            if (value == (int) value) {
                assertThat(accepts(key, (int) value)).as("%s: %d", key, value).isEqualTo(value >= min && value <= max);
            }
        }
    }

    private static boolean accepts(Key key, int value) {
        try {
            return Records.with(holder(key), key.component(), value) != null;
        } catch (InvalidConfigException e) {
            assertThat(e.problems()).allMatch(p -> p.pointer().equals("/" + key.name()));
            return false;
        }
    }

    @Test
    void shouldGiveTheNumberOfConnectionsTheSameBoundsInSchemaAndCode() {
        JsonNode rule = new Key("feed", "connections").rule();

        assertThat(rule.get("minimum").intValue()).isEqualTo(1);
        assertThat(rule.get("maximum").intValue()).isEqualTo(WsPoolConfig.MAX_CONNECTIONS);
        assertThat(rule.get("default").intValue())
                .isEqualTo(WsPoolConfig.of(CONNECTION).connections());
        assertThat(Errors.of(() -> WsPoolConfig.of(CONNECTION).withConnections(1)))
                .containsExactly("/connections: found 1, allowed: 2 to 32");
    }

    @Test
    void shouldHaveAMethodForEveryComponentThatUsersChange() {
        for (Record each : List.of(CONNECTION, POOL)) {
            Set<String> methods = Arrays.stream(each.getClass().getMethods())
                    .map(Method::getName)
                    .collect(Collectors.toSet());
            for (String name : componentsOf(each)) {
                assertThat(methods).contains("with" + Character.toUpperCase(name.charAt(0)) + name.substring(1));
            }
        }
    }

    @Test
    void shouldRejectAnUnknownComponent() {
        assertThatThrownBy(() -> Records.with(POOL, "pool", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("WsPoolConfig has no component pool");
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
