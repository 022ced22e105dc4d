package io.firstline.relay;

import io.firstline.bridge.CertificateWatch;
import io.firstline.bridge.Handshakes;
import io.firstline.bridge.NotListening;
import io.firstline.bridge.OpenConnections;
import io.firstline.bridge.ServedSockets;
import io.firstline.bridge.TokenCheck;
import io.firstline.bus.Addresses;
import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.BearerToken;
import io.firstline.config.service.RelayConfig;
import io.firstline.connection.PingAnswers;
import io.firstline.relay.ServedFeeds.Opened;
import io.firstline.relay.ServedFeeds.ServedFeed;
import io.firstline.replay.Failover;
import io.firstline.replay.FeedSubscription;
import io.firstline.replay.SubscriptionOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionEncoder;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the merged streams of feeds to WebSocket clients in any language; see the package. One instance, on a separate
 * event loop: the feeds hand their messages over to it. Deploy it before the feeds, and give each feed its {@link
 * #sink}.
 */
public final class RelayVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(RelayVerticle.class);
    private static final int HEADER_BYTES = 8_192;
    /** Paths name many streams. */
    private static final int LINE_BYTES = 16_384;

    private static final int MOST_UNFINISHED = 256;
    private static final int SILENCE_MS = 30_000;
    private static final int REQUEST_MS = 10_000;
    private static final long LOOK_MS = 500;
    private static final int CLOSING_SECONDS = 2;
    private static final long END_MS = 1_000;
    /** A venue answers sooner. */
    static final long ANSWER_MS = 3_000;

    private static final int MOST_SHOWN = 100;
    /** A compressed frame becomes a thousand times as long at most, and Netty does not bound that. */
    private static final int COMPRESSED_FRAME_BYTES = 8_192;

    private final RelayConfig config;
    private final MeterRegistry registry;
    private final TokenCheck token;
    private final RelayAccess access;
    private final LongSupplier nanos;
    private final long answerMs;
    private final OpenConnections unfinished;
    private final Set<RelayClient> clients = new LinkedHashSet<>();
    private final Map<String, FeedSubscription> subscriptions = new HashMap<>();
    private ServedFeeds feeds;
    private HttpServer server;
    private CertificateWatch certificate;
    private boolean stopping;
    private final Promise<Void> allGone = Promise.promise();

    /**
     * Makes a relay that does not listen yet.
     *
     * @param registry gets the relay's metrics
     */
    public RelayVerticle(RelayConfig config, MeterRegistry registry) {
        this(config, registry, System::nanoTime, ANSWER_MS);
    }

    /**
     * The same with another monotonic clock.
     *
     * @param answerMs the longest time that a client waits for the venue's answer to its request
     */
    RelayVerticle(RelayConfig config, MeterRegistry registry, LongSupplier nanos, long answerMs) {
        this.nanos = nanos;
        this.answerMs = answerMs;
        this.unfinished = new OpenConnections(
                Math.min(MOST_UNFINISHED, ServedSockets.ofProcess().forPages()), nanos);
        this.config = config;
        this.registry = registry;
        this.token = new TokenCheck("the relay", new BearerToken(config.tokenSha256()));
        this.access = new RelayAccess(config, token);
    }

    /** The URL for clients without a path, once deployed. */
    public String url() {
        return config.url(server.actualPort());
    }

    // feeds

    /**
     * Adds a feed; callable from any thread once the relay is deployed.
     *
     * @return gets the feed's messages
     */
    public FeedSink sink(FeedConfig feed) {
        return feeds.add(feed);
    }

    /**
     * A feed has another configuration from now on. If its venue is another one, or the same with another profile, its
     * clients are closed so that they connect again. Callable from any thread.
     */
    public void changed(FeedConfig feed) {
        context.runOnContext(v -> feeds.changed(feed));
    }

    /**
     * Adds a feed of a cluster, whichever node publishes it; callable from any thread once the relay is deployed.
     *
     * @return completes when this node receives it
     */
    public Future<?> follow(FeedConfig feed) {
        Promise<FeedSubscription> made = Promise.promise();
        RelayFeed served = feeds.add(feed);
        context.runOnContext(v -> {
            SubscriptionOptions options = SubscriptionOptions.DEFAULT.withFailover(config.failover());
            FeedSubscription subscription = FeedSubscription.of(vertx, feed.name(), options)
                    .handler(served::publish)
                    .exceptionHandler(e -> LOG.warn("relay: {}", e.getMessage()))
                    .dropHandler(loss -> served.lost(loss.count(), nanos.getAsLong()));
            subscriptions.put(feed.name(), subscription);
            feeds.shareWithOthers(feed.name(), config.failover() == Failover.MERGED && vertx.isClustered());
            made.complete(subscription);
        });
        return made.future().compose(FeedSubscription::start);
    }

    /** Removes a feed: its clients are closed so that they connect again. Callable from any thread. */
    public void remove(String feed) {
        ServedFeed removed = feeds.remove(feed);
        if (removed != null) {
            context.runOnContext(v -> {
                FeedSubscription subscription = subscriptions.remove(feed);
                if (subscription != null) {
                    subscription.close();
                }
                removed.feed().closeAll(ClientClosing.RESTART, "the feed was removed", nanos.getAsLong());
                removed.requests().close();
                removed.feed().close();
            });
        }
    }

    // the server

    @Override
    public Future<?> start() {
        feeds = new ServedFeeds(vertx, context, config.limits(), registry, nanos, answerMs);
        server = vertx.createHttpServer(options())
                .requestHandler(this::requested)
                .connectionHandler(unfinished::opened)
                .exceptionHandler(e -> LOG.debug("a connection to the relay failed", e));
        return server.listen()
                .onSuccess(v -> watch())
                .recover(e -> NotListening.at("the relay", config.host(), config.port(), e));
    }

    private void watch() {
        if (config.tls() != null) {
            certificate = new CertificateWatch(
                    vertx, "the relay", config.tls(), options -> server.updateSSLOptions(options, true));
        }
        vertx.setPeriodic(LOOK_MS, id -> look());
        vertx.eventBus().localConsumer(Addresses.RELAY, request -> request.reply(status()));
    }

    private HttpServerOptions options() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setMaxHeaderSize(HEADER_BYTES)
                .setMaxInitialLineLength(LINE_BYTES)
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setMaxWebSocketFrameSize(
                        config.compression()
                                ? Math.min(
                                        COMPRESSED_FRAME_BYTES, config.limits().maxFrameBytes())
                                : config.limits().maxFrameBytes())
                .setMaxWebSocketMessageSize(config.limits().maxFrameBytes())
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(config.compression())
                .setWebSocketClosingTimeout(CLOSING_SECONDS)
                .setWebSocketSubProtocols(List.of(RelayAccess.SUBPROTOCOL));
        Handshakes.serve(options, config.tls(), ServedSockets.ofProcess().forBridges());
        if (config.tls() == null && !config.isLocal()) {
            LOG.warn("the relay on {} accepts its token without TLS", config.host());
        }
        return options;
    }

    private void look() {
        long now = nanos.getAsLong();
        unfinished.closeOverdue(SILENCE_MS, REQUEST_MS);
        token.report(now);
        List.copyOf(clients).forEach(client -> client.look(now));
        feeds.all().forEach(each -> {
            each.feed().look(now);
            each.requests().look(now);
        });
    }

    /** Sends a close frame to every client and gives them a second to answer. */
    @Override
    public Future<?> stop() {
        stopping = true;
        if (certificate != null) {
            certificate.close();
        }
        long now = nanos.getAsLong();
        feeds.all().forEach(each -> each.feed().closeAll(ClientClosing.SHUTDOWN, "the relay is stopping", now));
        if (clients.isEmpty()) {
            allGone.tryComplete();
        }
        vertx.setTimer(END_MS, id -> allGone.tryComplete());
        return allGone.future().compose(v -> {
            List.copyOf(clients).forEach(RelayClient::cutOff);
            feeds.all().forEach(each -> each.feed().close());
            subscriptions.values().forEach(FeedSubscription::close);
            return server.close();
        });
    }

    // clients

    private void requested(HttpServerRequest request) {
        unfinished.requested(request.connection());
        long now = nanos.getAsLong();
        RelayAccess.Decision decision = access.decide(facts(request), now);
        if (decision != RelayAccess.Decision.GRANTED) {
            refuse(request, decision.status(), decision.text());
            return;
        }
        if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
            refuse(
                    request,
                    426,
                    "the relay serves WebSockets only, such as " + url()
                            + feeds.paths().stream().findFirst().orElse(""));
            return;
        }
        if (hasBody(request)) {
            refuse(request, 400, "found a body, allowed: a WebSocket upgrade without one");
            return;
        }
        Opened opened;
        try {
            opened = feeds.open(request.path(), request.query());
        } catch (IllegalArgumentException e) {
            refuse(request, 400, e.getMessage());
            return;
        }
        if (opened == null) {
            refuse(request, 404, "unknown path, allowed: " + String.join(", ", feeds.paths()));
            return;
        }
        Set<String> streams = opened.session().streams();
        if (streams != null && streams.size() > config.limits().maxSubscriptions()) {
            refuse(
                    request,
                    400,
                    "found " + streams.size() + " streams, allowed: at most "
                            + config.limits().maxSubscriptions());
        } else if (stopping
                || clients.size() >= config.limits().maxClients()
                || !ServedSockets.ofProcess().enter()) {
            refuse(request, 503, stopping ? "the relay is stopping" : "too many clients");
        } else {
            upgrade(request, opened);
        }
    }

    /** Vert.x never says that an upgrade with a long body has failed: the client's place would stay taken. */
    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return request.getHeader("Transfer-Encoding") != null || (length != null && !length.equals("0"));
    }

    private static RelayAccess.Facts facts(HttpServerRequest request) {
        return new RelayAccess.Facts(
                request.getHeader("Host"),
                request.getHeader("Origin"),
                request.getHeader("Authorization"),
                request.query(),
                request.getHeader("Sec-WebSocket-Protocol"),
                request.remoteAddress() == null ? "" : request.remoteAddress().hostAddress());
    }

    private static void refuse(HttpServerRequest request, int status, String error) {
        LOG.debug("relay rejects {}: {}", request.remoteAddress(), error);
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(new JsonObject().put("error", error).toBuffer());
    }

    private void upgrade(HttpServerRequest request, Opened opened) {
        request.toWebSocket()
                .onSuccess(socket -> {
                    unfinished.forget(request.connection());
                    connected(socket, opened);
                })
                .onFailure(e -> {
                    ServedSockets.ofProcess().leave();
                    LOG.debug("relay: {} did not become a WebSocket: {}", request.remoteAddress(), e.getMessage());
                });
    }

    private void connected(ServerWebSocket socket, Opened opened) {
        ServedFeed served = opened.feed();
        ChannelHandlerContext channel = ((WebSocketInternal) socket).channelHandlerContext();
        ChannelPipeline pipeline = channel.pipeline();
        RelayClient client =
                new RelayClient(served.feed(), opened.session(), socket, channel, config.limits(), nanos.getAsLong());
        clients.add(client);
        socket.exceptionHandler(e -> LOG.debug("relay client {}: {}", client.peer(), e.getMessage()));
        socket.closeHandler(v -> ended(client));
        if (channel.isRemoved()) { // the channel has ended
            return;
        }
        pipeline.addBefore(
                        channel.name(),
                        "firstline-messages",
                        new ClientFragments(client, config.limits().maxFrameBytes(), nanos))
                .addBefore(channel.name(), "firstline-frames", new ClientFrames(client, served.requests(), nanos))
                .addBefore(channel.name(), "firstline-pings", new PingAnswers(() -> {}));
        LOG.debug("relay serves {} to {}", served.feed().name(), client.peer());
        begin(client, served.requests(), pipeline);
    }

    /** Begins to write once the answer to the upgrade is written: until then Netty would take frames for its body. */
    private void begin(RelayClient client, ClientRequests requests, ChannelPipeline pipeline) {
        if (pipeline.get(HttpResponseEncoder.class) == null) {
            client.begin(pipeline.get(WebSocketExtensionEncoder.class) != null);
            if (!client.isClosing()) {
                requests.opened(client);
            }
        } else if (clients.contains(client)) {
            vertx.setTimer(1, id -> begin(client, requests, pipeline));
        }
    }

    private void ended(RelayClient client) {
        client.ended();
        if (clients.remove(client)) {
            ServedSockets.ofProcess().leave();
        }
        if (stopping && clients.isEmpty()) {
            allGone.tryComplete();
        }
    }

    // seen

    /** The clients with the most waiting bytes. */
    private JsonObject status() {
        long now = nanos.getAsLong();
        JsonArray shown = new JsonArray();
        clients.stream()
                .sorted(Comparator.comparingLong(RelayClient::backlogBytes).reversed())
                .limit(MOST_SHOWN)
                .forEach(client -> shown.add(client.toJson(now)));
        return new JsonObject().put("url", url()).put("count", clients.size()).put("clients", shown);
    }
}
