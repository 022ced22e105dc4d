package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The thread that writes lines: order, limits, back-pressure, end. */
class LineWriterTest {
    private static final int MANY = 20_000;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final AtomicLong dropped = new AtomicLong();

    @AfterEach
    void close() {
        RunningService.await(vertx.close(), 10);
    }

    private FeedStream stream() {
        return new FeedStream(context, MANY, Overflow.DROP_OLDEST, dropped::addAndGet);
    }

    private void push(FeedStream stream, String feed, int count) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        context.runOnContext(v -> {
            for (int i = 1; i <= count; i++) {
                stream.push(new FeedMessage(feed, i, feed + "-1", 0, Buffer.buffer(feed + " " + i), true, false));
            }
            done.complete(null);
        });
        join(done);
    }

    private static byte[] payload(FeedMessage message) {
        return message.payload().getBytes();
    }

    private static void join(CompletableFuture<Void> future) {
        future.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static List<String> numbered(String feed, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> feed + " " + i).toList();
    }

    @Test
    void shouldWriteSeveralStreamsWithoutMixingTheirLines() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LineWriter writer = new LineWriter(new StandardOutput(out), LineWriterTest::payload, 3L * MANY);
        List<FeedStream> streams = List.of(stream(), stream(), stream());
        writer.read(streams);

        push(streams.get(0), "a", MANY);
        push(streams.get(1), "b", MANY);
        push(streams.get(2), "c", MANY);
        join(writer.ended());

        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        for (String feed : List.of("a", "b", "c")) {
            assertThat(lines.stream().filter(line -> line.startsWith(feed)).toList())
                    .isEqualTo(numbered(feed, MANY));
        }
        assertThat(writer.written()).isEqualTo(3L * MANY);
        assertThat(dropped).hasValue(0);
    }

    @Test
    void shouldEndAtItsLimit() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LineWriter writer = new LineWriter(new StandardOutput(out), LineWriterTest::payload, 3);
        FeedStream stream = stream();
        writer.read(List.of(stream));

        push(stream, "a", 10);
        join(writer.ended());

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("a 1\na 2\na 3\n");
    }

    @Test
    void shouldWriteTheRestWhenStopped() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LineWriter writer = new LineWriter(new StandardOutput(out), LineWriterTest::payload, 0);
        FeedStream stream = stream();
        writer.read(List.of(stream));
        push(stream, "a", 1_000);

        writer.stop();
        join(writer.ended());

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactlyElementsOf(numbered("a", 1_000));
    }

    @Test
    void shouldEndWhenNothingCanBeWritten() {
        StandardOutput full = new StandardOutput(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        });
        LineWriter writer = new LineWriter(full, LineWriterTest::payload, 0);
        FeedStream stream = stream();
        writer.read(List.of(stream));

        push(stream, "a", 1);

        join(writer.ended());
        assertThat(full.failure()).hasMessage("No space left on device");
    }

    @Test
    void shouldTellAFailureOfItsOwn() {
        LineWriter writer = new LineWriter(
                new StandardOutput(new ByteArrayOutputStream()),
                message -> {
                    throw new IllegalStateException("cannot write this");
                },
                0);
        FeedStream stream = stream();
        writer.read(List.of(stream));

        push(stream, "a", 1);

        assertThatThrownBy(() -> join(writer.ended()))
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("cannot write this");
    }

    @Test
    void shouldHoldBackInsteadOfFillingTheMemoryWhenTheReaderIsSlow() {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        List<Integer> sizes = new ArrayList<>();
        LineWriter writer = new LineWriter(
                new StandardOutput(new OutputStream() {
                    @Override
                    public void write(int b) {
                        write(new byte[1], 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int from, int length) {
                        join(gate);
                        sizes.add(length);
                    }
                }),
                LineWriterTest::payload,
                MANY);
        FeedStream stream = stream();
        writer.read(List.of(stream));

        push(stream, "a", MANY);
        assertThat(stream.buffered()).as("left in the stream's bounded ring").isGreaterThan(MANY / 2);
        gate.complete(null);
        join(writer.ended());

        assertThat(sizes.stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(numbered("a", MANY).stream()
                        .mapToInt(line -> line.length() + 1)
                        .sum());
        assertThat(dropped).hasValue(0);
    }
}
