package io.firstline.arbitration;

import java.util.Arrays;

/**
 * When each connection delivered the same message, for some of the messages. A connection is known by its number,
 * which its replacements keep. If two lines have one number, the earlier copy counts.
 *
 * <p>Begins when all connections have been in step, or ten seconds after the first message, unless another start is set. Keeps the messages sampled
 * last. Belongs to one arbiter and is used on its thread; {@link #table} returns a copy for any thread.
 */
public final class ArrivalSamples {
    private static final long LATEST_START_NANOS = 10_000_000_000L;

    /** Spreads consecutive sequences and regular steps over all places (Knuth, TAOCP 3, 6.4: Fibonacci hashing). */
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private final int connections;
    private final long everyNanos;
    private final long earliestNanos;
    private final long latestNanos;
    private final int kept;

    /** The sequences of the messages that are not settled yet, each at its {@link #place}; 0 = none. */
    private final long[] openSequences;

    private final int shift;

    private final long[] openNanos;
    private final int[] openLags;

    /** The settled ones: a ring that grows up to {@link #kept}. */
    private long[] firstNanos = {};

    private int[] lags = {};
    private long settled;

    private boolean begun;
    private boolean anyPublished;
    private long startedNanos;
    private long nextNanos;
    private long absent;

    /**
     * Creates a sampler without samples.
     *
     * @param connections how many numbers there are, from 0; at most {@link Arbiter#MAX_LINES}
     * @param everyNanos at most one message is sampled in this time; 0 = each message
     * @param open places for messages that wait for their copies, a power of two; a message may replace another one in
     *     its place, rarely if there are three times as many places as messages that wait
     * @param kept how many messages are kept
     */
    public ArrivalSamples(int connections, long everyNanos, int open, int kept) {
        this(connections, everyNanos, open, kept, 0, LATEST_START_NANOS);
    }

    private ArrivalSamples(int connections, long everyNanos, int open, int kept, long earliestNanos, long latestNanos) {
        this.earliestNanos = earliestNanos;
        this.latestNanos = latestNanos;
        this.connections = connections;
        this.everyNanos = everyNanos;
        this.kept = kept;
        this.openSequences = new long[open];
        this.shift = Long.SIZE - Integer.numberOfTrailingZeros(open);
        this.openNanos = new long[open];
        this.openLags = new int[open * connections];
        this.absent = connections == Long.SIZE ? -1 : (1L << connections) - 1;
    }

    /**
     * Creates a sampler of every message from a time after the first one on, whether connections are in step or not.
     *
     * @param startNanos that time
     */
    public static ArrivalSamples from(long startNanos, int connections, int open, int kept) {
        return new ArrivalSamples(connections, 0, open, kept, startNanos, startNanos);
    }

    /** A line published a message. */
    void published(Line line, long sequence, long nowNanos) {
        if (!begun) {
            begin(line, nowNanos);
        }
        if (!begun || nowNanos - nextNanos < 0) {
            return;
        }
        nextNanos = nowNanos + everyNanos;
        int place = place(sequence);
        openSequences[place] = sequence;
        openNanos[place] = nowNanos;
        Arrays.fill(openLags, place * connections, (place + 1) * connections, ArrivalTable.NEVER);
        delivered(line, sequence, 0);
    }

    private void begin(Line line, long nowNanos) {
        if (!anyPublished) {
            anyPublished = true;
            startedNanos = nowNanos;
        }
        seenInStep(line);
        long sinceNanos = nowNanos - startedNanos;
        begun = sinceNanos >= earliestNanos && (absent == 0 || sinceNanos >= latestNanos);
        nextNanos = nowNanos;
    }

    private void seenInStep(Line line) {
        if (line.leading) {
            absent &= ~(1L << line.number);
        }
    }

    /** A line delivered a copy of a published message. */
    void delivered(Line line, long sequence, long lagNanos) {
        if (!begun) {
            seenInStep(line);
        }
        int place = place(sequence);
        if (openSequences[place] == sequence && line.number < connections) {
            int at = place * connections + line.number;
            openLags[at] =
                    (int) Math.min(openLags[at], Math.min(ArrivalTable.NEVER - 1, Math.max(0, lagNanos / 1_000)));
        }
    }

    /** A line did not deliver this message: the copy was another one's. */
    void takenBack(Line line, long sequence) {
        int place = place(sequence);
        if (openSequences[place] == sequence && line.number < connections) {
            openLags[place * connections + line.number] = ArrivalTable.NEVER;
        }
    }

    /** The time for copies of a message is over. */
    void settled(long sequence) {
        int place = place(sequence);
        if (openSequences[place] != sequence) {
            return;
        }
        openSequences[place] = 0;
        int at = (int) (settled % kept);
        if (at == firstNanos.length) {
            int size = Math.min(kept, Math.max(64, 2 * at));
            firstNanos = Arrays.copyOf(firstNanos, size);
            lags = Arrays.copyOf(lags, size * connections);
        }
        firstNanos[at] = openNanos[place];
        System.arraycopy(openLags, place * connections, lags, at * connections, connections);
        settled++;
    }

    private int place(long sequence) {
        return (int) ((sequence * GOLDEN) >>> shift);
    }

    /**
     * Returns the settled samples, in no particular order.
     *
     * @param beforeNanos only of messages published before this time; {@link Long#MAX_VALUE} = all
     */
    public ArrivalTable table(long beforeNanos) {
        int count = 0;
        int[] chosen = new int[(int) Math.min(settled, kept) * connections];
        for (int i = 0; i < Math.min(settled, kept); i++) {
            if (beforeNanos == Long.MAX_VALUE || firstNanos[i] - beforeNanos < 0) {
                System.arraycopy(lags, i * connections, chosen, count * connections, connections);
                count++;
            }
        }
        return new ArrivalTable(connections, count, chosen);
    }
}
