package io.firstline.http;

import io.firstline.bridge.OpenConnections;
import io.firstline.bus.Addresses;
import io.firstline.config.service.HttpConfig;
import io.firstline.deploy.node.StatusKeys;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator's page asks here about feeds and sends commands to them. Runs on the verticle's context. */
final class PageApi {
    private static final Logger LOG = LoggerFactory.getLogger(PageApi.class);

    static final int BODY_BYTES = 65_536;
    private static final int MOST_TAILS = 4;
    private static final int CONFLICT = 409;
    private static final int UNAVAILABLE = 503;
    private static final long ANSWER_MS = 5_000;
    /** The commands that the page may send; programs on the event bus may send more. */
    private static final Set<String> ACTIONS = Set.of("evict", "renew", "subscribe", "unsubscribe");

    private final Vertx vertx;
    private final HttpConfig settings;
    private final HttpTimeouts timeouts;
    private final Access access;
    private final OpenConnections connections;
    private final FeedWatch watch;
    private final LiveUpdates updates;
    private final NodesWatch nodes;
    private final Set<Tail> tails = new LinkedHashSet<>();

    PageApi(
            Vertx vertx,
            HttpConfig settings,
            HttpTimeouts timeouts,
            Access access,
            OpenConnections connections,
            FeedWatch watch,
            LiveUpdates updates) {
        this.vertx = vertx;
        this.settings = settings;
        this.timeouts = timeouts;
        this.access = access;
        this.connections = connections;
        this.watch = watch;
        this.updates = updates;
        this.nodes = new NodesWatch(vertx, System::nanoTime);
    }

    void serve(Guard guard) {
        guard.reading(Access.Rule.READ, "/api/status").handler(this::status);
        guard.reading(Access.Rule.READ, "/api/page").handler(this::page);
        for (String question : List.of("gaps", "arrivals", "worth")) {
            guard.reading(Access.Rule.READ, "/api/" + question)
                    .handler(request ->
                            ofFeed(request, feed -> ask(request, feed, new JsonObject().put("do", question))));
        }
        guard.reading(Access.Rule.READ, "/api/nodes").handler(this::nodes);
        guard.reading(Access.Rule.READ, "/api/events").handler(this::events);
        guard.reading(Access.Rule.READ, "/api/tail").handler(request -> ofFeed(request, feed -> tail(request, feed)));
        guard.acting("/api/command")
                .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES))
                .handler(this::command);
    }

    /** Sends the tails what has arrived; called twice a second. */
    void sendTails() {
        List.copyOf(tails).forEach(Tail::send);
    }

    /** Returns the number of open tails; slightly stale on other threads. */
    int tails() {
        return tails.size();
    }

    void close() {
        List.copyOf(tails).forEach(Tail::close);
    }

    private void status(RoutingContext request) {
        watch.ask()
                .onSuccess(status -> {
                    if (status == null) {
                        HttpAnswers.error(request, UNAVAILABLE, "no status from the feeds");
                    } else {
                        HttpAnswers.json(request, 200, status);
                    }
                })
                .onFailure(request::fail);
    }

    private void nodes(RoutingContext request) {
        nodes.ask().onSuccess(all -> HttpAnswers.json(request, 200, all)).onFailure(request::fail);
    }

    /** The page's facts about its server. */
    private void page(RoutingContext request) {
        String version = PageApi.class.getPackage().getImplementationVersion();
        HttpAnswers.json(
                request,
                200,
                new JsonObject()
                        .put("control", settings.control())
                        .put("login", !access.isClosed())
                        .put("version", version == null ? "" : version));
    }

    /** Runs the action with the feed that a request names, or with the only feed. */
    private void ofFeed(RoutingContext request, Consumer<String> action) {
        List<String> named = request.queryParam("feed");
        Set<String> known = watch.status() == null
                ? Set.of()
                : watch.status().getJsonObject(StatusKeys.FEEDS).fieldNames();
        String feed = named.isEmpty() && known.size() == 1 ? known.iterator().next() : null;
        feed = named.isEmpty() ? feed : named.get(0);
        if (feed == null) {
            HttpAnswers.error(request, 400, "?feed= is missing");
        } else if (!watch.knows(feed)) {
            HttpAnswers.error(request, 404, "no such feed");
        } else {
            action.accept(feed);
        }
    }

    private void ask(RoutingContext request, String feed, JsonObject command) {
        vertx.eventBus()
                .<JsonObject>request(Addresses.here(feed), command, new DeliveryOptions().setSendTimeout(ANSWER_MS))
                .map(Message::body)
                .onSuccess(answer -> HttpAnswers.json(request, 200, answer))
                .onFailure(e -> {
                    int code = e instanceof ReplyException reply && reply.failureCode() == 400 ? 400 : CONFLICT;
                    HttpAnswers.error(request, code, e.getMessage());
                });
    }

    private void command(RoutingContext request) {
        connections.requested(request.request().connection()); // its body has come as well
        String type = request.request().getHeader("Content-Type");
        if (type == null || !type.startsWith("application/json")) {
            HttpAnswers.error(
                    request,
                    415,
                    "Content-Type must be application/json"); // a form of a foreign page cannot send this type
            return;
        }
        Buffer body = request.body().buffer();
        JsonObject command;
        try {
            command = body == null ? null : new JsonObject(body);
        } catch (DecodeException e) {
            command = null;
        }
        if (command == null) {
            HttpAnswers.error(request, 400, "not a JSON object");
            return;
        }
        Object feed = command.remove("feed");
        if (!ACTIONS.contains(String.valueOf(command.getValue("do")))) {
            HttpAnswers.error(request, 400, "\"do\" must be one of evict, renew, subscribe, unsubscribe");
        } else if (!watch.knows(String.valueOf(feed))) {
            HttpAnswers.error(request, 404, "no such feed");
        } else {
            LOG.info("{} gets a command over HTTP: {}", feed, command);
            ask(request, String.valueOf(feed), command);
        }
    }

    private static boolean isHeadOfEvents(RoutingContext request) {
        if (!HttpAnswers.asksForHeadersOnly(request)) {
            return false;
        }
        request.response().putHeader("Content-Type", ServerSentEvents.TYPE).end();
        return true;
    }

    private void events(RoutingContext request) {
        if (isHeadOfEvents(request)) {
            return;
        }
        if (updates.isFull()) {
            HttpAnswers.error(request, UNAVAILABLE, "too many clients already");
            return;
        }
        connections.listens(request.request().connection());
        List<String> chosen = request.queryParam("feed");
        updates.add(request.response(), chosen.isEmpty() ? null : chosen.get(0), disconnect(request));
    }

    private void tail(RoutingContext request, String feed) {
        if (isHeadOfEvents(request)) {
            return;
        }
        if (tails.size() >= MOST_TAILS) {
            HttpAnswers.error(request, UNAVAILABLE, "too many clients already");
            return;
        }
        List<String> filter = request.queryParam("filter");
        connections.listens(request.request().connection());
        Tail tail = new Tail(
                vertx,
                feed,
                filter.isEmpty() ? "" : filter.get(0),
                new ServerSentEvents(request.response(), timeouts.skippedUpdates(), disconnect(request)));
        tails.add(tail);
        request.response().closeHandler(v -> {
            tails.remove(tail);
            tail.close();
        });
    }

    private static Runnable disconnect(RoutingContext request) {
        return () -> OpenConnections.cut(request.request().connection());
    }
}
