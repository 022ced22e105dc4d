package io.firstline.config.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.firstline.config.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchemaCheckTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path CONF = Path.of(System.getProperty("project.dir", "."), "conf");
    /** Values that some rule rejects, and others accept. */
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "false",
            "0",
            "1",
            "-1",
            "7",
            "1.5",
            "1e3",
            "1.0",
            "99999999999",
            "123456789012345678901234567890",
            "\"\"",
            "\"x\"",
            "\"all\"",
            "\"2026-11-29\"",
            "\"latency\"",
            "\"wss://a.example\"",
            "\"\\ud83d\\ude00\"",
            "\"a/b~c\"",
            "[]",
            "[1]",
            "[\"a\",\"a\"]",
            "[\"a\",\"b\"]",
            "[null]",
            "{}",
            "{\"a\":1}",
            "{\"a/~\":{}}");

    @Test
    void shouldFindWhatAnotherValidatorFinds() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        compare(
                Schema.service(),
                List.of(CONF.resolve("config.json"), CONF.resolve("cluster.json")),
                500,
                random,
                seed);
        try (Stream<Path> files = Files.list(CONF.resolve("venues"))) {
            List<Path> venues = files.filter(file -> !file.toString().endsWith(".schema.json"))
                    .sorted()
                    .toList();
            compare(Schema.venue(), venues, 20, random, seed);
        }
    }

    @Test
    void shouldRejectANumberBeyondAllBounds() throws IOException {
        JsonNode feed = JSON.readTree("{\"url\":\"wss://a.example\",\"connections\":1e400}");

        assertThat(Schema.feed().check(feed)).extracting(Problem::pointer).containsExactly("/connections");
    }

    /** Compares the places of all problems of changed files. */
    private static void compare(Schema schema, List<Path> sound, int times, Random random, long seed)
            throws IOException {
        JsonSchema other = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(
                        schema.tree(),
                        SchemaValidatorsConfig.builder()
                                .pathType(PathType.JSON_POINTER)
                                .build());
        for (Path file : sound) {
            for (int i = 0; i < times; i++) {
                JsonNode changed = JSON.readTree(file.toFile());
                for (int changes = random.nextInt(3); changes >= 0; changes--) {
                    change(changed, schema.tree(), random);
                }
                assertThat(places(schema.check(changed).stream().map(Problem::pointer)))
                        .as("seed %d, %s: %s", seed, file, changed)
                        .isEqualTo(places(other.validate(changed).stream().map(SchemaCheckTest::place)));
            }
        }
    }

    private static Set<String> places(Stream<String> pointers) {
        return pointers.collect(Collectors.toCollection(TreeSet::new));
    }

    private static String place(ValidationMessage message) {
        String pointer = message.getInstanceLocation().toString();
        return message.getProperty() == null ? pointer : pointer + ProblemText.step(message.getProperty());
    }

    /** Replaces, adds or removes a value anywhere in the tree. */
    private static void change(JsonNode tree, JsonNode schema, Random random) {
        List<JsonNode> containers = new ArrayList<>();
        collect(tree, containers);
        JsonNode container = containers.get(random.nextInt(containers.size()));
        JsonNode value = value(random);
        if (container instanceof ArrayNode array) {
            if (random.nextBoolean() || array.isEmpty()) {
                array.add(value);
            } else {
                array.set(random.nextInt(array.size()), value);
            }
        } else if (container instanceof ObjectNode object) {
            List<String> keys = new ArrayList<>();
            object.fieldNames().forEachRemaining(keys::add);
            int what = keys.isEmpty() ? 2 : random.nextInt(3);
            if (what == 0) {
                object.remove(keys.get(random.nextInt(keys.size())));
            } else if (what == 1) {
                object.set(keys.get(random.nextInt(keys.size())), value);
            } else {
                List<String> known =
                        new ArrayList<>(schema.findValue("properties").size());
                schema.findValues("properties")
                        .forEach(properties -> properties.fieldNames().forEachRemaining(known::add));
                object.set(random.nextInt(5) == 0 ? "un/known~" : known.get(random.nextInt(known.size())), value);
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    private static JsonNode value(Random random) {
        try {
            return JSON.readTree(VALUES.get(random.nextInt(VALUES.size())));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
