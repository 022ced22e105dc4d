package io.firstline.replay;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.ArbiterSettings;
import io.firstline.arbitration.Arrival;
import io.firstline.arbitration.Line;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
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
 * A node begins another line after each start, and each time that it has lost all its connections to the exchange: a
 * line without a hole in its numbers has every message. Another line of the same node ends the former one, and joins in
 * step like a new connection.
 *
 * <p>If a line lacks messages that its node does not keep, and no other line is in step, they are reported as lost. If
 * another is in step, that one delivers them; the line joins anew.
 */
final class MergedReader implements LineReader {
    private static final ArbiterSettings ARBITRATION = new ArbiterSettings(
            16_384,
            TimeUnit.SECONDS.toNanos(60),
            TimeUnit.SECONDS.toNanos(1),
            TimeUnit.MILLISECONDS.toNanos(250),
            false);
    /** The nodes of a cluster, and some that have just left. */
    private static final int MOST_LINES = 32;
    /** A line without a message for this long, while others have some, has ended. */
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final GapFiller.Settings settings;
    private final GapFiller.Receiver receiver;
    private final Arbiter<FeedMessage> arbiter;
    /** By name; the order in which they began. */
    private final Map<String, NodeLine> lines = new LinkedHashMap<>();

    private final Map<String, Integer> streams = new HashMap<>();
    private final ArrivingMessage arriving = new ArrivingMessage();
    private long sequence;
    private long lost;
    private long ended;
    /** The messages that ended lines had requested. */
    private long filledBefore;

    /** One run of a node. */
    private final class NodeLine implements GapFiller.Receiver {
        private final GapFiller gapFiller = new GapFiller(settings, false, this);
        private Line line;
        private long nowNanos;

        NodeLine(long nowNanos) {
            this.nowNanos = nowNanos;
            this.line = joined();
        }

        @Override
        public void deliver(FeedMessage message) {
            arbiter.copy(line, arriving.of(message, numberOf(message.stream())), nowNanos);
        }

        @Override
        public void lost(Loss loss) {
            boolean othersHaveThem = lines.values().stream().anyMatch(other -> other != this && other.line.inStep());
            arbiter.leave(line, nowNanos);
            if (!othersHaveThem) {
                MergedReader.this.lost(loss.count());
            }
            line = joined();
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
            return message.payload().length();
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
            public void inStep(Line line, boolean alone) {}

            @Override
            public void outOfStep(Line line) {}

            @Override
            public void conflict(Line line, int stream) {}
        });
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
        NodeLine line = lines.get(name);
        if (line == null) {
            if (name == null || lines.size() == MOST_LINES) {
                return; // not from a node of this cluster
            }
            String node = nodeOf(name);
            lines.keySet().stream()
                    .filter(former -> nodeOf(former).equals(node))
                    .toList()
                    .forEach(former -> end(former, nowNanos));
            line = new NodeLine(nowNanos);
            lines.put(name, line);
        }
        line.nowNanos = nowNanos;
        line.gapFiller.arrived(message, nowNanos);
    }

    private static String nodeOf(String name) {
        int run = name.lastIndexOf('/');
        return run < 0 ? name : name.substring(0, run);
    }

    private void end(String name, long nowNanos) {
        NodeLine line = lines.remove(name);
        line.nowNanos = nowNanos;
        line.gapFiller.end(nowNanos);
        arbiter.leave(line.line, nowNanos);
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
                .forEach(name -> end(name, nowNanos));
    }

    @Override
    public void end(long nowNanos) {
        List.copyOf(lines.keySet()).forEach(name -> end(name, nowNanos));
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
