package io.firstline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firstline.config.check.JsonText;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.EventTime;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.ServerTime;
import io.firstline.config.venue.StampUnit;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    private static final String URL = "https://api.example.com/token";

    @TempDir
    private Path directory;

    @BeforeEach
    void makeVenues() throws IOException {
        Files.createDirectory(directory.resolve("venues"));
    }

    @Test
    void shouldMakeTheUrlOfAnAnswerAndEncodeWhatStandsInItsQuery() {
        Endpoint endpoint = endpoint("${/servers/0/url}?token=${/token}&n=${/n}&id=${id}");

        assertThat(endpoint.target(
                        json("{\"servers\":[{\"url\":\"wss://a.b/c/\"}],\"token\":\"a+/=&é-._~Z9\",\"n\":7}"), "1f"))
                .isEqualTo("wss://a.b/c/?token=a%2B%2F%3D%26%C3%A9-._~Z9&n=7&id=1f");
        assertThat(endpoint("wss://a.b/${/token}").target(json("{\"token\":\"$1\\\\\"}"), "x"))
                .isEqualTo("wss://a.b/$1\\");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "7", "{\"token\":null}", "{\"token\":{}}", "{\"token\":\"\"}"})
    void shouldNameThePointerAtWhichAnAnswerHasNothing(String answer) {
        assertThatThrownBy(() -> endpoint("wss://a.b/?t=${/token}").target(json(answer), "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no value at /token");
    }

    @Test
    void shouldStandInForTheUrlWithItsHost() {
        assertThat(endpoint("${/u}").standIn()).isEqualTo("wss://api.example.com/token");
        assertThat(new Endpoint("http://127.0.0.1:80/t", null, null, "${/u}").standIn())
                .isEqualTo("ws://127.0.0.1:80/t");
        assertThat(new Endpoint(null, null, null, null)).isEqualTo(Endpoint.NONE);
        assertThat(Endpoint.NONE.isNone()).isTrue();
        assertThat(WsConnectionConfig.of("wss://x.com")
                        .withFurtherUrls(List.of("wss://y.com"))
                        .withEndpoint(endpoint("${/u}"))
                        .withConnectionId("c"))
                .isEqualTo(WsConnectionConfig.of("wss://api.example.com/token")
                        .withEndpoint(endpoint("${/u}"))
                        .withConnectionId("c"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "${id}",
                "${/u",
                "${}",
                "${u}",
                "https://x.com/${/u}",
                "wss://x.com/#${/u}",
                "${streams}"
            })
    void shouldRefuseATargetThatMakesNoUrls(String target) {
        assertThat(Errors.of(() -> endpoint(target)))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("/target: found ")
                .endsWith(
                        ", allowed: a template of a wss:// URL with ${/pointer} into the answer and, if the venue wants"
                                + " it, ${id}");
    }

    @Test
    void shouldTellEveryErrorAtOnceAndNoSecret() {
        assertThat(Errors.of(() -> new Endpoint(
                        "ftp://me:secret@x.com/?token=secret", null, Map.of("a b", "secret", "C", "secret\n"), "z")))
                .hasSize(4)
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactlyInAnyOrder("/url", "/headers/a b", "/headers/C", "/target");
        assertThat(Errors.of(() ->
                                new Endpoint("ftp://me:secret@x.com/?token=secret", null, Map.of("C", "secret\n"), "z"))
                        .toString())
                .doesNotContain("secret");
    }

    @Test
    void shouldOpenAFeedsConnectionsWhereTheVenuesEndpointSays() {
        FeedConfig feed = FeedConfig.fromJson(new JsonObject(
                "{\"name\":\"f\",\"venue\":\"kucoin\",\"streams\":[\"/market/match:BTC-USDT\"],\"connections\":2}"));

        WsConnectionConfig connection = feed.pool().connection();
        assertThat(connection.url()).isEqualTo("wss://api.kucoin.com/api/v1/bullet-public");
        assertThat(connection.endpoint().method()).isEqualTo(Endpoint.Method.POST);
        assertThat(connection
                        .endpoint()
                        .target(
                                json(
                                        "{\"data\":{\"token\":\"T=\",\"instanceServers\":[{\"endpoint\":\"wss://w.kucoin.com/\"}]}}"),
                                "5"))
                .isEqualTo("wss://w.kucoin.com/?token=T%3D&connectId=5");
        assertThat(FeedConfig.fromJson(new JsonObject("{\"name\":\"f\",\"venue\":\"kucoin\",\"url\":\"wss://x.com/\"}"))
                        .pool()
                        .connection()
                        .endpoint())
                .as("of a feed with a URL of its own")
                .isEqualTo(Endpoint.NONE);
    }

    @Test
    void shouldNotAskAVenueForTheTimeOnBehalfOfAFeedThatGoesElsewhere() {
        JsonObject feed = new JsonObject("{\"name\":\"f\",\"venue\":\"binance-spot\",\"streams\":[\"btcusdt@trade\"]}");

        assertThat(FeedConfig.fromJson(feed.copy()).format().times().server())
                .isEqualTo(new ServerTime("https://api.binance.com/api/v3/time", "/serverTime", StampUnit.MS, 60_000));
        MessageFormat elsewhere =
                FeedConfig.fromJson(feed.put("url", "ws://127.0.0.1:1/stream")).format();
        assertThat(elsewhere.times().server()).isEqualTo(ServerTime.NONE);
        assertThat(elsewhere.times().event()).isEqualTo(new EventTime(List.of("/data/E", "/E"), StampUnit.MS));
    }

    @Test
    void shouldSayWhatIsWrongInAProfile() throws IOException {
        assertThat(errors("{\"endpoint\":{\"url\":\"x\",\"target\":\"y\",\"headers\":{\"a b\":\"secret\"}}}"))
                .containsExactlyInAnyOrder(
                        "/venue: found \"v\", whose profile has \"x\" at /endpoint/url,"
                                + " allowed: https://host[:port]/path (http:// only for loopback hosts)",
                        "/venue: found \"v\", whose profile has the name \"a b\" at /endpoint/headers/a b,"
                                + " allowed: a header name: letters, digits and any of !#$%&'*+-.^_`|~",
                        "/venue: found \"v\", whose profile has \"y\" at /endpoint/target,"
                                + " allowed: a template of a wss:// URL with ${/pointer} into the answer and, if the"
                                + " venue wants it, ${id}");
        assertThat(errors("{\"endpoint\":{\"method\":\"PUT\",\"targt\":\"\",\"url\":\"\"}}"))
                .extracting(line -> line.substring(0, line.indexOf(", allowed")))
                .containsExactlyInAnyOrder(
                        "/venue: found \"v\", whose profile has nothing at /endpoint/target",
                        "/venue: found \"v\", whose profile has an unknown key at /endpoint/targt",
                        "/venue: found \"v\", whose profile has \"PUT\" (a string) at /endpoint/method");
        assertThat(errors("{\"url\":\"wss://x.com\",\"endpoint\":{\"url\":\"" + URL + "\",\"target\":\"${/u}\"}}"))
                .containsExactly("/venue: found \"v\", whose profile has both an endpoint and URLs at /endpoint,"
                        + " allowed: either an \"endpoint\", or \"url\" and \"routes\"");
        assertThat(errors("{\"endpoint\":{\"url\":\"http://x.com/\",\"target\":\"${/u}\"}}"))
                .containsExactly("/venue: found \"ws://x.com/\", allowed: wss://, or ws:// to a loopback host,"
                        + " or \"allowPlaintext\": true if the network is trusted");
        assertThat(
                        errors(
                                "{\"url\":\"wss://x.com\",\"serverTime\":{\"url\":\"http://x.com/\",\"pointer\":\"t\",\"unit\":\"ms\"}}"))
                .containsExactlyInAnyOrder(
                        "/venue: found \"v\", whose profile has \"http://x.com/\" at /serverTime/url,"
                                + " allowed: https://host[:port]/path (http:// only for loopback hosts)",
                        "/venue: found \"v\", whose profile has \"t\" at /serverTime/pointer,"
                                + " allowed: a JSON pointer such as /serverTime");
        assertThat(errors("{\"url\":\"wss://x.com\",\"serverTime\":{\"url\":\"" + URL
                        + "\",\"pointer\":\"/t\",\"unit\":\"ms\"}}"))
                .containsExactly("/venue: found \"v\", whose profile has nothing, but a source of the server's time at"
                        + " /messages/eventTime, allowed: \"eventTime\" together with \"serverTime\"");
        assertThat(
                        errors(
                                "{\"url\":\"wss://x.com\",\"serverTime\":{\"url\":\"" + URL
                                        + "\",\"pointer\":\"/t\",\"unit\":\"days\",\"everyMs\":10},\"messages\":{\"eventTime\":{\"at\":[]}}}"))
                .extracting(line -> line.substring(line.lastIndexOf(" at "), line.indexOf(", allowed")))
                .containsExactlyInAnyOrder(
                        " at /serverTime/unit",
                        " at /serverTime/everyMs",
                        " at /messages/eventTime/unit",
                        " at /messages/eventTime/at");
        assertThat(
                        errors(
                                "{\"url\":\"wss://x.com\",\"serverTime\":{\"url\":\"" + URL
                                        + "\",\"pointer\":\"/t\",\"unit\":\"ms\"},\"messages\":{\"eventTime\":{\"at\":[\"E\"],\"unit\":\"us\"}}}"))
                .containsExactly("/venue: found \"v\", whose profile has \"E\" at /messages/eventTime/at,"
                        + " allowed: up to 16 different JSON pointers such as /data/s");
    }

    @Test
    void shouldTakeAStampForTheMiddleOfWhatItStandsFor() {
        assertThat(StampUnit.S.micros(1_700_000_000)).isEqualTo(1_700_000_000_500_000L);
        assertThat(StampUnit.MS.micros(1_700_000_000_123L)).isEqualTo(1_700_000_000_123_500L);
        assertThat(StampUnit.US.micros(1_700_000_000_123_456L)).isEqualTo(1_700_000_000_123_456L);
        assertThat(StampUnit.NS.micros(1_700_000_000_123_456_789L)).isEqualTo(1_700_000_000_123_456L);
        assertThat(StampUnit.MS.isPlausible(1_700_000_000L))
                .as("seconds taken for milliseconds")
                .isFalse();
        assertThat(StampUnit.US.isPlausible(1_700_000_000_123_456_789L)).isFalse();
        assertThat(StampUnit.NS.isPlausible(1_700_000_000_123_456_789L)).isTrue();
        assertThat(StampUnit.S.isPlausible(Long.MIN_VALUE)).isFalse();
    }

    private List<String> errors(String profile) throws IOException {
        Files.writeString(directory.resolve("venues/v.json"), profile);
        return Errors.of(() -> FeedConfig.fromJson(new JsonObject("{\"name\":\"f\",\"venue\":\"v\"}"), directory));
    }

    private static Endpoint endpoint(String target) {
        return new Endpoint(URL, Endpoint.Method.POST, Map.of(), target);
    }

    private static UnaryOperator<String> json(String text) {
        try {
            JsonNode answer = new ObjectMapper().readTree(text);
            return pointer -> JsonText.value(answer, pointer);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
