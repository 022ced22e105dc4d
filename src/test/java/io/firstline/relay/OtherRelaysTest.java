package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OtherRelaysTest {
    private final OtherRelays others = new OtherRelays();

    @Test
    void shouldKnowWhatOtherRelaysWantUntilTheyAreGone() {
        others.heard("a", List.of("x", "y"), 0);
        others.heard("b", List.of("x"), 1);
        others.heard("a", List.of("y"), 2);

        assertThat(others.wanted()).containsExactlyInAnyOrder("x", "y");
        assertThat(others.ofGone(OtherRelays.GONE_NANOS)).isEmpty();
        assertThat(others.ofGone(OtherRelays.GONE_NANOS + 1)).containsExactly("x");
        assertThat(others.want("x")).isFalse();
        assertThat(others.want("y")).isTrue();
    }

    @Test
    void shouldRememberABoundedNumber() {
        for (int i = 0; i < 1_000; i++) {
            others.heard("relay " + i, List.of("s" + i), 0);
        }
        assertThat(others.wanted()).hasSize(256);
    }
}
