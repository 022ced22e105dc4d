package io.firstline.feed.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CopyDifferenceTest {
    private static List<Buffer> messages(int from, IntFunction<String> text) {
        return IntStream.range(from, from + 8)
                .mapToObj(i -> Buffer.buffer(text.apply(i)))
                .toList();
    }

    @Test
    void shouldNameWhatIsEachConnectionsOwn() {
        CopyDifference difference = CopyDifference.between(
                messages(
                        0,
                        i -> "{\"time_ms\":" + (17_000 + i) + ",\"id\":" + i + ",\"type\":\"t\",\"d\":[{\"p\":" + i * i
                                + "}]}"),
                messages(
                        2,
                        i -> "{\"time_ms\":" + (99_000 + 3 * i) + ",\"id\":" + i + ",\"type\":\"t\",\"d\":[{\"p\":"
                                + i * i + "}]}"));

        assertThat(difference.members()).containsExactly("/time_ms");
        assertThat(difference.keyCandidates()).containsExactly("/id", "/d/0/p");
    }

    @Test
    void shouldNameAnIdThatNeverChanges() {
        CopyDifference difference = CopyDifference.between(
                messages(0, i -> "{\"params\":{\"subscription\":\"0xa\",\"result\":{\"a/b\":" + i + "}}}"),
                messages(0, i -> "{\"params\":{\"subscription\":\"0xb\",\"result\":{\"a/b\":" + i + "}}}"));

        assertThat(difference.members()).containsExactly("/params/subscription");
        assertThat(difference.keyCandidates()).containsExactly("/params/result/a~1b");
    }

    @Test
    void shouldNameNothingWhereThereIsNothingToCompare() {
        List<Buffer> json = messages(0, i -> "{\"a\":" + i + "}");
        for (List<Buffer> other : List.of(
                List.<Buffer>of(),
                messages(0, i -> "no JSON " + i),
                messages(0, i -> "{\"b\":" + i + "}"),
                messages(100, i -> "{\"a\":" + i + "}"),
                messages(0, i -> "{\"a\":\"" + "x".repeat(CopyDifference.MAX_BYTES) + "\"}"))) {
            assertThat(CopyDifference.between(json, other)).isEqualTo(CopyDifference.NONE);
        }
    }
}
