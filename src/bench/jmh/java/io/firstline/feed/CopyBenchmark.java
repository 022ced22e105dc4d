package io.firstline.feed;

import io.firstline.NanosBenchmark;
import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.ArbiterSettings;
import io.firstline.arbitration.Line;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.Venue;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.StreamTable;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * The cost of a late copy of a message of 200 bytes or more, from its bytes to the arbiter's decision. The identity is
 * the venue's key (stream and sequence, read from the JSON) or the hash of all bytes.
 */
public class CopyBenchmark extends NanosBenchmark {
    private static final int BATCH = 1_024;
    private static final long INTERVAL_NANOS = 10_000;
    /** The identity of a message. */
    public enum Identity {
        KEY,
        BYTES
    }

    @Param
    public Identity identity;

    /**
     * About the size of a message. Bytes beyond 200 are after the key, so a larger message does not make the key cost
     * more.
     */
    @Param({"200", "1000", "4000"})
    public int bytes;

    /** More messages than are remembered, so that they can be used again. */
    private static final int BATCHES = 32;

    private final Buffer[][] batches = new Buffer[BATCHES][BATCH];
    private Buffer[] batch = batches[0];
    private int used;
    private final Payload payload = new Payload();
    private ArrivingCopy arriving;
    private MessageReader reader;
    private Arbiter<OutgoingCopy> arbiter;
    private Line first;
    private Line second;
    private long nowNanos = 1;

    @Setup(Level.Iteration)
    public void join() {
        MessageFormat format =
                identity == Identity.KEY ? Venue.find("binance-usdm", null).format() : MessageFormat.NONE;
        reader = new MessageReader(format, new StreamTable(List.of()));
        arriving = new ArrivingCopy();
        arbiter = new Arbiter<>(
                new ArbiterSettings(16_384, 60_000_000_000L, 2_500_000_000L, 250_000_000L), new Arbiter.Output<>() {
                    @Override
                    public void first(Line line, OutgoingCopy message, boolean late) {}

                    @Override
                    public void inStep(Line line, boolean alone) {}

                    @Override
                    public void conflict(Line line, int stream) {
                        throw new IllegalStateException("conflict");
                    }

                    @Override
                    public void outOfStep(Line line) {
                        throw new IllegalStateException("out of step");
                    }
                });
        first = arbiter.join(nowNanos, nowNanos);
        second = arbiter.join(nowNanos, nowNanos);
    }

    @Setup(Level.Trial)
    public void encode() {
        for (int i = 0; i < BATCHES * BATCH; i++) {
            batches[i / BATCH][i % BATCH] =
                    Buffer.buffer("{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":"
                            + (1_000_000_000_000L + i)
                            + ",\"s\":\"BTCUSDT\",\"b\":\"27423.10\",\"B\":\"5.419\",\"a\":\"27423.20\",\"A\":\"10.023\",\"T\":1680652700430,\"E\":1680652700435,\"x\":\""
                            + "x".repeat(bytes - 200)
                            + "\"}}");
        }
    }

    /** The first copies. Their garbage counts as well: a late copy has half of the reported garbage. */
    @Setup(Level.Invocation)
    public void publish() {
        batch = batches[used++ % BATCHES];
        for (Buffer payload : batch) {
            nowNanos += INTERVAL_NANOS;
            copy(first, payload);
        }
    }

    private long copy(Line line, Buffer bytes) {
        payload.over(bytes, true);
        reader.read(arriving.of("c", payload, nowNanos), null);
        arbiter.copy(line, arriving, nowNanos);
        return arriving.identity();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long losing() {
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            nowNanos += 100;
            sum += copy(second, batch[i]);
        }
        return sum;
    }
}
