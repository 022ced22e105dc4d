package io.firstline.connection;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What measuring one round trip costs, without the ping itself. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LatencyTrackerBenchmark {
    private final LatencyTracker tracker = new LatencyTracker(60);
    private long nowNanos = 1;

    @Benchmark
    public double pingPong() {
        long id = tracker.nextPing(nowNanos);
        nowNanos += 350_000;
        tracker.onPong(id, nowNanos);
        return tracker.emaMs();
    }
}
