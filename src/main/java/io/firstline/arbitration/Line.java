package io.firstline.arbitration;

import org.HdrHistogram.Histogram;

/**
 * One connection as the arbiter sees it: whether it is in step with the merged stream, and what its copies were worth. Touched only
 * by the arbiter that made it, on its thread; the figures stay readable after the line has left.
 */
public final class Line {
    private static final long MAX_LAG_MICROS = 60_000_000;

    final int slot;
    final long floorNanos;
    boolean leading;
    boolean left;
    /** A line that was in step and fell behind what is remembered: one match is too little to trust it again. */
    boolean fellBehind;

    int streak;
    long leadingSinceNanos;
    long watermark;
    long watermarkNanos = Long.MIN_VALUE / 2;
    long firstCopyNanos;
    boolean hasDelivered;

    long wins;
    long lateCopies;
    long losses;
    long saves;
    long unmatched;
    final Histogram lagMicros = new Histogram(1, MAX_LAG_MICROS, 2);
    final Histogram recentLagMicros = new Histogram(1, MAX_LAG_MICROS, 2);

    Line(int slot, long floorNanos) {
        this.slot = slot;
        this.floorNanos = floorNanos;
    }

    void reached(long sequence, long firstNanos, long lagNanos) {
        if (sequence > watermark) {
            watermark = sequence;
            watermarkNanos = firstNanos;
        }
        long micros = Math.min(MAX_LAG_MICROS, Math.max(0, lagNanos / 1_000));
        lagMicros.recordValue(micros);
        recentLagMicros.recordValue(micros);
    }

    /** Whether its copies may lead: it was there from the start, or has lined up since. */
    public boolean inStep() {
        return leading;
    }

    /**
     * 99th percentile of its lag since {@link #startLagWindow()}, in microseconds, or -1 without a copy since then.
     */
    public long recentLagP99Micros() {
        return recentLagMicros.getTotalCount() == 0 ? -1 : recentLagMicros.getValueAtPercentile(99);
    }

    /** Begins a new window for {@link #recentLagP99Micros()}. */
    public void startLagWindow() {
        recentLagMicros.reset();
    }

    /** What the line was worth until now. */
    public LineFigures figures() {
        boolean any = lagMicros.getTotalCount() > 0;
        return new LineFigures(
                leading,
                wins,
                lateCopies,
                losses,
                saves,
                unmatched,
                any ? lagMicros.getValueAtPercentile(50) : -1,
                any ? lagMicros.getValueAtPercentile(99) : -1);
    }
}
