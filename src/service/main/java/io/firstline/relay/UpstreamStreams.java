package io.firstline.relay;

import io.firstline.bus.Addresses;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.RequestTemplate;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.FeedEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the streams that clients want subscribed at the venue, by the commands of the feed, which respects the venue's limits of
 * requests. A feed that has no such request keeps its streams. Runs on the relay's event loop.
 */
final class UpstreamStreams {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamStreams.class);

    private static final String RELAY = "relay";
    private static final String STREAMS = "streams";
    private static final int MOST_STREAMS = 20_000;
    /** How long a request waits for an owner: a node may just have died. */
    private static final int OWNER_TRIES = 40;

    private static final int OWNER_TRY_MS = 250;
    /** How long messages of a stream may still arrive after its unsubscription was sent. */
    private static final int ENDING_MS = 1_000;

    private final Vertx vertx;
    private final EventBus bus;
    private final String feed;
    private final boolean canSubscribe;
    private final StreamLedger ledger;
    private final OtherRelays others = new OtherRelays();
    /** Its name among the relays of a cluster; null = there are no others. */
    private String relay;

    private boolean hasSaid;
    private final MessageFormat format;
    private final RejectionLog rejections;
    private final LongSupplier nanos;
    /** Until {@link #close}. */
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    /** By stream, until the venue has answered the request for it. */
    private final Map<String, Future<Map<String, String>>> unanswered = new HashMap<>();
    /** By stream, until nothing more of it arrives: it is being unsubscribed. */
    private final Map<String, Future<Void>> ending = new HashMap<>();

    UpstreamStreams(Vertx vertx, FeedConfig config, int lingerMs, LongSupplier nanos) {
        this.vertx = vertx;
        this.bus = vertx.eventBus();
        this.feed = config.name();
        this.format = config.format();
        SubscribeTemplates templates = config.subscriptions();
        this.canSubscribe = Stream.concat(Stream.of(templates.general()), templates.kinds().stream())
                .map(RequestTemplate::subscribe)
                .anyMatch(request -> !request.isEmpty());
        this.ledger = new StreamLedger(streams(config), mostStreams(config), lingerMs);
        this.nanos = nanos;
        this.rejections = new RejectionLog(LOG, nanos);
    }

    /** @param handler gets a stream that the venue has refused after it had accepted it, and the venue's words */
    void listen(BiConsumer<String, String> handler) {
        consumers.add(bus.<Object>consumer(Addresses.events(feed), event -> happened(event.body(), handler)));
    }

    void close() {
        consumers.forEach(MessageConsumer::unregister);
    }

    /**
     * A refused stream is ended, so that new connections do not ask for it. One that only a standby was refused still comes
     * from the owner.
     */
    private void happened(Object event, BiConsumer<String, String> handler) {
        if (!(event instanceof JsonObject fact)
                || !FeedEvent.Type.STREAM_REFUSED.label().equals(fact.getValue("event"))
                || fact.containsKey(FeedEvent.STANDBY)
                || !(fact.getValue("stream") instanceof String stream)
                || isUnanswered(stream)) {
            return;
        }
        boolean isFurther = ledger.wanted().contains(stream);
        ledger.forget(List.of(stream));
        if (isFurther) {
            Future<JsonObject> unused = unsubscribe(List.of(stream), nanos.getAsLong());
        }
        handler.accept(stream, String.valueOf(fact.getValue("reason")));
    }

    private static List<String> streams(FeedConfig config) {
        return config.parts().stream()
                .flatMap(part -> part.subscriptions().streams().stream())
                .toList();
    }

    private static int mostStreams(FeedConfig config) {
        int onOne = config.venue().limits().streamsOnOne();
        return onOne == 0 ? Integer.MAX_VALUE : onOne * config.parts().size();
    }

    /** The feed of the same venue has other streams, or another number of pools. */
    void configuredAs(FeedConfig config) {
        List<String> missing = ledger.configuredAs(streams(config), mostStreams(config));
        if (canSubscribe && !missing.isEmpty()) {
            command(new JsonObject().put("do", "subscribe"), missing)
                    .onFailure(e -> LOG.warn("relay: {} does not subscribe {}: {}", feed, missing, e.getMessage()));
        }
    }

    /** Unsubscribes later what another object of this feed has subscribed. */
    void inherit(UpstreamStreams former, long nowNanos) {
        ledger.inherit(former.ledger.subscribed(), nowNanos);
    }

    /** Whether the venue's limit has room for these streams too. */
    boolean hasRoomFor(Collection<String> streams) {
        return !canSubscribe || ledger.hasRoomFor(streams, others.wanted());
    }

    /** Whether the feed subscribes a stream already, so that a new client has missed the venue's answer. */
    boolean isSubscribed(String stream) {
        return canSubscribe && (ledger.has(stream) || others.want(stream));
    }

    /**
     * Whether the venue answers a subscription with a snapshot.
     *
     * @param shown the stream's name in messages
     */
    boolean hasSnapshot(String shown) {
        return canSubscribe && format.classOf(shown).hasSnapshot();
    }

    /**
     * Whether the merged stream may have several snapshots after the first subscription, whose order nothing proves: each
     * connection gets one.
     *
     * @param shown the stream's name in messages
     */
    boolean isUnordered(String shown) {
        return format.classOf(shown).sequence().last().isEmpty();
    }

    /**
     * A client wants these streams. If this fails, {@link #leave} them too.
     *
     * @return those that the venue refuses, with its words, once it has answered; they are forgotten then
     */
    Future<Map<String, String>> want(Collection<String> streams) {
        List<String> missing = ledger.add(streams);
        if (canSubscribe && !missing.isEmpty()) {
            Future<Map<String, String>> asked = ended(missing)
                    .compose(any ->
                            command(new JsonObject().put("do", "subscribe").put("answered", true), missing))
                    .map(UpstreamStreams::refused);
            missing.forEach(stream -> unanswered.put(stream, asked));
            asked.onComplete(done -> {
                missing.forEach(stream -> unanswered.remove(stream, asked));
                if (done.succeeded()) {
                    ledger.forget(done.result().keySet());
                }
            });
        }
        return Future.all(streams.stream()
                        .map(unanswered::get)
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList())
                .map(all -> {
                    Map<String, String> refused = new TreeMap<>();
                    all.<Map<String, String>>list().forEach(refused::putAll);
                    refused.keySet().retainAll(streams);
                    return refused;
                });
    }

    /** Whether the venue has not answered the request for a stream yet. */
    boolean isUnanswered(String stream) {
        return unanswered.containsKey(stream);
    }

    /** Those of some streams that are being unsubscribed. What still arrives of them has no continuation. */
    List<String> ending(Collection<String> streams) {
        return streams.stream().filter(ending::containsKey).toList();
    }

    /** Completes when none of these streams is {@link #ending} any more. */
    Future<?> ended(Collection<String> streams) {
        List<String> waited = ending(streams);
        return waited.isEmpty()
                ? Future.succeededFuture()
                : Future.all(waited.stream().map(ending::get).distinct().toList());
    }

    private static Map<String, String> refused(JsonObject reply) {
        Map<String, String> words = new TreeMap<>();
        reply.getJsonObject("refused", new JsonObject())
                .forEach(each -> words.put(each.getKey(), "" + each.getValue()));
        return words;
    }

    /** A client wants these streams no more. */
    void leave(Collection<String> streams, long nowNanos) {
        ledger.remove(streams, nowNanos);
    }

    /** Unsubscribes what nobody has wanted for a while. Called about once a second. */
    void look(long nowNanos) {
        ledger.inherit(others.ofGone(nowNanos), nowNanos);
        Map<Boolean, List<String>> asked = ledger.due(nowNanos).stream()
                .filter(stream -> !others.want(stream)) // its relay will
                .collect(Collectors.partitioningBy(this::isUnanswered));
        ledger.inherit(asked.get(true), nowNanos); // their subscription may not be sent yet, and would follow
        List<String> due = asked.get(false);
        if (canSubscribe && !due.isEmpty()) {
            Future<Void> ended = unsubscribe(due, nowNanos)
                    .transform(sent -> vertx.timer(ENDING_MS))
                    .mapEmpty();
            due.forEach(stream -> ending.put(stream, ended));
            ended.onComplete(any -> due.forEach(stream -> ending.remove(stream, ended)));
        }
        if (relay != null && canSubscribe) {
            share();
        }
    }

    private Future<JsonObject> unsubscribe(List<String> streams, long nowNanos) {
        return command(new JsonObject().put("do", "unsubscribe"), streams)
                .onSuccess(reply -> ledger.inherit(
                        reply.getJsonArray("kept", new JsonArray()).stream()
                                .map(String::valueOf)
                                .toList(),
                        nowNanos))
                .onFailure(e -> LOG.debug("relay: {} does not unsubscribe {}: {}", feed, streams, e.getMessage()));
    }

    // in a cluster

    /** Shares the feed with the relays of other nodes. */
    void shareWithOthers() {
        relay = UUID.randomUUID().toString();
        consumers.add(bus.consumer(Addresses.relays(feed), message -> heard(message, nanos.getAsLong())));
    }

    private void heard(Message<Object> message, long nowNanos) {
        try {
            JsonObject said = RejectionLog.body(message, JsonObject.class);
            if (!(said.getValue(RELAY) instanceof String from)
                    || !(said.getValue(STREAMS) instanceof JsonArray streams)) {
                throw new IllegalArgumentException("\"relay\" must be a string, and \"streams\" an array");
            }
            if (!from.equals(relay)) {
                others.heard(
                        from,
                        streams.stream()
                                .map(String::valueOf)
                                .limit(MOST_STREAMS)
                                .toList(),
                        nowNanos);
            }
        } catch (IllegalArgumentException e) {
            rejections.reject(feed + ": dropped an invalid list of another relay's streams", e.getMessage());
        }
    }

    /**
     * The owner keeps what one of the relays wants, and an owner may have died with the latest changes: subscribing again
     * changes nothing otherwise.
     */
    private void share() {
        List<String> wanted = List.copyOf(ledger.wanted());
        if (!wanted.isEmpty() || hasSaid) {
            bus.publish(
                    Addresses.relays(feed), new JsonObject().put(RELAY, relay).put(STREAMS, new JsonArray(wanted)));
        }
        hasSaid = !wanted.isEmpty();
        List<String> answered =
                wanted.stream().filter(stream -> !isUnanswered(stream)).toList();
        if (!answered.isEmpty()) {
            command(new JsonObject().put("do", "subscribe"), answered)
                    .onFailure(e -> LOG.debug("relay: {} does not subscribe {}: {}", feed, answered, e.getMessage()));
        }
    }

    private Future<JsonObject> command(JsonObject command, List<String> streams) {
        if (relay != null) {
            command.put("for", relay);
        }
        return command(command.put(STREAMS, new JsonArray(streams)), OWNER_TRIES);
    }

    private Future<JsonObject> command(JsonObject command, int tries) {
        return bus.<JsonObject>request(Addresses.command(feed), command)
                .map(Message::body)
                .recover(failure -> {
                    if (!(failure instanceof ReplyException reply) || reply.failureType() != ReplyFailure.NO_HANDLERS) {
                        return Future.failedFuture(failure);
                    }
                    return tries > 1
                            ? vertx.timer(OWNER_TRY_MS).compose(over -> command(command, tries - 1))
                            : Future.failedFuture("no node publishes " + feed + " now: try again");
                });
    }
}
