package io.firstline.feed;

import io.firstline.arbitration.Arrival;
import io.firstline.arbitration.Line;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.StreamTable;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * The streams that were subscribed while the pool runs and have just begun, or are about to: see {@link StreamBeginning}.
 * Copies of all other streams pass. Runs on the feed's context.
 */
final class StreamBeginnings {
    /** The bound for the copies of all streams. */
    static final int MAX_ALL_HELD_BYTES = 32 << 20;

    /** Takes the copies that take part in the arbitration, and those that do not. */
    interface Output {
        void pass(Line line, Arrival<OutgoingCopy> copy);

        /** A copy of a line is from before the beginning of its stream. */
        void unmatched(Line line);
    }

    private final BooleanSupplier anyInStep;
    private final Output output;
    /** By the name in messages. */
    private final Map<String, StreamBeginning> beginnings = new HashMap<>();

    private Held held = new Held();

    /** The bytes of all streams since the pool started: what an earlier start still releases is not counted here. */
    private static final class Held {
        private long bytes;
    }

    /** @param anyInStep returns whether a line is in step */
    StreamBeginnings(BooleanSupplier anyInStep, Output output) {
        this.anyInStep = anyInStep;
        this.output = output;
    }

    /** These streams, named as in messages, are being subscribed. */
    void expect(Collection<String> streams, long nowNanos) {
        streams.forEach(name -> {
            end(name);
            Held counted = held;
            if (beginnings.size() < StreamTable.MAX_STREAMS) {
                beginnings.put(name, new StreamBeginning(anyInStep, output, bytes -> counted.bytes += bytes, nowNanos));
            }
        });
    }

    private void end(String name) {
        StreamBeginning ended = beginnings.remove(name);
        if (ended != null) {
            ended.releaseAll();
        }
    }

    /** A copy arrives. */
    void arrived(Line line, ArrivingCopy copy) {
        StreamBeginning beginning =
                beginnings.isEmpty() || copy.streamWatch() == null ? null : beginnings.get(copy.streamWatch().name);
        if (beginning == null) {
            output.pass(line, copy);
            return;
        }
        beginning.arrived(line, copy);
        if (beginning.isFull()) {
            end(copy.streamWatch().name);
        } else if (held.bytes > MAX_ALL_HELD_BYTES) {
            flush();
        }
    }

    /** A connection opened: what it delivers was sent after the present beginnings. */
    void joined(Line line) {
        beginnings.values().forEach(beginning -> beginning.joined(line));
    }

    /** A connection is ending: nobody else may have what it delivered. */
    void left(Line line) {
        for (String name : List.copyOf(beginnings.keySet())) {
            StreamBeginning beginning = beginnings.get(name);
            if (beginning != null && beginning.left(line)) { // a consumer may have closed the feed
                end(name);
            }
        }
    }

    /** Ends what has lasted long enough; called several times a second. */
    void look(long nowNanos) {
        if (!beginnings.isEmpty()) {
            for (String name : List.copyOf(beginnings.keySet())) {
                StreamBeginning beginning = beginnings.get(name);
                if (beginning != null && beginning.isOver(nowNanos)) {
                    end(name);
                }
            }
        }
    }

    /** Passes all copies on: no further one arrives, or too many are held. */
    void flush() {
        List.copyOf(beginnings.keySet()).forEach(this::end);
    }

    /** The pool starts anew. */
    void clear() {
        beginnings.clear();
        held = new Held();
    }
}
