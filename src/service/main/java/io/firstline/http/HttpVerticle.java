package io.firstline.http;

import io.firstline.bridge.CertificateWatch;
import io.firstline.bridge.Handshakes;
import io.firstline.bridge.NotListening;
import io.firstline.bridge.OpenConnections;
import io.firstline.bridge.ServedSockets;
import io.firstline.bridge.SockJsBridge;
import io.firstline.bridge.TokenCheck;
import io.firstline.config.service.BearerToken;
import io.firstline.config.service.HttpConfig;
import io.firstline.config.service.SockJsBridgeConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
    private static final int HEADER_BYTES = 8_192;
    private static final int LINE_BYTES = 2_048;
    private static final int IDLE_SECONDS = 30;
    private static final long TICK_MS = 500;

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

    private FeedWatch watch;
    private LiveUpdates updates;
    private FeedMeters meters;
    private LoopLag loopLag;
    private Health health;
    private PageApi api;
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
        return updates.size() + api.tails();
    }

    @Override
    public Future<?> start() {
        watch = new FeedWatch(vertx, announced);
        health = new Health(vertx, watch, registry, settings.openMetrics());
        updates = new LiveUpdates(watch, health::readiness, timeouts.skippedUpdates());
        api = new PageApi(vertx, settings, timeouts, access, connections, watch, updates);
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
                .recover(e -> NotListening.at("the page", settings.host(), settings.port(), e))
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
        return management
                .listen()
                .recover(e -> NotListening.at("the management port", wanted.host(), wanted.port(), e));
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
        Handshakes.serve(options, settings.tls(), ServedSockets.ofProcess().forPages());
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
        api.close();
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
        api.sendTails();
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
        api.serve(guard);
        if (bridge != null) {
            guard.reading(Access.Rule.BRIDGE, SockJsBridge.PATH + "/*");
            router.route(SockJsBridge.PATH + "/*").method(HttpMethod.GET).subRouter(bridge.router());
        }
        guard.rest();
        errors(router);
        return router;
    }

    private static void errors(Router router) {
        router.errorHandler(
                413, request -> HttpAnswers.error(request, 413, "at most " + PageApi.BODY_BYTES + " bytes"));
        router.errorHandler(400, request -> HttpAnswers.error(request, 400, "bad request"));
        router.errorHandler(500, request -> {
            LOG.error(
                    "{} {} failed",
                    request.request().method(),
                    request.request().path(),
                    request.failure());
            HttpAnswers.error(request, 500, "internal error: see the log");
        });
    }
}
