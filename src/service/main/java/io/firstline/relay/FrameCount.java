package io.firstline.relay;

import java.util.concurrent.TimeUnit;

/** Counts the frames of a client in each second. Pure. */
final class FrameCount {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int limit;
    private long startNanos;
    private int frames;

    FrameCount(int limit) {
        this.limit = limit;
    }

    /** Counts a frame; returns whether it is one too many. */
    boolean isOver(long nowNanos) {
        if (frames == 0 || nowNanos - startNanos >= SECOND) {
            startNanos = nowNanos;
            frames = 0;
        }
        return ++frames > limit;
    }
}
