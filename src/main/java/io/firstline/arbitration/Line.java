package io.firstline.arbitration;

import java.util.Arrays;
import org.HdrHistogram.Histogram;

/**
 * One connection as the arbiter sees it: whether it is in step with the merged stream, and what its copies were worth. Touched only
 * by the arbiter that made it, on its thread; the figures stay readable after the line has left.
 */
public final class Line {
    /** Streams beyond this many are not told apart in the figures. */
    public static final int MAX_STREAMS = 512;

    private static final long MAX_LAG_MICROS = LineWindow.LOST_MICROS;

    final int slot;
    final long floorNanos;
    boolean leading;
    boolean left;
    /** A line that was in step and fell behind what is remembered: one match is too little to trust it again. */
    boolean fellBehind;

    /** It joined when no line in step was left: what it has may be all there is. */
    boolean joinedInOutage;

    int streak;
    long leadingSinceNanos;
    /** The youngest message published when it began to lead. */
    long leadingAfter;

    /** The youngest message it has delivered. */
    long watermark;

    private long lateWatermark;
    /** What it reached at least a skew of its own time ago: what is older and has not come on this line will not come. */
    long passed;

    private long matched;
    private long checked;
    private long sinceCheckNanos;
    long lastCopyNanos;
    /** The youngest message published by then, perhaps not one that it has delivered. */
    long newestAtLastCopy;

    long firstCopyNanos;
    boolean hasDelivered;

    long wins;
    long lateCopies;
    long losses;
    long saves;
    long unmatched;
    /** Of the windows that are over: a copy is recorded once. Grows with the longest lag: most are short, and there are many lines. */
    private final Histogram earlierLagMicros = new Histogram(2);

    private final Histogram windowLagMicros = new Histogram(2);
    private long lossesBeforeWindow;
    private StreamFigures[] byStream = {};

    Line(int slot, long floorNanos) {
        this.slot = slot;
        this.floorNanos = floorNanos;
    }

    /**
     * It brought a copy of what another line had published.
     *
     * @param beyondDoubt no other message remembered has the same bytes
     */
    void reached(long sequence, int stream, boolean beyondDoubt, long lagNanos) {
        watermark = Math.max(watermark, sequence);
        if (beyondDoubt) {
            matched = Math.max(matched, sequence);
        }
        lag(stream, lagNanos);
    }

    /** It published; done late, that alone does not say that it has caught up. */
    void published(long sequence, int stream, boolean late) {
        wins++;
        if (stream != 0) {
            in(stream).wins++;
        }
        if (late) {
            lateWatermark = sequence;
        } else {
            watermark = sequence;
        }
        lag(stream, 0);
    }

    /**
     * A copy came. The line's own time advances by the gaps between copies, but only a little for a long gap: what comes after a
     * freeze may still have been overtaken before it.
     */
    void tick(long nowNanos, long skewNanos) {
        long gapNanos = nowNanos - lastCopyNanos;
        lastCopyNanos = nowNanos;
        sinceCheckNanos += Math.min(gapNanos, skewNanos / 8);
        boolean check = sinceCheckNanos >= skewNanos;
        if (check || gapNanos > skewNanos) {
            watermark = Math.max(watermark, lateWatermark);
        }
        if (check) {
            sinceCheckNanos = 0;
            passed = checked;
            checked = matched;
        }
    }

    /** More of its messages were lost, or fewer: a loss is taken back when its copy comes after all. */
    void lost(int stream, int count) {
        losses += count;
        if (stream != 0) {
            in(stream).losses += count;
        }
    }

    /** It has saved more messages, or fewer. */
    void saved(int stream, int count) {
        saves += count;
        if (stream != 0) {
            in(stream).saves += count;
        }
    }

    private StreamFigures in(int stream) {
        if (stream > byStream.length) {
            byStream = Arrays.copyOf(byStream, Math.min(MAX_STREAMS, Math.max(stream, 2 * byStream.length)));
        }
        if (byStream[stream - 1] == null) {
            byStream[stream - 1] = new StreamFigures();
        }
        return byStream[stream - 1];
    }

    /** What it was worth for one stream; null if it has brought and missed nothing of it. */
    public StreamFigures figuresIn(int stream) {
        return stream > byStream.length ? null : byStream[stream - 1];
    }

    private void lag(int stream, long lagNanos) {
        if (stream != 0) {
            in(stream).lag(lagNanos);
        }
        long micros = Math.min(MAX_LAG_MICROS, Math.max(0, lagNanos / 1_000));
        windowLagMicros.recordValue(micros);
    }

    /** Which of the arbiter's {@link Arbiter#MAX_LINES} places it has, from 0. */
    public int slot() {
        return slot;
    }

    /** Whether its copies may lead: it was there from the start, or has lined up since. */
    public boolean inStep() {
        return leading;
    }

    /** How many copies it brought since {@link #startWindow()}, or since it joined. */
    public long windowCopies() {
        return windowLagMicros.getTotalCount();
    }

    /** What the line was worth since {@link #startWindow()}, or since it joined. */
    public LineWindow window() {
        long copies = windowLagMicros.getTotalCount();
        long lost = Math.max(0, losses - lossesBeforeWindow); // a loss is taken back when its copy comes after all
        return new LineWindow(copies, lost, windowLagP99Micros(copies, lost));
    }

    private long windowLagP99Micros(long copies, long lost) {
        if (copies + lost == 0) {
            return -1;
        }
        long rank = (long) Math.ceil(0.99 * (copies + lost));
        return rank > copies ? MAX_LAG_MICROS : windowLagMicros.getValueAtPercentile(100.0 * rank / copies);
    }

    /** Begins a new {@link #window()}. */
    public void startWindow() {
        earlierLagMicros.add(windowLagMicros);
        windowLagMicros.reset();
        lossesBeforeWindow = losses;
    }

    /** How far its copies were behind the first of the same message until now, first ones counting as 0: a copy. */
    public Histogram lagMicros() {
        Histogram lagMicros = earlierLagMicros.copy();
        lagMicros.add(windowLagMicros);
        return lagMicros;
    }

    /** What the line was worth until now. */
    public LineFigures figures() {
        Histogram lagMicros = lagMicros();
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
