package io.firstline.feed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The requests of one connection that its server has not answered yet. Repeats a request a few times. Pure; times are
 * nanoseconds of the monotonic clock.
 */
final class PendingRequests {
    static final long ANSWER_NANOS = 5_000_000_000L;
    static final int TRIES = 3;

    /** A request's text at a time, milliseconds since the epoch. */
    interface Text {
        String at(long epochMs);
    }

    /**
     * A request to subscribe or unsubscribe.
     *
     * @param id the id that the reply contains
     * @param text the request as it is sent
     */
    record Request(long id, Text text, List<String> streams) {}

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

    /** The request is about to be sent, for the first time or again. */
    void asking(Request request) {
        Asked asked = open.computeIfAbsent(request.id(), id -> new Asked(request));
        asked.sent = false;
        asked.tries++;
    }

    /** The request has been sent. */
    void sent(Request request, long nowNanos) {
        Asked asked = open.get(request.id());
        if (asked != null) {
            asked.sent = true;
            asked.sentNanos = nowNanos;
        }
    }

    /** Returns whether an unanswered request was sent more than once: the first answer may have been lost. */
    boolean isRepeated(long id) {
        Asked asked = open.get(id);
        return asked != null && asked.tries > 1;
    }

    /** Returns the streams of all unanswered requests. */
    List<String> openStreams() {
        return open.values().stream()
                .flatMap(asked -> asked.request.streams().stream())
                .toList();
    }

    /** Removes and returns the request that a reply with this id answers; null if there is none. */
    Request answered(long id) {
        Asked asked = open.remove(id);
        return asked == null ? null : asked.request;
    }

    /** Returns whether no request waits for an answer. */
    boolean isSettled() {
        return open.isEmpty();
    }

    /** Returns the overdue requests that are to be sent again. */
    List<Request> toRepeat(long nowNanos) {
        return overdue(nowNanos).stream()
                .filter(asked -> asked.tries < TRIES)
                .map(asked -> asked.request)
                .toList();
    }

    /** Removes and returns the requests that are overdue after the last try. */
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
