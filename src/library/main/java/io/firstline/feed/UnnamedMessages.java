package io.firstline.feed;

import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The messages of one connection with an id that its server has not told yet: it may send messages of a stream before it
 * says which stream has the id. Bounded: the oldest is dropped. Pure; times are nanoseconds of the monotonic clock.
 */
final class UnnamedMessages {
    static final int MAX_MESSAGES = 1_000;
    static final int MAX_BYTES = 8 << 20;
    /** Longer than the server may take to answer a request. */
    static final long HOLD_NANOS = 10_000_000_000L;

    /** A message and when it arrived. */
    record Held(Buffer payload, boolean isText, long arrivalNanos) {}

    private final Deque<Held> held = new ArrayDeque<>();
    private int bytes;

    /** Holds a message; returns those that are dropped for it, or it itself if it is too large. */
    List<Held> hold(Payload payload, long nowNanos) {
        return hold(new Held(payload.toBuffer(), payload.isText(), nowNanos));
    }

    /** Holds a message again. */
    List<Held> hold(Held message) {
        held.addLast(message);
        bytes += message.payload().length();
        List<Held> dropped = new ArrayList<>();
        while (held.size() > MAX_MESSAGES || bytes > MAX_BYTES) {
            dropped.add(removeFirst());
        }
        return dropped;
    }

    private Held removeFirst() {
        Held first = held.removeFirst();
        bytes -= first.payload().length();
        return first;
    }

    /** Removes and returns all messages, in the order of their arrival. */
    List<Held> takeAll() {
        List<Held> all = List.copyOf(held);
        held.clear();
        bytes = 0;
        return all;
    }

    /** Removes and returns the messages that have waited for too long. */
    List<Held> expired(long nowNanos) {
        List<Held> expired = new ArrayList<>();
        while (!held.isEmpty() && nowNanos - held.peekFirst().arrivalNanos() >= HOLD_NANOS) {
            expired.add(removeFirst());
        }
        return expired;
    }
}
