package io.firstline.pool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one connection has asked its server and not been answered yet. Asked again when the answer does not come, a few times. Pure;
 * times are nanoseconds of the monotonic clock.
 */
final class Requests {
    static final long ANSWER_NANOS = 5_000_000_000L;
    static final int TRIES = 3;

    /**
     * A request to subscribe or unsubscribe.
     *
     * @param id as the reply names it
     * @param text as it is sent
     */
    record Request(long id, String text, List<String> streams) {}

    private static final class Asked {
        private final Request request;
        private int tries;
        /** False while it waits to be sent. */
        private boolean sent;

        private long sentNanos;

        Asked(Request request) {
            this.request = request;
        }
    }

    private final Map<Long, Asked> open = new LinkedHashMap<>();

    /** It is about to be sent, for the first time or again. */
    void asking(Request request) {
        Asked asked = open.computeIfAbsent(request.id(), id -> new Asked(request));
        asked.sent = false;
        asked.tries++;
    }

    /** It has been sent. */
    void sent(Request request, long nowNanos) {
        Asked asked = open.get(request.id());
        if (asked != null) {
            asked.sent = true;
            asked.sentNanos = nowNanos;
        }
    }

    /** Whether a request waits for its answer that was sent more than once: the answer to the first may have been lost. */
    boolean isRepeated(long id) {
        Asked asked = open.get(id);
        return asked != null && asked.tries > 1;
    }

    /** The streams of all requests that wait for an answer. */
    List<String> openStreams() {
        return open.values().stream()
                .flatMap(asked -> asked.request.streams().stream())
                .toList();
    }

    /** The request that is answered by a reply with this id; null if none waits for it. */
    Request answered(long id) {
        Asked asked = open.remove(id);
        return asked == null ? null : asked.request;
    }

    /** Whether all requests have been answered or given up. */
    boolean isSettled() {
        return open.isEmpty();
    }

    /** Requests whose answer is overdue and that are worth another try. */
    List<Request> toRepeat(long nowNanos) {
        return overdue(nowNanos).stream()
                .filter(asked -> asked.tries < TRIES)
                .map(asked -> asked.request)
                .toList();
    }

    /** Requests whose answer is overdue after the last try; they are forgotten. */
    List<Request> givenUp(long nowNanos) {
        List<Request> hopeless = overdue(nowNanos).stream()
                .filter(asked -> asked.tries >= TRIES)
                .map(asked -> asked.request)
                .toList();
        hopeless.forEach(request -> open.remove(request.id()));
        return hopeless;
    }

    private List<Asked> overdue(long nowNanos) {
        if (open.isEmpty()) {
            return List.of();
        }
        return new ArrayList<>(open.values())
                .stream()
                        .filter(asked -> asked.sent && nowNanos - asked.sentNanos >= ANSWER_NANOS)
                        .toList();
    }
}
