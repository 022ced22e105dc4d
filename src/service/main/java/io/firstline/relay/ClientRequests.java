package io.firstline.relay;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.RelayLimits;
import io.firstline.relay.dialect.ClientRequest;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the requests of a feed's clients, those of one client in their order. Runs on the relay's event loop. */
final class ClientRequests {
    private static final Logger LOG = LoggerFactory.getLogger(ClientRequests.class);
    private static final int NOT_UNDERSTOOD = 400;
    private static final int MOST_WAITING = 64;
    private static final String NO_ROOM = "the venue allows no more streams for all clients together";

    private final RelayFeed feed;
    private final UpstreamStreams upstream;
    private final RelaySnapshots snapshots;
    private final RelayLimits limits;
    private final LongSupplier nanos;
    private final Vertx timers;
    private final long answerMs;

    /** @param answerMs the longest time until an ack, though the venue has not answered */
    ClientRequests(
            Vertx timers,
            long answerMs,
            RelayFeed feed,
            UpstreamStreams upstream,
            RelaySnapshots snapshots,
            RelayLimits limits,
            LongSupplier nanos) {
        this.timers = timers;
        this.answerMs = answerMs;
        this.feed = feed;
        this.upstream = upstream;
        this.snapshots = snapshots;
        this.limits = limits;
        this.nanos = nanos;
    }

    /** A client gets its messages from now on; the streams of its path are subscribed. */
    void opened(RelayClient client) {
        client.answer(client.session().greetings());
        Set<String> streams = client.streams() == null ? Set.of() : Set.copyOf(client.streams());
        List<String> late = late(client, streams);
        client.awaits(late);
        Future<?> ended = awaitEnd(client, streams, late);
        feed.add(client);
        if (streams.isEmpty()) {
            return;
        }
        if (!upstream.hasRoomFor(streams)) {
            client.withdraw(streams);
            refuse(client, NO_ROOM);
            return;
        }
        if (!ended.isComplete()) {
            ended.onComplete(any -> {
                if (!client.isClosing()) {
                    feed.replace(client);
                }
            });
        }
        upstream.want(streams)
                .onSuccess(refused -> {
                    if (!refused.isEmpty()) {
                        refuse(client, words(refused));
                    } else if (!late.isEmpty() && !client.isClosing()) {
                        beginWithSnapshots(client, late);
                    }
                })
                .onFailure(e -> refuse(client, e.getMessage()));
    }

    /**
     * Keeps from a client what still arrives of streams that are being unsubscribed: it would have a hole after it.
     *
     * @param late the streams that it gets later anyway
     * @return completes when they have ended; then {@link RelayFeed#replace} it
     */
    private Future<?> awaitEnd(RelayClient client, Collection<String> streams, List<String> late) {
        List<String> ending = without(upstream.ending(streams), late);
        client.awaits(ending);
        return upstream.ended(streams).onComplete(any -> client.ready(ending));
    }

    private void beginWithSnapshots(RelayClient client, List<String> late) {
        LateStreams joining = new LateStreams(client, late, feed, snapshots, limits);
        joining.arrived().onComplete(done -> {
            if (done.succeeded()) {
                joining.join();
            } else {
                joining.end();
                client.close(ClientClosing.NO_SNAPSHOT, done.cause().getMessage(), nanos.getAsLong());
            }
        });
    }

    /**
     * The streams that a client gets only with a snapshot: the venue has sent one when the feed subscribed them, or sends it
     * while the client waits for those.
     */
    private List<String> late(RelayClient client, Collection<String> streams) {
        List<String> withSnapshot = streams.stream()
                .filter(stream -> upstream.hasSnapshot(client.session().shown(stream)))
                .toList();
        return withSnapshot.stream()
                        .anyMatch(stream -> upstream.isSubscribed(stream)
                                || upstream.isUnordered(client.session().shown(stream)))
                ? withSnapshot
                : List.of();
    }

    private void refuse(RelayClient client, String why) {
        client.close(ClientClosing.REFUSED, why, nanos.getAsLong());
    }

    /** A client wants nothing more. */
    void left(RelayClient client) {
        if (client.streams() != null) {
            upstream.leave(client.streams(), nanos.getAsLong());
        }
    }

    /** A client has sent a text. */
    void asked(RelayClient client, String text) {
        ClientRequest request = client.session().read(text);
        if (request instanceof ClientRequest.Unknown) {
            client.ignored();
            refuse(
                    client,
                    request,
                    RefusalReason.UNKNOWN_REQUEST,
                    "found no request of this form, allowed: those of the venue that subscribe and unsubscribe streams");
        } else if (request instanceof ClientRequest.Heartbeat) {
            accept(client, request, List.of());
        } else if (!client.inTurn(
                MOST_WAITING, request instanceof ClientRequest.Subscribe, () -> carryOut(client, request))) {
            refuse(client, request, RefusalReason.TOO_MANY_REQUESTS, "at most " + MOST_WAITING + " requests wait");
        } else if (request instanceof ClientRequest.Unsubscribe unsubscribe) {
            withdraw(client, unsubscribe.streams()); // its answer may wait, but the client gets no more
        }
    }

    /** A client has sent a binary message, which no protocol of a venue understands. */
    void askedInBinary(RelayClient client) {
        client.ignored();
        String why = "found a binary message, allowed: requests as text";
        String refusal =
                client.session().refused(new ClientRequest.Unknown("", Map.of()), RefusalReason.UNKNOWN_REQUEST, why);
        if (refusal == null) {
            client.close(ClientClosing.BINARY, why, nanos.getAsLong());
        } else {
            client.answer(refusal);
        }
    }

    private Future<?> carryOut(RelayClient client, ClientRequest request) {
        if (client.isClosing()) {
            return Future.succeededFuture();
        }
        if (request instanceof ClientRequest.Subscribe subscribe) {
            return subscribe(client, request, subscribe.streams(), List.of());
        }
        if (request instanceof ClientRequest.Replace replace) {
            return subscribe(client, request, replace.streams(), without(client.streams(), replace.streams()));
        }
        if (request instanceof ClientRequest.Unsubscribe unsubscribe) {
            withdraw(client, unsubscribe.streams());
            accept(client, request, List.of());
        } else {
            Set<String> streams = client.streams();
            client.answer(client.session().listed(request, streams == null ? List.of() : List.copyOf(streams)));
        }
        return Future.succeededFuture();
    }

    /** @param granted the streams that the client gets by it */
    private static void accept(RelayClient client, ClientRequest request, List<String> granted) {
        Set<String> streams = client.streams();
        client.answer(
                client.session().accepted(request.of(granted), streams == null ? List.of() : List.copyOf(streams)));
        if (!granted.isEmpty()) {
            client.grant(granted, request);
        }
    }

    /** The streams of a client that are not among the others. */
    private static List<String> without(Collection<String> streams, Collection<String> others) {
        return streams == null
                ? List.of()
                : streams.stream()
                        .distinct()
                        .filter(each -> !others.contains(each))
                        .toList();
    }

    /** @param fewer the streams that it wants no more, once it has the new ones */
    private Future<?> subscribe(RelayClient client, ClientRequest request, List<String> streams, List<String> fewer) {
        List<String> further = client.streams() == null ? List.of() : without(streams, client.streams());
        int all = client.streams() == null ? 0 : client.streams().size() + further.size() - fewer.size();
        if (all > limits.maxSubscriptions()) {
            return refuse(
                    client,
                    request,
                    RefusalReason.TOO_MANY_STREAMS,
                    "at most " + limits.maxSubscriptions() + " streams for one client");
        }
        if (!upstream.hasRoomFor(further)) {
            return refuse(client, request, RefusalReason.VENUE_LIMIT, NO_ROOM);
        }
        List<String> late = late(client, further);
        Future<?> ended = awaitEnd(client, further, late);
        Future<Map<String, String>> answer = upstream.want(further);
        if (client.streams() != null) {
            client.streams().addAll(further);
            client.awaits(late);
        }
        return ended.transform(any -> answeredOrFirst(client, further, answer)).transform(any -> {
            if (client.isClosing()) {
                return Future.succeededFuture(); // its streams are left
            }
            if (answer.failed()) {
                withdraw(client, further);
                return refuse(
                        client, request, reason(answer.cause()), answer.cause().getMessage());
            }
            Map<String, String> refused = answer.isComplete() ? answer.result() : Map.of();
            if (!answer.isComplete()) {
                answer.onComplete(done -> answeredLate(client, request, done));
            }
            forget(client, refused.keySet());
            if (!refused.isEmpty() && !client.session().answersEachStream()) {
                withdraw(client, further);
                return refuse(client, request, RefusalReason.BY_VENUE, words(refused));
            }
            List<String> granted = without(late, refused.keySet());
            if (granted.isEmpty()) {
                answered(client, request, streams, fewer, refused);
                return Future.succeededFuture();
            }
            LateStreams joining = new LateStreams(client, granted, feed, snapshots, limits);
            return joining.arrived().transform(snapshot -> {
                if (client.isClosing()) {
                    joining.end();
                } else if (snapshot.failed()) {
                    joining.end();
                    withdraw(client, further);
                    refuse(
                            client,
                            request,
                            RefusalReason.NOT_POSSIBLE,
                            snapshot.cause().getMessage());
                } else {
                    answered(client, request, streams, fewer, refused); // the ack is before the snapshots
                    joining.join();
                }
                return Future.succeededFuture();
            });
        });
    }

    /**
     * Completes when, for each stream, the venue has answered or a message proves that it has accepted; or after a time. A
     * message that arrives earlier is passed on without an ack: it may be the only snapshot.
     */
    private Future<?> answeredOrFirst(RelayClient client, List<String> further, Future<?> answer) {
        if (answer.isComplete()) {
            return answer;
        }
        Map<String, Promise<Void>> first = new HashMap<>();
        further.stream()
                .filter(upstream::isUnanswered)
                .map(client.session()::shown)
                .forEach(shown -> first.computeIfAbsent(shown, feed::firstOf));
        List<Future<Void>> each = first.values().stream().map(Promise::future).toList();
        each.forEach(arrived -> arrived.onSuccess(v -> {
            if (!client.isClosing()) {
                feed.replace(client);
            }
        }));
        Promise<Void> enough = Promise.promise();
        long timer = timers.setTimer(answerMs, id -> enough.tryComplete());
        Future.all(each).onComplete(all -> enough.tryComplete());
        answer.onComplete(done -> enough.tryComplete());
        return enough.future().onComplete(done -> {
            timers.cancelTimer(timer);
            first.forEach(feed::forget);
        });
    }

    /** The client gets the streams that the venue has not refused. */
    private void answered(
            RelayClient client,
            ClientRequest request,
            List<String> streams,
            List<String> fewer,
            Map<String, String> refused) {
        withdraw(client, fewer);
        List<String> granted = without(streams, refused.keySet());
        if (!granted.isEmpty() || refused.isEmpty()) {
            feed.replace(client);
            accept(client, request, granted);
        }
        refused.values().forEach(words -> refuse(client, request, RefusalReason.BY_VENUE, words));
    }

    /** The client has its ack already: a refusal follows it. */
    private void answeredLate(RelayClient client, ClientRequest request, AsyncResult<Map<String, String>> late) {
        if (client.isClosing()) {
            return;
        }
        if (late.failed()) {
            LOG.debug(
                    "relay: {} does not subscribe: {}",
                    feed.name(),
                    late.cause().getMessage());
        } else if (!late.result().isEmpty()) {
            forget(client, late.result().keySet());
            refuse(client, request, RefusalReason.BY_VENUE, words(late.result()));
        }
    }

    /** The venue refuses a stream that it had accepted. */
    private void refusedLater(String stream, String words) {
        for (RelayClient client : List.copyOf(feed.clients())) {
            ClientRequest request = client.granted(stream);
            if (request != null) {
                forget(client, List.of(stream));
                refuse(client, request, RefusalReason.BY_VENUE, words);
            } else if (client.session().streams() != null
                    && client.session().streams().contains(stream)
                    && client.streams().contains(stream)) {
                refuse(client, words);
            }
        }
    }

    private static String words(Map<String, String> refused) {
        return refused.values().stream().distinct().collect(Collectors.joining("; "));
    }

    /** A client has these of its streams no more. */
    private void withdraw(RelayClient client, Collection<String> streams) {
        List<String> gone = client.streams() == null
                ? List.of()
                : streams.stream().distinct().filter(client.streams()::contains).toList();
        forget(client, gone);
        upstream.leave(gone, nanos.getAsLong());
    }

    /** The same for streams that the venue has refused. */
    private void forget(RelayClient client, Collection<String> streams) {
        if (!streams.isEmpty() && !client.isClosing()) {
            client.withdraw(streams);
            feed.replace(client);
        }
    }

    private static RefusalReason reason(Throwable failure) {
        return failure instanceof ReplyException reply && reply.failureCode() == NOT_UNDERSTOOD
                ? RefusalReason.UNKNOWN_STREAM
                : RefusalReason.NOT_POSSIBLE;
    }

    private static Future<Void> refuse(RelayClient client, ClientRequest request, RefusalReason reason, String why) {
        client.answer(client.session().refused(request, reason, why));
        return Future.succeededFuture();
    }

    /** See {@link UpstreamStreams#configuredAs}. */
    void configuredAs(FeedConfig config) {
        upstream.configuredAs(config);
    }

    /** Ends what the clients of former requests have subscribed, unless clients want it again. */
    void inherit(ClientRequests former) {
        upstream.inherit(former.upstream, nanos.getAsLong());
    }

    /** See {@link UpstreamStreams#shareWithOthers}. */
    void shareWithOthers() {
        upstream.shareWithOthers();
    }

    /** See {@link RelaySnapshots#numbersAreOwn}. */
    void numbersAreOwn() {
        snapshots.numbersAreOwn();
    }

    /** Begins to hear of streams that the venue refuses later; on the relay's event loop. */
    void listen() {
        upstream.listen(this::refusedLater);
    }

    /** No client of the feed is left, and none will come. */
    void close() {
        upstream.close();
    }

    /** See {@link UpstreamStreams#look}. */
    void look(long nowNanos) {
        upstream.look(nowNanos);
    }
}
