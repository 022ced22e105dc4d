package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FirstDataDeadlineTest {
    private static final long DEADLINE = FirstDataDeadline.DEADLINE_NANOS;
    /** Longer after the clock's origin than the deadline. */
    private static final long SUBSCRIBED = 70_000_000_000L;

    private final FirstDataDeadline data = new FirstDataDeadline();
    private final Map<String, Long> seen = new HashMap<>();

    private List<String> overdue(Long lastDataNanos, boolean namesMatch, long nowNanos) {
        return data.overdue(seen::get, lastDataNanos, namesMatch, nowNanos);
    }

    @Test
    void shouldTellOnceWhatShowsNothing() {
        assertThat(data.expectsNothing()).isTrue();
        data.expect(List.of("trades", "book", "ticker", "candles", "funding"), SUBSCRIBED);
        data.expect(List.of("book"), SUBSCRIBED + DEADLINE - 1); // subscribed again, on another connection

        assertThat(overdue(null, false, SUBSCRIBED + DEADLINE - 1)).isEmpty();
        assertThat(data.expectsNothing()).isFalse();
        assertThat(overdue(null, false, SUBSCRIBED + DEADLINE))
                .containsExactly("book", "candles", "funding", "ticker", "trades");
        assertThat(data.expectsNothing()).isTrue();
        assertThat(overdue(null, false, SUBSCRIBED + 9 * DEADLINE)).isEmpty();
    }

    @Test
    void shouldTellOnlyTheSilentOneOfSeveral() {
        data.expect(List.of("a", "b"), SUBSCRIBED);
        seen.put("a", SUBSCRIBED);
        seen.put("b", SUBSCRIBED - 1); // before the subscription

        assertThat(overdue(SUBSCRIBED, true, SUBSCRIBED + 1)).isEmpty();
        seen.remove("a");
        assertThat(overdue(SUBSCRIBED, true, SUBSCRIBED + DEADLINE))
                .as("it has delivered")
                .containsExactly("b");
    }

    @Test
    void shouldAccuseNobodyWhereTheVenueUsesOtherNames() {
        data.expect(List.of("a"), SUBSCRIBED);

        assertThat(overdue(SUBSCRIBED, false, SUBSCRIBED + DEADLINE)).isEmpty();
        data.expect(List.of("a"), SUBSCRIBED + 1);
        assertThat(overdue(SUBSCRIBED, false, SUBSCRIBED + 1 + DEADLINE))
                .as("unless nothing at all came since")
                .containsExactly("a");
    }

    @Test
    void shouldExpectNothingOfWhatWasGivenUp() {
        data.expect(List.of("a", "b"), 0);
        data.forget(List.of("a"));

        assertThat(overdue(null, true, DEADLINE)).containsExactly("b");
    }
}
