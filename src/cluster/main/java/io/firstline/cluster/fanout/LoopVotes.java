package io.firstline.cluster.fanout;

import io.netty.channel.EventLoop;

/**
 * Finds the event loop that nearly all frames of a connection are for (the majority vote of Boyer and Moore). Used on the connection's
 * event loop.
 */
public final class LoopVotes {
    private EventLoop leading;
    private int lead;
    private int all;

    /** Counts a frame; null = no subscription reads it. */
    void count(EventLoop loop) {
        if (loop == null) {
            return;
        }
        if (lead == 0) {
            leading = loop;
        }
        lead += loop == leading ? 1 : -1;
        all++;
    }

    /** Returns whether no frame was counted since the last call of {@link #take}. */
    public boolean isEmpty() {
        return all == 0;
    }

    /** Returns the event loop of at least three quarters of the frames since the last call; null = there is none. */
    public EventLoop take() {
        EventLoop most = lead > 0 && lead >= all / 2 ? leading : null;
        lead = 0;
        all = 0;
        return most;
    }
}
