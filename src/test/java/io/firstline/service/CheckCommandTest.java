package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code check}: prints what a configuration would run, or every error in it. */
class CheckCommandTest {
    private static final String GOOD = "'url':'wss://feed.example.com/ws'";

    @TempDir
    Path folder;

    private String file(String json) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, json.replace('\'', '"'));
        return file.toString();
    }

    static Stream<String> shipped() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("project.dir", "."), "conf"))) {
            return files
                    .map(Path::toString)
                    .filter(name -> name.endsWith(".json") && !name.endsWith("schema.json"))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void shouldFindNothingWrongWithWhatIsShipped(String file) {
        Cli cli = Cli.run("check", file);

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.lines()).hasSizeGreaterThan(1).last().isEqualTo(file + " is valid");
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void shouldSayHowLongAStartTakesThatExceedsTheBudgetOfAHost() throws IOException {
        StringBuilder feeds = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            feeds.append(i == 0 ? "" : ",")
                    .append("'f")
                    .append(i)
                    .append("':{")
                    .append(GOOD)
                    .append(",'connections':2}");
        }
        Cli cli = Cli.run("check", file("{'feeds':{" + feeds + "}}"));

        assertThat(cli.code()).isZero();
        assertThat(cli.lines())
                .contains(
                        "note: 400 connections to feed.example.com, but \"connectsPer5Min\" allows 300 attempts in five minutes,"
                                + " 100 of them only for feeds without a connection:"
                                + " the first connection of every pool opens at once, all of them are open after about 5 minutes");
        assertThat(Cli.run("check", file("{'feeds':{'a':{" + GOOD + ",'connections':5}}}"))
                        .lines())
                .noneMatch(line -> line.startsWith("note"));
    }

    @Test
    void shouldSayWhatItWouldRunAndStartNothing() throws IOException {
        String file = file(
                "{'simulator':{'messagesPerSecond':50},'feeds':{'a':{'url':'sim:/ws/btcusdt@trade','connections':3},"
                        + "'b':{" + GOOD + ",'connections':1}}}");

        Cli cli = Cli.run("check", file);

        assertThat(cli.code()).isZero();
        assertThat(cli.lines())
                .containsExactly(
                        "simulator: messagesPerSecond 50",
                        "a: 3 connections to sim:/ws/btcusdt@trade; ranked by lag; slow ones evicted every 60 s; published as message",
                        "b: 1 connection to wss://feed.example.com/ws; published as message",
                        file + " is valid");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                // unknown key
                "{'feeds':{'a':{URL,'conections':3}}} | /feeds/a/conections",
                "{'feeds':{'a':{URL}},'fedes':1} | /fedes",
                // wrong type
                "{'feeds':{'a':{URL,'connections':'three'}}} | /feeds/a/connections: found \"three\" (a string)",
                // not JSON
                "feeds: a | found text that is not JSON at line 1",
                "{'feeds': | the end of the text",
                // URLs
                "{'feeds':{'a':{'url':'http://x.com/'}}} | found \"http://x.com/\", allowed: a wss:// URL",
                "{'feeds':{'a':{'url':'ws://feed.example.com/'}}} | found \"ws://feed.example.com/\", allowed: wss://",
                // numbers
                "{'feeds':{'a':{URL,'connections':0}}} | /feeds/a/connections: found 0",
                "{'feeds':{'a':{URL,'evictIntervalMs':-5}}} | /feeds/a/evictIntervalMs: found -5",
                // the same name twice
                "{'feeds':{'a':{URL},'a':{URL}}} | /feeds/a: found the key a second time",
                // no feed
                "{} | feeds",
                "{'feeds':{}} | /feeds",
                // the simulator's own rules
                "{'simulator':{'lines':[{'freezeEveryMs':10,'freezeForMs':10}]},'feeds':{'a':{URL}}} | /simulator: lines",
            })
    void shouldRefuseWithAClearMessage(String json, String message) throws IOException {
        Cli.run("check", file(json.replace("URL", GOOD))).assertBadInput("firstline: ", message);
    }

    @Test
    void shouldTellSeveralErrorsAtOnce() throws IOException {
        String file =
                file("{'feeds':{'a':{'url':'http://x.com/','connections':0,'typo':1},'b':{" + GOOD + ",'skewMs':-1}}}");

        Cli cli = Cli.run("check", file);

        cli.assertBadInput(
                file + ": 4 errors", "/feeds/a/url", "/feeds/a/connections", "/feeds/a/typo", "/feeds/b/skewMs");
        assertThat(cli.err().lines()).hasSize(5);
    }

    @Test
    void shouldRefuseAFileThatIsNotThere() {
        Cli.run("check", folder.resolve("none.json").toString()).assertBadInput("none.json");
    }

    @Test
    void shouldRefuseAFolder() {
        Cli.run("check", folder.toString()).assertBadInput(folder.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "run", "demo", "tail"})
    void shouldRefuseARecordingThatCannotBeRead(String command) throws IOException {
        Path recording = folder.resolve("r.jsonl");
        String file = file("{'simulator':{'recordings':['r.jsonl']},'feeds':{'a':{'url':'sim:/'}}}");

        Cli.run(command, file).assertBadInput("/simulator: recording " + recording, "no such file");

        Files.writeString(recording, "{\"t_us\":1,\"msg\":\"a\"}\noops\n");
        Cli.run(command, file).assertBadInput(recording + ", line 2: not JSON");
    }

    @Test
    void shouldReadARecordingThatIsFine() throws IOException {
        Files.writeString(folder.resolve("r.jsonl"), "{\"t_us\":1,\"msg\":\"a\"}\n");

        Cli cli = Cli.run("check", file("{'simulator':{'recordings':['r.jsonl']},'feeds':{'a':{'url':'sim:/'}}}"));

        assertThat(cli.code()).as(cli.err()).isZero();
    }

    private Path recording(String... messages) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String message : messages) {
            lines.append(new JsonObject().put("t_us", 1).put("msg", message).encode())
                    .append('\n');
        }
        Path file = folder.resolve("0.jsonl");
        Files.writeString(file, lines);
        return file;
    }

    private static String book(int number, String key) {
        return "{\"ch\":\"book\",\"n\":%d,\"p\":%d%s}".formatted(number, number - 1, key);
    }

    @Test
    void shouldReadARecordingThroughAProfile() throws IOException {
        Path recorded = recording(
                "{\"op\":\"pong\"}", book(1, ",\"k\":1"), book(2, ",\"k\":2"), book(4, ""), "{\"ch\":\"other\"}");
        Path profile = folder.resolve("mine.json");
        Files.writeString(
                profile,
                """
                {"messages": {"stream": ["/ch"], "control": [{"at": "/op"}], "classes": {
                  "book": {"match": "^book", "key": ["/k"], "sequence": {"link": "previous", "last": ["/n"], "previous": ["/p"]}},
                  "none": {"match": "^none", "key": ["/k"]}}}}
                """);

        Cli cli = Cli.run("check", profile.toString(), "--recording", recorded.toString());

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.lines())
                .containsExactly(
                        "mine: 4 messages of streams, 1 control, 0 without a stream, 0 unreadable",
                        "  book: 3 messages of 1 streams; key in 2; number in 3, 1 steps as the sequence says, 1 not",
                        "  none: no message, so nothing is known",
                        "  of no class: 1 messages of 1 streams; no key; no sequence",
                        profile
                                + " is valid: a venue profile, not a configuration. A feed names it: \"venue\": \"mine\"");
        assertThat(cli.err())
                .contains(
                        "firstline: warning: venue mine, class book: the key is in 2 of 3 messages",
                        "firstline: warning: venue mine, class book: 1 of 2 steps are not as the sequence says");
    }

    @Test
    void shouldRefuseAProfileWhoseValuesNoMessageHas() throws IOException {
        Path recorded = recording(book(1, ""), book(2, ""));
        Path venues = Files.createDirectory(folder.resolve("venues"));
        Files.writeString(
                venues.resolve("mine.json"),
                """
                {"url": "wss://a.example.com/", "messages": {"stream": ["/ch"], "classes": {
                  "book": {"match": "^book", "key": ["/k"], "sequence": {"link": "increasing", "last": ["/x"]}}}}}
                """);
        String config = file("{'feeds':{'a':{'venue':'mine'}}}");

        Cli cli = Cli.run("check", config, "--recording", recorded.toString());

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err())
                .contains(
                        "the profile does not fit the recording: 2 errors",
                        "/messages/classes/book/key: found no value in 2 messages, allowed: pointers to values that messages have",
                        "/messages/classes/book/sequence/last: found no value in 2 messages, allowed: pointers to whole numbers");
        Files.writeString(
                venues.resolve("mine.json"), "{\"url\":\"wss://a.example.com/\",\"messages\":{\"stream\":[\"/no\"]}}");
        assertThat(Cli.run("check", venues.resolve("mine.json").toString(), "--recording", recorded.toString())
                        .err())
                .contains("/messages/stream: found no value in 2 messages, allowed: names that messages have");
        Cli none = Cli.run(
                "check", config, "--recording", folder.resolve("no.jsonl").toString());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("no such file");
    }

    /** A recording has no requests: the replies of Bitfinex name the streams. */
    @Test
    void shouldReadARecordingThroughAVenueThatItKnows() throws IOException {
        Path recorded = recording(
                "{\"event\":\"subscribed\",\"channel\":\"trades\",\"chanId\":5,\"symbol\":\"tBTCUSD\",\"subId\":\"3\"}",
                "{\"event\":\"subscribed\",\"channel\":\"book\",\"chanId\":6,\"symbol\":\"tBTCUSD\",\"prec\":\"P0\",\"freq\":\"F0\",\"len\":\"25\",\"subId\":\"4\"}",
                "[5,\"te\",[1,2,0.5,60000.1],1]",
                "[5,\"te\",[2,2,0.5,60000.1],2]",
                "[6,[1,1,0.5],3]");

        Cli cli = Cli.run("check", "bitfinex", "--recording", recorded.toString());

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.lines())
                .containsExactly(
                        "bitfinex: 3 messages of streams, 2 control, 0 without a stream, 0 unreadable",
                        "  trades: 2 messages of 1 streams; key in 2; no sequence",
                        "  of no class: 1 messages of 1 streams; no key; no sequence",
                        "bitfinex is valid: a venue profile, not a configuration. A feed names it: \"venue\": \"bitfinex\"");
        assertThat(Cli.run("check", "bitfinx").err()).contains("bitfinx");
    }

    /** A recording has replies, but not the requests. */
    @Test
    void shouldCountStreamsThatTheirRequestsName() throws IOException {
        Path profile = folder.resolve("mine.json");
        Files.writeString(
                profile,
                """
                {"messages": {"stream": ["@/sub"], "ackId": "/id",
                              "ids": [{"when": ["/result"], "id": "/result", "stream": "request"}]}}
                """);
        String data = "{\"sub\":\"0x1\",\"n\":1}";
        Path recorded = recording(data, "{\"id\":7,\"result\":\"0x1\"}", data, data);
        Cli cli = Cli.run("check", profile.toString(), "--recording", recorded.toString());
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.lines())
                .contains(
                        "mine: 2 messages of streams, 1 control, 1 without a stream, 0 unreadable",
                        "  of no class: 2 messages of 1 streams; no key; no sequence");

        Path unnamed = recording(data, data);
        Cli none = Cli.run("check", profile.toString(), "--recording", unnamed.toString());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err())
                .contains("/messages/stream: found no value in 2 messages, allowed: names that messages have");
    }

    @Test
    void shouldCheckAShippedProfileAndOneWithErrors() throws IOException {
        Path okx = Path.of(System.getProperty("project.dir", "."), "conf/venues/okx.json");
        assertThat(Cli.run("check", okx.toString()).lines())
                .singleElement()
                .asString()
                .contains("is valid: a venue profile");
        Cli.run("check", file("{'messages':{'strem':[]}}")).assertBadInput("/messages/strem");
        Cli.run("check", file("{'extends':'nosuch'}")).assertBadInput("/extends: found \"nosuch\"");
    }
}
