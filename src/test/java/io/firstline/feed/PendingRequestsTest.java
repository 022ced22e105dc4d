package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.Acks;
import io.firstline.feed.PendingRequests.Effect;
import io.firstline.feed.PendingRequests.Refusal;
import io.firstline.feed.PendingRequests.Request;
import io.firstline.feed.message.Reply;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PendingRequestsTest {
    private static final long ANSWER = PendingRequests.ANSWER_NANOS;
    private static final Acks BY_STREAM = new Acks("", List.of(), List.of("/s"), "", "");
    private static final Acks BY_LIST = new Acks("", List.of(), List.of(), "/ok", "/bad");
    private static final Request FIRST = request(1, "a");
    private static final Request SECOND = request(2, "b");

    private final PendingRequests requests = new PendingRequests();

    private static Request request(long id, String... streams) {
        Map<String, Set<String>> words = new LinkedHashMap<>();
        for (String stream : streams) {
            words.put(stream, Set.of(stream.split(" ")));
        }
        return new Request(id, (at, ofConnection) -> "text", words, true, null);
    }

    private Effect reply(long id, String refusal, Acks acks, String json, String... words) {
        Payload payload = new Payload().over(Buffer.buffer(json.replace('\'', '"')), true);
        return requests.replied(new Reply(id, refusal, List.of(words), acks, payload));
    }

    private boolean answered(long id) {
        Effect effect = reply(id, null, Acks.NONE, "{}");
        assertThat(effect.refusals()).isEmpty();
        return effect.known();
    }

    private static List<String> words(List<Refusal> refusals) {
        return refusals.stream()
                .map(each -> each.streams() + (each.named() ? " " : "? ") + each.why())
                .toList();
    }

    private void ask(Request request, long nowNanos) {
        requests.asking(request);
        requests.sent(request, nowNanos);
    }

    @Test
    void shouldBeSettledWhenAllIsAnswered() {
        assertThat(requests.isSettled()).isTrue();
        ask(FIRST, 0);
        ask(SECOND, 0);
        assertThat(answered(2)).isTrue();
        assertThat(requests.isSettled()).isFalse();
        assertThat(answered(2)).as("a second answer is none").isFalse();
        assertThat(answered(1)).isTrue();
        assertThat(requests.isSettled()).isTrue();
        assertThat(answered(99)).isFalse();
    }

    @Test
    void shouldAskAgainAndThenGiveUp() {
        ask(FIRST, 0);
        assertThat(requests.toRepeat(ANSWER - 1)).isEmpty();
        for (int tries = 1; tries < PendingRequests.TRIES; tries++) {
            assertThat(requests.toRepeat(tries * ANSWER)).containsExactly(FIRST);
            assertThat(requests.givenUp(tries * ANSWER)).isEmpty();
            ask(FIRST, tries * ANSWER);
        }
        assertThat(requests.toRepeat(PendingRequests.TRIES * ANSWER)).isEmpty();
        assertThat(words(requests.givenUp(PendingRequests.TRIES * ANSWER)))
                .containsExactly("[a]? not answered, asked 3 times");
        assertThat(requests.isSettled()).isTrue();
    }

    @Test
    void shouldNotCountTheTimeThatARequestWaitsToBeSent() {
        requests.asking(FIRST);
        assertThat(requests.toRepeat(100 * ANSWER)).isEmpty();

        requests.sent(FIRST, 100 * ANSWER);

        assertThat(requests.toRepeat(101 * ANSWER - 1)).isEmpty();
        assertThat(requests.toRepeat(101 * ANSWER)).containsExactly(FIRST);
        requests.sent(SECOND, 0); // answered before its write was confirmed
        assertThat(answered(2)).isFalse();
    }

    @Test
    void shouldSettleARequestWhenEachOfItsStreamsIs() {
        ask(request(1, "book A", "book B", "trade A"), 0);
        assertThat(reply(1, null, BY_STREAM, "{}", "book", "B").known()).isTrue();
        assertThat(reply(1, null, BY_STREAM, "{}", "book", "B").known())
                .as("again")
                .isTrue();
        assertThat(requests.openStreams()).containsExactly("book A", "trade A");
        assertThat(words(reply(1, "no such", BY_STREAM, "{}", "trade").refusals()))
                .containsExactly("[trade A] no such");
        assertThat(reply(0, null, BY_STREAM, "{}", "book").known())
                .as("without id")
                .isTrue();
        assertThat(requests.isSettled()).isTrue();
    }

    private static Request ending(long id, String... streams) {
        return new Request(
                id, (at, ofConnection) -> "text", request(id, streams).words(), false, null);
    }

    @Test
    void shouldSettleTheOldestRequestForAStreamByAReplyWithoutId() {
        ask(ending(1, "a"), 0);
        ask(request(2, "a"), 0);
        assertThat(reply(0, null, BY_STREAM, "{}", "a").known()).isTrue();
        assertThat(requests.streamOf(2)).isEqualTo("a");
        assertThat(requests.openStreams()).containsExactly("a");

        assertThat(reply(0, null, BY_STREAM, "{}", "a").known()).isTrue();
        assertThat(requests.isSettled()).isTrue();
        assertThat(requests.streamOf(2)).as("its own reply may still come").isEqualTo("a");
        reply(2, null, BY_STREAM, "{}", "a");
        assertThat(requests.streamOf(2)).isNull();
    }

    @Test
    void shouldNotRepeatTheEndOfAStreamThatIsSubscribedAgain() {
        ask(FIRST, 0);
        ask(ending(2, "a", "b"), 0);
        ask(ending(3, "a"), 0);
        ask(FIRST, 1); // again: older than its end
        assertThat(requests.toRepeat(ANSWER)).extracting(Request::id).containsExactly(2L, 3L);

        ask(request(4, "a"), 1);
        assertThat(requests.toRepeat(ANSWER + 1)).extracting(Request::id).containsExactly(4L);
        assertThat(words(requests.givenUp(ANSWER + 1))).containsExactly("[b]? not answered, asked once");
        assertThat(requests.openStreams()).containsExactly("a");
    }

    @Test
    void shouldNotRepeatARequestForAStreamThatIsNoLongerWanted() {
        ask(FIRST, 0);
        ask(request(2, "a", "b"), 0);
        ask(new Request(3, (at, ofConnection) -> "end", Map.of("a", Set.of("a")), false, null), 1);

        assertThat(requests.toRepeat(ANSWER)).isEmpty();
        assertThat(words(requests.givenUp(ANSWER))).containsExactly("[b]? not answered, asked once");
        assertThat(requests.toRepeat(ANSWER + 1)).extracting(Request::id).containsExactly(3L);
    }

    @Test
    void shouldKnowTheStreamOfARequestThatWasGivenUp() {
        for (int id = 1; id <= PendingRequests.MAX_LATE + 1; id++) {
            for (int tries = 0; tries < PendingRequests.TRIES; tries++) {
                ask(request(id, "a" + id), 0);
            }
        }
        ask(ending(9_999, "z"), 0);
        assertThat(requests.givenUp(ANSWER)).hasSize(PendingRequests.MAX_LATE + 1);
        assertThat(requests.streamOf(1)).as("bounded").isNull();
        assertThat(requests.streamOf(2)).isEqualTo("a2");
        assertThat(requests.streamOf(9_999)).isNull();
        reply(2, null, Acks.NONE, "{}");
        assertThat(requests.streamOf(2)).isNull();
    }

    @Test
    void shouldTakeTheLastOpenStreamsForThoseThatRefusalsDoNotName() {
        ask(request(1, "a", "b", "c"), 0);
        assertThat(reply(1, "bad", BY_STREAM, "{}").refusals()).isEmpty();
        reply(1, null, BY_STREAM, "{}", "a");
        assertThat(words(reply(1, null, BY_STREAM, "{}", "c").refusals())).containsExactly("[b] bad");
        assertThat(requests.isSettled()).isTrue();

        ask(request(2, "a", "b", "c"), 0);
        assertThat(reply(2, "bad", BY_STREAM, "{}").refusals()).isEmpty();
        assertThat(requests.refused(ANSWER - 1)).isEmpty();
        assertThat(requests.toRepeat(ANSWER)).isEmpty();
        assertThat(words(requests.refused(ANSWER))).containsExactly("[a, b, c]? bad");
        assertThat(requests.isSettled()).isTrue();

        ask(request(3, "a", "b"), 0);
        reply(3, null, BY_STREAM, "{}", "renamed");
        assertThat(words(reply(3, "bad", BY_STREAM, "{}").refusals())).containsExactly("[a, b]? bad");
        ask(request(4, "a", "b"), 0);
        assertThat(words(reply(4, "bad", Acks.NONE, "{}").refusals())).containsExactly("[a, b]? bad");
    }

    @Test
    void shouldFindStreamsInAnyListOfTheServer() {
        for (String list : List.of(
                "['book A','book B']",
                "{'book':['A','B'],'trade':['A']}",
                "[{'name':'book','symbols':['A','B']},{'name':'trade','symbols':['A']}]",
                "[{'ch':'book','s':'A'},{'ch':'book','s':'B'},{'ch':'trade','s':'A'}]")) {
            boolean names = list.startsWith("['");
            ask(names ? request(1, "book_A", "book_B") : request(1, "book A", "trade A", "book B"), 0);
            assertThat(words(reply(1, null, BY_LIST, "{'ok':" + list.replace(names ? " " : "#", "_") + "}")
                            .refusals()))
                    .as(list)
                    .isEmpty();
            assertThat(requests.isSettled()).isTrue();
            ask(request(2, "trade B", "trade C"), 0);
            assertThat(words(reply(2, null, BY_LIST, "{'ok':" + list + "}").refusals()))
                    .containsExactly("[trade B, trade C] " + PendingRequests.NOT_LISTED);
        }
        ask(request(3, "a", "b", "c"), 0);
        assertThat(words(reply(0, null, BY_LIST, "{'ok':['a'],'bad':['b']}").refusals()))
                .containsExactly("[b] rejected");
        assertThat(requests.openStreams()).containsExactly("c");
    }

    @Test
    void shouldWaitForTheOwnListOfARequestWithoutId() {
        ask(request(1, "a"), 0);
        ask(request(2, "b", "c"), 0);
        assertThat(reply(0, null, BY_LIST, "{'ok':['a']}").known()).isTrue();
        assertThat(requests.openStreams()).containsExactly("b", "c");
        reply(0, null, BY_LIST, "{'ok':['a','b']}");
        assertThat(requests.toRepeat(ANSWER)).isEmpty();
        assertThat(words(requests.refused(ANSWER))).containsExactly("[c]? " + PendingRequests.NOT_LISTED);
        assertThat(reply(0, null, BY_LIST, "{'ok':['a','b']}").known()).isFalse();
    }

    @Test
    void shouldNotReadListsWithoutEnd() {
        ask(request(1, "x"), 0);
        String endless = "[" + "'y',".repeat(300_000) + "'x']";
        assertThat(words(reply(1, null, BY_LIST, "{'ok':" + endless + "}").refusals()))
                .as("too long")
                .isEmpty();
        ask(request(2, "x"), 0);
        String deep = "[".repeat(20) + "'x'" + "]".repeat(20);
        assertThat(words(reply(2, null, BY_LIST, "{'ok':" + deep + "}").refusals()))
                .hasSize(1);
        ask(request(4, "x"), 0);
        String wide = IntStream.range(0, 60_000)
                .mapToObj(i -> "'k" + i + "':" + (i % 2 == 0 ? i : "[" + i + "]"))
                .collect(Collectors.joining(",", "{", "}"));
        long start = System.nanoTime();
        assertThat(words(reply(4, null, BY_LIST, "{'ok':" + wide + "}").refusals()))
                .hasSize(1);
        assertThat(System.nanoTime() - start)
                .as("not the square of its length")
                .isLessThan(TimeUnit.SECONDS.toNanos(10));
        ask(request(3, "x"), 0);
        String many = "[" + "'y',".repeat(25_000) + "'x']";
        assertThat(words(reply(3, null, BY_LIST, "{'ok':" + many + "}").refusals()))
                .hasSize(1);
    }
}
