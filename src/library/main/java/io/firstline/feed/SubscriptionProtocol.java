package io.firstline.feed;

import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.Opening;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.UserMessage;
import io.firstline.connection.Scheduler;
import io.firstline.feed.PendingRequests.Effect;
import io.firstline.feed.PendingRequests.Refusal;
import io.firstline.feed.PendingRequests.Request;
import io.firstline.feed.message.Reply;
import io.firstline.feed.message.StreamTable;
import io.firstline.feed.message.StreamWatch;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Keeps every open connection subscribed to its feed's streams: sends requests, repeats unanswered ones, and reports
 * those that are refused or never answered. Runs on the feed's context.
 */
final class SubscriptionProtocol {
    /** Replies of venues to a repeated request; the last one is Bitfinex's. */
    private static final Pattern ALREADY_SUBSCRIBED =
            Pattern.compile("already[ _-]?subscribed|subscribe: dup", Pattern.CASE_INSENSITIVE);

    /** The ids of the user's messages are between those of the first requests and those of later ones. */
    private static final long OWN_IDS = 9_001;

    private final ConnectionOpening opening;
    private final DesiredSubscriptions wanted;
    private final boolean answered;
    private final boolean answersHaveIds;
    private final SlotTable slotTable;
    private final FeedEventLog eventLog;
    private final FeedMonitor monitor;
    private final Scheduler scheduler;
    private final FirstDataDeadline firstData = new FirstDataDeadline();
    private final AwaitedAnswers awaited;

    /**
     * Creates a subscriber that has sent nothing.
     *
     * @param framesPerSecond how many frames the server accepts in a second; 0 = not known
     */
    SubscriptionProtocol(
            List<String> onConnect,
            SubscribeTemplates how,
            MessageFormat format,
            SlotTable slotTable,
            FeedEventLog eventLog,
            FeedMonitor monitor,
            Scheduler scheduler,
            IntSupplier framesPerSecond) {
        Opening greetings = format.protocol().opening();
        this.opening = new ConnectionOpening(greetings, eventLog, scheduler, framesPerSecond);
        this.wanted = new DesiredSubscriptions(
                onConnect,
                how,
                format.naming(),
                format.protocol().streamsPerRequest(),
                greetings.onConnect().size());
        this.answered = !format.acks().isNone();
        this.answersHaveIds = !format.acks().id().isEmpty();
        this.slotTable = slotTable;
        this.awaited = new AwaitedAnswers(slotTable);
        this.eventLog = eventLog;
        this.monitor = monitor;
        this.scheduler = scheduler;
    }

    /** Returns the streams that every connection subscribes to. */
    List<String> streams() {
        return wanted.streams();
    }

    /**
     * Returns a stream that is subscribed, as requests name it, by that name or the one that messages show; null = it is not
     * subscribed.
     */
    String subscribed(String stream) {
        return wanted.streamShownAs(stream);
    }

    /** Returns the name of a stream in messages. */
    String shownName(String stream) {
        return wanted.shownName(stream);
    }

    /** Sends the first messages of a connection that has just opened; fails if one of them could not be written. */
    Future<Void> open(PooledConnection pooled) {
        boolean restart = slotTable.open().size() == 1; // a feed without a connection starts from the beginning
        return opening.begin(pooled, opened -> requests(opened, restart));
    }

    /** Returns the feed's first messages and its requests. */
    private List<Supplier<Future<Void>>> requests(PooledConnection pooled, boolean restart) {
        if (restart) {
            firstData.expect(wanted.streams(), scheduler.nowNanos());
        }
        List<Supplier<Future<Void>>> writes = new ArrayList<>();
        List<String> own = wanted.onConnect();
        for (int i = 0; i < own.size(); i++) {
            int index = i;
            writes.add(() -> send(pooled, own.get(index), index));
        }
        wanted.opening().forEach(request -> writes.add(() -> ask(pooled, request)));
        return writes;
    }

    /** Sends a message of the user; its placeholders are filled in as those of requests. */
    private Future<Void> send(PooledConnection pooled, String message, int index) {
        long epochMs = scheduler.epochMicros() / 1_000;
        UnaryOperator<String> values = pooled.signer().at(epochMs, "", null).inJson();
        try {
            return pooled.connection.send(UserMessage.filled(message, OWN_IDS + index, epochMs, values));
        } catch (IllegalArgumentException lacking) { // the answer of the endpoint lacks a value
            return Future.failedFuture(lacking);
        }
    }

    /** Sends messages on all open connections, and later on new ones; returns the number of open connections. */
    Future<Integer> setOnConnect(List<String> messages) {
        wanted.setOnConnect(messages);
        return toAllOpen(
                pooled -> IntStream.range(0, messages.size()).mapToObj(i -> send(pooled, messages.get(i), i)),
                messages.isEmpty());
    }

    /** Replaces the first messages of new connections. */
    void onConnect(List<String> messages) {
        wanted.setOnConnect(messages);
    }

    /** Subscribes to further streams; returns the number of open connections. */
    Future<Integer> subscribe(Collection<String> streams) {
        Set<String> before = Set.copyOf(wanted.streams());
        List<Request> requests = wanted.subscribe(streams);
        List<String> added = wanted.streams().stream()
                .filter(stream -> !before.contains(stream))
                .toList();
        firstData.expect(added, scheduler.nowNanos());
        monitor.beginAgain(shown -> added.contains(wanted.streamShownAs(shown)));
        return askAllOpen(requests);
    }

    /** Unsubscribes from streams; returns the number of open connections. */
    Future<Integer> unsubscribe(Collection<String> streams) {
        List<Request> requests = wanted.unsubscribe(streams);
        firstData.forget(streams);
        return askAllOpen(requests);
    }

    /** Waits for the server's answers; see {@link Feed#refusals}. */
    Future<Map<String, String>> refusals(Collection<String> streams) {
        return awaited.refused(streams, scheduler.nowNanos());
    }

    private Future<Integer> askAllOpen(List<Request> requests) {
        return toAllOpen(
                pooled -> requests.stream()
                        .filter(request -> !isNeedless(pooled, request))
                        .map(request -> ask(pooled, request)),
                requests.isEmpty());
    }

    /** Returns whether a request ends streams that the server has refused on this connection. */
    private static boolean isNeedless(PooledConnection pooled, Request request) {
        boolean refused = pooled.refused.keySet().containsAll(request.streams());
        pooled.refused.keySet().removeAll(request.streams());
        return refused && !request.subscribes();
    }

    /**
     * Subscribes one connection again to the stream that messages call by a name.
     *
     * @return whether there are requests for it
     */
    boolean resubscribe(PooledConnection pooled, String shown) {
        String stream = wanted.streamShownAs(shown);
        List<Request> requests = stream == null ? List.of() : wanted.again(stream);
        for (Request request : requests) {
            ask(pooled, request)
                    .onFailure(
                            e -> eventLog.subscribeFailed(pooled, request.streams(), String.valueOf(e.getMessage())));
        }
        return !requests.isEmpty();
    }

    private interface Writes {
        Stream<Future<Void>> to(PooledConnection pooled);
    }

    /**
     * Sends to members and candidates alike, because every connection of a feed has the same subscriptions. A
     * connection that still waits for its server sends everything later.
     */
    private Future<Integer> toAllOpen(Writes writes, boolean nothing) {
        if (nothing) {
            return Future.succeededFuture(0);
        }
        List<PooledConnection> live = slotTable.open().stream()
                .filter(pooled -> pooled.isLive() && pooled.readiness.isBegun())
                .toList();
        return Future.all(live.stream().flatMap(writes::to).toList()).map(live.size());
    }

    private Future<Void> ask(PooledConnection pooled, Request request) {
        String learned = request.idOf() == null ? null : pooled.ids.of(request.idOf());
        if (learned == null && request.idOf() != null) {
            pooled.waitingForId.put(request.idOf(), request); // the server has not answered the subscription yet
            return Future.succeededFuture();
        }
        if (learned != null) {
            pooled.ids.ended(request.idOf());
        }
        request.streams().forEach(stream -> {
            withdraw(pooled, request, stream);
            pooled.refused.remove(stream);
        });
        String text;
        try {
            long epochMs = scheduler.epochMicros() / 1_000;
            UnaryOperator<String> credentials =
                    pooled.signer().at(epochMs, "", null).inJson();
            text = request.text()
                    .at(
                            epochMs,
                            place -> place.equals(SubscribeTemplates.LEARNED) ? learned : credentials.apply(place));
        } catch (IllegalArgumentException lacking) { // the answer of the endpoint lacks a value
            return Future.failedFuture(lacking);
        }
        if (!answered) {
            return pooled.connection.send(text);
        }
        pooled.requests.asking(request);
        return pooled.connection.send(text).onSuccess(v -> pooled.requests.sent(request, scheduler.nowNanos()));
    }

    /** A stream that is wanted again is not ended when its id becomes known. */
    private void withdraw(PooledConnection pooled, Request request, String stream) {
        if (request.subscribes() && !pooled.waitingForId.isEmpty()) {
            pooled.waitingForId.remove(wanted.shownName(stream));
        }
    }

    /**
     * Returns the name in messages of the only stream of a request without a reply; null = there is none. Messages that
     * a user sends on connect are the same on all connections.
     */
    String streamOfRequest(PooledConnection pooled, long id) {
        if (pooled.requests.isUnused() && id != 0) {
            return "request " + id; // a user's own: a message on connect, or in a recording
        }
        String stream = pooled.requests.streamOf(id);
        return stream == null ? null : wanted.shownName(stream);
    }

    /** The server has told ids: sends the requests that need them. */
    void learned(PooledConnection pooled) {
        List<Request> known = pooled.waitingForId.values().stream()
                .filter(request -> pooled.ids.of(request.idOf()) != null)
                .toList();
        for (Request request : known) {
            pooled.waitingForId.remove(request.idOf());
            ask(pooled, request)
                    .onFailure(
                            e -> eventLog.subscribeFailed(pooled, request.streams(), String.valueOf(e.getMessage())));
        }
    }

    /** Checks whether a message is the reply to a request of this connection. */
    boolean replied(PooledConnection pooled, Reply reply) {
        Effect effect = pooled.requests.replied(reply);
        effect.refusals().forEach(refusal -> refused(pooled, refusal));
        if (effect.known()) {
            awaited.look(scheduler.nowNanos());
        }
        return effect.known() || opening.replied(pooled, reply);
    }

    /** Returns whether a stream that a list lacks delivers data: then the list has another name for it. */
    private boolean isListedElsewhere(Refusal refusal, StreamTable table, String stream) {
        return refusal.why().equals(PendingRequests.NOT_LISTED) && shown(table, stream) != null;
    }

    private void refused(PooledConnection pooled, Refusal refusal) {
        if (refusal.streams().isEmpty()) {
            return;
        }
        boolean single = refusal.streams().size() == 1;
        if ((single || refusal.repeated())
                && ALREADY_SUBSCRIBED.matcher(refusal.why()).find()) {
            return; // the answer to an earlier request was late or lost
        }
        List<Request> halves =
                refusal.named() || !refusal.request().subscribes() ? List.of() : wanted.halves(refusal.streams());
        if (halves.isEmpty()) {
            String words = pooled.shown(refusal.why());
            eventLog.subscribeFailed(pooled, refusal.streams(), "refused: " + words);
            refusal.streams().stream().filter(wanted::has).forEach(stream -> refused(pooled, stream, words));
        }
        for (Request half : halves) {
            ask(pooled, half)
                    .onFailure(e -> eventLog.subscribeFailed(pooled, half.streams(), String.valueOf(e.getMessage())));
        }
    }

    private void refused(PooledConnection pooled, String stream, String words) {
        pooled.refused.put(stream, words);
        if (awaited.isRefused(stream)) {
            eventLog.streamRefused(stream, words);
        }
    }

    /**
     * The server reports an error that names no request.
     *
     * @param stream the stream that it names, if the feed subscribes to it
     * @param words the server's text; empty = none
     */
    void erred(PooledConnection pooled, String stream, String words) {
        if (pooled.requests.isRepeating() && ALREADY_SUBSCRIBED.matcher(words).find()) {
            return; // the answer to an earlier request was late or lost
        }
        String known = wanted.streamShownAs(stream);
        if (known == null && !answersHaveIds) {
            awaited.erred(pooled, pooled.shown(words));
            awaited.look(scheduler.nowNanos());
        }
        if (known != null && firstData.expects(known) && !pooled.requests.isOpen(known)) {
            refused(pooled, known, pooled.shown(words)); // after its ack
        }
        eventLog.serverError(
                pooled, known == null ? pooled.requests.openStreams() : List.of(known), pooled.shown(words));
    }

    /** Repeats unanswered requests and reports streams without data; called about once a second. */
    void check(StreamTable table, Long lastDataNanos) {
        long now = scheduler.nowNanos();
        for (PooledConnection pooled : slotTable.open()) {
            if (pooled.isLive() && !pooled.requests.isSettled()) {
                for (Refusal refusal : pooled.requests.refused(now)) {
                    refused(pooled, refusal.without(name -> isListedElsewhere(refusal, table, name)));
                }
                for (Refusal refusal : pooled.requests.givenUp(now)) {
                    eventLog.subscribeFailed(pooled, refusal.streams(), refusal.why());
                }
                pooled.requests.toRepeat(now).forEach(request -> ask(pooled, request)
                        .onFailure(e ->
                                eventLog.subscribeFailed(pooled, request.streams(), String.valueOf(e.getMessage()))));
            }
        }
        awaited.look(now);
        if (firstData.expectsNothing()) {
            return;
        }
        boolean namesMatch = wanted.streams().stream().anyMatch(name -> shown(table, name) != null);
        List<String> silent = firstData.overdue(
                name -> shown(table, name) == null
                        ? null
                        : (Long) shown(table, name).lastNanos(),
                lastDataNanos,
                namesMatch,
                now);
        if (!silent.isEmpty()) {
            eventLog.noFirstData(silent, FirstDataDeadline.DEADLINE_NANOS / 1_000_000);
        }
    }

    /** Returns what arrived of a subscribed stream; null = nothing. */
    private StreamWatch shown(StreamTable table, String stream) {
        return table.named(wanted.shownName(stream));
    }
}
