package io.firstline.feed.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A slow path and faster ones, all in use; {@link io.firstline.feed.path.PathChoice} in full is simulated elsewhere. */
class PathChoiceTest {
    private static final List<String> PATHS = List.of("slow", "fast", "faster", "untested");
    private static final long NOW = -TimeUnit.SECONDS.toNanos(1_000);

    private final PathTable<String> table = new PathTable<>();
    private final PathChoice<String> choice = new PathChoice<>(table);

    @BeforeEach
    void measure() {
        costs("slow", 25);
        costs("fast", 6);
        costs("faster", 5);
        figures("untested").tried(NOW);
    }

    private PathFigures figures(String path) {
        return table.of(path, Set::of, NOW);
    }

    private void costs(String path, double ms) {
        figures(path).measured(new PathFigures.Measurement(ms, ms, ms, ms, 1_000, 100, 0), NOW);
    }

    @Test
    void shouldReplaceASlowConnectionOnTheFastestPath() {
        assertThat(choice.faster("slow", 2, PATHS, NOW)).isEqualTo("faster");
        figures("faster").failed(NOW);
        assertThat(choice.faster("slow", 2, PATHS, NOW)).as("left alone").isEqualTo("fast");
    }

    @Test
    void shouldKeepTheLastConnectionOfAPath() {
        assertThat(choice.faster("slow", 1, PATHS, NOW)).isNull();
    }

    @Test
    void shouldMoveForAClearDifferenceOnly() {
        assertThat(choice.faster("fast", 2, PATHS, NOW)).as("5 ms against 6 ms").isNull();
        costs("slower", 7);
        assertThat(choice.faster("slower", 2, PATHS, NOW))
                .as("5 ms against 7 ms")
                .isEqualTo("faster");
        assertThat(choice.faster("unknown", 2, PATHS, NOW)).isNull();
        assertThat(choice.faster("untested", 2, PATHS, NOW)).isNull();
    }
}
