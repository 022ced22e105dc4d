package io.firstline.feed;

import io.firstline.arbitration.Arrival;
import io.firstline.arbitration.Line;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.OutgoingCopy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * The first moments of a stream that is subscribed while a pool runs. The subscription takes effect on each connection at
 * another time, so a slow connection may deliver what was sent before the message with which a faster one begins. The
 * stream begins with the first message that a connection in step delivers. The copies of every other connection are held
 * until it delivers one that is published. If that is the stream's first message, the earlier copies are from before the
 * beginning: they count as unmatched. If that message was published before, the earlier copies are older than published
 * messages. Those without numbers count as unmatched then, as at a connection that joins: mostly they are a snapshot,
 * which each connection gets another of. Otherwise no copy is dropped. Without keys a copy may be an older message of the
 * same bytes: it is the published one if the next copy is also the next message.
 *
 * <p>Copies are held for at most {@value #MOST_MS} ms before the beginning and after it, and at most {@value #MAX_HELD}.
 */
final class StreamBeginning {
    static final int MOST_MS = 1_000;
    static final int MAX_HELD = 1_024;
    private static final int MAX_HELD_BYTES = 4 << 20;
    private static final int MAX_PUBLISHED = 8_192;
    /** Later, the subscription has taken effect on all connections. */
    private static final long EXPECTED_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(MOST_MS);

    private record Held(
            Line line, long identity, boolean hasKey, long content, int stream, OutgoingCopy message, int bytes)
            implements Arrival<OutgoingCopy> {
        Held(Line line, ArrivingCopy copy) {
            this(
                    line,
                    copy.identity(),
                    StreamBeginning.hasKey(copy),
                    copy.content(),
                    copy.stream(),
                    copy.kept(),
                    copy.bytes());
        }

        /** Whether no number says which published messages are younger. */
        boolean hasNoPlace() {
            return !message.isNumbered() || message.restarts();
        }
    }

    private record Pair(long identity, long next) {}

    private final BooleanSupplier anyInStep;
    private final StreamBeginnings.Output output;
    private final IntConsumer moreBytes;
    private final long expectedNanos;
    /** The lines whose copies take part. */
    private final Set<Line> lines = new HashSet<>();
    /** The identities of published messages. */
    private final Set<Long> published = new HashSet<>();
    /** What these lines have delivered directly after one another. */
    private final Set<Pair> pairs = new HashSet<>();
    /** The first ones of the pairs. */
    private final Set<Long> followed = new HashSet<>();

    private final Map<Line, Long> lastOf = new HashMap<>();
    /** The copies of the other lines, in the order of arrival. */
    private final Deque<Held> held = new ArrayDeque<>();

    private long heldBytes;
    private boolean begun;
    private long first;
    /** When it began, or the first copy was held. */
    private long sinceNanos;

    /**
     * A stream that is being subscribed.
     *
     * @param anyInStep returns whether a line is in step
     * @param moreBytes receives how many more bytes are held than before; negative = fewer
     */
    StreamBeginning(BooleanSupplier anyInStep, StreamBeginnings.Output output, IntConsumer moreBytes, long nowNanos) {
        this.anyInStep = anyInStep;
        this.output = output;
        this.moreBytes = moreBytes;
        this.expectedNanos = nowNanos;
    }

    void arrived(Line line, ArrivingCopy copy) {
        if (lines.contains(line)) {
            pass(line, copy);
        } else if (!begun && (line.inStep() || !anyInStep.getAsBoolean())) {
            begin(line, copy);
        } else {
            hold(line, copy);
            if (published.contains(copy.identity())) {
                lineUpLate(line);
            }
        }
    }

    /** The last copy that a line holds was published before: it lines up, unless that is another one of the same bytes. */
    private void lineUpLate(Line line) {
        List<Held> own = of(line);
        int match = own.size() - 1;
        Held last = own.get(match);
        if (!last.hasKey()
                && match > 0
                && pairs.contains(new Pair(own.get(match - 1).identity(), last.identity()))) {
            match--;
        } else if (!last.hasKey() && followed.contains(last.identity())) {
            return;
        }
        long identity = own.get(match).identity();
        lines.add(line);
        take(line);
        own.subList(0, match).forEach(each -> passOrDrop(line, each, identity == first || each.hasNoPlace()));
        own.subList(match, own.size()).forEach(each -> pass(line, each));
    }

    private void remove(Held copy) {
        held.remove(copy);
        count(-copy.bytes());
    }

    /** A connection opened. */
    void joined(Line line) {
        if (begun) {
            lines.add(line);
        }
    }

    /** A connection is ending; returns whether the others' copies would wait for a line that is gone. */
    boolean left(Line line) {
        lines.remove(line);
        lastOf.remove(line);
        take(line).forEach(copy -> pass(line, copy));
        return begun && lines.stream().noneMatch(Line::inStep);
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
        moreBytes.accept(bytes);
    }

    private static boolean hasKey(ArrivingCopy copy) {
        return copy.key != 0;
    }

    /** Passes a copy on: after those that lines hold before it, and before those that they hold from it on. */
    private void pass(Line line, Arrival<OutgoingCopy> copy) {
        long identity = copy.identity();
        List<Held> rest = List.of();
        if (line.inStep()) {
            Long before = lastOf.put(line, identity);
            if (before != null && pairs.add(new Pair(before, identity))) {
                followed.add(before);
            }
            if (published.add(identity) && !held.isEmpty()) {
                rest = lineUp(identity, before);
            }
        }
        output.pass(line, copy);
        rest.forEach(each -> pass(each.line(), each));
    }

    /**
     * A message is being published: lines that hold it line up.
     *
     * @param before the message that its line has delivered before it; null = none
     * @return what they hold from it on
     */
    private List<Held> lineUp(long identity, Long before) {
        Set<Line> others = held.stream()
                .filter(each -> each.identity() == identity)
                .map(Held::line)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<Held> rest = new ArrayList<>();
        for (Line other : others) {
            int match = placeOf(identity, before, of(other));
            if (match >= 0) {
                lines.add(other);
                List<Held> own = take(other);
                own.subList(0, match).forEach(each -> passOrDrop(other, each, identity == first));
                rest.addAll(own.subList(match, own.size()));
            }
        }
        return rest;
    }

    /** Returns the place of a message among the copies that a line holds; -1 = those of its bytes are others. */
    private static int placeOf(long identity, Long before, List<Held> own) {
        for (int i = 0; i < own.size(); i++) {
            boolean isInOrder = i == 0
                    || before == null
                    || own.get(i).hasKey()
                    || own.get(i - 1).identity() == before;
            if (own.get(i).identity() == identity && isInOrder) {
                return i;
            }
        }
        return -1;
    }

    private void passOrDrop(Line line, Held copy, boolean drops) {
        if (drops) {
            output.unmatched(line);
        } else {
            pass(line, copy);
        }
    }

    /** The copies that a line holds, oldest first. */
    private List<Held> of(Line line) {
        return held.stream().filter(each -> each.line() == line).toList();
    }

    /** Takes them out. */
    private List<Held> take(Line line) {
        List<Held> own = of(line);
        own.forEach(this::remove);
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
        return held.size() > MAX_HELD || heldBytes > MAX_HELD_BYTES || pairs.size() > MAX_PUBLISHED;
    }

    boolean isOver(long nowNanos) {
        return (begun || !held.isEmpty())
                ? nowNanos - sinceNanos > MOST_NANOS
                : nowNanos - expectedNanos > EXPECTED_NANOS;
    }
}
