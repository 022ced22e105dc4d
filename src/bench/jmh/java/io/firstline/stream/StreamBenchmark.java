package io.firstline.stream;

import io.firstline.NanosBenchmark;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The cost of passing a message to a consumer: directly, and through the buffer. */
public class StreamBenchmark extends NanosBenchmark {
    private static final int WAITING = 256;

    private final FeedMessage[] messages = new FeedMessage[WAITING];
    private final MessageRing ring = new MessageRing(16_384, 1 << 26, Overflow.DROP_OLDEST);
    private Vertx vertx;
    private FeedStream open;
    private long received;
    private int next;

    @Setup(Level.Trial)
    public void prepare() throws InterruptedException {
        for (int i = 0; i < WAITING; i++) {
            messages[i] = new FeedMessage("feed", i + 1, "c1", 1, Buffer.buffer(new byte[200]), true, false);
        }
        vertx = Vertx.vertx();
        open = new FeedStream(((VertxInternal) vertx).createEventLoopContext(), 16_384, Overflow.DROP_OLDEST, n -> {});
        open.handler(message -> received++);
        TimeUnit.MILLISECONDS.sleep(100); // the handler is set on the stream's context
    }

    @TearDown
    public void close() throws InterruptedException {
        vertx.close();
    }

    private FeedMessage message() {
        return messages[next++ & (WAITING - 1)];
    }

    /** The consumer's handler runs at once. */
    @Benchmark
    public long pushToHandler() {
        open.push(message());
        return received;
    }

    /** One message waits at a time. */
    @Benchmark
    public FeedMessage ringOfferPoll() {
        ring.offer(message());
        return ring.poll();
    }

    /** A burst waits, then the consumer takes it. */
    @Benchmark
    @OperationsPerInvocation(WAITING)
    public long ringBurst() {
        for (FeedMessage message : messages) {
            ring.offer(message);
        }
        long sum = 0;
        for (FeedMessage message = ring.poll(); message != null; message = ring.poll()) {
            sum += message.sequence();
        }
        return sum;
    }
}
