package io.firstline.arbitration;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The lines that are not in step, and the copies of them that no line in step has delivered. See {@link Arbiter} for
 * when a line is in step, and what becomes of its copies then.
 *
 * @param <M> the message
 */
final class JoiningLines<M> {
    private static final long SILENT_ESTABLISHED_NANOS = 1_000_000_000L;
    private static final int STREAK_AFTER_FALLING_BEHIND = 8;
    /**
     * A line that has delivered a published message continues after it without a hole. Of the others, the line that
     * delivered first has the older messages: the others line up with it.
     */
    private static final Comparator<Line> NEXT_TO_LEAD = Comparator.comparing((Line line) -> line.fellBehind)
            .thenComparing(line -> !line.anchored)
            .thenComparing(line -> line.firstCopyNanos);

    private final SeenMessages seen;
    private final LineTable lines;
    private final MessageMatcher matcher;
    private final LinePlaces places;
    private final MergedStream<M> stream;
    private final Arbiter.Output<M> output;
    private final long skewNanos;
    private final long joinGuardNanos;
    /** In the order in which they joined, so that the same copies always lead to the same decisions. */
    private final Map<Line, HeldCopies<M>> joining = new LinkedHashMap<>();

    private long lastLeaderCopyNanos;
    /** The youngest message before the last hole: a line led alone that had delivered no published message. */
    private long holeAfter;

    JoiningLines(
            ArbiterSettings settings,
            SeenMessages seen,
            LineTable lines,
            MessageMatcher matcher,
            LinePlaces places,
            MergedStream<M> stream,
            Arbiter.Output<M> output) {
        this.seen = seen;
        this.lines = lines;
        this.matcher = matcher;
        this.places = places;
        this.stream = stream;
        this.output = output;
        this.skewNanos = settings.skewNanos();
        this.joinGuardNanos = settings.joinGuardNanos();
    }

    boolean isEmpty() {
        return joining.isEmpty();
    }

    /** A line opened in the middle of the stream. */
    void add(Line line) {
        line.watermark = seen.newest();
        line.joinedInOutage = lines.inStep() == 0;
        joining.put(line, new HeldCopies<>());
    }

    /** A line leaves: publishes the messages that it alone held back, if no other line could have had them. */
    void remove(Line line, long nowNanos) {
        HeldCopies<M> held = joining.remove(line);
        if (held != null) {
            held.drain((itsStream, sequence) -> {}, copy -> giveUp(line, copy, nowNanos));
        }
    }

    /** No line in step is left: one of those that have delivered leads. */
    void replaceLeader(long nowNanos) {
        joining.keySet().stream()
                .filter(line -> line.hasDelivered)
                .min(NEXT_TO_LEAD)
                .ifPresent(next -> leadAlone(next, nowNanos));
    }

    /** A line in step delivered a copy. */
    void leaderDelivered(long nowNanos) {
        lastLeaderCopyNanos = nowNanos;
    }

    /** A joining line delivers a copy that was matched; false = it may be another message: call {@link #held}. */
    boolean matched(Line line, Arrival<M> arrival, long sequence, long nowNanos) {
        long hash = arrival.identity();
        boolean unique = isBeyondDoubt(line, hash);
        if (!line.anchored && !unique) {
            return false;
        }
        if (!line.anchored) {
            anchor(line, sequence, nowNanos, joining.get(line).received() + 1);
        }
        boolean onward = sequence > line.watermark;
        if (line.fellBehind) {
            dropStale(line, copy -> true);
        }
        stream.late(line, sequence, unique, nowNanos);
        recognised(line, arrival.message(), unique);
        lineUp(line, unique && onward, nowNanos, nowNanos);
        return true;
    }

    private boolean isBeyondDoubt(Line line, long hash) {
        return seen.isUnique(hash) && !matcher.isDoubtful() && joining.get(line).count(hash) == 0;
    }

    /** The copy of a joining line that has just arrived is a copy of this message. */
    void delivered(Line line, long sequence, boolean beyondDoubt) {
        places.placeJoining(line, sequence, beyondDoubt);
        if (beyondDoubt) {
            joining.get(line).matched(seen.stream(sequence), sequence);
        }
    }

    /** A joining line delivers a copy that no line in step has delivered so far. */
    void held(Line line, Arrival<M> arrival, long nowNanos) {
        if (line.watermark < seen.oldest() - 1) {
            fellBehind(line);
        }
        if (!line.fellBehind) {
            output.held(line, arrival.stream());
        }
        hold(line, arrival, nowNanos);
        if (establishedAreSilent(line, nowNanos)) {
            joining.keySet().stream()
                    .filter(each -> !joining.get(each).isEmpty())
                    .min(NEXT_TO_LEAD)
                    .ifPresent(next -> leadAlone(next, nowNanos));
            if (!line.leading) {
                leadAlone(line, nowNanos);
            }
        }
    }

    /** A line in step delivers a copy that cannot be matched any more: it is not in step from now on. */
    void fallBehind(Line line, Arrival<M> arrival, long nowNanos) {
        lines.stopLeading(line);
        fellBehind(line);
        line.streak = 0;
        joining.put(line, new HeldCopies<>());
        output.outOfStep(line);
        hold(line, arrival, nowNanos);
    }

    /** Its copies may be of messages that have left the history: they fill no hole. */
    private static void fellBehind(Line line) {
        line.fellBehind = true;
        line.anchor = Long.MAX_VALUE;
    }

    private void hold(Line line, Arrival<M> copy, long nowNanos) {
        line.unmatched += joining.get(line).add(copy, nowNanos);
    }

    /**
     * A joining line delivers a message whose bytes were published exactly once. So its place in the stream is known:
     * it does not deliver repeats from before it. Copies that it delivered earlier belong to those repeats.
     *
     * @param number of the copy on its line
     */
    private void anchor(Line line, long sequence, long receivedNanos, long number) {
        line.anchored = true;
        line.anchor = sequence;
        line.anchorNumber = number;
        line.repeatsFloorNanos = Math.max(line.repeatsFloorNanos, seen.firstNanos(sequence) - skewNanos);
        line.lateCopies += joining.get(line)
                .removeIf(copy -> copy.receivedNanos() - receivedNanos <= 0
                        && copy.identity() != seen.hash(sequence)
                        && seen.hasOlder(copy.identity(), sequence));
    }

    /**
     * Drops the copies that a line that fell behind received before its next match: they may have been published long
     * ago.
     */
    private void dropStale(Line line, Predicate<HeldCopies.Copy<M>> stale) {
        int dropped = joining.get(line).dropWhile(stale);
        if (dropped > 0) {
            line.unmatched += dropped;
            line.streak = 0;
        }
    }

    /** A message was just published: matches the copies of it that joining lines hold. */
    void published(long sequence, long hash, long nowNanos) {
        for (Line line : joining.keySet().toArray(Line[]::new)) {
            if (sequence < seen.oldest()) {
                return; // the messages that earlier turns published have replaced it in the history
            }
            if (joining.containsKey(line)) { // otherwise it is in step since an earlier turn
                matchHeld(line, sequence, hash, nowNanos);
            }
        }
    }

    private void matchHeld(Line line, long sequence, long hash, long nowNanos) {
        HeldCopies<M> held = joining.get(line);
        boolean unique = seen.isUnique(hash) && held.count(hash) == 1;
        if (line.fellBehind && held.count(hash) > 0) {
            dropStale(line, copy -> copy.identity() != hash);
        }
        if (!line.anchored && !unique) {
            return; // it may be an earlier one, or a later one
        }
        HeldCopies.Copy<M> copy = held.take(hash);
        if (copy == null) {
            return;
        }
        if (!line.anchored) {
            anchor(line, sequence, copy.receivedNanos(), copy.number());
        }
        seen.markDelivered(sequence, line.slot);
        // a copy that the line delivered earlier does not prove that its message comes later
        places.placeJoining(line, sequence, unique && held.isYoungest(copy));
        if (unique) {
            held.matched(copy.number(), seen.stream(sequence), sequence);
        }
        line.lateCopies++;
        line.reached(sequence, seen.stream(sequence), unique, 0, seen.newest());
        stream.compare(line, sequence, copy.content());
        recognised(line, copy.message(), unique);
        lineUp(line, unique, copy.receivedNanos(), nowNanos);
    }

    private void recognised(Line line, M message, boolean beyondDoubt) {
        if (beyondDoubt) {
            output.recognised(line, message);
        }
    }

    private void lineUp(Line line, boolean beyondDoubt, long receivedNanos, long nowNanos) {
        line.streak = beyondDoubt ? line.streak + 1 : 0;
        int needed = line.fellBehind ? STREAK_AFTER_FALLING_BEHIND : 1;
        if (line.streak < needed || receivedNanos - line.firstCopyNanos < joinGuardNanos) {
            return;
        }
        HeldCopies<M> held = joining.remove(line);
        lines.lead(line, seen.newest(), nowNanos);
        long since = receivedNanos - skewNanos;
        held.drain((itsStream, sequence) -> places.advance(line, itsStream, sequence), copy -> {
            if (copy.receivedNanos() - since < 0) {
                giveUp(line, copy, nowNanos);
            } else {
                release(line, copy, copy.receivedNanos() - receivedNanos < 0, nowNanos);
            }
        });
        output.inStep(line, false);
    }

    /**
     * A copy that no other line had: a start-up message of this line, unless no line was in step when it joined, or
     * the line continues messages from before a hole.
     */
    private void giveUp(Line line, HeldCopies.Copy<M> copy, long nowNanos) {
        boolean mayFillHole = line.anchored && line.anchor <= holeAfter && copy.number() > line.anchorNumber;
        if (line.joinedInOutage || mayFillHole) {
            release(line, copy, true, nowNanos);
        } else {
            line.unmatched++;
        }
    }

    /** Whether a line has received messages for a second, no line in step any, and the guard is over. */
    private boolean establishedAreSilent(Line line, long nowNanos) {
        if (nowNanos - lastLeaderCopyNanos < SILENT_ESTABLISHED_NANOS) {
            return false;
        }
        long guardedNanos = line.firstCopyNanos + joinGuardNanos;
        long silentNanos = lastLeaderCopyNanos + 1;
        long since = joining.get(line).oldestSince(silentNanos - guardedNanos < 0 ? guardedNanos : silentNanos);
        return since != Long.MAX_VALUE && nowNanos - since >= SILENT_ESTABLISHED_NANOS;
    }

    /** A line leads without having lined up: no line in step is left, or none delivers. */
    void leadAlone(Line line, long nowNanos) {
        boolean late = line.fellBehind;
        holeAfter = line.anchored ? holeAfter : seen.newest();
        HeldCopies<M> held = joining.remove(line);
        lines.lead(line, seen.newest(), nowNanos);
        line.watermark = seen.newest();
        lastLeaderCopyNanos = nowNanos;
        output.inStep(line, true);
        held.drain(
                (itsStream, sequence) -> places.advance(line, itsStream, sequence),
                copy -> release(line, copy, late, nowNanos));
    }

    /** Publishes a copy that was held back, unless another line has just lined up and published the same message. */
    private void release(Line line, HeldCopies.Copy<M> copy, boolean late, long nowNanos) {
        long sequence = matcher.match(line, copy.identity());
        if (sequence != 0) {
            stream.late(line, sequence, seen.isUnique(copy.identity()), nowNanos);
        } else {
            stream.publish(line, copy, copy.receivedNanos(), late, nowNanos);
        }
    }
}
