package io.firstline.bus.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The log of rejected input. */
class RejectionLogTest {
    private final RejectionLog rejections =
            new RejectionLog(LoggerFactory.getLogger(RejectionLogTest.class), System::nanoTime);

    private String at(long seconds, String kind, String detail) {
        return rejections.rejected(kind, detail, TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void shouldLogEachKindAtMostOnceAMinuteAndCountTheRest() {
        assertThat(at(0, "a", "one")).isEqualTo("a: one");
        assertThat(at(1, "a", "two")).isNull();
        assertThat(at(2, "b", null)).isEqualTo("b: no detail");
        assertThat(at(59, "a", "three")).isNull();
        assertThat(at(60, "a", "four")).isEqualTo("a: four (and 2 more like it since the last line)");
        assertThat(rejections.count()).isEqualTo(5);
    }

    @Test
    void shouldShowNothingThatAStrangerCouldWriteALogWith() {
        assertThat(at(0, "a", "x\n12:00 ERROR \u001b[31m" + "y".repeat(1_000)))
                .startsWith("a: x?12:00 ERROR ?[31m")
                .hasSizeLessThan(300)
                .endsWith("…");
        for (int i = 0; i < 100; i++) {
            at(0, "kind " + i, "");
        }
        assertThat(at(0, "kind 101", "")).as("one kind too many").isNull();
    }
}
