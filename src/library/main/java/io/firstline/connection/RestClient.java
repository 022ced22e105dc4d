package io.firstline.connection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.payload.Printable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
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
import java.util.Iterator;
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

    private final WebClient client;
    private final Names names;
    private final int timeoutMs;

    private RestClient(WebClient client, Names names, int timeoutMs) {
        this.client = client;
        this.names = names;
        this.timeoutMs = timeoutMs;
    }

    /** Makes a client with the timeout and the trusted authorities of a connection. */
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
        return new RestClient(WebClient.create(vertx, options), Names.of(vertx), config.connectTimeoutMs());
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
        int port = uri.getPort() > 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
        return names.addresses(uri.getHost())
                .compose(addresses -> ask(method, url, headers, port, addresses.iterator(), 1));
    }

    /** Tries the next address if connecting to the first fails: the request was not sent then. */
    private Future<HttpResponse<Buffer>> ask(
            String method,
            String url,
            Map<String, String> headers,
            int port,
            Iterator<InetAddress> addresses,
            int attempt) {
        SocketAddress server = SocketAddress.inetSocketAddress(new InetSocketAddress(addresses.next(), port));
        HttpRequest<Buffer> request =
                client.requestAbs(HttpMethod.valueOf(method), server, url).as(() -> new BoundedBody(MAX_ANSWER_BYTES));
        headers.forEach(request::putHeader);
        return request.send()
                .timeout(timeoutMs, TimeUnit.MILLISECONDS)
                .recover(
                        failure -> failure instanceof ConnectException && addresses.hasNext() && attempt < MAX_ADDRESSES
                                ? ask(method, url, headers, port, addresses, attempt + 1)
                                : Future.failedFuture(failure));
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
        client.close();
    }
}
