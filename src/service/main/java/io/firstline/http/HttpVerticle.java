package io.firstline.http;

import io.firstline.bridge.CertificateWatch;
import io.firstline.bridge.Handshakes;
import io.firstline.bridge.ServedSockets;
import io.firstline.bridge.SockJsBridge;
import io.firstline.bridge.TokenCheck;
import io.firstline.bus.Addresses;
import io.firstline.config.service.BearerToken;
import io.firstline.config.service.HttpConfig;
import io.firstline.config.service.SockJsBridgeConfig;
import io.firstline.deploy.node.StatusKeys;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
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
 * Serves the operator's page, health and metrics; see the package. One instance for all feeds of a Vert.x. Deploy it
 * before the feeds to see their first events. Supports HTTP/1.1 only, so that the limits set here are sufficient.
 */
public final class HttpVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(HttpVerticle.class);

    static final int MOST_CONNECTIONS = 256;
    static final int MOST_MANAGING = 32;
    private static final int MOST_TAILS = 4;
    private static final int HEADER_BYTES = 8_192;
    private static final int LINE_BYTES = 2_048;
    private static final int BODY_BYTES = 65_536;
    private static final int IDLE_SECONDS = 30;
    /** The longest handshake of a connection, which is not counted yet. */
    private static final long HANDSHAKE_SECONDS = 5;

    private static final int CONFLICT = 409;
    private static final int UNAVAILABLE = 503;
    private static final long ANSWER_MS = 5_000;
    private static final long TICK_MS = 500;
    /** The commands that the page may send; programs on the event bus may send more. */
    private static final Set<String> ACTIONS = Set.of("evict", "renew", "subscribe", "unsubscribe");

    private final HttpConfig settings;
    private final HttpTimeouts timeouts;
    private final PrometheusMeterRegistry registry;
    private final Collection<String> announced;
    private final SockJsBridgeConfig bridged;
    private final TokenCheck token;
    private final Access access;
    private final OpenConnections connections = new OpenConnections(
            Math.min(MOST_CONNECTIONS, ServedSockets.ofProcess().forPages()), System::nanoTime);
    /** Connections of the management port, counted separately so that others cannot displace a probe. */
    private final OpenConnections managing = new OpenConnections(MOST_MANAGING, System::nanoTime);

    private final Set<Tail> tails = new java.util.LinkedHashSet<>();
    private FeedWatch watch;
    private LiveUpdates updates;
    private FeedMeters meters;
    private LoopLag loopLag;
    private Health health;
    private HttpServer server;
    /** The server for health and metrics only; null = none. */
    private HttpServer management;
    /** Null = plain HTTP. */
    private CertificateWatch certificate;

    private SockJsBridge bridge;
    private boolean halfSecond;

    /**
     * Makes a server that does not listen yet.
     *
     * @param registry also gets Vert.x' figures
     * @param announced names of feeds that will be deployed
     */
    public HttpVerticle(HttpConfig settings, PrometheusMeterRegistry registry, Collection<String> announced) {
        this(settings, registry, announced, null, HttpTimeouts.DEFAULT);
    }

    /**
     * Makes a server that does not listen yet.
     *
     * @param registry also gets Vert.x' figures
     * @param announced names of feeds that will be deployed
     * @param bridged the bridge for browsers; null = none
     */
    public HttpVerticle(
            HttpConfig settings,
            PrometheusMeterRegistry registry,
            Collection<String> announced,
            SockJsBridgeConfig bridged) {
        this(settings, registry, announced, bridged, HttpTimeouts.DEFAULT);
    }

    /** The same with shorter times, for tests. */
    HttpVerticle(
            HttpConfig settings,
            PrometheusMeterRegistry registry,
            Collection<String> announced,
            SockJsBridgeConfig bridged,
            HttpTimeouts timeouts) {
        this.timeouts = timeouts;
        this.settings = settings;
        this.registry = registry;
        this.announced = List.copyOf(announced);
        this.bridged = bridged;
        this.token = new TokenCheck("the page", new BearerToken(settings.tokenSha256()));
        this.access = new Access(token, settings.isLocal(), settings.control(), settings.allowedHosts());
    }

    /** The page's URL, once deployed. */
    public String url() {
        return settings.url(server.actualPort());
    }

    /** The URL of the management port for health and metrics, once deployed; null = none. */
    public String managementUrl() {
        return management == null
                ? null
                : "http://" + HttpConfig.hostInUrl(settings.management().host()) + ":" + management.actualPort() + "/";
    }

    /** Readiness is 503 from now on. Callable from any thread. */
    public void stopping() {
        context.runOnContext(v -> health.stopping());
    }

    /** Whether changes of the certificate's files are now noticed. */
    boolean watchesCertificate() {
        return certificate != null && certificate.hasLooked();
    }

    /** The number of clients that receive the page's updates or a tail; slightly stale on other threads. */
    int listeners() {
        return updates.size() + tails.size();
    }

    @Override
    public Future<?> start() {
        watch = new FeedWatch(vertx, announced);
        health = new Health(vertx, watch, registry, settings.openMetrics());
        updates = new LiveUpdates(watch, health::readiness, timeouts.skippedUpdates());
        meters = new FeedMeters(registry);
        if (bridged != null) {
            bridge = new SockJsBridge(vertx, bridged, settings, token, registry, connections::forget);
        }
        server = vertx.createHttpServer(options())
                .requestHandler(paths(router()))
                .connectionHandler(connections::opened)
                .exceptionHandler(e -> LOG.debug("a connection to the page failed", e));
        return watch.start()
                .compose(v -> server.listen())
                .recover(e -> notListening("the page", settings.host(), settings.port(), e))
                .compose(v -> listenForManagement())
                .onSuccess(v -> {
                    if (settings.tls() != null) {
                        certificate = new CertificateWatch(
                                vertx,
                                "the page",
                                settings.tls(),
                                options -> server.updateSSLOptions(options, true),
                                timeouts.certificateLookMs());
                    }
                    loopLag = new LoopLag(vertx, registry);
                    vertx.setPeriodic(TICK_MS, id -> tick());
                    if (access.isClosed() && settings.tls() == null) {
                        LOG.warn("{} accepts its token without TLS: put a TLS proxy in front of it", url());
                    }
                });
    }

    private static <T> Future<T> notListening(String what, String host, int port, Throwable e) {
        return Future.failedFuture(new IllegalStateException(
                what + " cannot listen on " + host + ":" + port + " (" + e.getMessage() + ")", e));
    }

    private Future<?> listenForManagement() {
        HttpConfig.Management wanted = settings.management();
        if (wanted == null) {
            return Future.succeededFuture();
        }
        Router router = Router.router(vertx);
        Guard guard = new Guard(
                router, new Access(token, wanted.isLocal(), false, settings.allowedHosts()), managing, origin -> false);
        health.serve(guard);
        guard.rest();
        errors(router);
        management = vertx.createHttpServer(plain().setHost(wanted.host()).setPort(wanted.port()))
                .requestHandler(paths(router))
                .connectionHandler(managing::opened)
                .exceptionHandler(e -> LOG.debug("a connection to the management port failed", e));
        return management.listen().recover(e -> notListening("the management port", wanted.host(), wanted.port(), e));
    }

    /**
     * Answers 400 if the request target is not a path, such as {@code *}: a router would report that as its own error.
     */
    private static Handler<HttpServerRequest> paths(Router router) {
        return request -> {
            if (request.path() == null || !request.path().startsWith("/")) {
                request.response().setStatusCode(400).end();
            } else {
                router.handle(request);
            }
        };
    }

    /** The limits of every listener. */
    private static HttpServerOptions plain() {
        return new HttpServerOptions()
                .setMaxHeaderSize(HEADER_BYTES)
                .setMaxInitialLineLength(LINE_BYTES)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false);
    }

    private HttpServerOptions options() {
        HttpServerOptions options = plain().setHost(settings.host()).setPort(settings.port());
        if (settings.tls() != null) {
            options.setSsl(true)
                    .setSslEngineOptions(new Handshakes(
                            Math.min(Handshakes.MOST, ServedSockets.ofProcess().forPages())))
                    .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                    .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
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
        if (certificate != null) {
            certificate.close();
        }
        updates.close();
        List.copyOf(tails).forEach(Tail::close);
        watch.close();
        meters.close();
        if (loopLag != null) {
            loopLag.close();
        }
        return management == null ? server.close() : Future.join(server.close(), management.close());
    }

    /**
     * Runs twice a second. While clients look, each tick requests the status and updates them. Otherwise only every
     * second tick does, for the meters.
     */
    private void tick() {
        halfSecond = !halfSecond;
        if (halfSecond) {
            loopLag.measure();
        }
        connections.closeOverdue(timeouts.silenceMs(), timeouts.requestMs());
        managing.closeOverdue(timeouts.silenceMs(), timeouts.requestMs());
        token.report(System.nanoTime());
        List.copyOf(tails).forEach(Tail::send);
        if (!halfSecond && updates.isEmpty()) {
            return;
        }
        boolean measures = halfSecond;
        watch.ask().onSuccess(status -> {
            if (measures && status != null) {
                watch.measureRates(System.nanoTime());
                meters.update(status);
            }
            updates.send();
        });
    }

    // routes

    private Router router() {
        Router router = Router.router(vertx);
        Guard guard = new Guard(router, access, connections, origin -> bridge != null && bridge.welcomes(origin));
        new WebFiles().byPath().forEach((path, file) -> guard.reading(Access.Rule.READ, path)
                .handler(request -> HttpAnswers.send(request, file.type(), file.content())));
        health.serve(guard);
        guard.reading(Access.Rule.READ, "/api/status").handler(this::status);
        guard.reading(Access.Rule.READ, "/api/page").handler(this::page);
        guard.reading(Access.Rule.READ, "/api/gaps")
                .handler(request -> ofFeed(request, feed -> ask(request, feed, "gaps")));
        guard.reading(Access.Rule.READ, "/api/arrivals")
                .handler(request -> ofFeed(request, feed -> ask(request, feed, "arrivals")));
        guard.reading(Access.Rule.READ, "/api/worth")
                .handler(request -> ofFeed(request, feed -> ask(request, feed, "worth")));
        guard.reading(Access.Rule.READ, "/api/events").handler(this::events);
        guard.reading(Access.Rule.READ, "/api/tail").handler(request -> ofFeed(request, feed -> tail(request, feed)));
        guard.acting("/api/command")
                .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES))
                .handler(this::command);
        if (bridge != null) {
            guard.reading(Access.Rule.BRIDGE, SockJsBridge.PATH + "/*");
            router.route(SockJsBridge.PATH + "/*").method(HttpMethod.GET).subRouter(bridge.router());
        }
        guard.rest();
        errors(router);
        return router;
    }

    private static void errors(Router router) {
        router.errorHandler(413, request -> error(request, 413, "at most " + BODY_BYTES + " bytes"));
        router.errorHandler(400, request -> error(request, 400, "bad request"));
        router.errorHandler(500, request -> {
            LOG.error(
                    "{} {} failed",
                    request.request().method(),
                    request.request().path(),
                    request.failure());
            error(request, 500, "internal error: see the log");
        });
    }

    private void status(RoutingContext request) {
        watch.ask()
                .onSuccess(status -> {
                    if (status == null) {
                        error(request, UNAVAILABLE, "no status from the feeds");
                    } else {
                        json(request, 200, status);
                    }
                })
                .onFailure(request::fail);
    }

    /** The page's facts about its server. */
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

    /** Runs the action with the feed that a request names, or with the only feed. */
    private void ofFeed(RoutingContext request, Consumer<String> action) {
        List<String> named = request.queryParam("feed");
        Set<String> known = watch.status() == null
                ? Set.of()
                : watch.status().getJsonObject(StatusKeys.FEEDS).fieldNames();
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
        connections.requested(request.request().connection()); // its body has come as well
        String type = request.request().getHeader("Content-Type");
        if (type == null || !type.startsWith("application/json")) {
            error(
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
            error(request, 400, "not a JSON object");
            return;
        }
        Object feed = command.remove("feed");
        if (!ACTIONS.contains(String.valueOf(command.getValue("do")))) {
            error(request, 400, "\"do\" must be one of evict, renew, subscribe, unsubscribe");
        } else if (!watch.knows(String.valueOf(feed))) {
            error(request, 404, "no such feed");
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
            error(request, UNAVAILABLE, "too many clients already");
            return;
        }
        connections.listens(request.request().connection());
        updates.add(request.response(), disconnect(request));
    }

    private void tail(RoutingContext request, String feed) {
        if (isHeadOfEvents(request)) {
            return;
        }
        if (tails.size() >= MOST_TAILS) {
            error(request, UNAVAILABLE, "too many clients already");
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

    private static void json(RoutingContext request, int code, JsonObject body) {
        HttpAnswers.json(request, code, body);
    }

    private static void error(RoutingContext request, int code, String what) {
        HttpAnswers.error(request, code, what);
    }
}
