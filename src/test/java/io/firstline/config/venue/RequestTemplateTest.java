package io.firstline.config.venue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.Errors;
import io.firstline.config.feed.FeedConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestTemplateTest {
    private static final long NOW_MS = 1_700_000_000_123L;

    @TempDir
    Path directory;

    private SubscribeTemplates requests(String profile, String... streams) {
        return feed(profile, streams).subscriptions();
    }

    private FeedConfig feed(String profile, String... streams) {
        try {
            Path venues = directory.resolve("venues");
            Files.createDirectories(venues);
            Files.writeString(venues.resolve("v.json"), "{\"url\":\"wss://x.com\"," + profile.replace('\'', '"') + "}");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return FeedConfig.fromJson(
                new JsonObject().put("name", "f").put("venue", "v").put("streams", Arrays.asList(streams)), directory);
    }

    private static List<String> asked(SubscribeTemplates requests) {
        return requests.subscribing(requests.streams(), 2).stream()
                .map(batch -> batch.text(7, NOW_MS))
                .toList();
    }

    @Test
    void shouldListTheWordsOfStreamsWhoseOtherWordsAreEqual() {
        assertThat(asked(requests(
                        "'subscribe':'ch=${1} of ${*2} #${id}'", "book A", "trade A", "book B", "book C", "trade \"B")))
                .containsExactly(
                        "ch=book of [\"A\",\"B\"] #7", "ch=book of [\"C\"] #7", "ch=trade of [\"A\",\"\\\"B\"] #7");
        assertThat(asked(requests("'subscribe':'/${1}:${*2,}','words':'.'", "m.A", "m.B", "n.A")))
                .containsExactly("/m:A,B", "/n:A");
    }

    @Test
    void shouldGroupNamesByTheWordsOfTheRequest() {
        assertThat(asked(requests("'subscribe':'${1} ${streams}'", "a 1", "b 1", "a 2")))
                .containsExactly("a [\"a 1\",\"a 2\"]", "b [\"b 1\"]");
    }

    @Test
    void shouldGroupArguments() {
        assertThat(asked(requests(
                        "'subscribe':'[1,${streams,}]','argument':'{\\'type\\':\\'${1}\\',\\'codes\\':${*2}}'"
                                .replace("\\'", "\\\""),
                        "trade A",
                        "trade B")))
                .containsExactly("[1,{\"type\":\"trade\",\"codes\":[\"A\",\"B\"]}]");
    }

    @Test
    void shouldInsertTheTime() {
        assertThat(asked(requests("'subscribe':'${time} ${timeMs} ${streams}'", "${id}")))
                .containsExactly("1700000000 1700000000123 [\"${id}\"]");
    }

    @Test
    void shouldTakeMissingMembersFromTheProfile() {
        SubscribeTemplates requests = requests(
                """
                'subscribe':'sub ${streams}','argument':'${1}','unsubscribe':'un ${streams}','words':'.',
                'requests':[{'match':'^spread','argument':'s-${1}'},
                            {'match':'^book','subscribe':'book ${1} depth ${2}','nameWords':1},
                            {'match':'^b','unsubscribe':'never ${1}','streamsPerRequest':1}]""",
                "a", "spread1", "book1.10", "b", "b2");

        assertThat(asked(requests))
                .containsExactly("sub [a]", "sub [s-spread1]", "book book1 depth 10", "sub [b]", "sub [b2]");
        assertThat(requests.unsubscribing(List.of("a", "book1.10", "b"), 5).stream()
                        .map(batch -> batch.text(1, 0)))
                .containsExactly("un [a]", "un [\"book1.10\"]", "never b");
        assertThat(Errors.of(() -> requests("'subscribe':'${1}.${2}','words':'.'", "book2")))
                .containsExactly("/streams: found \"book2\", allowed: 2 words with \".\" between them");
        assertThat(requests.shownName("book1.10")).isEqualTo("book1");
        assertThat(requests.shownName("spread1")).isEqualTo("spread1");
    }

    @Test
    void shouldRejectStreamsThatMessagesDoNotTellApart() {
        String profile = "'subscribe':'${1} ${2} ${3}','nameWords':2";
        assertThat(Errors.of(() -> requests(profile, "book A 10", "book B 10", "book A 25")))
                .containsExactly("/streams: found \"book A 10\" and \"book A 25\", both \"book A\" in messages,"
                        + " allowed: one of them: messages do not show which of the two they belong to");
        SubscribeTemplates requests = requests(profile, "book A 10");
        assertThatThrownBy(() -> requests.requireDistinct(List.of("book A 10", "book A 25")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("both \"book A\"");
    }

    @Test
    void shouldRejectTemplatesThatCannotBeRight() {
        assertThat(problems("'subscribe':'${1} ${bad}'"))
                .contains("the placeholder ${bad} at /subscribe")
                .contains("${*1,} to ${*9,}");
        assertThat(problems("'subscribe':'${1} ${*10}'")).contains("the placeholder ${*10} at /subscribe");
        assertThat(problems("'subscribe':'${1} ${'")).contains("an unknown placeholder at /subscribe");
        assertThat(problems("'subscribe':'${*1} ${*2}'")).contains("lists of the words at 2 places at /subscribe");
        assertThat(problems("'subscribe':'${streams}','argument':'${id}'"))
                .contains("the placeholder ${id} at /argument");
        assertThat(problems("'subscribe':'{\\\"a\\\":[${*1}]'"))
                .contains("a template that is not JSON once it is filled at /subscribe");
        assertThat(problems("'requests':[{'match':'x','subscribe':'hello'}]"))
                .contains("a template without ${streams} at /requests/0/subscribe");
        assertThat(problems("'requests':[{'match':'x(','subscribe':'${1}'}]")).contains("/requests/0/match");
        assertThat(problems("'requests':[{'subscribe':'${1}'}]")).contains("/requests/0");
        assertThat(problems("'requests':[{'match':'^a','subscribe':'${1}'}]", "a", "b"))
                .contains("/streams: found \"b\", but no request to subscribe it with");
    }

    @Test
    void shouldRejectARequestThatCannotNameAllStreams() {
        assertThat(asked(requests("'subscribeAll':'all ${*1}'", "a", "b", "c")))
                .containsExactly("all [\"a\",\"b\",\"c\"]");
        assertThat(problems("'subscribeAll':'all ${1}'")).contains("a template for one stream at /subscribeAll");
        assertThat(problems("'subscribeAll':'${1} ${*2}'", "a 1", "b 1"))
                .contains("/streams: found streams that \"subscribeAll\" cannot name in one request");
        assertThat(problems("'subscribeAll':'${streams}','subscribe':'${streams}'"))
                .contains("/subscribeAll");
        assertThat(problems("'subscribeAll':'${streams}','requests':[{'match':'a'}]"))
                .contains("either \"subscribeAll\" or \"requests\"");
        SubscribeTemplates requests = requests("'subscribeAll':'${1} ${*2}'", "a 1");
        assertThatThrownBy(() -> requests.requireDistinct(List.of("a 1", "b 1")))
                .hasMessageContaining("cannot name in one request");
    }

    @Test
    void shouldRejectAnswersThatCannotBeRight() {
        requests("'messages':{'answers':[{'when':['Ping'],'send':'${/a/-1}'}]}");
        assertThat(answer("{'at':'/ping'}", "{\\'pong\\':\\'${/ping}\\'}"))
                .contains("a template that is not JSON once it is filled at /messages/answers/0/send");
        assertThat(answer("{'at':'/ping'}", "{\\'pong\\':${ping}}"))
                .contains("the placeholder ${ping} at /messages/answers/0/send")
                .contains("${/pointer}, ${id}, ${time} and ${timeMs}");
        assertThat(answer("{'at':'/ping'}", "{\\'ping\\':${/ping}}"))
                .contains("which has itself the signs of a message to answer at /messages/answers/0/send")
                .contains("an answer that a server cannot send back for ever");
        assertThat(answer("'ping'", "ping")).contains("which has itself the signs");
        assertThat(answer("{'at':'/ping'}", "${/a/-99}")).contains("/messages/answers/0/send");
        assertThat(problems("'ready':['hi'],'readyMs':0")).contains("/readyMs");
        assertThat(problems("'messages':{'ackStream':['/s']}"))
                .contains("streams in replies, but no sign of a reply at /messages/ackStream");
        assertThat(problems("'messages':{'ackId':'/id','accepted':'/a/-1'}")).contains("at /messages/accepted");
        assertThat(problems("'onConnect':['${streams}']")).contains("the placeholder ${streams} at /onConnect/0");
    }

    private String answer(String when, String send) {
        return problems(
                ("'messages':{'answers':[{'when':[" + when + "],'send':'" + send + "'}]}").replace("\\'", "\\\""));
    }

    private String problems(String profile, String... streams) {
        return String.join("\n", Errors.of(() -> requests(profile, streams)));
    }
}
