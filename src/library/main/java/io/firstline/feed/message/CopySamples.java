package io.firstline.feed.message;

import io.firstline.arbitration.Arbiter;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** The last messages of each connection, kept only while they may be compared. Bounded; runs on the feed's context. */
public final class CopySamples {
    private final List<Deque<Buffer>> bySlot;
    private boolean wanted;

    public CopySamples() {
        bySlot = Stream.generate(() -> (Deque<Buffer>) new ArrayDeque<Buffer>(0))
                .limit(Arbiter.MAX_LINES)
                .toList();
    }

    /** Starts to keep messages, or forgets them. */
    public void want(boolean nowWanted) {
        if (wanted && !nowWanted) {
            bySlot.forEach(Deque::clear);
        }
        wanted = nowWanted;
    }

    public boolean isWanted() {
        return wanted;
    }

    public void take(int slot, Payload payload) {
        if (payload.isText() && payload.length() <= CopyDifference.MAX_BYTES) {
            Deque<Buffer> samples = bySlot.get(slot);
            if (samples.size() == CopyDifference.MAX_MESSAGES) {
                samples.removeFirst();
            }
            samples.addLast(payload.toBuffer());
        }
    }

    public void cleared(int slot) {
        bySlot.get(slot).clear();
    }

    public List<Buffer> of(int slot) {
        return List.copyOf(bySlot.get(slot));
    }
}
