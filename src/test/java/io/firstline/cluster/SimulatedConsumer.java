package io.firstline.cluster;

import io.firstline.replay.SimulatedReader;
import io.firstline.replay.SimulatedReader.Question;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** A consumer of one feed in {@link SimulatedNodes}: what it asks for, and what it gets of what the exchange sent. */
final class SimulatedConsumer {
    private static final int TOLD = 5;
    /** A report is in the place of messages that were sent this long before and after. */
    private static final long PLACE_NANOS = 2 * SimulatedNodes.SECOND;

    /** A line continues the others after this time, by the clock of its node. */
    private static final long OVERLAP_NANOS = 250 * SimulatedNodes.MS;

    private final SimulatedNodes nodes;
    private final SimulatedNodes.Feed feed;
    private final boolean merges;
    final SimulatedReader reader;
    private final BitSet seen = new BitSet();
    final List<String> faults = new ArrayList<>();
    /** Messages sent in these times may be lost or come twice. */
    final List<long[]> excuses = new ArrayList<>();

    private int open;
    private int lastDelivered = -1;
    /** Its reports of lost messages: the youngest message before each report, and the first one after it. */
    private final List<int[]> reports = new ArrayList<>();

    private boolean reportsNow;
    int reported;
    /** The reports in whose place no message was missing. */
    int falseReports;
    /** Those of them that have no reason. */
    int unexplained;

    int twice;
    int excused;
    int disordered;
    /** The longest time from the exchange to the consumer, of messages that were sent in the given time. */
    long slowestNanos;

    /** @param merges whether it merges the nodes instead of reading the owner */
    SimulatedConsumer(SimulatedNodes nodes, SimulatedNodes.Feed feed, boolean merges) {
        this.nodes = nodes;
        this.feed = feed;
        this.merges = merges;
        this.reader = new SimulatedReader(merges, this::delivered, this::reported);
    }

    /** A message has arrived on a link. */
    void arrived(String line, FeedMessage message) {
        reader.arrived(line, message, nodes.now);
        ask();
    }

    /** Time has passed. */
    void look() {
        reader.passed(nodes.now);
        ask();
    }

    private void ask() {
        for (Question question = reader.question(nodes.now); question != null; question = reader.question(nodes.now)) {
            Question asked = question;
            open++;
            nodes.request(nodes.settings.members(), feed.name, asked, answer -> {
                open--;
                reader.answered(asked, answer, nodes.now);
                ask();
            });
        }
    }

    private void reported(Loss loss) {
        nodes.trace("%s%s %s", feed.name, merges ? " merged" : "", loss);
        reports.add(new int[] {lastDelivered, Integer.MAX_VALUE});
        reportsNow = true;
    }

    private void delivered(FeedMessage message) {
        int number = SimulatedNodes.numberOf(message);
        slowestNanos = Math.max(slowestNanos, nodes.now - feed.sentNanos.get(number));
        if (reportsNow) {
            reportsNow = false;
            reports.get(reports.size() - 1)[1] = number;
            if (isWholeUpTo(number)) {
                falseReports++;
                explain(message, number);
                nodes.trace("%s: nothing was lost before message %d", feed.name, number);
            }
        }
        if (seen.get(number)) {
            if (isExcused(number)) {
                excused++;
            } else {
                twice++;
                tell(String.format(
                        "at %,.0f ms %s: message %d sent at %,.0f ms came twice, as %d of epoch %d from %s",
                        nodes.now / 1e6,
                        feed.name,
                        number,
                        feed.sentNanos.get(number) / 1e6,
                        message.sequence(),
                        message.epoch(),
                        message.connectionId()));
            }
        }
        seen.set(number);
        if (number < lastDelivered) {
            disordered++;
            nodes.trace("%s message %d of epoch %d after %d", feed.name, number, message.epoch(), lastDelivered);
        }
        lastDelivered = Math.max(lastDelivered, number);
    }

    /**
     * Checks a report of a loss that is none. A consumer that merges the nodes may make one if the line that leads is new, the
     * other after an owner that was not warm.
     */
    private void explain(FeedMessage message, int number) {
        if (merges ? !isLineNew(message) : excuses.size() == 1) {
            unexplained++;
            tell(String.format("%s: nothing was lost before message %d", feed.name, number));
        }
    }

    private boolean isLineNew(FeedMessage message) {
        int node = Integer.parseInt(message.connectionId().split("-", 3)[1]);
        return nodes.nodes
                .get(node - 1)
                .carried(feed.name)
                .map(carried -> carried.overlapNanos(lastDelivered) <= OVERLAP_NANOS)
                .orElse(true);
    }

    /** Whether every message has arrived that was sent before this one, and shortly before the youngest one until now. */
    private boolean isWholeUpTo(int number) {
        int from = Math.max(0, lastDelivered);
        while (from > 0 && feed.sentNanos.get(from) > feed.sentNanos.get(Math.max(0, lastDelivered)) - PLACE_NANOS) {
            from--;
        }
        return seen.nextClearBit(from) >= number;
    }

    private void tell(String fault) {
        if (faults.size() < TOLD) {
            faults.add(fault);
            nodes.trace("%s", fault);
        }
    }

    private boolean isExcused(int number) {
        long sent = feed.sentNanos.get(number);
        return excuses.stream().anyMatch(time -> sent >= time[0] && sent <= time[1]);
    }

    /** How often it reported lost messages. */
    int reports() {
        return reports.size();
    }

    /** Whether no exception allows messages out of order; those of a reported hole may come late when nodes are merged. */
    boolean keepsOrder() {
        return excuses.size() == 1 && (!merges || reports.isEmpty());
    }

    /** Whether a loss was reported in the place of a message. */
    private boolean isReported(int number) {
        long sent = feed.sentNanos.get(number);
        return reports.stream().anyMatch(report -> {
            long before = report[0] < 0 ? 0 : feed.sentNanos.get(report[0]);
            boolean isOld = sent < before - PLACE_NANOS;
            return !isOld && (report[1] == Integer.MAX_VALUE || sent <= feed.sentNanos.get(report[1]) + PLACE_NANOS);
        });
    }

    /** Counts lost messages, sent until a time. */
    int lost(long to) {
        int lost = 0;
        for (int i = 0; i < feed.sentNanos.size() && feed.sentNanos.get(i) <= to; i++) {
            if (!seen.get(i)) {
                if (merges && isReported(i)) {
                    reported++;
                } else if (isExcused(i)) {
                    excused++;
                } else {
                    lost++;
                    tell(String.format(
                            "%s: message %d sent at %,.0f ms was lost", feed.name, i, feed.sentNanos.get(i) / 1e6));
                }
            }
        }
        return lost;
    }
}
