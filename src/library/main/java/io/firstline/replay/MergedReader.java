package io.firstline.replay;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.ArbiterSettings;
import io.firstline.arbitration.Arrival;
import io.firstline.arbitration.Line;
import io.firstline.replay.retention.LineName;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Reads every node that carries a feed, and delivers the first copy of each message: the nodes are lines of an
 * {@link Arbiter}, as the connections of a pool are. Messages are numbered from 1 for this consumer alone; a missing
 * number is a reported loss.
 *
 * <p>Each line has its own numbers, so its {@link GapFiller} notices what did not arrive and requests it from its node.
 * If a line is first seen while the subscription runs, its last messages before that are requested as well: perhaps
 * they were lost on the way. Each run of a line ({@link LineName}) joins in step like a new connection; so does the line
 * of a new process, which ends the former one.
 *
 * <p>If a line lacks messages that its node does not keep, and another is in step, that one delivers them; the line
 * joins anew. If none is, they are reported as lost. If no line in step is left, and the next one has none of the
 * messages delivered before, nobody knows what is missing between: one message is reported as lost. So is one for each
 * run of a line that names too many.
 */
final class MergedReader implements LineReader {
    private static final ArbiterSettings ARBITRATION = new ArbiterSettings(
            16_384,
            TimeUnit.SECONDS.toNanos(60),
            TimeUnit.SECONDS.toNanos(1),
            TimeUnit.MILLISECONDS.toNanos(250),
            false);
    private static final long SKEW_MICROS = TimeUnit.NANOSECONDS.toMicros(ARBITRATION.skewNanos());
    /** The nodes of a cluster, and some that have just left. */
    private static final int MOST_LINES = 32;
    /** At most this many messages before the first one of a line are requested. */
    private static final int MOST_BEFORE = 8_192;
    /** And none that its node received longer than this before. Less than the history: they can be matched. */
    private static final long BEFORE_NANOS = TimeUnit.SECONDS.toNanos(30);
    /**
     * The most runs of a line that are known before their messages are delivered. A node does not begin as many while
     * messages wait for a missing one: each run follows the loss of all its connections.
     */
    static final int MOST_RUNS = 1_024;
    /** A line that is seen this soon is read from the message that arrives first. */
    private static final long AT_START_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A line without a message for this long, while others have some, has ended. */
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final GapFiller.Settings settings;
    private final GapFiller.Receiver receiver;
    private final Arbiter<FeedMessage> arbiter;
    /** By {@link LineName#key}; the order in which they began. */
    private final Map<String, NodeLine> lines = new LinkedHashMap<>();
    /** By the name in the last message. */
    private final Map<String, NodeLine> named = new HashMap<>();

    private final Map<String, Integer> streams = new HashMap<>();
    private final ArrivingMessage arriving = new ArrivingMessage();
    private boolean begun;
    private long begunNanos;
    private long sequence;
    private long lost;
    private long ended;
    /** The messages that ended lines had requested. */
    private long filledBefore;

    /** The line of one process of a node. */
    private final class NodeLine implements GapFiller.Receiver {
        private final GapFiller gapFiller = new GapFiller(settings, false, this);
        private final String node;
        /** Messages before this number are requested unless their node received them before this time. */
        private final long firstSeen;

        private final long notBeforeMicros;
        /** The first numbers of runs that have not been delivered, ascending. */
        private final Deque<Long> runs = new ArrayDeque<>();

        private long newestRun;

        private String name;
        private Line line;
        private boolean hasDelivered;
        private long firstMicros;
        /** It has delivered messages that others had delivered, so nothing is missing before its others. */
        private boolean continues;

        private long nowNanos;

        NodeLine(LineName name, FeedMessage first, long nowNanos) {
            long beforeNanos = Math.min(nowNanos - begunNanos, BEFORE_NANOS);
            this.node = name.node();
            this.firstSeen = first.sequence();
            this.notBeforeMicros = first.receivedMicros() - TimeUnit.NANOSECONDS.toMicros(beforeNanos);
            this.nowNanos = nowNanos;
            this.line = joined();
            if (beforeNanos > AT_START_NANOS && firstSeen > 1) {
                gapFiller.startAt(Math.max(1, firstSeen - MOST_BEFORE));
            }
        }

        /**
         * Its messages have another name from this one on.
         *
         * @param sequence the number of the message, which is of the last run
         */
        void named(String newName, LineName parts, long sequence) {
            named.remove(name);
            named.put(newName, this);
            name = newName;
            for (long first : parts.firsts()) {
                if (first > newestRun && first <= sequence) {
                    begins(first);
                }
            }
        }

        private void begins(long first) {
            newestRun = first;
            if (runs.size() < MOST_RUNS) {
                runs.add(first);
            } else {
                MergedReader.this.lost(1); // this run does not join anew: nobody knows what is missing before it
            }
        }

        @Override
        public void deliver(FeedMessage message) {
            boolean isOld = message.sequence() < firstSeen && message.receivedMicros() - notBeforeMicros < 0;
            if (isOld) {
                return;
            }
            if (passesRun(message.sequence()) && hasDelivered) {
                joinAgain();
            }
            if (!hasDelivered) {
                hasDelivered = true;
                firstMicros = message.receivedMicros();
            }
            arbiter.copy(line, arriving.of(message, numberOf(message.stream())), nowNanos);
        }

        private boolean passesRun(long number) {
            boolean passes = false;
            while (!runs.isEmpty() && runs.peekFirst() <= number) {
                runs.pollFirst();
                passes = true;
            }
            return passes;
        }

        private void joinAgain() {
            arbiter.leave(line, nowNanos);
            hasDelivered = false;
            continues = false;
            line = joined();
        }

        @Override
        public void lost(Loss loss) {
            boolean led = line.inStep();
            joinAgain();
            if (led && lines.values().stream().noneMatch(other -> other.line.inStep())) {
                MergedReader.this.lost(loss.count());
                continues = true;
            }
        }

        /** It delivers a message that others have delivered. */
        void recognised(FeedMessage message) {
            continues |= message.receivedMicros() - firstMicros >= SKEW_MICROS;
        }

        /** It is in step because no other line is. */
        void leadsAlone() {
            if (!continues) {
                MergedReader.this.lost(1);
            }
        }

        /** Its first messages may have been held up for long on a connection of the node. */
        private Line joined() {
            return arbiter.join(nowNanos - ARBITRATION.historyNanos(), nowNanos);
        }
    }

    /** The message that is being arbitrated. */
    private static final class ArrivingMessage implements Arrival<FeedMessage> {
        private FeedMessage message;
        private int stream;

        private ArrivingMessage of(FeedMessage newMessage, int newStream) {
            message = newMessage;
            stream = newStream;
            return this;
        }

        @Override
        public long identity() {
            return message.identity();
        }

        @Override
        public long content() {
            return 0; // the nodes have reported conflicts
        }

        @Override
        public int stream() {
            return stream;
        }

        @Override
        public int bytes() {
            return message.length();
        }

        @Override
        public FeedMessage message() {
            return message;
        }
    }

    MergedReader(GapFiller.Settings settings, GapFiller.Receiver receiver) {
        this.settings = settings;
        this.receiver = receiver;
        this.arbiter = new Arbiter<>(ARBITRATION, new Arbiter.Output<>() {
            @Override
            public void first(Line line, FeedMessage message, boolean late) {
                publish(message, late);
            }

            @Override
            public void inStep(Line line, boolean alone) {
                if (alone) {
                    of(line).leadsAlone();
                }
            }

            @Override
            public void recognised(Line line, FeedMessage message) {
                of(line).recognised(message);
            }

            @Override
            public void outOfStep(Line line) {}

            @Override
            public void conflict(Line line, int stream) {}
        });
    }

    private NodeLine of(Line line) {
        return lines.values().stream()
                .filter(each -> each.line == line)
                .findFirst()
                .orElseThrow();
    }

    private void publish(FeedMessage message, boolean late) {
        receiver.deliver(message.merged(++sequence, late));
    }

    private void lost(long count) {
        lost += count;
        receiver.lost(new Loss(count, sequence + 1, sequence + count));
        sequence += count;
    }

    /** Streams beyond the arbiter's bound have no number: their messages are matched without their order. */
    private int numberOf(String stream) {
        Integer known = streams.get(stream);
        if (known == null) {
            if (stream == null || streams.size() == Line.MAX_STREAMS) {
                return 0;
            }
            known = streams.size() + 1;
            streams.put(stream, known);
        }
        return known;
    }

    // input

    @Override
    public void arrived(String name, FeedMessage message, long nowNanos) {
        NodeLine line = named.get(name);
        if (line == null) {
            line = name == null ? null : lineOf(name, message, nowNanos);
            if (line == null) {
                return; // not from a node of this cluster
            }
        }
        line.nowNanos = nowNanos;
        line.gapFiller.arrived(message, nowNanos);
    }

    /** A name has not been seen before: it is a line, or another run of one. */
    private NodeLine lineOf(String name, FeedMessage first, long nowNanos) {
        LineName parts = LineName.parse(name);
        if (parts == null) {
            return null;
        }
        NodeLine line = lines.get(parts.key());
        if (line == null) {
            lines.entrySet().stream()
                    .filter(former -> former.getValue().node.equals(parts.node()))
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(former -> end(former, nowNanos));
            if (lines.size() == MOST_LINES) {
                return null;
            }
            begunNanos = begun ? begunNanos : nowNanos;
            begun = true;
            line = new NodeLine(parts, first, nowNanos);
            lines.put(parts.key(), line);
        }
        line.named(name, parts, first.sequence());
        return line;
    }

    private void end(String key, long nowNanos) {
        NodeLine line = lines.get(key);
        line.nowNanos = nowNanos;
        line.gapFiller.end(nowNanos);
        arbiter.leave(line.line, nowNanos);
        lines.remove(key);
        named.remove(line.name);
        filledBefore += line.gapFiller.report().filled();
        ended++;
    }

    @Override
    public void answered(LineRequest request, ReplayResponse answer, long nowNanos) {
        NodeLine line = lines.get(request.line());
        if (line != null) {
            line.nowNanos = nowNanos;
            line.gapFiller.answered(request.request(), answer, nowNanos);
        }
    }

    @Override
    public void unanswered(LineRequest request, boolean nobody, long nowNanos) {
        NodeLine line = lines.get(request.line());
        if (line != null) {
            line.nowNanos = nowNanos;
            line.gapFiller.unanswered(request.request(), nobody, nowNanos);
        }
    }

    @Override
    public void passed(long nowNanos) {
        for (NodeLine line : lines.values()) {
            line.nowNanos = nowNanos;
            line.gapFiller.passed(nowNanos);
        }
        lines.entrySet().stream()
                .filter(line -> arbiter.isSilentBesideOthers(line.getValue().line, 1, SILENT_NANOS))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(key -> end(key, nowNanos));
    }

    @Override
    public void end(long nowNanos) {
        List.copyOf(lines.keySet()).forEach(key -> end(key, nowNanos));
    }

    // output

    @Override
    public LineRequest request(long nowNanos) {
        for (Map.Entry<String, NodeLine> line : lines.entrySet()) {
            ReplayRequest request = line.getValue().gapFiller.request(nowNanos);
            if (request != null) {
                return new LineRequest(line.getKey(), request);
            }
        }
        return null;
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return lines.values().stream()
                .mapToLong(line -> line.gapFiller.dueInNanos(nowNanos))
                .filter(due -> due >= 0)
                .min()
                .orElse(-1);
    }

    @Override
    public SubscriptionReport report() {
        List<SubscriptionReport> each =
                lines.values().stream().map(line -> line.gapFiller.report()).toList();
        return new SubscriptionReport(
                arbiter.published(),
                filledBefore
                        + each.stream().mapToLong(SubscriptionReport::filled).sum(),
                0,
                0,
                lost,
                0,
                ended,
                each.stream().mapToInt(SubscriptionReport::waiting).sum());
    }
}
