package io.firstline.cluster.fanout;

import io.netty.channel.EventLoop;

/**
 * Chooses the event loop that reads a connection for frames: the one of a subscription while all frames are for it, otherwise the one
 * that accepted the connection. Used on the connection's event loop.
 */
public final class LoopChoice {
    /** The frames for one loop before a connection moves there, so that the moves cost little beside them. */
    private static final int FRAMES = 256;

    private final EventLoop accepting;
    /** The event loop that the last frames were for; null = none. */
    private EventLoop reader;

    private int frames;

    /**
     * The choice for a connection without frames.
     *
     * @param accepting the event loop that accepted the connection
     */
    public LoopChoice(EventLoop accepting) {
        this.accepting = accepting;
    }

    /** Counts a frame; null = no single event loop should read it. */
    void count(EventLoop loop) {
        frames = loop == reader ? Math.min(frames + 1, FRAMES) : 1;
        reader = loop;
    }

    /** Returns the event loop that should read the next frames. */
    public EventLoop loop() {
        return reader == null || frames < FRAMES ? accepting : reader;
    }
}
