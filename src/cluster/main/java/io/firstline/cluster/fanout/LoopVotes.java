package io.firstline.cluster.fanout;

import io.netty.channel.EventLoop;

/**
 * Finds the event loop that most frames of a connection are for, if it is more than half of them (the majority vote of Boyer and
 * Moore). Used on the connection's event loop.
 */
public final class LoopVotes {
    private EventLoop leading;
    private int lead;

    /** Counts a frame; null = no subscription reads it. */
    void count(EventLoop loop) {
        if (loop == null) {
            return;
        }
        if (lead == 0) {
            leading = loop;
        }
        lead += loop == leading ? 1 : -1;
    }

    /** Returns the event loop of most frames since the last call; null = none. */
    public EventLoop take() {
        EventLoop most = lead > 0 ? leading : null;
        lead = 0;
        return most;
    }
}
