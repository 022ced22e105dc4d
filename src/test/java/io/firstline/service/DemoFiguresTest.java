package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The figures of the demo and their format. */
class DemoFiguresTest {
    private final DemoFigures figures = new DemoFigures();

    private void receive(long... sequences) {
        for (long sequence : sequences) {
            long nowMicros = Instant.now().toEpochMilli() * 1_000;
            figures.received(new FeedMessage("demo", sequence, "demo-1", nowMicros, Buffer.buffer("x"), true, false));
        }
    }

    private static JsonObject connection(String id, String role) {
        return new JsonObject()
                .put("connection", id)
                .put("role", role)
                .put("messages", 3L)
                .put("wins", 2L)
                .put("losses", 1L)
                .put("saves", 1L)
                .put("ageMs", 2_500L)
                .put("latencyMs", 1.5)
                .put("lagP50Micros", 100L)
                .put("lagP99Micros", 2_000L);
    }

    private static JsonObject status(long published, JsonObject... connections) {
        return new JsonObject()
                .put("published", published)
                .put("copies", 3 * published)
                .put("live", 2)
                .put("target", 5)
                .put("evictions", 1)
                .put("connections", new JsonArray(List.of(connections)));
    }

    @Test
    void shouldCountPerSecond() {
        receive(1, 2, 3);
        String first = figures.line(1, status(3, connection("demo-1", "member")));
        receive(4);
        String second = figures.line(2, status(4, connection("demo-1", "member")));

        assertThat(first)
                .startsWith("  1 s       3 msg/s       6 late copies/s  live 2/5  fastest demo-1 (1.50 ms)")
                .contains("best single demo-1 0.10/2.00 ms")
                .endsWith("evictions 1");
        assertThat(second).startsWith("  2 s       1 msg/s       2 late copies/s");
    }

    @Test
    void shouldShowWhatIsNotMeasuredAsUnknown() {
        JsonObject fresh = connection("demo-1", "member")
                .putNull("latencyMs")
                .putNull("lagP50Micros")
                .putNull("lagP99Micros");

        assertThat(figures.line(1, status(0, fresh))).contains("fastest -").contains("best single -");
        assertThat(figures.summary(status(0, fresh), 0).get(1)).contains(" - ");
    }

    @Test
    void shouldTellEachConnectionsFate() {
        List<String> lines = figures.summary(
                status(
                        4,
                        connection("demo-10", "candidate"),
                        connection("demo-2", "gone").put("end", "closed-by-us (evicted)"),
                        connection("demo-1", "member"),
                        connection("demo-3", "gone").put("end", "reset")),
                4);

        assertThat(lines.get(1)).startsWith("demo-1     live").contains("50.0%").contains("2.00");
        assertThat(lines.get(2)).startsWith("demo-2     evicted");
        assertThat(lines.get(3)).startsWith("demo-3     lost");
        assertThat(lines.get(4)).startsWith("demo-10    on trial");
        assertThat(lines.get(5)).startsWith("merged");
        assertThat(String.join("\n", lines))
                .contains(
                        "Healed by other connections: 4 losses of single connections. Slow connections replaced without a gap: 1."
                                + " Messages that only one connection delivered: 4.");
    }

    @Test
    void shouldBeExactOnlyWhenEveryMessageCameOnceAndInOrder() {
        receive(1, 2, 3);

        assertThat(figures.isExact(status(3), 3)).isTrue();
        assertThat(figures.isExact(status(3), 4)).as("one lost").isFalse();
        assertThat(figures.isExact(status(4), 3)).as("one too many").isFalse();
        receive(3);
        assertThat(figures.isExact(status(4), 4)).as("one twice").isFalse();
    }

    @Test
    void shouldShowNumbersTheSameWayEverywhere() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            receive(1);
            assertThat(figures.summary(status(1_000, connection("demo-1", "member")), 1_000))
                    .anyMatch(line ->
                            line.startsWith("The exchange sent 1,000 messages; 1 reached the consumer, 999 lost"));
        } finally {
            Locale.setDefault(before);
        }
    }
}
