package io.firstline.replay.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LineNameTest {
    @Test
    void shouldReadWhatItWrites() {
        LineName name = new LineName("host:1", 7, List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L));

        assertThat(name.firsts()).hasSize(LineName.MOST).endsWith(9L);
        assertThat(LineName.parse(name.toString())).isEqualTo(name);
    }

    @Test
    void shouldRejectOtherForms() {
        assertThat(LineName.parse("host:1/7")).isNull();
        assertThat(LineName.parse("host:1/7/")).isNull();
        assertThat(LineName.parse("host:1/7/1" + ",1".repeat(100_000)))
                .as("of a stranger")
                .isNull();
    }
}
