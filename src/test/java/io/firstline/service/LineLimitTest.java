package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LineLimitTest {
    private final LineLimit limit = new LineLimit(3);

    private int written(String kind, int lines) {
        int written = 0;
        for (int i = 0; i < lines; i++) {
            written += limit.isWritten("some.Logger", kind) ? 1 : 0;
        }
        return written;
    }

    @Test
    void shouldCountWhatIsOverTheLimitOfAKind() {
        assertThat(written("a", 10)).isEqualTo(3);
        assertThat(written("b", 2)).isEqualTo(2);

        assertThat(limit.leftOut(1_000)).isEqualTo(Map.of("a", 7L));
        assertThat(limit.leftOut(2_000)).isEmpty();
        assertThat(written("a", 10)).isEqualTo(3);
    }

    @Test
    void shouldKeepFewKinds() {
        int written = 0;
        for (int i = 0; i < 10_000; i++) {
            written += written("kind " + i, 1);
        }

        assertThat(written).isEqualTo(LineLimit.MOST_KINDS + 3);
        assertThat(limit.isWritten("another.Logger", "a new kind")).isTrue();
        assertThat(limit.leftOut(1_000)).isEqualTo(Map.of("a line of some.Logger", 10_000L - written));
    }

    @Test
    void shouldBeOverAfterASecondAndWhenTheClockIsSetBack() {
        limit.leftOut(10_000);

        assertThat(limit.isOver(10_999)).isFalse();
        assertThat(limit.isOver(11_000)).isTrue();
        assertThat(limit.isOver(9_999)).isTrue();
    }
}
