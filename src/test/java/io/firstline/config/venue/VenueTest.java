package io.firstline.config.venue;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Errors;
import io.firstline.config.feed.FeedConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VenueTest {
    @TempDir
    Path directory;

    private Path venues;

    @BeforeEach
    void makeVenues() throws IOException {
        venues = Files.createDirectory(directory.resolve("venues"));
    }

    @Test
    void shouldKnowEveryShippedProfile() throws IOException {
        Path shipped = Path.of(System.getProperty("project.dir", "."), "conf", "venues");
        try (Stream<Path> files = Files.list(shipped)) {
            assertThat(files.map(f -> f.getFileName().toString()).filter(f -> !f.endsWith(".schema.json")))
                    .containsExactlyInAnyOrderElementsOf(VenueFiles.SHIPPED.stream()
                            .map(name -> name + ".json")
                            .toList());
        }
        for (String name : VenueFiles.SHIPPED) {
            assertThat(Venue.find(name, null)).isEqualTo(Venue.find(name, shipped.getParent()));
        }
    }

    @Test
    void shouldPreferTheProfileBesideTheConfiguration() throws IOException {
        Files.writeString(venues.resolve("binance-spot.json"), "{\"url\":\"ws://lab.example.com/\"}");
        Files.writeString(
                venues.resolve("mine.json"), "{\"url\":\"wss://mine.example.com/\",\"subscribe\":\"${streams}\"}");

        assertThat(Venue.find("binance-spot", directory))
                .isEqualTo(new Venue(
                        "binance-spot",
                        List.of("ws://lab.example.com/"),
                        List.of(),
                        SubscribeTemplates.NONE,
                        MessageFormat.NONE,
                        Limits.NONE));
        assertThat(Venue.find("mine", directory).requests().subscribe()).isEqualTo("${streams}");
        assertThat(Venue.find("binance-usdm", directory).urls().get(0)).startsWith("wss://fstream.binance.com/");
        assertThat(feedErrors("{\"venue\":\"none\"}"))
                .containsExactly("/venue: found \"none\", allowed: one of " + (VenueFiles.SHIPPED.size() + 1)
                        + " venue profiles (\"firstline venues\" lists all)");
        assertThat(feedErrors("{\"venue\":\"binance-spot\"}"))
                .containsExactly(
                        "/venue: found \"ws://lab.example.com/\", allowed: wss://, or ws:// to a loopback host,"
                                + " or \"allowPlaintext\": true if the network is trusted");
    }

    @Test
    void shouldSayWhatIsWrongWithAProfile() throws IOException {
        Files.writeString(venues.resolve("a.json"), "{\"URL\":\"x\",\"subscribe\":5}");
        Files.writeString(venues.resolve("b.json"), "{");
        Files.writeString(venues.resolve("c.json"), "{\"url\":\"http://x.com\",\"subscribe\":\"hello\"}");
        Files.createDirectory(venues.resolve("d.json"));
        Files.writeString(
                venues.resolve("e.json"),
                """
                {"url":"wss://x.com","framesPerSecond":-1,"messages":{"strem":[],"stream":5}}""");
        Files.writeString(
                venues.resolve("f.json"),
                """
                {"url":"wss://x.com","messages":{"shutdown":["bye"],"ackId":"id","refusal":["/e","/e"]}}""");

        assertThat(feedErrors("{\"venue\":\"a\",\"streams\":[\"x\"]}"))
                .hasSize(2)
                .contains("/venue: found \"a\", whose profile has a number at /subscribe, allowed: a string")
                .anyMatch(error -> error.startsWith(
                                "/venue: found \"a\", whose profile has an unknown key at /URL, allowed: $schema, ")
                        && error.endsWith(", messages (did you mean url?)"));
        assertThat(feedErrors("{\"venue\":\"b\"}"))
                .containsExactly(
                        "/venue: found \"b\", whose profile has the end of the text inside an object, an array or a string"
                                + " at line 1, column 2 at /, allowed: a JSON object");
        assertThat(feedErrors("{\"venue\":\"c\"}"))
                .containsExactlyInAnyOrder(
                        "/venue: found \"c\", whose profile has \"http://x.com\" at /url, allowed: a wss:// URL (ws:// only for loopback hosts)",
                        "/venue: found \"c\", whose profile has a template without ${streams} at /subscribe,"
                                + " allowed: a text message with ${streams} (or ${1}, ${2} … for a stream's words) and, if the venue wants it, ${id}");
        assertThat(feedErrors("{\"venue\":\"e\"}"))
                .map(error -> error.replaceFirst("allowed: .*, eventTime.* \\(did", "allowed: … (did"))
                .containsExactlyInAnyOrder(
                        "/venue: found \"e\", whose profile has -1 (a number) at /framesPerSecond, allowed: an integer from 0 to 10000",
                        "/venue: found \"e\", whose profile has 5 (a number) at /messages/stream, allowed: an array of JSON pointers and constants, or of rules",
                        "/venue: found \"e\", whose profile has an unknown key at /messages/strem,"
                                + " allowed: … (did you mean stream?)");
        assertThat(feedErrors("{\"venue\":\"f\"}"))
                .containsExactlyInAnyOrder(
                        "/venue: found \"f\", whose profile has \"/e, /e\" at /messages/refusal,"
                                + " allowed: up to 16 different JSON pointers such as /data/s",
                        "/venue: found \"f\", whose profile has \"id\" at /messages/ackId,"
                                + " allowed: a JSON pointer such as /id, or an empty text",
                        "/venue: found \"f\", whose profile has names of streams, but no pointers to a stream's name at"
                                + " /messages/shutdown, allowed: \"shutdown\" together with \"stream\"");
        assertThat(feedErrors("{\"venue\":\"d\"}"))
                .containsExactly(
                        "/venue: found \"d\", whose profile has a directory at /, allowed: a file with a JSON object");
    }

    @Test
    void shouldLetAProfileSayOnlyWhatDiffersFromTheOneItExtends() throws IOException {
        Files.writeString(
                venues.resolve("below.json"),
                """
                {"url":"wss://x.com","heartbeat":{"send":"ping","everyMs":20000},"messages":{"stream":["/s"],
                 "classes":{"depth":{"match":"depth*","sequence":{"link":"previous","last":["/u"],"previous":["/pu"]}}}}}""");
        Files.writeString(
                venues.resolve("above.json"),
                """
                {"extends":"below","heartbeat":{"everyMs":5000},
                 "messages":{"classes":{"depth":{"mode":"ordered","sequence":{"last":["/v"]}}}}}""");
        Files.writeString(
                venues.resolve("lacking.json"), "{\"extends\":\"below\",\"messages\":{\"classes\":{\"trade\":{}}}}");

        Venue venue = Venue.find("above", directory);
        assertThat(venue.format().protocol().heartbeat()).isEqualTo(new Heartbeat("ping", 5000, false));
        StreamClass depth = venue.format().classes().get(0);
        assertThat(depth.match()).hasToString("depth*");
        assertThat(depth.mode()).isEqualTo(StreamClass.Mode.ORDERED);
        assertThat(depth.sequence().last()).containsExactly("/v");
        assertThat(depth.sequence().previous()).containsExactly("/pu");
        assertThat(feedErrors("{\"venue\":\"lacking\"}"))
                .singleElement()
                .asString()
                .startsWith("/venue: found \"lacking\", whose profile has nothing at /messages/classes/trade/match");
    }

    @Test
    void shouldOfferTheSubProtocolsOfTheProfileUnlessTheFeedNamesItsOwn() throws IOException {
        Files.writeString(
                venues.resolve("v.json"), "{\"url\":\"wss://x.com\",\"subProtocols\":[\"v2.json\",\"v1.json\"]}");
        Files.writeString(venues.resolve("w.json"), "{\"extends\":\"v\",\"subProtocols\":[\"v3.json\"]}");
        Files.writeString(venues.resolve("x.json"), "{\"extends\":\"v\",\"subProtocols\":[\"a b\"]}");

        assertThat(subProtocols("{\"venue\":\"v\"}")).containsExactly("v2.json", "v1.json");
        assertThat(subProtocols("{\"venue\":\"w\"}")).containsExactly("v3.json");
        assertThat(subProtocols("{\"venue\":\"v\",\"url\":\"wss://y.com\"}")).hasSize(2);
        assertThat(subProtocols("{\"venue\":\"v\",\"subProtocols\":[\"mine\"]}"))
                .containsExactly("mine");
        assertThat(subProtocols("{\"venue\":\"v\",\"subProtocols\":[]}")).isEmpty();
        assertThat(feedErrors("{\"venue\":\"x\"}"))
                .singleElement()
                .asString()
                .startsWith("/venue: found \"x\", whose profile has \"a b\" at /subProtocols/0,");
    }

    private List<String> subProtocols(String feed) {
        return FeedConfig.fromJson(new JsonObject(feed).put("name", "f"), directory)
                .pool()
                .connection()
                .subProtocols();
    }

    @Test
    void shouldCheckItselfWhenMadeInCode() {
        assertThat(Errors.of(() -> new Venue("a/b", List.of("ws:"), null, null, null, null)))
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactly("/name", "/url");
        assertThat(Errors.of(() -> Venue.find(null, null))).hasSize(1);
    }

    private List<String> feedErrors(String feed) {
        return Errors.of(() -> FeedConfig.fromJson(new JsonObject(feed).put("name", "f"), directory));
    }
}
