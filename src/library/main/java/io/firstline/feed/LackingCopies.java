package io.firstline.feed;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Detects connections that lack a part of the messages while others deliver them: redundancy that has failed before a
 * message is lost. Of N connections in step, each should deliver every message, so N - 1 copies of it come late. Pure;
 * times are nanoseconds of the monotonic clock.
 *
 * <p>Counts are compared over a window of at least {@value #WINDOW_S} seconds and {@value #MESSAGES} messages, at most
 * an hour. A connection lacks copies after two windows in a row in which it had not delivered 1 % of the messages, and
 * at least {@value #LEAST} of them; of all messages, or of one stream. It is whole again after two windows in a row
 * with less than half of that. A window counts only streams that the connection had delivered before. If a connection
 * joins or leaves, the window starts again. It moves on until the losses of before are counted. It does not end while
 * a connection is stalled: its messages may follow.
 *
 * <p>Every connection may have a few messages that no other has, acks or heartbeats that the profile does not name as
 * such. So a message that only one of four or more connections delivered does not count against the others; nor does it
 * with fewer connections, as long as most of them have about as many.
 */
final class LackingCopies {
    static final int WINDOW_S = 10;
    static final int MESSAGES = 1_000;
    static final int LEAST = 10;

    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);
    /** A loss is counted two seconds after its message; looks are a second apart. */
    private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final double SHARE = 0.01;
    /** Windows in a row before a change is reported. */
    private static final int IN_A_ROW = 2;
    /** Of so many connections, it is hardly the fault of all others that one alone delivers a message. */
    private static final int MANY = 4;
    /** The most streams that a finding names. */
    private static final int NAMED = 5;

    /**
     * The deliveries of a connection until now, of all messages or of one stream.
     *
     * @param losses messages that others delivered and it did not
     * @param toOne how many of these only one other connection delivered
     * @param saves messages that it alone delivered
     */
    record Count(long copies, long losses, long toOne, long saves) {
        private Count since(Count before) {
            return new Count(
                    Math.max(0, copies - before.copies),
                    Math.max(0, losses - before.losses),
                    Math.max(0, toOne - before.toOne),
                    Math.max(0, saves - before.saves));
        }

        private Count without(Count part) {
            return since(part);
        }

        private long messages() {
            return copies + losses;
        }
    }

    /**
     * The counts of a connection that is in step and subscribed.
     *
     * @param streams by name; without streams that it has never delivered
     */
    record Seen(String connection, Count all, Map<String, Count> streams) {}

    /**
     * A connection begins to lack copies, or is whole again.
     *
     * @param share the share of all messages that it lacks, from 0 to 1
     * @param missing how many that were in the last window
     * @param messages how many messages the window had
     * @param streams the streams that it lacks messages of, if these are not all; at most {@value #NAMED}
     * @param over whether it is whole again
     */
    record Finding(String connection, double share, long missing, long messages, List<String> streams, boolean over) {}

    /** The state of one connection. */
    private static final class State {
        private double share = Double.NaN;
        private double raw;
        private int odd;
        private int even;
        private boolean lacks;
    }

    /**
     * The messages that a connection lacks in a window.
     *
     * @param worst the largest share of all messages or of a stream, of those of which it lacks {@value #LEAST}
     * @param worstOfFew the same of those of which it lacks half as many
     */
    private record Lack(long missing, long messages, double worst, double worstOfFew, List<String> streams) {
        private double share() {
            return messages == 0 ? 0 : (double) missing / messages;
        }
    }

    private final long windowNanos;
    private final Map<String, State> states = new HashMap<>();
    private Map<String, Seen> base = Map.of();
    private Map<String, Seen> last = Map.of();
    private long startNanos;
    /** When the connections were last others than before. */
    private long changedNanos;

    /** @param windowMs the shortest window; {@value #WINDOW_S} s, less in tests */
    LackingCopies(long windowMs) {
        this.windowNanos = TimeUnit.MILLISECONDS.toNanos(windowMs);
    }

    /** The window starts again with the next look: its counts say nothing. */
    void restart() {
        base = Map.of();
    }

    /** A connection has ended; returns whether it lacked copies. */
    boolean left(String connection) {
        State state = states.remove(connection);
        return state != null && state.lacks;
    }

    /** The share of messages that a connection lacked in its last window; NaN = not known. */
    double share(String connection) {
        State state = states.get(connection);
        return state == null ? Double.NaN : state.share;
    }

    /** How many connections delivered a message, on average over the last window; NaN = not known. */
    double copiesPerMessage() {
        double copies = 0;
        for (State state : states.values()) {
            copies += Double.isNaN(state.share) ? 0 : 1 - state.raw;
        }
        return copies == 0 ? Double.NaN : copies;
    }

    /** Compares connections; called about once a second with those that are in step and subscribed. */
    List<Finding> look(List<Seen> members, long nowNanos) {
        Map<String, Seen> now = new LinkedHashMap<>();
        members.forEach(seen -> now.put(seen.connection(), seen));
        boolean changed = base.isEmpty() || !now.keySet().equals(base.keySet());
        if (changed) {
            changedNanos = nowNanos;
        }
        if (changed || nowNanos - changedNanos < Math.min(SETTLING_NANOS, windowNanos)) {
            start(now, nowNanos);
            return List.of();
        }
        boolean stalled = isAnyStalled(now);
        last = now;
        if (stalled || !isOver(now, nowNanos)) {
            return List.of();
        }
        List<Seen> judged = base.keySet().stream().map(now::get).toList();
        List<Finding> findings = judged.size() < 2 ? List.of() : judge(judged);
        start(now, nowNanos);
        return findings;
    }

    private void start(Map<String, Seen> now, long nowNanos) {
        base = now;
        last = now;
        startNanos = nowNanos;
    }

    /**
     * Whether a connection has delivered nothing since the last look and another one has: it may catch up, and the
     * messages that it seems to lack are on their way.
     */
    private boolean isAnyStalled(Map<String, Seen> now) {
        boolean any = false;
        boolean all = true;
        for (Seen seen : now.values()) {
            Seen before = last.get(seen.connection());
            boolean delivers =
                    before != null && seen.all().copies() > before.all().copies();
            any |= delivers;
            all &= delivers;
        }
        return any && !all;
    }

    private boolean isOver(Map<String, Seen> now, long nowNanos) {
        long messages = 0;
        for (Seen before : base.values()) {
            messages = Math.max(
                    messages,
                    now.get(before.connection()).all().since(before.all()).messages());
        }
        long tookNanos = nowNanos - startNanos;
        return tookNanos >= LONGEST_NANOS || (tookNanos >= windowNanos && messages >= MESSAGES);
    }

    private List<Finding> judge(List<Seen> judged) {
        Set<String> names = new HashSet<>();
        judged.forEach(seen -> names.addAll(seen.streams().keySet()));
        List<Count> all = new ArrayList<>();
        Map<String, List<Count>> byStream = new HashMap<>();
        for (Seen seen : judged) {
            Seen before = base.get(seen.connection());
            Count counts = seen.all().since(before.all());
            for (String name : names) {
                Count stream = seen.streams().get(name);
                Count earlier = before.streams().get(name);
                if (stream != null && earlier == null) { // it may have been subscribed later than on others
                    counts = counts.without(stream);
                }
                byStream.computeIfAbsent(name, any -> new ArrayList<>())
                        .add(stream == null || earlier == null ? null : stream.since(earlier));
            }
            all.add(counts);
        }
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < judged.size(); i++) {
            String connection = judged.get(i).connection();
            State state = states.computeIfAbsent(connection, any -> new State());
            Count own = all.get(i);
            state.raw = own.messages() == 0 ? 0 : (double) own.losses() / own.messages();
            Finding finding = changed(connection, state, lack(i, all, byStream));
            if (finding != null) {
                findings.add(finding);
            }
        }
        return findings;
    }

    private static Lack lack(int index, List<Count> all, Map<String, List<Count>> byStream) {
        long missing = unexplained(index, all);
        long messages = all.get(index).messages();
        double worst = share(missing, messages, LEAST);
        double worstOfFew = share(missing, messages, LEAST / 2);
        List<String> lacking = new ArrayList<>();
        int compared = 0;
        long missingElsewhere = missing;
        long messagesElsewhere = messages;
        for (Map.Entry<String, List<Count>> stream : byStream.entrySet()) {
            Count own = stream.getValue().get(index);
            if (own == null || own.messages() == 0) {
                continue;
            }
            compared++;
            long ofStream = unexplained(index, stream.getValue());
            double share = share(ofStream, own.messages(), LEAST);
            worst = Math.max(worst, share);
            worstOfFew = Math.max(worstOfFew, share(ofStream, own.messages(), LEAST / 2));
            if (share >= SHARE) {
                lacking.add(stream.getKey());
                missingElsewhere -= ofStream;
                messagesElsewhere -= own.messages();
            }
        }
        boolean elsewhere = lacking.size() == compared || missingElsewhere >= messagesElsewhere * SHARE / 2;
        List<String> named =
                elsewhere ? List.of() : lacking.stream().sorted().limit(NAMED).toList();
        return new Lack(missing, messages, worst, worstOfFew, named);
    }

    private static double share(long missing, long messages, int least) {
        return missing < least ? 0 : (double) missing / messages;
    }

    /** Returns the losses of a line that other lines' own messages do not explain. */
    private static long unexplained(int index, List<Count> counts) {
        Count own = counts.get(index);
        if (counts.size() >= MANY) {
            return Math.max(0, own.losses() - own.toOne());
        }
        long[] saves = counts.stream()
                .filter(Objects::nonNull)
                .mapToLong(Count::saves)
                .sorted()
                .toArray();
        long usual = 2 * saves[(saves.length - 1) / 2];
        long explained = 0;
        for (int i = 0; i < counts.size(); i++) {
            if (i != index && counts.get(i) != null) {
                explained += Math.min(counts.get(i).saves(), usual);
            }
        }
        return Math.max(0, own.losses() - Math.min(own.toOne(), explained));
    }

    private static Finding changed(String connection, State state, Lack lack) {
        state.share = lack.share();
        state.odd = lack.worst() >= SHARE ? state.odd + 1 : 0;
        state.even = lack.worstOfFew() < SHARE / 2 ? state.even + 1 : 0;
        boolean lacks = state.lacks ? state.even < IN_A_ROW : state.odd >= IN_A_ROW;
        if (lacks == state.lacks) {
            return null;
        }
        state.lacks = lacks;
        return new Finding(connection, lack.share(), lack.missing(), lack.messages(), lack.streams(), !lacks);
    }
}
