package io.firstline.connection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firstline.config.PathConfig;
import io.firstline.config.Proxy;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.payload.Printable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests JSON over HTTP. Made for one task and closed after it, which also ends an endless answer. Redirects are not
 * followed, and nothing is inflated. Runs on the context on which it is made.
 */
public final class RestClient {
    /** The longest answer, in bytes. */
    static final int MAX_ANSWER_BYTES = 65_536;

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final int MAX_ADDRESSES = 3;
    private static final int MAX_SHOWN = 200;

    private final Vertx vertx;
    private final WsConnectionConfig config;
    private final WebClientOptions options;
    private final Names names;
    private final int timeoutMs;
    /** By local address; the empty one is the system's choice. */
    private final Map<String, WebClient> clients = new HashMap<>();

    private RestClient(Vertx vertx, WsConnectionConfig config, WebClientOptions options) {
        this.vertx = vertx;
        this.config = config;
        this.options = options;
        this.names = Names.of(vertx);
        this.timeoutMs = config.connectTimeoutMs();
    }

    /**
     * Makes a client with the timeout and the trusted authorities of a connection. Requests use the path of the
     * connection or, if it has none, the first of the feed's paths.
     */
    public static RestClient create(Vertx vertx, WsConnectionConfig config) {
        WebClientOptions options = new WebClientOptions()
                .setUserAgent(WsClient.USER_AGENT)
                .setFollowRedirects(false)
                .setConnectTimeout(config.connectTimeoutMs())
                .setSslHandshakeTimeout(config.connectTimeoutMs())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setTcpNoDelay(true);
        if (!config.trustedCertificates().isEmpty()) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(config.trustedCertificates()));
        }
        return new RestClient(vertx, config, options);
    }

    /**
     * Sends one request.
     *
     * @return fails with a {@link RestFailedException}
     */
    public Future<JsonNode> ask(String method, String url, Map<String, String> headers) {
        return answer(method, url, headers)
                .transform(asked -> asked.succeeded() ? json(asked.result()) : Future.failedFuture(why(asked.cause())));
    }

    /**
     * Sends one request whose answer may be anything, if it is a success.
     *
     * @return fails with a {@link RestFailedException}
     */
    public Future<Void> send(String method, String url, Map<String, String> headers) {
        return answer(method, url, headers).transform(asked -> {
            if (asked.failed()) {
                return Future.failedFuture(why(asked.cause()));
            }
            RestFailedException refused = refusal(asked.result());
            return refused == null ? Future.succeededFuture() : Future.failedFuture(refused);
        });
    }

    private Future<HttpResponse<Buffer>> answer(String method, String url, Map<String, String> headers) {
        URI uri = URI.create(url);
        PathConfig path = config.path().equals(PathConfig.ANY) ? config.paths().first(uri) : config.path();
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        return TcpConnector.locals(context, path.local()).compose(locals -> {
            Request request = new Request(method, url, headers);
            return path.proxy() == null ? direct(request, uri, locals) : proxied(request, path.proxy(), uri, locals);
        });
    }

    private record Request(String method, String url, Map<String, String> headers) {}

    private Future<HttpResponse<Buffer>> direct(Request request, URI uri, List<InetAddress> locals) {
        return names.lastKnown(uri.getHost(), false).compose(found -> {
            List<InetAddress> usable = TcpConnector.usable(found, locals);
            return usable.isEmpty()
                    ? Future.failedFuture(TcpConnector.noRoute(locals))
                    : ask(request, uri, usable.iterator(), locals, 1);
        });
    }

    /** Tries the next address if connecting to the first fails: the request was not sent then. */
    private Future<HttpResponse<Buffer>> ask(
            Request request, URI uri, Iterator<InetAddress> addresses, List<InetAddress> locals, int attempt) {
        InetAddress address = addresses.next();
        SocketAddress server = SocketAddress.inetSocketAddress(new InetSocketAddress(address, port(uri)));
        HttpRequest<?> to = client(TcpConnector.local(locals, address))
                .requestAbs(HttpMethod.valueOf(request.method()), server, request.url());
        return send(to, request)
                .recover(
                        failure -> failure instanceof ConnectException && addresses.hasNext() && attempt < MAX_ADDRESSES
                                ? ask(request, uri, addresses, locals, attempt + 1)
                                : Future.failedFuture(failure));
    }

    private Future<HttpResponse<Buffer>> proxied(Request request, Proxy proxy, URI uri, List<InetAddress> locals) {
        return names.lastKnown(proxy.host(), false)
                .compose(found -> {
                    List<InetAddress> usable = TcpConnector.usable(found, locals);
                    if (usable.isEmpty()) {
                        return Future.failedFuture(TcpConnector.noRoute(locals));
                    }
                    InetAddress address = usable.get(0);
                    HttpRequest<?> through = client(TcpConnector.local(locals, address))
                            .requestAbs(HttpMethod.valueOf(request.method()), request.url())
                            .proxy(TcpConnector.options(proxy, address, config));
                    return send(through, request);
                })
                .recover(failure ->
                        Future.failedFuture(ProxyFailure.of(proxy, uri.getHost() + ":" + port(uri), failure)));
    }

    private Future<HttpResponse<Buffer>> send(HttpRequest<?> to, Request request) {
        HttpRequest<Buffer> bounded = to.as(() -> new BoundedBody(MAX_ANSWER_BYTES));
        request.headers().forEach(bounded::putHeader);
        return bounded.send().timeout(timeoutMs, TimeUnit.MILLISECONDS);
    }

    private WebClient client(InetAddress local) {
        return clients.computeIfAbsent(local == null ? "" : local.getHostAddress(), key -> {
            WebClientOptions own = new WebClientOptions(options);
            if (!key.isEmpty()) {
                own.setLocalAddress(key);
            }
            return WebClient.create(vertx, own);
        });
    }

    private static int port(URI uri) {
        return uri.getPort() > 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    private RestFailedException why(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RestFailedException known) {
                return known;
            }
        }
        return new RestFailedException(
                failure instanceof TimeoutException
                        ? "no answer within " + timeoutMs + " ms"
                        : ConnectionEnd.of(failure, 0).toString(),
                0);
    }

    /** Returns the failure that an answer's status reports; null = none. */
    private static RestFailedException refusal(HttpResponse<Buffer> answer) {
        if (answer.statusCode() / 100 == 2) {
            return null;
        }
        long pauseMs = RetryAfter.pauseMs(
                answer.statusCode(), answer.getHeader(HttpHeaders.RETRY_AFTER.toString()), Instant.now());
        return new RestFailedException("HTTP " + answer.statusCode() + redirect(answer), pauseMs, answer.statusCode());
    }

    private static Future<JsonNode> json(HttpResponse<Buffer> answer) {
        RestFailedException refused = refusal(answer);
        if (refused != null) {
            return Future.failedFuture(refused);
        }
        if (answer.body() == null || answer.body().length() == 0) {
            return Future.failedFuture(new RestFailedException("an empty answer", 0));
        }
        try {
            return Future.succeededFuture(JSON.readTree(answer.body().getBytes()));
        } catch (IOException notJson) { // its message quotes the answer
            return Future.failedFuture(new RestFailedException("an answer that is not JSON", 0));
        }
    }

    /** The target of a redirect, and advice; empty if the answer is not a redirect. */
    private static String redirect(HttpResponse<Buffer> answer) {
        String location = answer.getHeader(HttpHeaders.LOCATION.toString());
        return answer.statusCode() / 100 != 3 || location == null
                ? ""
                : ", to " + Printable.of(FeedUrl.masked(location), MAX_SHOWN)
                        + " (redirects are not followed; set the endpoint's \"url\" to where it is)";
    }

    /** Ends pending requests. */
    public void close() {
        clients.values().forEach(WebClient::close);
    }
}
