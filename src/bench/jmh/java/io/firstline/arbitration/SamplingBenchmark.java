package io.firstline.arbitration;

import io.firstline.NanosBenchmark;
import java.util.Arrays;
import java.util.Locale;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What sampling of arrivals costs, with little noise: the same copies go through an arbiter with and one without it, a
 * block of messages each in turn, and each pair of blocks gives a ratio. At the end, prints its quartiles. A copy costs
 * a pool more than its arbiter, so the loss of throughput is smaller.
 */
public class SamplingBenchmark extends NanosBenchmark {
    private static final int BLOCK = 128;
    private static final int LINES = 5;
    private static final long INTERVAL_NANOS = 10_000;
    private static final int MOST_PAIRS = 1 << 16;
    private static final Object MESSAGE = new Object();

    private static final class Copy implements Arrival<Object> {
        private long identity;

        @Override
        public long identity() {
            return identity;
        }

        @Override
        public long content() {
            return 0;
        }

        @Override
        public int stream() {
            return 0;
        }

        @Override
        public int bytes() {
            return 200;
        }

        @Override
        public Object message() {
            return MESSAGE;
        }
    }

    /** An arbiter and its lines. */
    private static final class Side implements Arbiter.Output<Object> {
        private final Arbiter<Object> arbiter =
                new Arbiter<>(new ArbiterSettings(16_384, 60_000_000_000L, 2_500_000_000L, 250_000_000L), this);
        private final Line[] lines = new Line[LINES];
        private final Copy copy = new Copy();
        private long nowNanos = 1;
        private long next = 1;
        private long published;

        private Side(boolean sampled) {
            if (sampled) {
                arbiter.sample(new ArrivalSamples(LINES, 250_000_000L, 64, 1_024));
            }
            for (int i = 0; i < LINES; i++) {
                lines[i] = arbiter.join(i, nowNanos, nowNanos);
            }
        }

        /** Returns the nanoseconds that a block took. */
        private long block() {
            long began = System.nanoTime();
            for (int i = 0; i < BLOCK; i++) {
                nowNanos += INTERVAL_NANOS;
                copy.identity = next++ * 0x9E37_79B9_7F4A_7C15L;
                for (Line line : lines) {
                    arbiter.copy(line, copy, nowNanos);
                }
            }
            return System.nanoTime() - began;
        }

        @Override
        public void first(Line line, Object message, boolean late) {
            published++;
        }

        @Override
        public void inStep(Line line, boolean alone) {}

        @Override
        public void outOfStep(Line line) {}

        @Override
        public void conflict(Line line, int stream) {}
    }

    private Side plain;
    private Side sampled;
    private double[] ratios;
    private int pairs;

    @Setup(Level.Trial)
    public void begin() {
        plain = new Side(false);
        sampled = new Side(true);
        ratios = new double[MOST_PAIRS];
    }

    /** The first pairs are not representative. */
    @Setup(Level.Iteration)
    public void forget() {
        pairs = 0;
    }

    @Benchmark
    @OperationsPerInvocation(2 * BLOCK * LINES)
    public long bothInTurn() {
        boolean plainFirst = pairs % 2 == 0;
        long one = plainFirst ? plain.block() : sampled.block();
        long other = plainFirst ? sampled.block() : plain.block();
        ratios[pairs++ % MOST_PAIRS] = plainFirst ? (double) one / other : (double) other / one;
        return plain.published + sampled.published;
    }

    /** A ratio of 1 = sampling costs nothing; of 0.98 = 2 % of the throughput of the arbiter. */
    @TearDown(Level.Iteration)
    public void report() {
        double[] sorted = Arrays.copyOf(ratios, Math.min(pairs, MOST_PAIRS));
        Arrays.sort(sorted);
        if (sorted.length > 3) {
            System.out.printf(
                    Locale.ROOT,
                    "throughput with sampling / without: median %.4f, quartiles %.4f to %.4f, %d pairs%n",
                    sorted[sorted.length / 2],
                    sorted[sorted.length / 4],
                    sorted[sorted.length * 3 / 4],
                    sorted.length);
        }
    }
}
