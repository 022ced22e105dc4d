package io.firstline.deploy;

import io.firstline.bus.Addresses;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.deploy.node.ClusterPart;
import io.firstline.deploy.node.ReportJson;
import io.firstline.deploy.node.StatusKeys;
import io.firstline.deploy.snapshot.StreamSnapshots;
import io.firstline.feed.Route;
import io.firstline.stream.StreamSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Answers requests about one feed. Every request gets a reply; a failure has code 400 for an invalid request and 503
 * for one that could not be carried out.
 *
 * <ul>
 * <li>{@code {"do": "subscribe" | "unsubscribe", "streams": ["…"]}} → {@code {"connections": n}}: applies to present
 *     and future connections, on every node that receives the feed
 * <li>with {@code "for": "…"}, the name of one of several holders, a stream is unsubscribed when none of them wants it: each
 *     repeats {@code subscribe} about once a second; {@code unsubscribe} → {@code {"kept": ["…"]}}: what others want, or may
 *     want because the owner is new; ask again later
 * <li>with {@code "answered": true}, {@code subscribe} waits for the venue's answers, at most 20 s: → {@code
 *     {"connections": n, "refused": {"stream": "the venue's words"}}}; refused streams are not subscribed any more
 * <li>{@code {"do": "set-on-connect", "messages": ["…"]}} → {@code {"connections": n}}
 * <li>{@code {"do": "evict", "connection": "…"}} → {@code {}}: a replacement is being opened
 * <li>{@code {"do": "renew"}} → {@code {}}: every connection is replaced, make-before-break, one after another
 * <li>{@code {"do": "snapshot", "stream": "…"}} → the whole state of a stream and the {@code sequence} of the message after
 *     which the feed's messages continue it, see {@link io.firstline.stream.StreamSnapshot}
 * <li>{@code {"do": "status"}} → the feed's report
 * <li>{@code {"do": "gaps"}} → {@code {"gaps": […]}}: the last gaps in the numbers of its streams
 * <li>{@code {"do": "worth"}} → {@code {"worth": [{"subsets": […]}]}}: for each pool of the feed, what fewer of its
 *     connections would have delivered
 * <li>{@code {"do": "arrivals"}} → {@code {"arrivals": […]}}: what each connection delivered of each stream
 * </ul>
 */
final class FeedCommands {
    private static final int NOT_UNDERSTOOD = 400;
    private static final int NOT_POSSIBLE = 503;

    private final EventBus bus;
    private final String name;
    private final Supplier<ShardedFeed> current;
    private final ClusterPart part;
    private final RuntimeSubscriptions runtimeSubscriptions;
    private final StreamSnapshots snapshots;
    private final MessageConsumer<Object> here;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();

    /**
     * Answers on this node, but not yet for the feed.
     *
     * @param part adds this node's state in the cluster to the status
     * @param runtimeSubscriptions carries out lasting changes of the feed
     * @param snapshots gets snapshots of its streams
     */
    FeedCommands(
            Vertx vertx,
            String name,
            Supplier<ShardedFeed> current,
            ClusterPart part,
            RuntimeSubscriptions runtimeSubscriptions,
            StreamSnapshots snapshots) {
        this.bus = vertx.eventBus();
        this.name = name;
        this.current = current;
        this.part = part;
        this.runtimeSubscriptions = runtimeSubscriptions;
        this.snapshots = snapshots;
        this.here = bus.localConsumer(Addresses.here(name), this::command);
    }

    /** Starts or stops answering for the feed: one of the nodes that receive it does. */
    void answers(boolean forAll) {
        if (forAll && consumers.isEmpty()) {
            consumers.add(bus.consumer(Addresses.send(name), this::send));
            consumers.add(bus.consumer(Addresses.command(name), this::command));
        } else if (!forAll) {
            leave();
        }
    }

    private Future<Void> leave() {
        List<? extends Future<Void>> left =
                consumers.stream().map(MessageConsumer::unregister).toList();
        consumers.clear();
        return Future.join(left).mapEmpty();
    }

    Future<Void> close() {
        return Future.join(here.unregister(), leave()).mapEmpty();
    }

    private void send(Message<Object> request) {
        answer(request, () -> {
            ShardedFeed feed = current.get();
            Route route = Route.parse(request.headers().get("route"));
            Object body = RejectionLog.body(request);
            Future<Integer> sent;
            if (body instanceof Buffer binary) {
                sent = feed.send(route, each -> each.send(binary, route));
            } else if (body instanceof String text) {
                sent = feed.send(route, each -> each.send(text, route));
            } else if (body instanceof JsonObject json) {
                sent = feed.send(route, each -> each.send(json.encode(), route));
            } else {
                throw new IllegalArgumentException("the body to send must be a string, a buffer or a JSON object");
            }
            return sent.map(FeedCommands::connections);
        });
    }

    private void command(Message<Object> request) {
        answer(request, () -> {
            if (!(RejectionLog.body(request) instanceof JsonObject command)) {
                throw new IllegalArgumentException("a command is a JSON object like {\"do\": \"status\"}");
            }
            ShardedFeed feed = current.get();
            Object name = command.getValue("do");
            return switch (String.valueOf(name)) {
                case "subscribe" ->
                    subscribe(strings(command, "streams"), holder(command), command.getValue("answered"));
                case "unsubscribe" -> unsubscribe(strings(command, "streams"), holder(command));
                case "set-on-connect" ->
                    runtimeSubscriptions
                            .setOnConnect(strings(command, "messages"))
                            .map(FeedCommands::connections);
                case "evict" -> feed.evict(string(command, "connection")).map(new JsonObject());
                case "renew" -> feed.renew().map(new JsonObject());
                case "snapshot" -> snapshots.ask(string(command, "stream")).map(StreamSnapshot::toJson);
                case "status" ->
                    feed.status().map(status -> part.addTo(status.put(StatusKeys.SNAPSHOTS, snapshots.toJson())));
                case "gaps" ->
                    feed.gaps().map(gaps -> new JsonObject()
                            .put(StatusKeys.GAPS, array(gaps.stream().map(ReportJson::of))));
                case "arrivals" ->
                    feed.arrivals().map(cells -> new JsonObject()
                            .put(StatusKeys.ARRIVALS, array(cells.stream().map(ReportJson::of))));
                case "worth" ->
                    feed.bestSubsets().map(pools -> new JsonObject()
                            .put(StatusKeys.WORTH, array(pools.stream().map(subsets -> new JsonObject()
                                    .put(
                                            StatusKeys.SUBSETS,
                                            array(subsets.stream().map(ReportJson::of)))))));
                default ->
                    throw new IllegalArgumentException(
                            "unknown command \"" + name
                                    + "\", allowed: subscribe, unsubscribe, set-on-connect, evict, renew, snapshot, status, gaps, arrivals, worth");
            };
        });
    }

    private static String holder(JsonObject command) {
        return command.containsKey("for") ? string(command, "for") : null;
    }

    private Future<JsonObject> unsubscribe(List<String> streams, String holder) {
        return holder == null
                ? runtimeSubscriptions.unsubscribe(streams).map(FeedCommands::connections)
                : runtimeSubscriptions.release(streams, holder).map(kept -> new JsonObject()
                        .put("kept", new JsonArray(kept)));
    }

    private Future<JsonObject> subscribe(List<String> streams, String holder, Object answered) {
        if (answered != null && !(answered instanceof Boolean)) {
            throw new IllegalArgumentException("\"answered\" must be true or false");
        }
        Future<JsonObject> sent =
                runtimeSubscriptions.subscribe(streams, holder).map(FeedCommands::connections);
        return Boolean.TRUE.equals(answered)
                ? sent.compose(reply -> runtimeSubscriptions
                        .refusals(streams)
                        .map(refused -> reply.put("refused", new JsonObject(new LinkedHashMap<>(refused)))))
                : sent;
    }

    private interface Action {
        Future<JsonObject> run();
    }

    private static void answer(Message<Object> request, Action action) {
        Future<JsonObject> result;
        try {
            result = action.run();
        } catch (IllegalArgumentException e) {
            result = Future.failedFuture(e);
        }
        result.onSuccess(request::reply)
                .onFailure(e -> request.fail(
                        e instanceof IllegalArgumentException ? NOT_UNDERSTOOD : NOT_POSSIBLE, e.getMessage()));
    }

    private static JsonArray array(Stream<JsonObject> items) {
        JsonArray array = new JsonArray();
        items.forEach(array::add);
        return array;
    }

    private static JsonObject connections(int count) {
        return new JsonObject().put("connections", count);
    }

    private static String string(JsonObject command, String key) {
        if (command.getValue(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("\"" + key + "\" must be a string");
    }

    private static List<String> strings(JsonObject command, String key) {
        if (command.getValue(key) instanceof JsonArray array && array.stream().allMatch(String.class::isInstance)) {
            return array.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException("\"" + key + "\" must be an array of strings");
    }
}
