package io.firstline.simulator;

/** Limits client frames per second over a sliding window. Pure: no clock, no thread. */
final class FrameAllowance {
    private static final long WINDOW_NS = 1_000_000_000L;

    private final long[] timesNs;
    private long taken;

    /** Allows this many frames in any second; 0 = no limit. */
    FrameAllowance(int framesPerSecond) {
        timesNs = new long[framesPerSecond];
    }

    /** Counts a frame that arrived at {@code nowNs}; false if it exceeds the limit. */
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
