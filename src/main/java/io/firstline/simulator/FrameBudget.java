package io.firstline.simulator;

/** The limit of client frames a second, over a sliding window. Pure: no clock, no thread of its own. */
final class FrameBudget {
    private static final long WINDOW_NS = 1_000_000_000L;

    private final long[] timesNs;
    private long taken;

    /** A limit of so many frames in any second; 0 = none. */
    FrameBudget(int framesPerSecond) {
        timesNs = new long[framesPerSecond];
    }

    /** Counts a frame that came at {@code nowNs}; false when it is one too many. */
    boolean take(long nowNs) {
        if (timesNs.length == 0) {
            return true;
        }
        int slot = (int) (taken % timesNs.length);
        boolean within = taken < timesNs.length || nowNs - timesNs[slot] >= WINDOW_NS;
        timesNs[slot] = nowNs;
        taken++;
        return within;
    }
}
