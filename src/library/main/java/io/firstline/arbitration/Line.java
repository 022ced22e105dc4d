package io.firstline.arbitration;

import io.firstline.arbitration.report.LineFigures;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.PackedHistogram;

/**
 * One connection as the arbiter sees it: whether it is in step with the merged stream, and the figures of its copies.
 * Only the arbiter that made it changes it, on the arbiter's thread. The figures stay readable after the line has left.
 */
public final class Line {
    /** The figures distinguish at most this many streams. */
    public static final int MAX_STREAMS = 512;

    /** The next copy is expected to be late only after about this many late copies in a row. */
    private static final int LAG_WINDOW = 64;

    private static final long MAX_LAG_MICROS = LineWindow.LOST_MICROS;

    final int slot;
    /** The number of the connection, from 0, which its replacements keep. */
    int number;

    final long floorNanos;
    /** It does not deliver repeats that were published before this time. */
    long repeatsFloorNanos;
    /** It has delivered a message whose bytes are unique: its place in the merged stream is known. */
    boolean anchored;
    /** That message, and the number of its copy on this line. */
    long anchor;

    long anchorNumber;

    boolean leading;
    boolean left;
    /** It was in step and fell behind the history: one match is too little to trust it again. */
    boolean fellBehind;

    /** It joined when no line in step was left: perhaps only it has some messages. */
    boolean joinedInOutage;

    int streak;
    long leadingSinceNanos;
    /** The youngest message published when it began to lead. */
    long leadingAfter;

    /** The youngest message it has delivered. */
    long watermark;

    private long lateWatermark;
    /** Increases when the time to contradict its late messages is over. */
    int lateEpoch;
    /**
     * The youngest message that it matched or published at least a skew ago, on its own clock: it will not deliver older
     * ones any more.
     */
    long passed;

    /** Its copies arrive at least this much after the first copy: follows small lags at once and large ones slowly. */
    long leastLagNanos;

    /** Its own clock: see {@link #tick}. */
    long ownNanos;

    /** A jump of more numbers says no more: the line is as bad as it can be. */
    private static final int MOST_LACKING = 1_000_000;

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
    private long lossesToOne;
    long saves;
    long unmatched;
    private long trustedLosses;
    private long trustedSaves;
    /**
     * The lags of earlier windows: a copy is recorded once. Grows with the longest lag: most lags are short, and lines
     * are many. Rarely changed, so it is packed; the window is not, because each copy changes it.
     */
    private final Histogram earlierLagMicros = new PackedHistogram(2);

    private final WindowLags windowLagMicros = new WindowLags();
    private long lossesBeforeWindow;
    /** Messages that it lacks by the numbers of its connection; most of them are losses too. */
    private long lacking;

    private long lackingBeforeWindow;
    /** By the stream's number. Number 0 is for messages without a stream: it has a position but no figures. */
    private StreamFigures[] byStream = {};

    Line(int slot, long floorNanos) {
        this.slot = slot;
        this.number = slot;
        this.floorNanos = floorNanos;
        this.repeatsFloorNanos = floorNanos;
    }

    /**
     * It delivered a copy of a message that another line had published.
     *
     * @param beyondDoubt no other message remembered has the same bytes
     * @param newest the youngest message published
     */
    void reached(long sequence, int stream, boolean beyondDoubt, long lagNanos, long newest) {
        StreamFigures figures = in(stream);
        if (beyondDoubt) {
            reached(figures, sequence, stream, lagNanos, newest);
        } else {
            followed(figures, sequence, stream, lagNanos);
        }
    }

    /** The same, beyond doubt. */
    void reached(StreamFigures figures, long sequence, int stream, long lagNanos, long newest) {
        if (anchored && figures.begun == 0) {
            figures.begun = sequence;
        }
        matched = Math.max(matched, sequence);
        if (sequence > figures.matched) { // otherwise it is a repeat of a message that is remembered only once
            figures.matched = sequence;
            figures.matchedAfter = newest;
            figures.matchedOwnNanos = ownNanos;
        }
        followed(figures, sequence, stream, lagNanos);
    }

    private void followed(StreamFigures figures, long sequence, int stream, long lagNanos) {
        watermark = Math.max(watermark, sequence);
        figures.reached = Math.max(figures.reached, sequence);
        leastLagNanos = lagNanos < leastLagNanos ? lagNanos : leastLagNanos + (lagNanos - leastLagNanos) / LAG_WINDOW;
        lag(figures, stream, lagNanos);
    }

    /** It published a message. A late message alone does not prove that it has caught up. */
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
            matched = sequence;
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

    /** Undoes a match: it did not deliver this message of a stream. */
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

    /** The last message of a stream that it has delivered, in the server's order; 0 = none. */
    long placeIn(int stream) {
        return stream >= byStream.length || byStream[stream] == null ? 0 : byStream[stream].place;
    }

    /**
     * The first message of a stream that it has delivered beyond doubt, if it joined when others were in step; 0 =
     * none.
     */
    long begunIn(int stream) {
        return stream >= byStream.length || byStream[stream] == null ? 0 : byStream[stream].begun;
    }

    /** Forgets its place in every stream: it was not in step. */
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

    /**
     * The last message of a stream that it matched, if that was after another was published and at or after this own
     * time; or 0.
     */
    long matchedSince(long sequence, int stream, long itsOwnNanos) {
        StreamFigures figures = stream >= byStream.length ? null : byStream[stream];
        return figures == null || figures.matchedAfter < sequence || figures.matchedOwnNanos < itsOwnNanos
                ? 0
                : figures.matched;
    }

    /**
     * A copy arrived. The line's own clock advances by the time between copies, but at most by a fraction of the skew
     * for each: after a freeze, a line may deliver messages that others overtook before it.
     */
    void tick(long nowNanos, long skewNanos) {
        if (!hasDelivered) {
            hasDelivered = true;
            firstCopyNanos = nowNanos;
            lastCopyNanos = nowNanos;
        }
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

    /**
     * More of its messages were lost, or fewer: a loss is subtracted when its copy arrives after all.
     *
     * @param toOne only one other line delivered them
     */
    void lost(int stream, int count, boolean toOne) {
        losses += count;
        lossesToOne += toOne ? count : 0;
        if (stream != 0) {
            StreamFigures figures = in(stream);
            figures.losses += count;
            figures.lossesToOne += toOne ? count : 0;
        }
    }

    /** The numbers of its connection prove this many messages missing, whether others deliver them or not. */
    public void lacks(long count) {
        lacking += Math.min(count, MOST_LACKING);
    }

    /** It has saved more messages, or fewer. */
    void saved(int stream, int count) {
        saves += count;
        if (stream != 0) {
            in(stream).saves += count;
        }
    }

    /** Its losses and saves until now are confirmed. */
    void trust() {
        trustedLosses = losses;
        trustedSaves = saves;
        for (StreamFigures figures : byStream) {
            if (figures != null) {
                figures.trust();
            }
        }
    }

    /** Subtracts the losses and saves since {@link #trust()}: they are not valid. */
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

    /** Its figures for one stream; null if it has delivered and missed nothing of it. */
    public StreamFigures figuresIn(int stream) {
        return stream >= byStream.length ? null : byStream[stream];
    }

    private void lag(StreamFigures figures, int stream, long lagNanos) {
        if (stream != 0) {
            figures.lag(lagNanos);
        }
        long micros = Math.min(MAX_LAG_MICROS, Math.max(0, lagNanos / 1_000));
        if (windowLagMicros.count() == Integer.MAX_VALUE) {
            startWindow(); // its counts are of 32 bits: no window of a line that works is that long
        }
        windowLagMicros.record(micros);
    }

    /** Which of the arbiter's {@link Arbiter#MAX_LINES} places it has, from 0. */
    public int slot() {
        return slot;
    }

    /** Whether its copies may be the first: it was open from the start, or has lined up since. */
    public boolean inStep() {
        return leading;
    }

    /** How many copies it has delivered, first and late ones. */
    public long copies() {
        return wins + lateCopies;
    }

    /** Messages whose first copy it has delivered. */
    public long wins() {
        return wins;
    }

    /** Messages that others delivered while it was in step and that it has not delivered within two seconds. */
    public long losses() {
        return losses;
    }

    /** How many of these only one other line has delivered. */
    public long lossesToOne() {
        return lossesToOne;
    }

    /** Messages that it alone delivered. */
    public long saves() {
        return saves;
    }

    /** How many copies it delivered since {@link #startWindow()}, or since it joined. */
    public long windowCopies() {
        return windowLagMicros.count();
    }

    /** The line's figures since {@link #startWindow()}, or since it joined. */
    public LineWindow window() {
        long copies = windowLagMicros.count();
        // a loss is subtracted when its copy arrives after all
        long lost = Math.max(0, Math.max(losses - lossesBeforeWindow, lacking - lackingBeforeWindow));
        return new LineWindow(
                copies, lost, windowLagP99Micros(copies, lost), copies == 0 ? -1 : windowLagMicros.atPercentile(99));
    }

    /** The median lag of the copies that it delivered since {@link #startWindow()}, or since it joined; -1 = none. */
    public long windowLagP50Micros() {
        return windowLagMicros.count() == 0 ? -1 : windowLagMicros.atPercentile(50);
    }

    private long windowLagP99Micros(long copies, long lost) {
        if (copies + lost == 0) {
            return -1;
        }
        long rank = (long) Math.ceil(0.99 * (copies + lost));
        return rank > copies ? MAX_LAG_MICROS : windowLagMicros.atPercentile(100.0 * rank / copies);
    }

    /** Begins a new {@link #window()}. */
    public void startWindow() {
        windowLagMicros.addTo(earlierLagMicros);
        windowLagMicros.reset();
        lossesBeforeWindow = losses;
        lackingBeforeWindow = lacking;
    }

    /**
     * A new histogram of how far its copies were behind the first copy of the same message until now; first copies
     * count as 0.
     */
    public Histogram lagMicros() {
        Histogram lagMicros = new Histogram(2);
        lagMicros.add(earlierLagMicros);
        windowLagMicros.addTo(lagMicros);
        return lagMicros;
    }

    /** The line's figures until now. */
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
