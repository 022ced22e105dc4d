package io.firstline.config.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.Venue;
import io.firstline.testkit.TestKeys;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The differences between two configurations. */
class ConfigChangeTest {
    private static final Path CONF = Path.of(System.getProperty("project.dir", "."), "conf");
    private static final ConfigChange NONE = new ConfigChange(List.of(), List.of(), List.of(), List.of());
    private static final String A = "'a':{'url':'wss://a.example.com/'}";
    private static final String B = "'b':{'url':'wss://b.example.com/','connections':3}";
    private static final String C = "'c':{'url':'sim:/ws/btcusdt@trade'}";

    @TempDir
    Path directory;

    private static ServiceConfig config(String feeds, String... sections) {
        return ServiceConfig.parse(
                ("{" + String.join("", sections) + "'feeds':{" + feeds + "}}").replace('\'', '"'), "test", null);
    }

    private static ConfigChange between(ServiceConfig running, ServiceConfig wanted) {
        return ConfigChange.between(running, wanted);
    }

    @Test
    void shouldTellAddedChangedAndRemovedFeeds() {
        ConfigChange change =
                between(config(A + "," + B), config(B.replace("3", "4") + ",'d':{'url':'wss://d.example.com/'}"));

        assertThat(change.added()).extracting(FeedConfig::name).containsExactly("d");
        assertThat(change.changed()).extracting(FeedConfig::name).containsExactly("b");
        assertThat(change.changed().get(0).connections()).isEqualTo(4);
        assertThat(change.removed()).containsExactly("a");
        assertThat(change.needsRestart()).isEmpty();
    }

    @Test
    void shouldLeaveFeedsWhoseOrderOnlyHasChanged() {
        ConfigChange change = between(config(A + "," + B), config(B + "," + A));

        assertThat(change).isEqualTo(NONE);
    }

    @Test
    void shouldTellWhatNeedsARestart() {
        ServiceConfig running = config(A).withFeeds(config(A).feeds());

        assertThat(between(running, config(A, "'http':{'port':1},")).needsRestart())
                .containsExactly("http");
        assertThat(between(running, config(A, "'bridges':{'tcp':{'feeds':['a']}},"))
                        .needsRestart())
                .containsExactly("bridges");
        assertThat(between(running, config(A, "'relay':{},")).needsRestart()).containsExactly("relay");
        assertThat(between(running, config(A, "'simulator':{},")).needsRestart())
                .containsExactly("simulator");
        assertThat(between(
                                config(A, "'http':{'port':1},'simulator':{'seed':1},"),
                                config(A, "'http':{'port':2},'simulator':{'seed':2},"))
                        .needsRestart())
                .containsExactly("http", "simulator");
    }

    @Test
    void shouldNotOpenAFeedWhoseSimulatorDoesNotRun() {
        ConfigChange change = between(config(A), config(A + "," + C, "'simulator':{},"));

        assertThat(change.added()).isEmpty();
        assertThat(change.needsRestart()).containsExactly("simulator");
    }

    @Test
    void shouldSeeThatAVenueHasChanged() throws IOException {
        Files.createDirectory(directory.resolve("venues"));
        Path venue = directory.resolve("venues/mine.json");
        Path file = directory.resolve("config.json");
        Files.writeString(venue, "{\"url\":\"wss://mine.example.com/\"}");
        Files.writeString(file, "{\"feeds\":{\"m\":{\"venue\":\"mine\"}}}");
        ServiceConfig running = ServiceConfig.read(file);

        Files.writeString(venue, "{\"url\":\"wss://mine.example.com/\",\"maxAgeMs\":3600000}");

        assertThat(between(running, ServiceConfig.read(file)).changed())
                .extracting(FeedConfig::name)
                .containsExactly("m");
    }

    /** A profile read twice must be equal, or each reload would replace every connection. */
    @ParameterizedTest
    @MethodSource
    void shouldFindNoChangeInWhatIsReadTwice(String venue) throws GeneralSecurityException {
        JsonObject secrets = new JsonObject();
        Venue.find(venue, CONF).secrets().forEach(name -> secrets.put(name, "${SECRET}"));
        JsonObject feed = new JsonObject().put("venue", venue).put("url", "wss://f.example.com/");
        if (!secrets.isEmpty()) {
            feed.put("secrets", secrets);
        }
        String json =
                new JsonObject().put("feeds", new JsonObject().put("f", feed)).encode();
        String secret = secret(venue);

        assertThat(between(
                        ServiceConfig.parse(json, "1", CONF, name -> secret),
                        ServiceConfig.parse(json, "2", CONF, name -> secret)))
                .isEqualTo(NONE);
    }

    private static String secret(String venue) throws GeneralSecurityException {
        return switch (venue) {
            case "kalshi" -> TestKeys.pkcs8(TestKeys.rsa(2_048).getPrivate());
            case "coinbase-advanced-login" ->
                TestKeys.pkcs8(TestKeys.ec("secp256r1").getPrivate());
            default -> "QSBzZWNyZXQgZm9yIHRlc3Rz";
        };
    }

    static Stream<String> shouldFindNoChangeInWhatIsReadTwice() throws IOException {
        try (Stream<Path> files = Files.list(CONF.resolve("venues"))) {
            return files
                    .map(file -> file.getFileName().toString().replace(".json", ""))
                    .filter(name -> !name.equals("venue.schema"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }
}
