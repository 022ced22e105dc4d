package io.firstline.feed;

import io.firstline.arbitration.Arrival;
import io.firstline.arbitration.Line;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.StreamTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * The first moments of streams that are subscribed while a pool runs. The subscription takes effect on each connection at
 * another time, so a slow connection may deliver what was sent before the message with which a faster one begins. A stream
 * begins with the first message that a connection in step delivers. The copies of every other connection are held until it
 * delivers one that is published. If that is the stream's first message, the earlier copies are from before the beginning:
 * they count as unmatched. So do a snapshot and what follows it if that message was published before, and no number
 * says what consumers have already: each connection gets another snapshot. Otherwise no copy is dropped.
 *
 * <p>Copies are held for at most {@value #MOST_MS} ms before the beginning and after it, and at most {@value #MAX_HELD} of a
 * stream. Runs on the feed's context.
 */
final class StreamBeginnings {
    static final int MOST_MS = 1_000;
    static final int MAX_HELD = 1_024;
    private static final int MAX_HELD_BYTES = 4 << 20;
    /** The bound for the copies of all streams. */
    static final int MAX_ALL_HELD_BYTES = 32 << 20;

    private static final int MAX_PUBLISHED = 8_192;
    /** Later, the subscription has taken effect on all connections. */
    private static final long EXPECTED_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(MOST_MS);

    /** Takes the copies that take part in the arbitration, and those that do not. */
    interface Output {
        void pass(Line line, Arrival<OutgoingCopy> copy);

        /** A copy of a line is from before the beginning of its stream. */
        void unmatched(Line line);
    }

    private record Held(Line line, long identity, long content, int stream, OutgoingCopy message, int bytes)
            implements Arrival<OutgoingCopy> {
        Held(Line line, ArrivingCopy copy) {
            this(line, copy.identity(), copy.content(), copy.stream(), copy.message(), copy.bytes());
        }

        /** Whether no number says which published messages are younger. */
        boolean hasNoPlace() {
            return !message.isNumbered() || message.restarts();
        }
    }

    private final BooleanSupplier anyInStep;
    private final Output output;
    /** By the name in messages. */
    private final Map<String, Beginning> beginnings = new HashMap<>();

    private long allHeldBytes;

    /** @param anyInStep returns whether a line is in step */
    StreamBeginnings(BooleanSupplier anyInStep, Output output) {
        this.anyInStep = anyInStep;
        this.output = output;
    }

    /** These streams, named as in messages, are being subscribed. */
    void expect(Collection<String> streams, long nowNanos) {
        streams.forEach(name -> {
            Beginning former = beginnings.remove(name);
            if (former != null) {
                former.releaseAll();
            }
            if (beginnings.size() < StreamTable.MAX_STREAMS) {
                beginnings.put(name, new Beginning(nowNanos));
            }
        });
    }

    private void end(String name) {
        Beginning ended = beginnings.remove(name);
        if (ended != null) {
            ended.releaseAll();
        }
    }

    /** A copy arrives. */
    void arrived(Line line, ArrivingCopy copy) {
        Beginning beginning =
                beginnings.isEmpty() || copy.streamWatch() == null ? null : beginnings.get(copy.streamWatch().name);
        if (beginning == null) {
            output.pass(line, copy);
            return;
        }
        beginning.arrived(line, copy);
        if (beginning.isFull()) {
            end(copy.streamWatch().name);
        } else if (allHeldBytes > MAX_ALL_HELD_BYTES) {
            flush();
        }
    }

    /** A connection opened: what it delivers was sent after the present beginnings. */
    void joined(Line line) {
        beginnings.values().forEach(beginning -> {
            if (beginning.begun) {
                beginning.lines.add(line);
            }
        });
    }

    /** A connection is ending: nobody else may have what it delivered. */
    void left(Line line) {
        for (String name : List.copyOf(beginnings.keySet())) {
            Beginning beginning = beginnings.get(name);
            if (beginning != null) { // a consumer may have closed the feed
                beginning.lines.remove(line);
                beginning.take(line).forEach(copy -> beginning.pass(line, copy));
                if (beginning.begun && beginning.lines.stream().noneMatch(Line::inStep)) {
                    end(name); // otherwise copies would wait for a line that is gone
                }
            }
        }
    }

    /** Ends what has lasted long enough; called several times a second. */
    void look(long nowNanos) {
        if (!beginnings.isEmpty()) {
            for (String name : List.copyOf(beginnings.keySet())) {
                Beginning beginning = beginnings.get(name);
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
        allHeldBytes = 0;
    }

    /** One stream. */
    private final class Beginning {
        private final long expectedNanos;
        /** The lines whose copies take part. */
        private final Set<Line> lines = new HashSet<>();
        /** The identities of published messages. */
        private final Set<Long> published = new HashSet<>();
        /** The copies of the other lines, in the order of arrival. */
        private final Deque<Held> held = new ArrayDeque<>();

        private long heldBytes;
        private boolean begun;
        private long first;
        /** When it began, or the first copy was held. */
        private long sinceNanos;

        Beginning(long nowNanos) {
            this.expectedNanos = nowNanos;
        }

        void arrived(Line line, ArrivingCopy copy) {
            if (lines.contains(line)) {
                pass(line, copy);
            } else if (!begun && (line.inStep() || !anyInStep.getAsBoolean())) {
                begin(line, copy);
            } else if (published.contains(copy.identity())) {
                lineUpLate(line, copy.identity());
                pass(line, copy);
            } else {
                hold(line, copy);
            }
        }

        private void begin(Line line, ArrivingCopy copy) {
            List<Held> own = take(line); // from before it was in step
            begun = true;
            first = own.isEmpty() ? copy.identity() : own.get(0).identity();
            sinceNanos = copy.arrivalNanos();
            lines.add(line);
            own.forEach(each -> pass(line, each));
            pass(line, copy);
        }

        private void hold(Line line, ArrivingCopy copy) {
            if (!begun && held.isEmpty()) {
                sinceNanos = copy.arrivalNanos();
            }
            Held kept = new Held(line, copy);
            held.addLast(kept);
            count(kept.bytes());
        }

        private void count(int bytes) {
            heldBytes += bytes;
            allHeldBytes += bytes;
        }

        /** Passes a copy on: after those that lines hold before it, and before those that they hold from it on. */
        private void pass(Line line, Arrival<OutgoingCopy> copy) {
            long identity = copy.identity();
            List<Held> rest = List.of();
            if (line.inStep() && published.add(identity) && !held.isEmpty()) {
                rest = lineUp(
                        held.stream()
                                .filter(each -> each.identity() == identity)
                                .map(Held::line)
                                .collect(Collectors.toCollection(LinkedHashSet::new)),
                        identity);
            }
            output.pass(line, copy);
            rest.forEach(each -> pass(each.line(), each));
        }

        /** A line delivers a message that was published before; it holds none from this message on. */
        private void lineUpLate(Line line, long identity) {
            lines.add(line);
            List<Held> own = take(line);
            boolean hasSnapshot = own.stream().anyMatch(each -> each.message().snapshot());
            own.forEach(each -> passOrDrop(line, each, identity == first || (hasSnapshot && each.hasNoPlace())));
        }

        /** These lines hold a message that is being published; returns what they hold from it on. */
        private List<Held> lineUp(Set<Line> others, long identity) {
            lines.addAll(others);
            List<Held> rest = new ArrayList<>();
            for (Line other : others) {
                List<Held> own = take(other);
                int matched = 0;
                while (matched < own.size() && own.get(matched).identity() != identity) {
                    matched++;
                }
                own.subList(0, matched).forEach(each -> passOrDrop(other, each, identity == first));
                rest.addAll(own.subList(matched, own.size()));
            }
            return rest;
        }

        private void passOrDrop(Line line, Held copy, boolean drops) {
            if (drops) {
                output.unmatched(line);
            } else {
                pass(line, copy);
            }
        }

        /** Takes out the copies of a line, oldest first. */
        private List<Held> take(Line line) {
            List<Held> own = new ArrayList<>();
            held.removeIf(each -> {
                boolean taken = each.line() == line;
                if (taken) {
                    own.add(each);
                    count(-each.bytes());
                }
                return taken;
            });
            return own;
        }

        void releaseAll() {
            while (!held.isEmpty()) {
                Held copy = held.removeFirst();
                count(-copy.bytes());
                output.pass(copy.line(), copy);
            }
        }

        boolean isFull() {
            return held.size() > MAX_HELD || heldBytes > MAX_HELD_BYTES || published.size() > MAX_PUBLISHED;
        }

        boolean isOver(long nowNanos) {
            return (begun || !held.isEmpty())
                    ? nowNanos - sinceNanos > MOST_NANOS
                    : nowNanos - expectedNanos > EXPECTED_NANOS;
        }
    }
}
