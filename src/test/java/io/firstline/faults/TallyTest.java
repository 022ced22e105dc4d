package io.firstline.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tally of the fault suite finds every kind of fault. */
class TallyTest {
    private final Tally tally = new Tally();

    @BeforeEach
    void send() {
        tally.sent("a", "a1");
        tally.sent("b", "b1");
        tally.sent("a", "a2");
    }

    @Test
    void shouldAcceptAnotherOrderOfDifferentStreams() {
        receive("b1", "a1", "a2");
        assertThat(tally.verdict()).isEqualTo(new Tally.Verdict(3, 0, 0, 0, 0));
    }

    @Test
    void shouldSeeWhatIsLostAndWhatComesTwice() {
        receive("a1", "a1", "a2");
        assertThat(tally.verdict()).isEqualTo(new Tally.Verdict(3, 1, 1, 0, 0));
    }

    @Test
    void shouldTellOutOfOrderFromLate() {
        receive("a2", "a1", "b1");
        assertThat(tally.verdict()).isEqualTo(new Tally.Verdict(3, 0, 0, 0, 1));
    }

    @Test
    void shouldTakeLateForWhatItIs() {
        receive("a2");
        tally.received(message("a1", true));
        receive("b1");
        assertThat(tally.verdict()).isEqualTo(new Tally.Verdict(3, 0, 0, 1, 0));
    }

    @Test
    void shouldOweWhatWasDeliveredIfNobodyElseHadTheRest() {
        tally.oweDeliveredOnly();
        assertThat(tally.delivered("a1")).isTrue();
        assertThat(tally.delivered("a1")).isFalse();
        assertThat(tally.delivered("b1")).isTrue();
        receive("a1");
        assertThat(tally.verdict()).isEqualTo(new Tally.Verdict(2, 1, 0, 0, 0));
    }

    private void receive(String... texts) {
        for (String text : texts) {
            tally.received(message(text, false));
        }
    }

    private static FeedMessage message(String text, boolean late) {
        return new FeedMessage("f", 1, "c", 0, Buffer.buffer(text), true, late);
    }
}
