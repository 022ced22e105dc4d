package io.firstline.bus;

import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the codec costs: nothing on this node, a copy to others. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FeedMessageCodecBenchmark {
    private final FeedMessageCodec codec = new FeedMessageCodec();
    private final FeedMessage message = new FeedMessage(
            "btc", 1_234_567, "btc-3", 1_680_652_700_430_000L, Buffer.buffer(new byte[200]), true, false);
    private final Buffer wire = Buffer.buffer();

    @Setup
    public void encode() {
        codec.encodeToWire(wire, message);
    }

    @Benchmark
    public FeedMessage transform() {
        return codec.transform(message);
    }

    @Benchmark
    public Buffer encodeToWire() {
        Buffer target = Buffer.buffer(300);
        codec.encodeToWire(target, message);
        return target;
    }

    @Benchmark
    public FeedMessage decodeFromWire() {
        return codec.decodeFromWire(0, wire);
    }
}
