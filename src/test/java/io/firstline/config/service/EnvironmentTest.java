package io.firstline.config.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Errors;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.feed.FeedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Environment variables in a configuration. */
class EnvironmentTest {
    private static final Map<String, String> SET = Map.of(
            "HOST", "feed.example.com", "KEY", "HUSH$1", "BAD", "http://HUSH", "FIRSTLINE_TOKEN", "x".repeat(20));

    private static ServiceConfig config(String feed) {
        return ServiceConfig.parse(service(feed), "test.json", null, SET::get);
    }

    private static List<String> errors(String feed) {
        return Errors.of(() -> config(feed));
    }

    private static String service(String feed) {
        return ("{'http':{'token':'${FIRSTLINE_TOKEN}','control':true},'feeds':{'a':" + feed + "}}").replace('\'', '"');
    }

    private static WsConnectionConfig connection(String feed) {
        return config(feed).feeds().get(0).pool().connection();
    }

    @Test
    void shouldFillInWhatIsSetAndElseTheDefault() {
        WsConnectionConfig connection =
                connection("{'url':'wss://${HOST}:${PORT:9443}/${EMPTY:}ws','onConnect':['key ${KEY}']}");

        assertThat(connection.url()).isEqualTo("wss://feed.example.com:9443/ws");
        assertThat(connection.onConnect()).containsExactly("key HUSH$1");
        assertThat(config("{'url':'wss://${HOST}/'}").http().tokenSha256()).hasSize(64);
    }

    @Test
    void shouldLeaveThePlacesOfARequest() {
        ServiceConfig config = config("{'url':'wss://x.com/','streams':['s'],'subscribe':'[${id},${streams}]'}");

        assertThat(config.feeds().get(0).subscriptions().subscribe()).isEqualTo("[${id},${streams}]");
    }

    /** A secret is read for each attempt, so the configuration keeps its place. */
    @Test
    void shouldKeepThePlaceOfASecret() throws IOException {
        WsConnectionConfig connection =
                connection("{'url':'wss://x.com/','headers':{'X':'${secret.key}'},'secrets':{'key':'${KEY}'}}");

        assertThat(connection.headers()).containsEntry("X", "${secret.key}");
        assertThat(connection.credentials().secrets().get("key").read()).isEqualTo("HUSH$1");
        assertThat(connection.toString()).doesNotContain("HUSH");
        assertThat(errors("{'url':'wss://x.com/','headers':{'X':'${secret.key}${secret.other}'},"
                        + "'secrets':{'key':'HUSH','other':'${NOWHERE}'}}"))
                .hasSize(2)
                .noneMatch(error -> error.contains("HUSH"))
                .anyMatch(error -> error.startsWith("/feeds/a/secrets/key: found a text that is no reference"))
                .anyMatch(error -> error.startsWith("/feeds/a/secrets/other: found ${NOWHERE}, which is not set"));
    }

    @Test
    void shouldSayWhichVariableIsNotSet() {
        assertThat(errors("{'url':'wss://${NOWHERE}/','onConnect':['${NOBODY}']}"))
                .containsExactly(
                        "/feeds/a/url: found ${NOWHERE}, which is not set, allowed: a variable that is set, or ${NOWHERE:default}",
                        "/feeds/a/onConnect/0: found ${NOBODY}, which is not set, allowed: a variable that is set, or ${NOBODY:default}");
    }

    @Test
    void shouldNotTellWhatTheEnvironmentSays() {
        assertThat(errors("{'url':'${BAD}'}"))
                .singleElement()
                .asString()
                .startsWith("/feeds/a/url: found a value from the environment, allowed: a wss:// URL")
                .doesNotContain("HUSH");
    }

    private static final Map<String, String> NUMBERS = Map.of(
            "N",
            "7",
            "YES",
            "true",
            "WORD",
            "many",
            "DIGITS",
            "12345",
            "HUGE",
            "99",
            "FIRSTLINE_TOKEN",
            "x".repeat(20));

    private static FeedConfig withNumbers(String feed) {
        return ServiceConfig.parse(service(feed), "test.json", null, NUMBERS::get)
                .feeds()
                .get(0);
    }

    @Test
    void shouldMakeANumberWhereOneIsWanted() {
        FeedConfig feed = withNumbers("{'url':'ws://10.0.0.1/','allowPlaintext':'${YES}','connections':'${N}',"
                + "'framesPerSecond':'${UNSET:5}','onConnect':['${DIGITS}'],'headers':{'X':'${DIGITS}'}}");

        assertThat(feed.connections()).isEqualTo(7);
        assertThat(feed.pool().connection().framesPerSecond()).isEqualTo(5);
        assertThat(feed.pool().connection().onConnect())
                .as("a text stays one where a text is wanted")
                .containsExactly("12345");
        assertThat(feed.pool().connection().headers()).containsEntry("X", "12345");
    }

    @Test
    void shouldRefuseWhatIsNoNumberOrOutOfRange() {
        for (String wrong : List.of("${WORD}", "${HUGE}", "${N}${N}", "1${N:}", "5")) {
            assertThat(Errors.of(() -> withNumbers("{'url':'wss://x.com/','connections':'" + wrong + "'}")))
                    .as(wrong)
                    .singleElement()
                    .asString()
                    .startsWith("/feeds/a/connections: found ")
                    .endsWith("allowed: an integer from 1 to 32, or an object with min and max from 2 to 32");
        }
    }

    @Test
    void shouldLeaveALiteral() {
        assertThat(connection("{'url':'wss://x.com/','onConnect':['$${KEY} costs $$5','$${file:/no}']}")
                        .onConnect())
                .containsExactly("${KEY} costs $$5", "${file:/no}");
    }

    @Test
    void shouldFillInTheContentsOfFiles(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("key"), "HUSH\n\n");
        Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, 0});
        Files.write(folder.resolve("long"), new byte[65_537]);
        String feed = "{'url':'wss://x.com/','onConnect':['login ${file:key} of ${HOST}','${file:"
                + folder.resolve("key") + "}']}";

        assertThat(ServiceConfig.parse(service(feed), "t", folder, SET::get)
                        .feeds()
                        .get(0)
                        .pool()
                        .connection()
                        .onConnect())
                .containsExactly("login HUSH of feed.example.com", "HUSH");

        String wrong =
                "{'url':'wss://x.com/','onConnect':['${file:none}','${file:.}','${file:long}','${file:binary}']}";
        assertThat(Errors.of(() -> ServiceConfig.parse(service(wrong), "t", folder, SET::get)))
                .containsExactly(
                        "/feeds/a/onConnect/0: found ${file:none}, which cannot be read: does not exist" + FILE,
                        "/feeds/a/onConnect/1: found ${file:.}, which cannot be read: is not a regular file" + FILE,
                        "/feeds/a/onConnect/2: found ${file:long}, which cannot be read: is longer than 65536 bytes"
                                + FILE,
                        "/feeds/a/onConnect/3: found ${file:binary}, which cannot be read: is not UTF-8 text" + FILE);
    }

    private static final String FILE = ", allowed: a file of at most 65536 bytes that can be read";

    @Test
    void shouldNotShowSecretsInThePathOfAUrl() {
        Map<String, String> shown = Map.of(
                "wss://x.com/ws/abc123key", "wss://x.com/ws/***",
                "wss://x.com/ws/key/abcdef?a=b", "wss://x.com/ws/key/***?a=b",
                "wss://x.com/v2/aB3dE5fG7hJ9-_k2", "wss://x.com/v2/***",
                "wss://x.com/a/eyJhbGciOi.eyJzdWIiOiIx.SflKxwRJSMeKKF2QT4", "wss://x.com/a/***",
                "wss://stream.binance.com:9443/ws/btcusdt@trade", "wss://stream.binance.com:9443/ws/btcusdt@trade",
                "wss://a1b2c3d4e5.example.com/v5/public/linear", "wss://a1b2c3d4e5.example.com/v5/public/linear",
                "wss://x.com/ws/BTC-27DEC24-C", "wss://x.com/ws/BTC-27DEC24-C",
                "wss://x.com/stream?streams=btcusdt@trade/abc123key",
                        "wss://x.com/stream?streams=btcusdt@trade/abc123key",
                "wss://x.com/ws/btcusdt_240628", "wss://x.com/ws/btcusdt_240628");

        shown.forEach((url, masked) -> assertThat(FeedUrl.masked(url)).isEqualTo(masked));
    }
}
