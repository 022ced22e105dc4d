package io.firstline.feed;

import io.firstline.feed.message.ListedStreams;
import io.firstline.feed.message.Reply;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The requests of one connection that its server has not answered yet. Repeats a request a few times. A server may
 * answer a request as a whole, each of its streams by itself, or with a list of streams; a request is settled when
 * each of its streams is. Pure; times are nanoseconds of the monotonic clock.
 */
final class PendingRequests {
    static final long ANSWER_NANOS = 5_000_000_000L;
    static final int TRIES = 3;
    /** The most requests that a late reply is looked up in; those of refusals after the ack are as many. */
    static final int MAX_LATE = 1_000;
    /** The reason for a stream that the list of accepted streams of the server lacks. */
    static final String NOT_LISTED = "the server's list of subscriptions lacks it";

    /** A request's text. */
    interface Text {
        /**
         * Returns the text at a time.
         *
         * @param epochMs milliseconds since the epoch
         * @param ofConnection the values that differ between connections
         */
        String at(long epochMs, UnaryOperator<String> ofConnection);
    }

    /**
     * A request to subscribe or unsubscribe.
     *
     * @param id the id that the reply contains
     * @param text the request as it is sent
     * @param words its streams, with the words of their names
     * @param idOf the stream, by its name in messages, whose id by the server it contains; null = none
     */
    record Request(long id, Text text, Map<String, Set<String>> words, boolean subscribes, String idOf) {
        List<String> streams() {
            return List.copyOf(words.keySet());
        }
    }

    /**
     * Streams for which a request is not successful.
     *
     * @param why in the server's words
     * @param named whether these streams are meant, not only the request that contains them
     * @param repeated whether the request was sent more than once: the first answer may have been lost
     */
    record Refusal(Request request, List<String> streams, String why, boolean named, boolean repeated) {
        /** Returns the refusal of the other streams. */
        Refusal without(Predicate<String> some) {
            return new Refusal(request, streams.stream().filter(some.negate()).toList(), why, named, repeated);
        }
    }

    /**
     * The effect of a reply.
     *
     * @param known whether it answers a request of this connection
     */
    record Effect(boolean known, List<Refusal> refusals) {
        private static final Effect NONE = new Effect(false, List.of());
    }

    private static final class Asked {
        private final Request request;
        /** The streams that are neither accepted nor refused. */
        private final Set<String> open;
        /** Its streams of which a later request wants the opposite: it must not be sent again. */
        private final Set<String> overtaken = new LinkedHashSet<>();

        private int tries;
        /** False while it waits to be sent. */
        private boolean sent;

        private long sentNanos;
        /** Replies that name none of its streams. */
        private int accepted;

        private int refused;
        /** The server's words in the last of those; null = none. */
        private String why;

        Asked(Request request) {
            this.request = request;
            this.open = new LinkedHashSet<>(request.words().keySet());
        }

        /** Returns the refusal of some of its streams, which are settled then. */
        private Refusal refuse(Collection<String> streams, String reason, boolean named) {
            List<String> settled = List.copyOf(streams);
            settled.forEach(open::remove);
            return new Refusal(request, settled, reason, named, tries > 1);
        }

        /** Returns its only open stream with these words; null if there is none, or several. */
        private String streamOf(List<String> words) {
            List<String> found = open.stream()
                    .filter(stream -> request.words().get(stream).containsAll(words))
                    .limit(2)
                    .toList();
            return found.size() == 1 ? found.get(0) : null;
        }

        /** Returns whether these are the words of a stream that is settled. */
        private boolean hasSettled(List<String> words) {
            return !words.isEmpty()
                    && request.words().entrySet().stream()
                            .anyMatch(each -> !open.contains(each.getKey())
                                    && each.getValue().containsAll(words));
        }

        private List<String> in(ListedStreams list) {
            return open.stream()
                    .filter(stream -> list.has(request.words().get(stream)))
                    .toList();
        }
    }

    private final Map<Long, Asked> open = new LinkedHashMap<>();
    /** By id: the streams of requests for one stream that were settled without a reply to the request itself. */
    private final Map<Long, String> late = new LinkedHashMap<>();

    /** By id: requests to subscribe that are settled; the server may refuse their streams after the ack. */
    private final Map<Long, Asked> settled = new LinkedHashMap<>();

    private boolean used;

    /** The request is about to be sent, for the first time or again. */
    void asking(Request request) {
        used = true;
        if (!open.containsKey(request.id())) {
            overtake(request);
        }
        Asked asked = open.computeIfAbsent(request.id(), id -> new Asked(request));
        asked.sent = false;
        asked.tries++;
    }

    /**
     * An earlier request for the opposite that is sent again would undo this one. It still takes its answer; its other
     * streams are requested anew when it is overdue.
     */
    private void overtake(Request by) {
        open.values().stream()
                .filter(asked -> asked.request.subscribes() != by.subscribes())
                .forEach(asked -> asked.open.stream()
                        .filter(by.words().keySet()::contains)
                        .forEach(asked.overtaken::add));
    }

    /** The request has been sent. */
    void sent(Request request, long nowNanos) {
        Asked asked = open.get(request.id());
        if (asked != null) {
            asked.sent = true;
            asked.sentNanos = nowNanos;
        }
    }

    /** Returns the streams that no reply has settled. */
    List<String> openStreams() {
        return open.values().stream().flatMap(asked -> asked.open.stream()).toList();
    }

    /** Returns whether a stream's request has no answer yet. */
    boolean isOpen(String stream) {
        return open.values().stream().anyMatch(asked -> asked.open.contains(stream));
    }

    /** Returns whether nothing was requested on this connection. */
    boolean isUnused() {
        return !used;
    }

    /** Returns the only stream of a request to subscribe that gets no separate reply; null = there is none. */
    String streamOf(long id) {
        Asked asked = open.get(id);
        return asked == null ? late.get(id) : onlyStream(asked.request);
    }

    private static String onlyStream(Request request) {
        boolean single = request.subscribes() && request.words().size() == 1;
        return single ? request.streams().get(0) : null;
    }

    /** Its reply may still come, with the id that the server has given to its stream. */
    private void awaitLate(Request request) {
        String stream = onlyStream(request);
        if (stream == null) {
            return;
        }
        remember(late, request.id(), stream);
    }

    private static <T> void remember(Map<Long, T> some, long id, T value) {
        if (some.size() >= MAX_LATE) {
            some.remove(some.keySet().iterator().next());
        }
        some.put(id, value);
    }

    /** Returns whether an unanswered request was sent more than once. */
    boolean isRepeating() {
        return open.values().stream().anyMatch(asked -> asked.tries > 1);
    }

    /** Returns whether no request waits for an answer. */
    boolean isSettled() {
        return open.isEmpty();
    }

    /** A message arrives that may be a reply. */
    Effect replied(Reply reply) {
        late.remove(reply.id());
        if (reply.id() != 0 && !open.containsKey(reply.id())) {
            return refusedLater(reply);
        }
        if (open.isEmpty()) {
            return Effect.NONE;
        }
        Collection<Asked> meant = reply.id() == 0 ? List.copyOf(open.values()) : List.of(open.get(reply.id()));
        List<Refusal> refusals = new ArrayList<>();
        boolean known = reply.id() != 0;
        ListedStreams refused = reply.refused();
        ListedStreams accepted = reply.refusal() == null ? reply.accepted() : null;
        boolean lists = refused != null || accepted != null;
        for (Asked asked : meant) {
            if (lists) {
                known |= listed(asked, reply, refused, accepted, refusals);
            } else {
                known |= single(asked, reply, refusals);
            }
            if (asked.open.isEmpty()) {
                open.remove(asked.request.id());
                if (reply.id() == 0) {
                    awaitLate(asked.request);
                } else if (asked.request.subscribes()) {
                    remember(settled, asked.request.id(), asked);
                }
            }
            if (known && !lists) {
                break; // a server answers in order, and each request by itself
            }
        }
        return new Effect(known, refusals);
    }

    /** A reply refuses a stream of a request that was answered before. */
    private Effect refusedLater(Reply reply) {
        Asked asked = settled.get(reply.id());
        if (asked == null || asked.tries > 1 || reply.refusal() == null) {
            return Effect.NONE; // a request that was repeated has several answers
        }
        List<String> meant = asked.request.words().entrySet().stream()
                .filter(stream -> stream.getValue().containsAll(reply.words()))
                .map(Map.Entry::getKey)
                .limit(2)
                .toList();
        return meant.size() == 1
                ? new Effect(true, List.of(asked.refuse(meant, reply.refusal(), true)))
                : Effect.NONE; // nothing says which of them
    }

    /** A reply lists streams; without the id of a request it may be about other requests. */
    private static boolean listed(
            Asked asked, Reply reply, ListedStreams refused, ListedStreams accepted, List<Refusal> refusals) {
        boolean known = false;
        if (refused != null) {
            List<String> bad = asked.in(refused);
            if (!bad.isEmpty()) {
                refusals.add(asked.refuse(bad, reply.refusal() == null ? "rejected" : reply.refusal(), true));
                known = true;
            }
        }
        if (accepted == null) {
            return known;
        }
        if (!asked.request.subscribes()) {
            asked.open.clear();
            return true;
        }
        known |= asked.open.removeAll(asked.in(accepted));
        if (reply.id() != 0 && !asked.open.isEmpty()) {
            refusals.add(asked.refuse(asked.open, NOT_LISTED, true));
        } else if (asked.sent) {
            asked.why = NOT_LISTED; // unless a later list has it
        }
        return known;
    }

    /** A reply is about one stream, or about the whole request. */
    private static boolean single(Asked asked, Reply reply, List<Refusal> refusals) {
        String stream = reply.words().isEmpty() ? null : asked.streamOf(reply.words());
        if (stream != null) {
            if (reply.refusal() == null) {
                asked.open.remove(stream);
            } else {
                refusals.add(asked.refuse(List.of(stream), reply.refusal(), true));
            }
        } else if (reply.id() == 0) {
            return false;
        } else if (asked.hasSettled(reply.words())) {
            return true; // again
        } else if (reply.refusal() != null && !reply.isByStream()) {
            refusals.add(asked.refuse(asked.open, reply.refusal(), false));
        } else if (reply.refusal() != null) {
            asked.refused++;
            asked.why = reply.refusal();
        } else if (reply.words().isEmpty()) {
            asked.open.clear();
        } else {
            asked.accepted++;
        }
        if (!asked.open.isEmpty() && asked.accepted + asked.refused >= asked.open.size()) {
            if (asked.refused == 0) {
                asked.open.clear();
            } else {
                refusals.add(asked.refuse(asked.open, asked.why, asked.accepted == 0));
            }
        }
        return true;
    }

    /** Returns the overdue requests that are to be sent again. */
    List<Request> toRepeat(long nowNanos) {
        return overdue(nowNanos, asked -> asked.why == null && !isLastTry(asked)).stream()
                .map(asked -> asked.request)
                .toList();
    }

    /** Removes and returns the requests that are overdue after the last try. */
    List<Refusal> givenUp(long nowNanos) {
        return removed(overdue(nowNanos, asked -> asked.why == null && isLastTry(asked)));
    }

    private static boolean isLastTry(Asked asked) {
        return asked.tries >= TRIES || !asked.overtaken.isEmpty();
    }

    /** Removes and returns the requests that are overdue because the server has rejected some of their streams. */
    List<Refusal> refused(long nowNanos) {
        return removed(overdue(nowNanos, asked -> asked.why != null));
    }

    private List<Refusal> removed(List<Asked> hopeless) {
        List<Refusal> refusals = new ArrayList<>();
        for (Asked asked : hopeless) {
            open.remove(asked.request.id());
            awaitLate(asked.request);
            asked.open.removeAll(asked.overtaken);
            if (!asked.open.isEmpty()) {
                String times = asked.tries == 1 ? "once" : asked.tries + " times";
                refusals.add(asked.refuse(
                        asked.open, asked.why == null ? "not answered, asked " + times : asked.why, false));
            }
        }
        return refusals;
    }

    private List<Asked> overdue(long nowNanos, Predicate<Asked> which) {
        if (open.isEmpty()) {
            return List.of();
        }
        return open.values().stream()
                .filter(asked -> asked.sent && nowNanos - asked.sentNanos >= ANSWER_NANOS)
                .filter(which)
                .toList();
    }
}
