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

    /** Of so many copies in a row each must come late before it is believed that the next one will too. */
    private static final int LAG_MEMORY = 64;

    private static final long MAX_LAG_MICROS = LineWindow.LOST_MICROS;

    final int slot;
    final long floorNanos;
    /** Of the messages that have repeated it does not bring those that were published before. */
    long repeatsFloorNanos;
    /** It has brought a message that no other resembles: where it is in the merged stream is known. */
    boolean anchored;

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
    /** Counts the times at which what it published late has had its time to be contradicted. */
    int lateEpoch;
    /** What it matched at least a skew of its own time ago: what is older and has not come on this line will not come. */
    long passed;

    /** By how much it comes after the first, at least: follows small lags at once and large ones slowly. */
    long leastLagNanos;

    /** Its own time. */
    long ownNanos;

    private long matched;
    private long checked;
    private long sinceCheckNanos;
    long lastCopyNanos;
    long previousCopyNanos;
    /** The youngest message published by then, perhaps not one that it has delivered. */
    long newestAtLastCopy;

    long firstCopyNanos;
    boolean hasDelivered;

    long wins;
    long lateCopies;
    long losses;
    long saves;
    long unmatched;
    private long trustedLosses;
    private long trustedSaves;
    /** Of the windows that are over: a copy is recorded once. Grows with the longest lag: most are short, and there are many lines. */
    private final Histogram earlierLagMicros = new Histogram(2);

    private final Histogram windowLagMicros = new Histogram(2);
    private long lossesBeforeWindow;
    /** By the stream's number; 0 = not told apart, which has no figures but where it has come. */
    private StreamFigures[] byStream = {};

    Line(int slot, long floorNanos) {
        this.slot = slot;
        this.floorNanos = floorNanos;
        this.repeatsFloorNanos = floorNanos;
    }

    /**
     * It brought a copy of what another line had published.
     *
     * @param beyondDoubt no other message remembered has the same bytes
     * @param newest the youngest message published
     */
    void reached(long sequence, int stream, boolean beyondDoubt, long lagNanos, long newest) {
        watermark = Math.max(watermark, sequence);
        StreamFigures figures = in(stream);
        figures.reached = Math.max(figures.reached, sequence);
        if (beyondDoubt) {
            if (anchored && figures.begun == 0) {
                figures.begun = sequence;
            }
            matched = Math.max(matched, sequence);
            if (sequence > figures.matched) { // else it is a repeat of one that is remembered but once
                figures.matched = sequence;
                figures.matchedAfter = newest;
                figures.matchedOwnNanos = ownNanos;
            }
        }
        leastLagNanos = lagNanos < leastLagNanos ? lagNanos : leastLagNanos + (lagNanos - leastLagNanos) / LAG_MEMORY;
        lag(figures, stream, lagNanos);
    }

    /** It published; done late, that alone does not say that it has caught up. */
    void published(long sequence, int stream, boolean late) {
        wins++;
        StreamFigures figures = in(stream);
        figures.wins++;
        if (late) {
            lateWatermark = sequence;
            figures.lateReached = sequence;
            figures.lateEpoch = lateEpoch;
        } else {
            watermark = sequence;
            figures.reached = sequence;
            leastLagNanos = 0;
        }
        lag(figures, stream, 0);
    }

    /** The youngest message of a stream that it has delivered, as far as that is known; 0 = none. */
    long reachedIn(int stream) {
        StreamFigures figures = stream >= byStream.length ? null : byStream[stream];
        if (figures == null) {
            return 0;
        }
        if (figures.lateReached > figures.reached && figures.lateEpoch != lateEpoch) {
            figures.reached = figures.lateReached;
        }
        return figures.reached;
    }

    /** It did not bring this message of a stream after all: where it was before. */
    void takenBack(long sequence, int stream, long reachedBefore, long placeBefore) {
        StreamFigures figures = in(stream);
        figures.place = placeBefore;
        if (figures.reached == sequence) {
            figures.reached = reachedBefore;
        }
        if (figures.matched == sequence) {
            figures.matched = 0;
            figures.matchedAfter = 0;
        }
        if (matched == sequence) {
            matched = checked;
        }
    }

    /** The last message of a named stream that it has brought, in the server's order; 0 = none. */
    long placeIn(int stream) {
        return stream >= byStream.length || byStream[stream] == null ? 0 : byStream[stream].place;
    }

    /** The first message of a stream that it has brought beyond doubt, if it joined when others were in step; 0 = none. */
    long begunIn(int stream) {
        return stream >= byStream.length || byStream[stream] == null ? 0 : byStream[stream].begun;
    }

    /** Nothing is known of where it is: it was not in step. */
    void forgetPlaces() {
        for (StreamFigures figures : byStream) {
            if (figures != null) {
                figures.place = 0;
            }
        }
    }

    void placeIn(int stream, long sequence) {
        in(stream).place = sequence;
    }

    /** The last message of a stream that it matched, if that was after another was published and not before its own time was this; or 0. */
    long matchedSince(long sequence, int stream, long itsOwnNanos) {
        StreamFigures figures = stream >= byStream.length ? null : byStream[stream];
        return figures == null || figures.matchedAfter < sequence || figures.matchedOwnNanos < itsOwnNanos
                ? 0
                : figures.matched;
    }

    /**
     * A copy came. The line's own time advances by the gaps between copies, but only a little for a long gap: what comes after a
     * freeze may still have been overtaken before it.
     */
    void tick(long nowNanos, long skewNanos) {
        long gapNanos = nowNanos - lastCopyNanos;
        previousCopyNanos = lastCopyNanos;
        lastCopyNanos = nowNanos;
        long ownGapNanos = Math.min(gapNanos, skewNanos / 8);
        ownNanos += ownGapNanos;
        sinceCheckNanos += ownGapNanos;
        boolean check = sinceCheckNanos >= skewNanos;
        if (check || gapNanos > skewNanos) {
            watermark = Math.max(watermark, lateWatermark);
            lateEpoch++;
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

    /** What it has lost and saved is known to be so. */
    void trust() {
        trustedLosses = losses;
        trustedSaves = saves;
        for (StreamFigures figures : byStream) {
            if (figures != null) {
                figures.trust();
            }
        }
    }

    /** What was counted as lost and saved since then was neither. */
    void distrust() {
        losses = Math.min(losses, trustedLosses);
        saves = Math.min(saves, trustedSaves);
        for (StreamFigures figures : byStream) {
            if (figures != null) {
                figures.distrust();
            }
        }
    }

    private StreamFigures in(int stream) {
        if (stream >= byStream.length) {
            byStream = Arrays.copyOf(byStream, Math.min(MAX_STREAMS + 1, Math.max(stream + 1, 2 * byStream.length)));
        }
        if (byStream[stream] == null) {
            byStream[stream] = new StreamFigures();
        }
        return byStream[stream];
    }

    /** What it was worth for one stream; null if it has brought and missed nothing of it. */
    public StreamFigures figuresIn(int stream) {
        return stream >= byStream.length ? null : byStream[stream];
    }

    private void lag(StreamFigures figures, int stream, long lagNanos) {
        if (stream != 0) {
            figures.lag(lagNanos);
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
        return new LineWindow(
                copies,
                lost,
                windowLagP99Micros(copies, lost),
                copies == 0 ? -1 : windowLagMicros.getValueAtPercentile(99));
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
