package io.firstline.feed;

import io.firstline.NanosBenchmark;
import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.Line;
import io.firstline.arbitration.MatchingLines;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * The cost of a copy of a message of 200 bytes or more, from its bytes to the arbiter's decision. The identity is the
 * venue's key (stream and sequence, read from the JSON) or the hash of all bytes.
 */
public class CopyBenchmark extends NanosBenchmark {
    private static final int BATCH = 1_024;
    private static final long INTERVAL_NANOS = 10_000;
    /** The identity of a message, and the late copies that have the bytes of the first one. */
    public enum Identity {
        BYTES(1),
        KEY(1),
        /** In every other late copy, a member differs that is not part of the key. */
        KEY_HALF_SEEN(2),
        KEY_NONE_SEEN(0);

        /** One of this many late copies has the bytes of the first one; 0 = none. */
        private final int seen;

        Identity(int seen) {
            this.seen = seen;
        }

        private boolean isSeen(int message) {
            return seen > 0 && message % seen == 0;
        }
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

    private final Buffer[][] firsts = new Buffer[BATCHES][BATCH];
    private final Buffer[][] lates = new Buffer[BATCHES][BATCH];
    private int used;
    private boolean wins;
    private final Payload payload = new Payload();
    private ArrivingCopy arriving;
    private MessageReader reader;
    private Arbiter<OutgoingCopy> arbiter;
    private Line first;
    private Line second;
    private long nowNanos = 1;

    @Setup(Level.Iteration)
    public void join() {
        MessageFormat format = identity == Identity.BYTES
                ? MessageFormat.NONE
                : Venue.find("binance-usdm", null).format();
        reader = new MessageReader(format, new StreamTable(List.of()), MessageReader.KNOWN_FRAMES);
        arriving = reader.newCopy((frame, items, item) -> frame);
        arbiter = new Arbiter<>(MatchingLines.SETTINGS, new MatchingLines<>() {
            @Override
            public void conflict(Line line, int stream) {
                if (identity == Identity.KEY) {
                    super.conflict(line, stream);
                }
            }
        });
        first = arbiter.join(nowNanos, nowNanos);
        second = wins ? first : arbiter.join(nowNanos, nowNanos);
    }

    @Setup(Level.Trial)
    public void encode(BenchmarkParams params) {
        wins = params.getBenchmark().endsWith("winning");
        for (int i = 0; i < BATCHES * BATCH; i++) {
            Buffer bytes = message(i, 1_680_652_700_435L);
            firsts[i / BATCH][i % BATCH] = bytes;
            lates[i / BATCH][i % BATCH] = identity.isSeen(i) ? bytes : message(i, 1_680_652_700_436L);
        }
    }

    private Buffer message(int number, long time) {
        return Buffer.buffer("{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":"
                + (1_000_000_000_000L + number)
                + ",\"s\":\"BTCUSDT\",\"b\":\"27423.10\",\"B\":\"5.419\",\"a\":\"27423.20\",\"A\":\"10.023\",\"T\":1680652700430,\"E\":"
                + time + ",\"x\":\"" + "x".repeat(bytes - 200) + "\"}}");
    }

    /** The first copies. Their garbage counts as well: a late copy has half of the reported garbage. */
    @Setup(Level.Invocation)
    public void publish() {
        used++;
        if (!wins) {
            for (Buffer payload : firsts[used % BATCHES]) {
                nowNanos += INTERVAL_NANOS;
                copy(first, payload);
            }
        }
    }

    /** As {@code CopyReceiver}, which needs a connection. */
    private long copy(Line line, Buffer bytes) {
        arriving.of("c", payload.over(bytes, true), nowNanos);
        if (!reader.recalls(arriving, Integer.MAX_VALUE)) {
            reader.read(arriving, null);
            reader.remember(arriving);
        }
        arbiter.copy(line, arriving, nowNanos);
        return arriving.identity();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long losing() {
        long sum = 0;
        for (Buffer bytes : lates[used % BATCHES]) {
            nowNanos += 100;
            sum += copy(second, bytes);
        }
        return sum;
    }

    /** All frames are new: the table of known ones forgets them before they are used again. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long winning() {
        long sum = 0;
        for (Buffer bytes : firsts[used % BATCHES]) {
            nowNanos += INTERVAL_NANOS;
            sum += copy(first, bytes);
        }
        return sum;
    }
}
