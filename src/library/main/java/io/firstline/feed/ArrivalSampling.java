package io.firstline.feed;

import io.firstline.arbitration.ArrivalSamples;
import io.firstline.arbitration.ArrivalTable;
import java.util.concurrent.TimeUnit;

/** Which messages' arrivals a pool samples, and their samples; see {@link Feed#sampleArrivals}. */
final class ArrivalSampling {
    /** A sampled message waits two seconds for its copies. */
    private static final int WAITING_MS = 2_000;

    private static final int MOST_WAITING = 1 << 16;

    private final int connections;
    private long everyMs = 250;
    private int messages = 1_024;
    /** Negative = when all connections are in step. */
    private long startMs = -1;
    /** Null = not started. */
    private ArrivalSamples samples;

    ArrivalSampling(int connections) {
        this.connections = connections;
    }

    /** Takes effect at the next start. */
    void set(long newEveryMs, int newMessages) {
        startMs = -1;
        everyMs = newEveryMs;
        messages = newMessages;
    }

    /** Samples every message from this time after the first one on; takes effect at the next start. */
    void setFrom(long newStartMs, int newMessages) {
        startMs = newStartMs;
        messages = newMessages;
    }

    /** Begins without samples. */
    ArrivalSamples start() {
        samples = startMs < 0
                ? new ArrivalSamples(
                        connections,
                        TimeUnit.MILLISECONDS.toNanos(everyMs),
                        everyMs == 0 ? MOST_WAITING : powerOfTwo(8 * WAITING_MS / everyMs),
                        messages)
                : ArrivalSamples.from(TimeUnit.MILLISECONDS.toNanos(startMs), connections, MOST_WAITING, messages);
        return samples;
    }

    private static int powerOfTwo(long atLeast) {
        return atLeast <= 2 ? 2 : (int) Math.min(MOST_WAITING, Long.highestOneBit(atLeast - 1) << 1);
    }

    /** Returns the settled samples of messages that were published before this time. */
    ArrivalTable table(long beforeNanos) {
        return samples == null ? ArrivalTable.of(connections) : samples.table(beforeNanos);
    }
}
