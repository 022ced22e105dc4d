package io.firstline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.firstline.config.check.FeedUrl;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.service.ServiceConfig;
import io.firstline.config.venue.ProfileInfo;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All kinds of wrong configurations, and the exact error messages. */
class BadConfigTest {
    private static final String PLACEHOLDERS = "${sign}, ${secret.NAME}, ${time}, ${timeMs}, ${timeIso}, ${time+60},"
            + " ${nonce}, ${path}, ${last}, ${endpoint/pointer}";
    private static final String ON_CONNECT =
            "${id}, ${sign}, ${secret.NAME}, ${time}, ${timeMs}, ${timeIso}, ${time+60},"
                    + " ${nonce}, ${endpoint/pointer}";
    private static final String VENUES =
            "one of " + ProfileInfo.names(null).size() + " venue profiles%s (\"firstline venues\" lists all)";
    private static final String URL = "\"url\":\"wss://feed.example.com/ws\"";

    static Stream<Arguments> feeds() {
        return Stream.of(
                feed("{}", "/url: found nothing, allowed: a \"url\" or a \"venue\""),
                feed("5", ": found 5 (a number), allowed: an object"),
                feed("null", ": found null, allowed: an object"),
                feed(
                        with("\"connections\":\"five\""),
                        "/connections: found \"five\" (a string), allowed: an integer from 1 to 32, or an object with min and max from 2 to 32"),
                feed(
                        with("\"connections\":0"),
                        "/connections: found 0 (a number), allowed: an integer from 1 to 32, or an object with min and max from 2 to 32"),
                feed(
                        with("\"connections\":33"),
                        "/connections: found 33 (a number), allowed: an integer from 1 to 32, or an object with min and max from 2 to 32"),
                feed(
                        with("\"connections\":2.5"),
                        "/connections: found 2.5 (a number), allowed: an integer from 1 to 32, or an object with min and max from 2 to 32"),
                feed(
                        with("\"connections\":null"),
                        "/connections: found null, allowed: an integer from 1 to 32, or an object with min and max from 2 to 32"),
                feed(
                        with("\"connections\":[5]"),
                        "/connections: found an array, allowed: an integer from 1 to 32, or an object with min and max from 2 to 32"),
                feed(
                        with("\"connections\":true"),
                        "/connections: found true (a boolean), allowed: an integer from 1 to 32, or an object with min and max from 2 to 32"),
                feed(
                        with("\"evictIntervalMs\":-1"),
                        "/evictIntervalMs: found -1 (a number), allowed: an integer from 1 to 2147483647"),
                feed(
                        with("\"evictIntervalMs\":2147483648"),
                        "/evictIntervalMs: found 2147483648 (a number), allowed: an integer from 1 to 2147483647"),
                feed(
                        with("\"skewMs\":99999999999999999999999999"),
                        "/skewMs: found 99999999999999999999999999 (a number), allowed: an integer from 0 to 60000"),
                feed(
                        with("\"skewMs\":1e400"),
                        "/skewMs: found Infinity (a number), allowed: an integer from 0 to 60000"),
                feed(
                        with("\"rankBy\":\"fast\""),
                        "/rankBy: found \"fast\" (a string), allowed: \"latency\" or \"lag\""),
                feed(
                        with("\"rotationWindows\":[\"02:00-03:00\",\"24:00-01:00\"]"),
                        "/rotationWindows/1: found \"24:00-01:00\", allowed: \"HH:MM-HH:MM\" in UTC, not empty"),
                feed(
                        with("\"rotationWindows\":[\"02:00-02:00\"],\"maxAgeMs\":0"),
                        "/rotationWindows/0: found \"02:00-02:00\", allowed: \"HH:MM-HH:MM\" in UTC, not empty"),
                feed(
                        with("\"rotationWindows\":[\"02:00-03:00\"],\"maxAgeMs\":0"),
                        "/rotationWindows: found windows for rotation, but no maximum age, allowed: windows together with \"maxAgeMs\""),
                feed(with("\"rankBy\":\"LAG\""), "/rankBy: found \"LAG\" (a string), allowed: \"latency\" or \"lag\""),
                feed(
                        with("\"body\":7"),
                        "/body: found 7 (a number), allowed: \"message\" or \"buffer\" or \"json\" or \"batch\""),
                feed(with("\"compression\":\"yes\""), "/compression: found \"yes\" (a string), allowed: true or false"),
                feed(
                        with("\"streams\":\"btc\""),
                        "/streams: found \"btc\" (a string), allowed: an array of strings without repetitions"),
                feed(with("\"streams\":[\"\"]"), "/streams/0: found \"\" (a string), allowed: a stream's name"),
                feed(
                        with("\"streams\":[\"a\",\"a\"]"),
                        "/streams: found an array with repetitions, allowed: an array of strings without repetitions"),
                feed(
                        with("\"streams\":[\"a\"]"),
                        "/streams: found streams, but no request to subscribe them with,"
                                + " allowed: streams together with a \"venue\" or a \"subscribe\" template"),
                feed(
                        with("\"retain\":{\"messages\":-1,\"bytes\":5}"),
                        "/retain/messages: found -1 (a number), allowed: an integer from 0 to 1048576"),
                feed(with("\"retain\":true"), "/retain: found true (a boolean), allowed: an object"),
                feed(with("\"url\":5"), "/url: found 5 (a number), allowed: a URL or an array of 1 to 16 URLs"),
                feed(
                        with("\"streamPointer\":\"stream\""),
                        "/streamPointer: found \"stream\" (a string), allowed: a JSON pointer such as /stream, or an empty text"),
                feed(
                        with("\"streamPointer\":\"/a~2\""),
                        "/streamPointer: found \"/a~2\", allowed: a JSON pointer such as /stream, or an empty text"),
                feed(with("\"minLive\":6"), "/minLive: found 6, allowed: 1 to 5"),
                feed(with("\"connections\":2,\"minLive\":3"), "/minLive: found 3, allowed: 1 to 2"),
                feed(
                        with("\"retryBaseMs\":1000,\"retryCapMs\":999"),
                        "/retryCapMs: found 999, allowed: at least retryBaseMs (1000)"),
                feed(
                        with("\"connections\":1,\"rankBy\":\"lag\",\"minLive\":1"),
                        "/rankBy: found \"lag\" (a string), allowed: this key only with 2 \"connections\" or more",
                        "/minLive: found 1 (a number), allowed: this key only with 2 \"connections\" or more"),
                feed(
                        with("\"autoReconnect\":false"),
                        "/autoReconnect: found false, allowed: true, or \"connections\": 1; a pool always replaces a lost connection"),
                feed(
                        with("\"subscribe\":\"{}\""),
                        "/subscribe: found a template without ${streams}, allowed: a text message with ${streams} (or ${1}, ${2} … for a stream's words) and, if the venue wants it, ${id}"),
                feed(
                        with("\"subscribe\":\"${streams} ${stream}\""),
                        "/subscribe: found the placeholder ${stream}, allowed: the placeholders ${streams}, ${streams,}, ${id}, ${time},"
                                + " ${timeMs}, ${1} to ${9}, ${*1} to ${*9} and ${*1,} to ${*9,}"),
                feed(
                        with("\"subscribe\":\"{\\\"a\\\":${streams}\""),
                        "/subscribe: found a template that is not JSON once it is filled, allowed: JSON, because it begins like JSON"),
                feed(
                        with("\"subscribe\":\"[${streams}] x\""),
                        "/subscribe: found a template that is not JSON once it is filled, allowed: JSON, because it begins like JSON"),
                feed(
                        with("\"unsubscribe\":\"${streams}\""),
                        "/unsubscribe: found a template for unsubscribing only, allowed: both templates, or \"subscribe\" alone"),
                feed(
                        "{\"venue\":\"nowhere\",\"streams\":[\"a\"]}",
                        "/venue: found \"nowhere\", allowed: " + VENUES.formatted("")),
                feed("{\"venue\":\"../config\"}", "/venue: found \"../config\", allowed: " + VENUES.formatted("")),
                feed(
                        "{\"venue\":\"coinbse-exchange\"}",
                        "/venue: found \"coinbse-exchange\", allowed: "
                                + VENUES.formatted(", such as coinbase-exchange, coinbase-exchange-login")),
                feed("{\"venue\":5}", "/venue: found 5 (a number), allowed: a string"),
                feed(
                        with("\"trustedCertificates\":\"/dev/zero\""),
                        "/trustedCertificates: found \"/dev/zero\", which cannot be read, allowed: a PEM file with certificates"),
                feed(
                        with("\"trustedCertificates\":\"/no/such.pem\""),
                        "/trustedCertificates: found \"/no/such.pem\", which cannot be read, allowed: a PEM file with certificates"),
                feed(
                        with("\"trustedCertificates\":\"a\\u0000b\""),
                        "/trustedCertificates: found \"a\\u0000b\", which cannot be read, allowed: a PEM file with certificates"),
                feed(
                        with("\"headers\":{\"a b\":\"x\",\"C\":7,\"D\":\"x\\r\\nEvil: 1\"}"),
                        "/headers/a b: found the name \"a b\", allowed: a header name: letters, digits and any of !#$%&'*+-.^_`|~",
                        "/headers/C: found a number, allowed: a text or an array of 1 to 16 texts",
                        "/headers/D: found a value with a control character, allowed: a value on one line"),
                feed(
                        with(
                                "\"headers\":{\"A\":[\"x\",5,null],\"B\":[[\"x\"]],\"C\":[],\"D\":[\"x\",\"Bearer ${token}\"]}"),
                        "/headers/A/1: found a number, allowed: a string",
                        "/headers/A/2: found null, allowed: a string",
                        "/headers/B/0: found an array, allowed: a string",
                        "/headers/C: found an empty array, allowed: a text or an array of 1 to 16 texts",
                        "/headers/D: found an unknown placeholder, allowed: the placeholders " + PLACEHOLDERS),
                feed(
                        with("\"headers\":{\"A\":\"${time\"}"),
                        "/headers/A: found an unknown placeholder, allowed: the placeholders " + PLACEHOLDERS),
                feed(
                        with("\"headers\":{\"A\":\"${sign}\"},\"onConnect\":[\"${sign}\"]"),
                        "/headers/A: found ${sign}, allowed: only with a venue that signs",
                        "/onConnect/0: found ${sign}, allowed: only with a venue that signs"),
                feed(
                        url("wss://a.example.com/${key}"),
                        "/url: found an unknown placeholder, allowed: the placeholders " + PLACEHOLDERS),
                feed(
                        with("\"onConnect\":[\"${last} ${path}\",\"${endpoint/token}\",\"${id\"]"),
                        "/onConnect/0: found ${last}, which has no value here, allowed: " + ON_CONNECT,
                        "/onConnect/0: found ${path}, which has no value here, allowed: " + ON_CONNECT,
                        "/onConnect/1: found ${endpoint/…}, allowed: only with a venue that has an endpoint",
                        "/onConnect/2: found a placeholder without its \"}\", allowed: " + ON_CONNECT),
                feed(
                        "{\"url\":[\"wss://a.example.com/\",\"http://b.example.com/\",\"wss://c.example.com/${key}\"]}",
                        "/url/1: found \"http://b.example.com/\", allowed: a wss:// URL (ws:// only for loopback hosts)",
                        "/url/2: found an unknown placeholder, allowed: the placeholders " + PLACEHOLDERS),
                feed(with("\"onConnect\":[\"a\",7]"), "/onConnect/1: found a number, allowed: a text message"),
                // urls
                feed(
                        url("http://x.com/"),
                        "/url: found \"http://x.com/\", allowed: a wss:// URL (ws:// only for loopback hosts)"),
                feed(
                        url("x.com/ws"),
                        "/url: found \"x.com/ws\", allowed: a wss:// URL (ws:// only for loopback hosts)"),
                feed(url(""), "/url: found nothing, allowed: wss://host[:port]/path"),
                feed(url("  "), "/url: found nothing, allowed: wss://host[:port]/path"),
                feed(url("wss://"), "/url: found \"wss://\" (Expected authority), allowed: wss://host[:port]/path"),
                feed(
                        url("wss:///ws"),
                        "/url: found \"wss:///ws\" without a valid host and port, allowed: wss://host[:port]/path"),
                feed(
                        url("ws://feed.example.com/"),
                        "/url: found \"ws://feed.example.com/\", allowed: wss://, or ws:// to a loopback host, or \"allowPlaintext\": true if the network is trusted"),
                feed(
                        url("wss://x.com/a b"),
                        "/url: found \"wss://x.com/a b\" (Illegal character in path), allowed: wss://host[:port]/path"),
                feed(
                        url("wss://x.com:70000/"),
                        "/url: found \"wss://x.com:70000/\" with port 70000, allowed: a port from 1 to 65535"),
                feed(
                        url("wss://x.com:0/"),
                        "/url: found \"wss://x.com:0/\" with port 0, allowed: a port from 1 to 65535"),
                feed(
                        url("wss://x.com:99999999999/"),
                        "/url: found \"wss://x.com:99999999999/\" without a valid host and port, allowed: wss://host[:port]/path"),
                feed(
                        url("wss://x.com/#a"),
                        "/url: found \"wss://x.com/#a\" with a #fragment, allowed: a URL without one"),
                feed(
                        url("wss://x.com/" + "a/".repeat(5_000)),
                        "/url: found 10012 characters, allowed: at most 8192 characters"),
                feed(
                        url("sim:/stream"),
                        "/url: found \"sim:/stream\", allowed: wss://host[:port]/path; sim: needs a \"simulator\" section beside the feeds"));
    }

    private static Arguments feed(String json, String... errors) {
        return arguments(json, List.of(errors));
    }

    private static String with(String keys) {
        return keys.startsWith("\"url\"") ? "{" + keys + "}" : "{" + URL + "," + keys + "}";
    }

    private static String url(String url) {
        return "{\"url\":\"" + url + "\"}";
    }

    @ParameterizedTest
    @MethodSource("feeds")
    void shouldSayWhatIsWrongWithAFeed(String json, List<String> errors) {
        assertThat(Errors.ofFeed(json)).isEqualTo(errors);
    }

    static Stream<Arguments> texts() {
        String good = "{\"url\":\"wss://x.com/\"}";
        String bad = "allowed: a JSON object";
        return Stream.of(
                feed("", "/: found nothing: the text is empty, " + bad),
                feed("\uFEFF \n", "/: found nothing: the text is empty, " + bad),
                feed(
                        "{\"feeds\":",
                        "/: found the end of the text inside an object, an array or a string at line 1, column 10, "
                                + bad),
                feed(
                        "{\n \"fee",
                        "/: found the end of the text inside an object, an array or a string at line 2, column 6, "
                                + bad),
                feed("feeds: {}", "/: found text that is not JSON at line 1, column 6, " + bad),
                feed(
                        "{\n'a':1}",
                        "/: found text that is not JSON: unexpected character ('''): was expecting double-quote to start field name at line 2, column 1, "
                                + bad),
                feed("{} {}", "/: found more text after the end at line 1, column 4, " + bad),
                feed("{} x", "/: found text that is not JSON at line 1, column 5, " + bad),
                feed("[".repeat(100_000), "/: found nesting deeper than 64 levels, " + bad),
                feed("{\"a\":".repeat(100_000), "/: found nesting deeper than 64 levels, " + bad),
                feed("1".repeat(2_000), "/: found a number or a key that is too long, " + bad),
                feed(" ".repeat((1 << 20) + 1), "/: found more than 1048576 bytes, allowed: at most 1048576 bytes"),
                feed("null", "/: found null, allowed: an object"),
                feed("[]", "/: found an array, allowed: an object"),
                feed("{}", "/feeds: found nothing, allowed: an object with 1 to 1000 entries"),
                feed("{\"feeds\":{}}", "/feeds: found an empty object, allowed: an object with 1 to 1000 entries"),
                feed("{\"feeds\":[]}", "/feeds: found an array, allowed: an object with 1 to 1000 entries"),
                feed(
                        "{\"feeds\":{\"a b\":" + good + "}}",
                        "/feeds/a b: found the name \"a b\", allowed: 1 to 64 letters, digits, _ or -"),
                feed(
                        "{\"feeds\":{\"a/b\":" + good + "}}",
                        "/feeds/a~1b: found the name \"a/b\", allowed: 1 to 64 letters, digits, _ or -"),
                feed(
                        "{\"feeds\":{\"\":" + good + "}}",
                        "/feeds/: found the name \"\", allowed: 1 to 64 letters, digits, _ or -"),
                feed(
                        "{\"feeds\":{\"a\\n\":" + good + "}}",
                        "/feeds/a\n: found the name \"a\\n\", allowed: 1 to 64 letters, digits, _ or -"),
                feed(
                        "{\"feeds\":{\"" + "a".repeat(65) + "\":" + good + "}}",
                        "/feeds/" + "a".repeat(65) + ": found the name \"" + "a".repeat(65)
                                + "\", allowed: 1 to 64 letters, digits, _ or -"),
                feed(
                        "{\"feeds\":{\"a\":" + good + ",\n\"a\":" + good + "}}",
                        "/feeds/a: found the key a second time at line 2, column 1, allowed: every key once"),
                feed(
                        "{\"https\":{},\"feeds\":{\"a\":" + good + "}}",
                        "/https: found an unknown key, allowed: $schema, feeds, simulator, http, bridges, relay, cluster (did you mean http?)"),
                feed(
                        "{\"feed\":{\"a\":" + good + "}}",
                        "/feeds: found nothing, allowed: an object with 1 to 1000 entries",
                        "/feed: found an unknown key, allowed: $schema, feeds, simulator, http, bridges, relay, cluster (did you mean feeds?)"),
                feed(
                        "{\"simulator\":{\"port\":70000,\"lines\":[{\"jitter\":\"normal\",\"lossPercent\":101}],\"seed\":9223372036854775808,"
                                + "\"replayLagMs\":[-1],\"replaySpeed\":-1,\"recordings\":[\"\"],\"host\":\"\"},\"feeds\":{\"a\":"
                                + good + "}}",
                        "/simulator/port: found 70000 (a number), allowed: an integer from 0 to 65535",
                        "/simulator/lines/0/jitter: found \"normal\" (a string), allowed: \"none\" or \"uniform\" or \"exponential\" or \"log-normal\"",
                        "/simulator/lines/0/lossPercent: found 101 (a number), allowed: a number from 0 to 100",
                        "/simulator/seed: found 9223372036854775808 (a number), allowed: an integer from -9223372036854775808 to 9223372036854775807",
                        "/simulator/replayLagMs/0: found -1 (a number), allowed: an integer from 0 to 3600000",
                        "/simulator/replaySpeed: found -1 (a number), allowed: a number from 0 to 1000000",
                        "/simulator/recordings/0: found \"\" (a string), allowed: a file name",
                        "/simulator/host: found \"\" (a string), allowed: a host name or address"),
                feed(
                        "{\"simulator\":{\"lines\":5,\"replayLagMs\":5},\"feeds\":{\"a\":" + good + "}}",
                        "/simulator/lines: found 5 (a number), allowed: an array of objects",
                        "/simulator/replayLagMs: found 5 (a number), allowed: an array of integers"),
                feed(
                        "{\"simulator\":{},\"feeds\":{\"a\":" + url("sim:/a b") + ",\"b\":" + url("sim:stream")
                                + ",\"c\":" + url("sim://x/") + ",\"d\":" + url("sim:@evil.com/") + "}}",
                        "/feeds/a/url: found \"sim:/a b\", allowed: sim:/path without blanks and #fragment",
                        "/feeds/b/url: found \"sim:stream\", allowed: sim:/path without blanks and #fragment",
                        "/feeds/c/url: found \"sim://x/\", allowed: sim:/path without blanks and #fragment",
                        "/feeds/d/url: found \"***@evil.com/\", allowed: sim:/path without blanks and #fragment"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void shouldSayWhatIsWrongWithAText(String json, List<String> errors) {
        assertThat(Errors.ofService(json)).isEqualTo(errors);
    }

    @Test
    void shouldReportEverythingAtOnceInTheOrderOfTheFile() {
        String json =
                """
                {
                  "feeds": {
                    "a": { "url": "http://x.com/", "conections": 3, "minLive": 7 },
                    "b": { "connections": "five", "minLive": 7, "retryCapMs": 0, "retryBaseMs": 60000, "venue": 5, "streams": ["x"] },
                    "c d": { "venue": "none", "streams": ["x"], "headers": { "A": 1 } },
                    "a": { "url": "ws://x.com/", "allowPlaintext": "yes", "streams": ["x"], "subscribe": 1 }
                  },
                  "simulater": {}
                }
                """;

        List<String> errors = Errors.ofService(json);

        assertThat(errors)
                .extracting(line -> line.substring(0, line.indexOf(": found")))
                .containsExactly(
                        "/feeds/a",
                        "/feeds/a/allowPlaintext",
                        "/feeds/a/subscribe",
                        "/feeds/b/connections",
                        "/feeds/b/retryCapMs",
                        "/feeds/b/venue",
                        "/feeds/c d",
                        "/feeds/c d/venue",
                        "/feeds/c d/headers/A",
                        "/simulater");
    }

    @Test
    void shouldSuggestTheKeyThatWasMeant() {
        assertThat(Errors.ofFeed(with("\"conections\":3")))
                .singleElement()
                .asString()
                .startsWith("/conections: found an unknown key, allowed: url, venue, streams, ")
                .endsWith("(did you mean connections?)");
        assertThat(Errors.ofFeed(with("\"RANKBY\":\"lag\"")))
                .singleElement()
                .asString()
                .endsWith("(did you mean rankBy?)");
        assertThat(Errors.ofFeed(with("\"something\":3")))
                .singleElement()
                .asString()
                .endsWith("streamPointer");
        assertThat(Errors.ofFeed(with("\"" + "x".repeat(1_000) + "\":3")))
                .singleElement()
                .asString()
                .endsWith("streamPointer");
    }

    @Test
    void shouldCountFeeds() {
        assertThat(Errors.ofService(feeds(1_001)))
                .containsExactly("/feeds: found 1001 entries, allowed: an object with 1 to 1000 entries");
        assertThat(ServiceConfig.parse(feeds(1_000), "many", null).feeds()).hasSize(1_000);
    }

    private static String feeds(int count) {
        StringBuilder json = new StringBuilder("{\"feeds\":{");
        for (int i = 0; i < count; i++) {
            json.append(i == 0 ? "" : ",")
                    .append("\"f")
                    .append(i)
                    .append("\":{")
                    .append(URL)
                    .append('}');
        }
        return json.append("}}").toString();
    }

    @Test
    void shouldNotFillTheTerminal() {
        String json = "{\"feeds\":{\"f\":" + with("\"onConnect\":[" + "1,".repeat(100_000) + "1]") + "}}";

        InvalidConfigException e = Errors.exceptionOf(() -> ServiceConfig.parse(json, "test.json", null));

        assertThat(e.problems()).hasSize(100_001);
        assertThat(e.getMessage().lines()).hasSize(102);
        assertThat(e)
                .hasMessageStartingWith("test.json: 100001 errors\n  /feeds/f/onConnect/0: ")
                .hasMessageEndingWith("\n  and 99901 more");
    }

    /** No message shows a secret, in whatever key a user puts it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'url':'http://user:HUSH@x.com/'}",
                "{'url':'ws://user:HUSH@x.com/ws'}",
                "{'url':'wss://user:HUSH x@x.com/'}",
                "{'url':'wss://user:p@HUSH@x.com/'}",
                "{'url':'wss://user:p/HUSH@x.com/'}",
                "{'url':'user:HUSH@x.com/'}",
                "{'url':'wss:user:HUSH@x.com/'}",
                "{'url':'http://x.com/?token=HUSH'}",
                "{'url':'http://x.com/?a=1&apiKey=HUSH&b=2'}",
                "{'url':'http://x.com/private/ws?listenKey=HUSH'}",
                "{'url':'http://x.com/?signature=HUSH#a'}",
                "{'url':'http://x.com/ws/HUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSH'}",
                "{'url':['http://user:HUSH@x.com/']}",
                "{'venue':'wss://user:HUSH@x.com/'}",
                "{'connections':'wss://x.com/?token=HUSH'}",
                "{'headers':'HUSH'}",
                "{'headers':{'Authorization':['HUSH']}}",
                "{'headers':{'Authorization':'HUSH\\n'}}",
                "{'url':'wss://x.com/','paths':{'proxies':'http://me:HUSH@p:1'}}",
                "{'url':'wss://x.com/','paths':{'proxies':['http://me:HUSH@p']}}",
                "{'url':'wss://x.com/','paths':{'proxies':['http://me:p/HUSH@p']}}",
                "{'url':'wss://x.com/','paths':{'proxies':[['http://me:HUSH@p:1']]}}",
                "{'url':'wss://x.com/','paths':['http://me:HUSH@p:1']}",
                "{'onConnect':'HUSH'}",
                "{'onConnect':{'HUSH':1}}",
                "{'subscribe':'{HUSH'}",
                "{'subscribe':['HUSH']}",
                "{'url':HUSH}",
                "{'url':'HUSH",
                "HUSH",
            })
    void shouldNeverShowASecret(String feed) {
        String json = "{\"feeds\":{\"f\":" + feed.replace('\'', '"') + "}}";

        InvalidConfigException e = Errors.exceptionOf(() -> ServiceConfig.parse(json, "test.json", null));

        assertThat(e.getMessage())
                .doesNotContain("HUSH")
                .doesNotContain("com.fasterxml")
                .doesNotContain("java.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wss://x.com/",
                "ws://localhost:8080/a",
                "ws://127.0.0.1/",
                "ws://127.8.9.1:1/",
                "ws://[::1]:9/x?y=z",
                "WSS://X.com:65535/"
            })
    void shouldAcceptGoodUrls(String url) {
        assertThat(FeedUrl.problems(url, false)).isEmpty();
    }

    @Test
    void shouldAcceptPlaintextWhereItIsAllowed() {
        assertThat(FeedUrl.problems("ws://10.0.0.1/", true)).isEmpty();
        assertThat(FeedUrl.problems("ws://10.0.0.1/", false)).hasSize(1);
        assertThat(FeedUrl.problems("ws://127.0.0.1.evil.com/", false)).hasSize(1);
        assertThat(FeedUrl.problems(null, false)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wss://stream.binance.com:9443/stream?streams=btcusdt@trade/ethusdt@trade",
                "ws://localhost:8080/ws/btcusdt@bookTicker",
                "ws://[::1]:8080/ws/btcusdt@trade",
                "sim:/stream?streams=btcusdt@trade"
            })
    void shouldShowUrlsWithoutSecretsAsTheyAre(String url) {
        assertThat(FeedUrl.masked(url)).isEqualTo(url);
    }

    @Test
    void shouldMaskOnlyWhatIsSecret() {
        assertThat(FeedUrl.masked("wss://me:pw@x.com/ws?token=abc&streams=btcusdt@trade"))
                .isEqualTo("wss://***@x.com/ws?token=***&streams=btcusdt@trade");
        assertThat(FeedUrl.masked("x".repeat(10_000))).hasSize(8_193).endsWith("…");
    }
}
