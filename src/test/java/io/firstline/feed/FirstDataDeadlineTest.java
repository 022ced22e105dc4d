package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FirstDataDeadlineTest {
    private static final long DEADLINE = FirstDataDeadline.DEADLINE_NANOS;

    private final FirstDataDeadline data = new FirstDataDeadline();
    private final Map<String, Long> seen = new HashMap<>();

    private List<String> overdue(Long lastDataNanos, boolean namesMatch, long nowNanos) {
        return data.overdue(seen::get, lastDataNanos, namesMatch, nowNanos);
    }

    @Test
    void shouldTellOnceWhatShowsNothing() {
        data.expect(List.of("b", "a"), 0);
        data.expect(List.of("a"), DEADLINE - 1); // subscribed again, on another connection

        assertThat(overdue(null, false, DEADLINE - 1)).isEmpty();
        assertThat(overdue(null, false, DEADLINE)).containsExactly("a", "b");
        assertThat(overdue(null, false, 9 * DEADLINE)).isEmpty();
    }

    @Test
    void shouldTellOnlyTheSilentOneOfSeveral() {
        data.expect(List.of("a", "b"), 5);
        seen.put("a", 7L);
        seen.put("b", 4L); // before the subscription

        assertThat(overdue(7L, true, 5 + DEADLINE)).containsExactly("b");
    }

    @Test
    void shouldAccuseNobodyWhereTheVenueUsesOtherNames() {
        data.expect(List.of("a"), 5);

        assertThat(overdue(7L, false, 5 + DEADLINE)).isEmpty();
        data.expect(List.of("a"), 100 + DEADLINE);
        assertThat(overdue(7L, false, 100 + 2 * DEADLINE))
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
