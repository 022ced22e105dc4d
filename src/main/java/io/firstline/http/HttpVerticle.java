package io.firstline.http;

import io.firstline.bridge.SockJsBridge;
import io.firstline.bus.Addresses;
import io.firstline.bus.ClusterFacts;
import io.firstline.config.HttpConfig;
import io.firstline.config.SockJsBridgeConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves what an operator looks at: see the package. One instance for all feeds of a Vert.x, deployed before them if their first events
 * are to be seen. Only HTTP/1.1, which needs no limits beyond those that are set here.
 */
public final class HttpVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(HttpVerticle.class);

    static final int MOST_CONNECTIONS = 256;
    private static final int MOST_TAILS = 4;
    private static final int HEADER_BYTES = 8_192;
    private static final int LINE_BYTES = 2_048;
    private static final int BODY_BYTES = 65_536;
    private static final int IDLE_SECONDS = 30;
    private static final int CONFLICT = 409;
    private static final int UNAVAILABLE = 503;
    private static final long ANSWER_MS = 5_000;
    private static final long TICK_MS = 500;
    /** What the page may ask a feed to do; everything else is for programs on the event bus. */
    private static final Set<String> ACTIONS = Set.of("evict", "renew", "subscribe", "unsubscribe");

    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final HttpConfig settings;
    private final Patience patience;
    private final PrometheusMeterRegistry registry;
    private final Collection<String> announced;
    private final SockJsBridgeConfig bridged;
    private final Access access;
    private final OpenConnections connections = new OpenConnections(MOST_CONNECTIONS);
    private final Set<Tail> tails = new java.util.LinkedHashSet<>();
    private FeedWatch watch;
    private LiveUpdates updates;
    private FeedMeters meters;
    private LoopLag loopLag;
    private HealthChecks health;
    private HttpServer server;
    private SockJsBridge bridge;
    private boolean halfSecond;

    /**
     * Serves nothing yet.
     *
     * @param registry where Vert.x' own figures go too
     * @param announced names of feeds that are going to be deployed
     */
    public HttpVerticle(HttpConfig settings, PrometheusMeterRegistry registry, Collection<String> announced) {
        this(settings, registry, announced, null, Patience.DEFAULT);
    }

    /**
     * Serves nothing yet.
     *
     * @param registry where Vert.x' own figures go too
     * @param announced names of feeds that are going to be deployed
     * @param bridged what browsers may hear; null = nothing
     */
    public HttpVerticle(
            HttpConfig settings,
            PrometheusMeterRegistry registry,
            Collection<String> announced,
            SockJsBridgeConfig bridged) {
        this(settings, registry, announced, bridged, Patience.DEFAULT);
    }

    /** The same for tests that cannot wait. */
    HttpVerticle(
            HttpConfig settings,
            PrometheusMeterRegistry registry,
            Collection<String> announced,
            SockJsBridgeConfig bridged,
            Patience patience) {
        this.patience = patience;
        this.settings = settings;
        this.registry = registry;
        this.announced = List.copyOf(announced);
        this.bridged = bridged;
        this.access = new Access(settings);
    }

    /** The address for a browser, once it is deployed. */
    public String url() {
        return settings.url(server.actualPort());
    }

    /** How many listen, to the page's updates and to tails; a moment old on other threads. */
    int listeners() {
        return updates.size() + tails.size();
    }

    @Override
    public Future<?> start() {
        watch = new FeedWatch(vertx, announced);
        updates = new LiveUpdates(watch, patience.skippedUpdates());
        meters = new FeedMeters(registry);
        if (bridged != null) {
            bridge = new SockJsBridge(vertx, bridged, settings, registry, connections::forget);
        }
        health = HealthChecks.create(vertx).register("feeds", promise -> {
            Readiness readiness = Readiness.of(watch.status());
            JsonObject facts = new JsonObject()
                    .put("level", readiness.level().name())
                    .put("reasons", new JsonArray(readiness.reasons()));
            promise.complete(readiness.isReady() ? Status.OK(facts) : Status.KO(facts));
        });
        server = vertx.createHttpServer(options())
                .requestHandler(router())
                .connectionHandler(connection -> connections.opened(connection, System.nanoTime()))
                .exceptionHandler(e -> LOG.debug("a connection to the page failed", e));
        return watch.start()
                .compose(v -> server.listen())
                .recover(e -> Future.failedFuture(new IllegalStateException(
                        "the page cannot listen on " + settings.host() + ":" + settings.port() + " (" + e.getMessage()
                                + ")",
                        e)))
                .onSuccess(v -> {
                    loopLag = new LoopLag(vertx, registry);
                    vertx.setPeriodic(TICK_MS, id -> tick());
                    if (access.isClosed() && settings.tls() == null) {
                        LOG.warn("{} takes its token without TLS: put a proxy with TLS before it", url());
                    }
                });
    }

    private HttpServerOptions options() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port())
                .setMaxHeaderSize(HEADER_BYTES)
                .setMaxInitialLineLength(LINE_BYTES)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false);
        if (settings.tls() != null) {
            options.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(settings.tls().certificate())
                            .addKeyPath(settings.tls().key()));
        }
        if (bridged != null) {
            SockJsBridge.limit(options, bridged);
        }
        return options;
    }

    @Override
    public Future<?> stop() {
        if (bridge != null) {
            bridge.close();
        }
        updates.close();
        List.copyOf(tails).forEach(Tail::close);
        watch.close();
        meters.close();
        if (loopLag != null) {
            loopLag.close();
        }
        return server.close();
    }

    /** Twice a second: whoever looks gets news; every second time, or if nobody looks the only time, the meters do. */
    private void tick() {
        halfSecond = !halfSecond;
        if (halfSecond) {
            loopLag.measure();
        }
        connections.closeSilentSince(System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(patience.silenceMs()));
        List.copyOf(tails).forEach(Tail::tell);
        if (!halfSecond && updates.isEmpty()) {
            return;
        }
        boolean measures = halfSecond;
        watch.ask().onSuccess(status -> {
            if (measures && status != null) {
                watch.measureRates(System.nanoTime());
                meters.update(status);
            }
            updates.tell();
        });
    }

    // routes

    private Router router() {
        Router router = Router.router(vertx);
        router.route().handler(this::guard);
        new WebFiles().byPath().forEach((path, file) -> router.get(path).handler(request -> request.response()
                .putHeader("Content-Type", file.type())
                .end(file.content())));
        router.get("/metrics").handler(this::metrics);
        router.get("/health/live").handler(request -> json(request, 200, new JsonObject().put("status", "UP")));
        router.get("/health/ready").handler(this::ready);
        router.get("/api/status").handler(this::status);
        router.get("/api/page").handler(this::page);
        router.get("/api/gaps").handler(request -> ofFeed(request, feed -> ask(request, feed, "gaps")));
        router.get("/api/arrivals").handler(request -> ofFeed(request, feed -> ask(request, feed, "arrivals")));
        router.get("/api/events").handler(this::events);
        router.get("/api/tail").handler(request -> ofFeed(request, feed -> tail(request, feed)));
        router.post("/api/command")
                .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES))
                .handler(this::command);
        if (bridge != null) {
            router.get(SockJsBridge.PATH + "/*").subRouter(bridge.router());
        }
        router.route().last().handler(request -> error(request, 404, "nothing is served here"));
        router.errorHandler(413, request -> error(request, 413, "at most " + BODY_BYTES + " bytes"));
        router.errorHandler(400, request -> error(request, 400, "not understood"));
        router.errorHandler(500, request -> {
            LOG.error(
                    "{} {} failed",
                    request.request().method(),
                    request.request().path(),
                    request.failure());
            error(request, 500, "failed: the log says why");
        });
        return router;
    }

    private void guard(RoutingContext request) {
        HttpServerRequest asked = request.request();
        connections.spoke(asked.connection(), System.nanoTime());
        request.response()
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                .putHeader("Cache-Control", "no-store");
        String host = asked.getHeader("Host");
        String origin = asked.getHeader("Origin");
        String authorization = asked.getHeader("Authorization");
        boolean acts = !asked.method().name().equals("GET");
        Access.Decision decision;
        if (bridge != null && !acts && asked.path().startsWith(SockJsBridge.PATH + "/")) {
            decision = access.reach(host, bridge.welcomes(origin) ? null : origin);
        } else {
            decision = acts ? access.act(host, origin, authorization) : access.read(host, origin, authorization);
        }
        switch (decision) {
            case GRANTED -> request.next();
            case FOREIGN -> error(request, 403, "not for pages of others");
            case SWITCHED_OFF -> error(request, 403, "nothing but reading: \"control\" is not switched on");
            case TOKEN_NEEDED -> {
                // where all takes a token a browser is to ask for it; where only a button does, the page asks itself
                request.response()
                        .putHeader("WWW-Authenticate", access.isClosed() ? "Basic realm=\"Firstline\"" : "Bearer");
                error(request, 401, "a token is needed");
            }
        }
    }

    private void metrics(RoutingContext request) {
        request.response()
                .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                .end(registry.scrape());
    }

    private void ready(RoutingContext request) {
        watch.ask()
                .compose(status -> health.checkStatus())
                .onSuccess(result -> {
                    Readiness readiness = Readiness.of(watch.status());
                    JsonObject detail = new JsonObject()
                            .put("status", readiness.level().name())
                            .put("reasons", new JsonArray(readiness.reasons()))
                            .put("checks", result.toJson().getJsonArray("checks"));
                    JsonObject cluster = ClusterFacts.of(vertx);
                    json(
                            request,
                            readiness.isReady() ? 200 : UNAVAILABLE,
                            cluster == null ? detail : detail.put("cluster", cluster));
                })
                .onFailure(request::fail);
    }

    private void status(RoutingContext request) {
        watch.ask()
                .onSuccess(status -> {
                    if (status == null) {
                        error(request, UNAVAILABLE, "the feeds do not tell their status");
                    } else {
                        json(request, 200, status);
                    }
                })
                .onFailure(request::fail);
    }

    /** What the page must know about itself. */
    private void page(RoutingContext request) {
        String version = HttpVerticle.class.getPackage().getImplementationVersion();
        json(
                request,
                200,
                new JsonObject()
                        .put("control", settings.control())
                        .put("login", !access.isClosed())
                        .put("version", version == null ? "" : version));
    }

    /** Goes on with the feed that a request names, or the only one. */
    private void ofFeed(RoutingContext request, Consumer<String> action) {
        List<String> named = request.queryParam("feed");
        Set<String> known = watch.status() == null
                ? Set.of()
                : watch.status().getJsonObject("feeds").fieldNames();
        String feed = named.isEmpty() && known.size() == 1 ? known.iterator().next() : null;
        feed = named.isEmpty() ? feed : named.get(0);
        if (feed == null) {
            error(request, 400, "?feed= is missing");
        } else if (!watch.knows(feed)) {
            error(request, 404, "no such feed");
        } else {
            action.accept(feed);
        }
    }

    private void ask(RoutingContext request, String feed, String what) {
        ask(request, feed, new JsonObject().put("do", what));
    }

    private void ask(RoutingContext request, String feed, JsonObject command) {
        vertx.eventBus()
                .<JsonObject>request(Addresses.here(feed), command, new DeliveryOptions().setSendTimeout(ANSWER_MS))
                .map(Message::body)
                .onSuccess(answer -> json(request, 200, answer))
                .onFailure(e -> {
                    int code = e instanceof ReplyException reply && reply.failureCode() == 400 ? 400 : CONFLICT;
                    error(request, code, e.getMessage());
                });
    }

    private void command(RoutingContext request) {
        String type = request.request().getHeader("Content-Type");
        if (type == null || !type.startsWith("application/json")) {
            error(request, 415, "application/json, nothing else"); // which no form of another page can send
            return;
        }
        JsonObject command;
        try {
            command = new JsonObject(request.body().buffer());
        } catch (DecodeException | NullPointerException e) {
            error(request, 400, "not a JSON object");
            return;
        }
        Object feed = command.remove("feed");
        if (!ACTIONS.contains(String.valueOf(command.getValue("do")))) {
            error(request, 400, "\"do\" must be one of evict, renew, subscribe, unsubscribe");
        } else if (!watch.knows(String.valueOf(feed))) {
            error(request, 404, "no such feed");
        } else {
            LOG.info("{} is told over HTTP: {}", feed, command);
            ask(request, String.valueOf(feed), command);
        }
    }

    private void events(RoutingContext request) {
        if (updates.isFull()) {
            error(request, UNAVAILABLE, "too many look on already");
            return;
        }
        connections.listens(request.request().connection());
        updates.add(request.response(), hangUp(request));
    }

    private void tail(RoutingContext request, String feed) {
        if (tails.size() >= MOST_TAILS) {
            error(request, UNAVAILABLE, "too many look on already");
            return;
        }
        List<String> filter = request.queryParam("filter");
        connections.listens(request.request().connection());
        Tail tail = new Tail(
                vertx,
                feed,
                filter.isEmpty() ? "" : filter.get(0),
                new ServerSentEvents(request.response(), patience.skippedUpdates(), hangUp(request)));
        tails.add(tail);
        request.response().closeHandler(v -> {
            tails.remove(tail);
            tail.close();
        });
    }

    private static Runnable hangUp(RoutingContext request) {
        return () -> OpenConnections.cut(request.request().connection());
    }

    private static void json(RoutingContext request, int code, JsonObject body) {
        request.response()
                .setStatusCode(code)
                .putHeader("Content-Type", "application/json; charset=utf-8")
                .end(body.toBuffer());
    }

    private static void error(RoutingContext request, int code, String what) {
        json(request, code, new JsonObject().put("error", what));
    }
}
