package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.PendingRequests.Request;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingRequestsTest {
    private static final long ANSWER = PendingRequests.ANSWER_NANOS;
    private static final Request FIRST = new Request(1, at -> "one", List.of("a"));
    private static final Request SECOND = new Request(2, at -> "two", List.of("b"));

    private final PendingRequests requests = new PendingRequests();

    private void ask(Request request, long nowNanos) {
        requests.asking(request);
        requests.sent(request, nowNanos);
    }

    @Test
    void shouldBeSettledWhenAllIsAnswered() {
        assertThat(requests.isSettled()).isTrue();
        ask(FIRST, 0);
        ask(SECOND, 0);
        assertThat(requests.answered(2)).isEqualTo(SECOND);
        assertThat(requests.isSettled()).isFalse();
        assertThat(requests.answered(2)).as("a second answer is none").isNull();
        assertThat(requests.answered(1)).isEqualTo(FIRST);
        assertThat(requests.isSettled()).isTrue();
        assertThat(requests.answered(99)).isNull();
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
        assertThat(requests.givenUp(PendingRequests.TRIES * ANSWER)).containsExactly(FIRST);
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
        assertThat(requests.answered(2)).isNull();
    }
}
