package io.firstline.simulation;

import io.firstline.stream.FeedStream;

/** A slow consumer: what it received, what waits for it and what it lost must add up to everything published. */
final class SlowReader {
    private final FeedStream stream;
    private final long attachedAt;
    private final int takes;
    private long taken;
    private long lastTaken;
    private long told;

    /**
     * Attaches now.
     *
     * @param attachedAt the number of the last message published before
     * @param takes how many messages it requests each time; 0 = none
     */
    SlowReader(FeedStream stream, long attachedAt, int takes) {
        this.stream = stream;
        this.attachedAt = attachedAt;
        this.lastTaken = attachedAt;
        this.takes = takes;
        stream.dropHandler(loss -> told += loss.count());
    }

    void look() {
        for (int i = 0; i < takes && stream.buffered() > 0; i++) {
            stream.next().onSuccess(message -> {
                long hole = message.sequence() - lastTaken - 1;
                if (hole != told) {
                    throw new AssertionError("(4) a consumer was told of " + told + " lost messages, it lost " + hole);
                }
                told = 0;
                lastTaken = message.sequence();
                taken++;
            });
        }
    }

    long dropped() {
        return stream.dropped();
    }

    void check(long published) {
        long all = taken + stream.buffered() + stream.dropped();
        if (all != published - attachedAt) {
            throw new AssertionError("(4) a consumer took, has or lost " + all + " of " + (published - attachedAt));
        }
    }
}
