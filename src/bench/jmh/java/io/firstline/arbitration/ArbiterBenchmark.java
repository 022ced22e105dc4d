package io.firstline.arbitration;

import io.firstline.NanosBenchmark;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The cost of one copy in the arbiter, with a known hash. Messages arrive every 10 µs, as at 100,000 a second. Losses
 * are settled two seconds of stream time later, so the figure includes all work for a message.
 */
public class ArbiterBenchmark extends NanosBenchmark {
    /** First copies and late copies are measured apart: a thousand of one kind, then a thousand of the other. */
    private static final int BATCH = 1_024;

    private static final long INTERVAL_NANOS = 10_000;
    private static final Object MESSAGE = new Object();

    /** One instance for all copies, as in the pool. */
    private static final class Copy implements Arrival<Object> {
        private long identity;

        private Copy of(long hash) {
            identity = hash;
            return this;
        }

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

    /** Lines that carry the feed. */
    @Param({"2", "5", "20"})
    public int lines;

    private final long[] hashes = new long[BATCH];
    private final Copy copy = new Copy();
    private Arbiter<Object> arbiter;
    private Line[] members;
    private long published;
    private long nowNanos = 1;
    private long next = 1;

    @Setup(Level.Iteration)
    public void join() {
        arbiter = new Arbiter<>(MatchingLines.SETTINGS, new MatchingLines<>() {
            @Override
            public void first(Line line, Object message, boolean late) {
                published++;
            }
        });
        members = new Line[lines];
        for (int i = 0; i < lines; i++) {
            members[i] = arbiter.join(nowNanos, nowNanos);
        }
        for (int i = 0; i < 64; i++) {
            everybody();
        }
    }

    private void publishBatch() {
        for (int i = 0; i < BATCH; i++) {
            nowNanos += INTERVAL_NANOS;
            hashes[i] = next++ * 0x9E3779B97F4A7C15L;
            arbiter.copy(members[0], copy.of(hashes[i]), nowNanos);
        }
    }

    private void loseBatch(int line) {
        for (int i = 0; i < BATCH; i++) {
            nowNanos += 100;
            arbiter.copy(members[line], copy.of(hashes[i]), nowNanos);
        }
    }

    /**
     * Whole messages: one copy is the first, {@code lines - 1} are late. The figure is for all copies of one message.
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long everybody() {
        publishBatch();
        for (int line = 1; line < lines; line++) {
            loseBatch(line);
        }
        return published;
    }

    /** First copies; the late ones follow between the measurements. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long winning(Follow follow) {
        follow.of = this;
        publishBatch();
        return published;
    }

    /** Late copies, of messages that are at most a thousand messages old. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long losing(Lead lead) {
        loseBatch(1);
        return published;
    }

    /** Runs between two measurements of first copies. An invocation takes long compared with reading the clock. */
    @State(Scope.Thread)
    public static class Follow {
        private ArbiterBenchmark of;

        @TearDown(Level.Invocation)
        public void lose() {
            for (int line = 1; line < of.lines; line++) {
                of.loseBatch(line);
            }
        }
    }

    /** Runs before each measurement of late copies. */
    @State(Scope.Thread)
    public static class Lead {
        @Setup(Level.Invocation)
        public void win(ArbiterBenchmark of) {
            for (int line = 2; line < of.lines; line++) {
                of.loseBatch(line);
            }
            of.publishBatch();
        }
    }
}
