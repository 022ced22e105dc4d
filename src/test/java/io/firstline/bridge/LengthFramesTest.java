package io.firstline.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reads frames from bytes that the network splits anywhere. */
class LengthFramesTest {
    private final List<String> read = new ArrayList<>();
    private final List<Integer> broken = new ArrayList<>();
    private final LengthFrames frames = new LengthFrames(16, frame -> read.add(frame.toString()), broken::add);

    private static Buffer frame(String text) {
        return Buffer.buffer().appendInt(text.length()).appendString(text);
    }

    @Test
    void shouldNotCareWhereTheNetworkCuts() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> sent = new ArrayList<>();
        Buffer bytes = Buffer.buffer();
        for (int i = 0; i < 500; i++) {
            sent.add("x".repeat(1 + random.nextInt(16)));
            bytes.appendBuffer(frame(sent.get(i)));
        }

        int at = 0;
        while (at < bytes.length()) {
            int next = Math.min(bytes.length(), at + 1 + random.nextInt(40));
            frames.handle(bytes.getBuffer(at, next));
            at = next;
        }

        assertThat(read).as("seed %d", seed).isEqualTo(sent);
        assertThat(broken).isEmpty();
    }

    @Test
    void shouldStopAtTheFirstLengthThatIsWrong() {
        frames.handle(frame("good").appendInt(17).appendString("xxxx"));
        frames.handle(frame("more"));

        assertThat(read).containsExactly("good");
        assertThat(broken).containsExactly(17);
        List<Integer> lengths = new ArrayList<>();
        for (int length : new int[] {0, -1, Integer.MIN_VALUE}) {
            new LengthFrames(16, f -> {}, lengths::add).handle(Buffer.buffer().appendInt(length));
        }
        assertThat(lengths).containsExactly(0, -1, Integer.MIN_VALUE);
    }
}
