package io.firstline.bus;

import io.firstline.NanosBenchmark;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** The cost of the codec: nothing on this node, a copy for others. */
public class FeedMessageCodecBenchmark extends NanosBenchmark {
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
