package io.firstline.simulation;

import java.util.Locale;

/** The last events of a world, recorded without the cost of formatting. */
final class Trace {
    private static final int LAST = 40;
    private static final boolean ALOUD = Boolean.getBoolean("firstline.trace");

    private final String[] what = new String[LAST];
    private final Object[] about = new Object[LAST];
    private final long[] atNanos = new long[LAST];
    private final VirtualTime time;
    private final long startNanos;
    private long notes;

    Trace(VirtualTime time) {
        this.time = time;
        this.startNanos = time.nowNanos();
    }

    /**
     * Records an event.
     *
     * @param object its subject; its {@code toString()} must not change
     */
    void note(String happened, Object object) {
        int at = (int) (notes++ % LAST);
        what[at] = happened;
        about[at] = object;
        atNanos[at] = time.nowNanos();
        if (ALOUD) {
            System.out.println(line(at));
        }
    }

    private String line(int at) {
        return stamp(atNanos[at]) + "  " + what[at] + (about[at] == null ? "" : " " + about[at]);
    }

    /** Virtual time since the world began. */
    String now() {
        return stamp(time.nowNanos());
    }

    private String stamp(long nanos) {
        double seconds = (nanos - startNanos) / 1e9;
        return String.format(Locale.ROOT, "%d:%09.6f", (long) seconds / 60, seconds % 60);
    }

    @Override
    public String toString() {
        StringBuilder lines = new StringBuilder();
        for (long i = Math.max(0, notes - LAST); i < notes; i++) {
            lines.append("  ").append(line((int) (i % LAST))).append('\n');
        }
        return lines.toString();
    }
}
