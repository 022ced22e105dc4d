package io.firstline.payload;

import java.util.Arrays;

/**
 * The layouts of the JSON messages that a {@link KeyReader} has read: all bytes around the values, with the place of
 * each value. The messages of a stream repeat theirs byte by byte, so comparing replaces the search of each name. A
 * layout ends where reading ended, and whatever differs is read in full.
 *
 * <p>The layouts form a tree, because those of one feed begin alike: behind a value, its {@link Step#next} are the
 * bytes that were found there. Bounded by {@value #MOST_STEPS} steps and {@value #MOST_BYTES} bytes. If messages rarely
 * match, the layouts are forgotten and learned anew, because the feed may have other streams now. If they rarely match
 * even then, as where a server writes members in random order, the layouts are not used for a while.
 *
 * <p>Used on one event loop only.
 */
final class KnownLayouts {
    /** The most values of a layout. */
    static final int MOST_VALUES = 64;

    private static final int MOST_STEPS = 512;
    private static final int MOST_BYTES = 16_384;
    private static final int MOST_ALTERNATIVES = 8;

    /** After this number of messages the share that matched is checked. */
    private static final int WATCHED = 1_024;
    /** This number of messages is read in full if fewer than half of those matched, twice in a row. */
    private static final int RESTING = 65_536;

    private static final Step[] NONE = {};

    private final Step start = new Step(new byte[0], 0, 0, null, 0);
    private int steps;
    private int bytes;

    private int watched;
    private int matched;
    private int resting;
    /** Whether they were forgotten at the last check. */
    private boolean isAnew;

    // the layout of the message that is being read
    private final int[] starts = new int[MOST_VALUES];
    private final int[] ends = new int[MOST_VALUES];
    private final PointerNode[] places = new PointerNode[MOST_VALUES];
    private final int[] brackets = new int[MOST_VALUES];
    private int values;
    private boolean recording;

    /** Bytes of a message and the value behind them. */
    static final class Step {
        /** The place of the value; null = none leads there, or the message ends. */
        final PointerNode place;
        /** Closes the object or array that contains the value; 0 = the message ends. */
        final int bracket;

        final int length;
        private final long first;
        private final long[] others;
        private Step[] next = NONE;

        private Step(byte[] text, int from, int to, PointerNode place, int bracket) {
            this.place = place;
            this.bracket = bracket;
            this.length = to - from;
            JsonScanner json = new JsonScanner();
            json.over(text, to);
            this.first = json.word(from, length);
            this.others = new long[Math.max(0, (length - 1) / Long.BYTES)];
            for (int i = 0; i < others.length; i++) {
                int at = (i + 1) * Long.BYTES;
                others[i] = json.word(from + at, length - at);
            }
        }

        boolean isEnd() {
            return bracket == 0;
        }

        private boolean isAt(JsonScanner json, int at, int left) {
            if (length > left || json.word(at, length) != first) {
                return false;
            }
            for (int i = 0; i < others.length; i++) {
                int done = (i + 1) * Long.BYTES;
                if (json.word(at + done, length - done) != others[i]) {
                    return false;
                }
            }
            return true;
        }

        /**
         * Returns the step whose bytes are here; null = none is known.
         *
         * @param left the number of bytes up to the end of the message
         */
        Step next(JsonScanner json, int at, int left) {
            for (Step step : next) {
                if (step.isAt(json, at, left) && (step.length == left || !step.isEnd())) {
                    return step;
                }
            }
            return null;
        }
    }

    /** Returns the step before the first bytes; null = layouts are not used now. */
    Step start() {
        if (resting > 0) {
            resting--;
            recording = false;
            return null;
        }
        if (++watched == WATCHED) {
            check();
        }
        return start;
    }

    private void check() {
        boolean isUseful = matched >= WATCHED / 2;
        watched = 0;
        matched = 0;
        if (isUseful) {
            isAnew = false;
            return;
        }
        resting = isAnew ? RESTING : 0;
        isAnew = !isAnew;
        start.next = NONE;
        steps = 0;
        bytes = 0;
    }

    /** A message had a known layout. */
    void matched() {
        matched++;
    }

    /** A message is read in full from here on. */
    void record() {
        values = 0;
        recording = true;
    }

    /** The message has a value between these positions; called in their order. */
    void value(PointerNode place, int at, int end, int bracket) {
        if (recording) {
            recording = values < MOST_VALUES;
            if (recording) {
                starts[values] = at;
                ends[values] = end;
                places[values] = place;
                brackets[values] = bracket;
                values++;
            }
        }
    }

    /**
     * The message was read without an error: learns its layout.
     *
     * @param text the message is between {@code from} and {@code to}
     * @param toEnd whether it was read to its end
     */
    void learn(byte[] text, int from, int to, boolean toEnd) {
        if (!recording) {
            return;
        }
        recording = false;
        Step step = start;
        int at = from;
        for (int i = 0; i < values && step != null; i++) {
            step = behind(step, text, at, starts[i], places[i], brackets[i]);
            at = ends[i];
        }
        if (toEnd && step != null) {
            behind(step, text, at, to, null, 0);
        }
    }

    private Step behind(Step step, byte[] text, int from, int to, PointerNode place, int bracket) {
        JsonScanner json = new JsonScanner();
        json.over(text, to);
        for (Step known : step.next) {
            if (known.length == to - from && known.bracket == bracket && known.isAt(json, from, to - from)) {
                return known;
            }
        }
        if (step.next.length == MOST_ALTERNATIVES || steps == MOST_STEPS || bytes + to - from > MOST_BYTES) {
            return null;
        }
        steps++;
        bytes += to - from;
        Step more = new Step(text, from, to, place, bracket);
        step.next = Arrays.copyOf(step.next, step.next.length + 1);
        step.next[step.next.length - 1] = more;
        return more;
    }
}
