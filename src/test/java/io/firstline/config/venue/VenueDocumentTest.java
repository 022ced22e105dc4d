package io.firstline.config.venue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.StreamClass.Link;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the document about venues are profiles that are accepted, and do what it says. */
class VenueDocumentTest {
    private static final Path DOCUMENT = Path.of(System.getProperty("project.dir", "."), "src/docs/venues.md");
    private static final Path SCHEMA = Path.of(System.getProperty("project.dir", "."), "conf/venues/venue.schema.json");
    private static final Pattern BLOCK = Pattern.compile("(?s)```json\n(.*?)```");
    private static final Pattern INLINE = Pattern.compile("`(\"subscribeAll\": [^`]*)`");

    @TempDir
    Path directory;

    private List<String> examples() throws IOException {
        String text = Files.readString(DOCUMENT);
        return Stream.concat(BLOCK.matcher(text).results(), INLINE.matcher(text).results())
                .map(match -> match.group(1).strip())
                .map(block -> block.startsWith("{") ? block : "{\"url\":\"wss://a.example.com/\"," + block + "}")
                .toList();
    }

    private FeedConfig feed(String profile, String... streams) throws IOException {
        Files.createDirectories(directory.resolve("venues"));
        Files.writeString(directory.resolve("venues/v.json"), profile);
        JsonObject feed = new JsonObject().put("name", "f").put("venue", "v").put("streams", List.of(streams));
        if (profile.contains("secret.")) {
            Path secret = Files.writeString(directory.resolve("secret"), "a secret");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r-----"));
            JsonObject secrets = new JsonObject();
            Stream.of("key", "secret")
                    .filter(name -> profile.contains("secret." + name) || profile.contains("\"secret\": \"" + name))
                    .forEach(name -> secrets.put(name, "${file:secret}"));
            feed.put("secrets", secrets);
        }
        return FeedConfig.fromJson(feed, directory);
    }

    private static List<String> requests(FeedConfig feed) {
        return feed.subscriptions().subscribing(feed.subscriptions().streams(), 100).stream()
                .map(batch -> batch.text(7, 0))
                .toList();
    }

    @Test
    void shouldShowProfilesThatAreAccepted() throws IOException {
        List<String> asked = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (String example : examples()) {
            if (example.contains("\"words\"") && example.contains("\"subscribe\"")) {
                continue; // its streams have other names, see below
            }
            String depth = example.contains("${3}") || !example.contains("${1}") ? " 10" : "";
            FeedConfig feed =
                    example.contains("\"subscribe") ? feed(example, "book A" + depth, "book B" + depth) : feed(example);
            asked.addAll(requests(feed));
            feed.venue().format().protocol().answers().forEach(answer -> answers.add(answer.text(at -> "5", 1, 1)));
        }
        assertThat(asked)
                .contains(
                        "{\"op\":\"subscribe\",\"args\":[\"book A 10\",\"book B 10\"],\"id\":7}",
                        "{\"op\":\"sub\",\"channel\":\"book\",\"symbols\":[\"A\",\"B\"],\"depth\":10,\"id\":7}",
                        "[{\"ticket\":\"7\"},{\"type\":\"book\",\"codes\":[\"A\",\"B\"]}]");
        assertThat(examples()).anyMatch(example -> example.contains("\"login\""));
        assertThat(answers).contains("{\"pong\":5}", "Pong");
    }

    /** What no example and no sentence names, nobody finds. */
    @Test
    void shouldMentionEveryKeyOfTheSchema() throws IOException {
        String text = Files.readString(DOCUMENT);
        Set<String> keys = new TreeSet<>();
        collect(new ObjectMapper().readTree(Files.readString(SCHEMA)), keys);
        keys.remove("$schema"); // for editors

        assertThat(keys)
                .hasSizeGreaterThan(60)
                .allMatch(key -> text.contains("`" + key + "`") || text.contains("\"" + key + "\""));
    }

    private static void collect(JsonNode schema, Set<String> keys) {
        schema.path("properties").fieldNames().forEachRemaining(keys::add);
        schema.forEach(part -> collect(part, keys));
    }

    @Test
    void shouldDoWhatItSaysOfLinksAndEndpoints() throws IOException {
        List<StreamClass> classes = new ArrayList<>();
        List<String> asked = new ArrayList<>();
        List<String> places = new ArrayList<>();
        for (String example : examples()) {
            if (example.contains("\"link\": \"increasing\"")) {
                classes.addAll(feed(example).venue().format().classes());
            } else if (example.contains("\"target\"")) {
                FeedConfig feed = feed(example, "book:A", "book:B");
                asked.addAll(requests(feed));
                places.add(
                        feed.venue().endpoint().target(pointer -> pointer.equals("/data/host") ? "h.com" : "a b", "9"));
            }
        }

        assertThat(classes)
                .extracting(type -> type.sequence().link())
                .containsExactly(Link.INCREASING, Link.PLUS_ONE, Link.PLUS_ONE, Link.PREVIOUS);
        assertThat(asked).containsExactly("{\"topic\":\"book:A,B\",\"id\":7}");
        assertThat(places).containsExactly("wss://h.com/ws?token=a%20b&connection=9");
    }
}
