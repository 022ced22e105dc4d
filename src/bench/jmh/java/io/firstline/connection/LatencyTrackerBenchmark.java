package io.firstline.connection;

import io.firstline.NanosBenchmark;
import org.openjdk.jmh.annotations.Benchmark;

/** The cost of measuring one round trip, without the ping itself. */
public class LatencyTrackerBenchmark extends NanosBenchmark {
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
