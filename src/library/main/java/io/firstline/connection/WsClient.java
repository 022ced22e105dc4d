package io.firstline.connection;

import io.firstline.config.ConnectTarget;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.secret.Hidden;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client for all connections of one configuration. Keep a reference while one of its sockets is in use: Vert.x
 * closes the sockets of an unreachable client.
 *
 * <p>Each attempt tries the host's addresses, the least used first; see {@link AddressRace}. At most {@value #MAX_REDIRECTS} redirects are followed, and only to places where
 * the configuration may connect. The configured headers are sent to the configured host and port only.
 *
 * <p>Vert.x' own WebSocket client is not used: it reads name servers and hosts once, tries one address, and keeps the
 * whole body of a refusal.
 */
public final class WsClient implements Connector {
    private static final Logger LOG = LoggerFactory.getLogger(WsClient.class);

    static final String USER_AGENT = "Firstline/"
            + Optional.ofNullable(WsClient.class.getPackage().getImplementationVersion())
                    .orElse("dev");
    static final int MAX_REDIRECTS = 3;

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private static final int MAX_REPORTED = 16;

    private final Vertx vertx;
    private final TcpConnector tcp;
    private final Scheduler scheduler;
    private final Set<String> redirected = ConcurrentHashMap.newKeySet();

    private WsClient(Vertx vertx, TcpConnector tcp) {
        this.vertx = vertx;
        this.tcp = tcp;
        this.scheduler = Scheduler.of(vertx);
    }

    public static WsClient create(Vertx vertx, WsConnectionConfig config) {
        NetClientOptions options = new NetClientOptions()
                .setConnectTimeout(config.connectTimeoutMs())
                .setSslHandshakeTimeout(config.connectTimeoutMs())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setHostnameVerificationAlgorithm("HTTPS")
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true);
        if (mayUseTls(config) && OpenSSLEngineOptions.isAvailable()) {
            // a third of the garbage; see src/docs/performance.md
            options.setSslEngineOptions(new OpenSSLEngineOptions());
        }
        if (!config.trustedCertificates().isEmpty()) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(config.trustedCertificates()));
        }
        return new WsClient(vertx, new TcpConnector(vertx, options));
    }

    /** Whether to load OpenSSL, which takes a tenth of a second; a redirect from ws:// to wss:// works without it. */
    private static boolean mayUseTls(WsConnectionConfig config) {
        return !config.endpoint().isNone()
                || ConnectTarget.of(config).stream()
                        .anyMatch(target -> target.url().regionMatches(true, 0, "wss:", 0, 4));
    }

    @Override
    public Future<Socket> connect(WsConnectionConfig config) {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        return open(context, config, URI.create(config.url()), 0);
    }

    @Override
    public Future<Void> close() {
        return tcp.close();
    }

    private Future<Socket> open(ContextInternal context, WsConnectionConfig config, URI uri, int redirects) {
        return tcp.connect(context, config, uri)
                .compose(reached -> upgraded(context, config, uri, reached))
                .recover(failure -> isRedirect(failure)
                        ? follow(context, config, uri, redirects, (RefusedException) failure)
                        : Future.failedFuture(failure));
    }

    private static boolean isRedirect(Throwable failure) {
        return failure instanceof RefusedException refused && refused.getStatus() / 100 == 3;
    }

    private Future<Socket> upgraded(
            ContextInternal context, WsConnectionConfig config, URI uri, TcpConnector.Reached reached) {
        NetSocketInternal socket = (NetSocketInternal) reached.socket();
        long began = scheduler.nowNanos();
        return Upgrade.of(socket, offered(config, uri), uri, headers(config, uri), context)
                .<Socket>map(channel -> new VertxSocket(
                        context,
                        channel,
                        config.maxMessageBytes(),
                        reached.path(),
                        reached.times().withUpgrade((scheduler.nowNanos() - began) / 1e6)))
                .onFailure(refused -> {
                    if (!isRedirect(refused)) {
                        tcp.failed(reached);
                    }
                });
    }

    private Future<Socket> follow(
            ContextInternal context, WsConnectionConfig config, URI from, int redirects, RefusedException refused) {
        URI to = refused.location() == null ? null : target(from, refused.location());
        String problem = problem(refused, to, redirects, config);
        if (problem == null) {
            report(config, to);
        }
        if (problem != null) {
            return Future.failedFuture(refused.saying(refused.getMessage() + " (not followed: " + problem + ")"));
        }
        String way = "redirected to " + shown(config, to) + ": ";
        return open(context, config, to, redirects + 1)
                .recover(failure -> Future.failedFuture(
                        failure instanceof RefusedException there
                                ? there.saying(way + there.getMessage())
                                : new RedirectedException(way, failure)));
    }

    /** Once for each place: every attempt is redirected. */
    private void report(WsConnectionConfig config, URI to) {
        String shown = shown(config, to);
        if (redirected.size() < MAX_REPORTED && redirected.add(shown)) {
            LOG.info("{} is redirected to {}; set \"url\" there to connect sooner", config.connectionId(), shown);
        }
    }

    private static String shown(WsConnectionConfig config, URI to) {
        return FeedUrl.masked(config.credentials().hidden().masked(to.toString()));
    }

    /** The reason why a redirect is not followed, and advice; null = it is followed. */
    private static String problem(RefusedException refused, URI to, int redirects, WsConnectionConfig config) {
        if (refused.location() == null) {
            return "it does not say where to; check \"url\"";
        }
        if (!REDIRECTS.contains(refused.getStatus())) {
            return "only HTTP 301, 302, 303, 307 and 308 are; set \"url\" to where the feed is";
        }
        if (redirects == MAX_REDIRECTS) {
            return "more than " + MAX_REDIRECTS + " redirects; set \"url\" to where they end";
        }
        if (to == null || !FeedUrl.isAllowed(to.toString(), true)) {
            return "that is no wss:// URL; check \"url\"";
        }
        return FeedUrl.isAllowed(to.toString(), config.allowPlaintext())
                ? null
                : "it is not encrypted; set \"url\" to a wss:// URL, or \"allowPlaintext\" if the network is trusted";
    }

    /** The target of a redirect as a WebSocket URL; null = not usable. */
    private static URI target(URI from, String location) {
        try {
            String resolved = from.resolve(FeedUrl.encoded(location.strip())).toString();
            String lower = resolved.toLowerCase(Locale.ROOT);
            boolean http = lower.startsWith("http://") || lower.startsWith("https://");
            return URI.create(http ? "ws" + resolved.substring("http".length()) : resolved);
        } catch (IllegalArgumentException noUrl) {
            return null;
        }
    }

    /** Whether this is the configured place: a redirect target gets no credentials. */
    private static boolean isConfigured(WsConnectionConfig config, URI uri) {
        URI configured = URI.create(config.url());
        return TcpConnector.isTls(configured) == TcpConnector.isTls(uri)
                && configured.getHost().equalsIgnoreCase(uri.getHost())
                && TcpConnector.port(configured) == TcpConnector.port(uri);
    }

    /** The configuration, at another place without sub-protocols that are tokens. */
    private static WsConnectionConfig offered(WsConnectionConfig config, URI uri) {
        Hidden hidden = config.credentials().hidden();
        return hidden.isNone() || isConfigured(config, uri)
                ? config
                : config.withSubProtocols(config.subProtocols().stream()
                        .filter(each -> hidden.masked(each).equals(each))
                        .toList());
    }

    private static HttpHeaders headers(WsConnectionConfig config, URI uri) {
        HttpHeaders headers = new DefaultHttpHeaders();
        if (isConfigured(config, uri)) {
            config.headers().forEach(headers::add);
        }
        if (!headers.contains(HttpHeaderNames.USER_AGENT)) {
            headers.set(HttpHeaderNames.USER_AGENT, USER_AGENT);
        }
        return headers;
    }
}
