package io.firstline.feed;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The callers that wait until a connection has their streams or the server has refused them on every one. Runs on the
 * feed's context.
 */
final class AwaitedAnswers {
    /** Longer than all repetitions of an unanswered request. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final class Waiting {
        private final Set<String> streams;
        private final long untilNanos;
        private final Promise<Map<String, String>> answered = Promise.promise();
        /** In an error that names neither request nor stream; null = there was none. */
        private String refusal;

        Waiting(Collection<String> streams, long untilNanos) {
            this.streams = Set.copyOf(streams);
            this.untilNanos = untilNanos;
        }

        boolean isAnswered(List<PooledConnection> live) {
            return refusal != null || streams.stream().noneMatch(stream -> isOpen(stream, live));
        }

        /** Whether no connection has the stream, and one may get it: at present, or as soon as it is open. */
        private static boolean isOpen(String stream, List<PooledConnection> live) {
            return live.isEmpty()
                    || (live.stream().noneMatch(pooled -> isAccepted(stream, pooled))
                            && live.stream()
                                    .anyMatch(pooled -> !pooled.readiness.isOver() || pooled.requests.isOpen(stream)));
        }

        private static boolean isAccepted(String stream, PooledConnection pooled) {
            return pooled.readiness.isOver() && !pooled.requests.isOpen(stream) && !pooled.refused.containsKey(stream);
        }

        Map<String, String> refused(List<PooledConnection> live) {
            Map<String, String> refused = new TreeMap<>();
            for (String stream : streams) {
                if (refusal != null) {
                    refused.put(stream, refusal);
                } else if (live.stream().noneMatch(pooled -> isAccepted(stream, pooled))) {
                    live.stream()
                            .map(pooled -> pooled.refused.get(stream))
                            .filter(Objects::nonNull)
                            .findFirst()
                            .ifPresent(words -> refused.put(stream, words));
                }
            }
            return refused;
        }
    }

    private final SlotTable slotTable;
    private final List<Waiting> waiting = new ArrayList<>();

    AwaitedAnswers(SlotTable slotTable) {
        this.slotTable = slotTable;
    }

    /** Returns those of these streams that the server refuses, with its words, once it has answered. */
    Future<Map<String, String>> refused(Collection<String> streams, long nowNanos) {
        Waiting added = new Waiting(streams, nowNanos + MOST_NANOS);
        waiting.add(added);
        look(nowNanos);
        return added.answered.future();
    }

    /** The server reports an error that names neither request nor stream: it means what alone is not answered yet. */
    void erred(PooledConnection pooled, String words) {
        List<String> open = pooled.requests.openStreams();
        waiting.stream()
                .filter(each -> !open.isEmpty() && each.streams.containsAll(open))
                .forEach(each -> each.refusal = words);
    }

    /** Returns whether the server has refused a stream on every connection. */
    boolean isRefused(String stream) {
        List<PooledConnection> live = live();
        return !live.isEmpty()
                && live.stream().noneMatch(pooled -> Waiting.isAccepted(stream, pooled))
                && !Waiting.isOpen(stream, live);
    }

    private List<PooledConnection> live() {
        return slotTable.open().stream().filter(PooledConnection::isLive).toList();
    }

    /** Completes what is answered; called after each answer and about once a second. */
    void look(long nowNanos) {
        if (waiting.isEmpty()) {
            return;
        }
        List<PooledConnection> live = live();
        List<Waiting> done = waiting.stream()
                .filter(each -> each.isAnswered(live) || nowNanos - each.untilNanos >= 0)
                .toList();
        waiting.removeAll(done);
        done.forEach(each -> each.answered.complete(each.refused(live)));
    }
}
