package io.firstline.cluster;

import io.firstline.config.check.ProblemText;
import io.firstline.config.cluster.LeaseConfig;
import io.firstline.connection.BoundedBody;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends requests to etcd's JSON gateway: to one of its members until a request fails, then to the next. Every request
 * and its answer are bounded in time and size. Runs on the context on which it is made.
 */
final class EtcdClient {
    private static final int MAX_ANSWER_BYTES = 8 << 20;
    private static final int UNAUTHORIZED = 401;

    private final LeaseConfig config;
    private final long timeoutMs;
    private final WebClient http;
    private int endpoint;
    /** Null = not authenticated, or not necessary. */
    private String token;

    /** A request failed; the message names the member of etcd and the cause. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Failure(String message) {
            super(message, null, false, false);
        }
    }

    /** Makes a client that has not connected yet. */
    EtcdClient(Vertx vertx, LeaseConfig config, long timeoutMs) {
        this.config = config;
        this.timeoutMs = timeoutMs;
        WebClientOptions options = new WebClientOptions()
                .setFollowRedirects(false)
                .setConnectTimeout((int) timeoutMs)
                .setSslHandshakeTimeout(timeoutMs)
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setTcpNoDelay(true);
        if (config.tls() != null) {
            options.setTrustOptions(
                    new PemTrustOptions().addCertPath(config.tls().authority()));
            if (config.tls().certificate() != null) {
                options.setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(config.tls().certificate())
                        .addKeyPath(config.tls().key()));
            }
        }
        this.http = WebClient.create(vertx, options);
    }

    /**
     * Sends a request.
     *
     * @param path such as {@code /v3/kv/txn}
     * @return fails with a {@link Failure}
     */
    Future<JsonObject> ask(String path, JsonObject body) {
        String url = endpointUrl();
        Future<Void> ready = token != null || config.user() == null ? Future.succeededFuture() : authenticate(url);
        return ready.compose(v -> post(url, path, body)).onFailure(e -> {
            token = null;
            endpoint = (endpoint + 1) % config.etcd().size();
        });
    }

    private String endpointUrl() {
        List<String> urls = config.etcd();
        String url = urls.get(endpoint);
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private Future<Void> authenticate(String url) {
        JsonObject user = new JsonObject().put("name", config.user()).put("password", config.password());
        return post(url, "/v3/auth/authenticate", user)
                .onSuccess(answer -> token = answer.getString("token"))
                .mapEmpty();
    }

    private Future<JsonObject> post(String url, String path, JsonObject body) {
        var request = http.postAbs(url + path)
                .as(() -> new BoundedBody(MAX_ANSWER_BYTES))
                .timeout(timeoutMs);
        if (token != null) {
            request.putHeader("Authorization", token);
        }
        return request.sendJsonObject(body)
                .timeout(timeoutMs, TimeUnit.MILLISECONDS)
                .transform(sent -> sent.succeeded() ? answer(url, sent.result()) : failed(url, reason(sent.cause())));
    }

    private static Future<JsonObject> answer(String url, HttpResponse<Buffer> response) {
        JsonObject json;
        try {
            json = response.body() == null ? new JsonObject() : new JsonObject(response.body());
        } catch (DecodeException e) {
            return failed(url, "HTTP " + response.statusCode() + " without JSON");
        }
        if (response.statusCode() / 100 == 2) {
            return Future.succeededFuture(json);
        }
        String refusal = response.statusCode() == UNAUTHORIZED ? " (the token or the user is not valid)" : "";
        return failed(
                url,
                "HTTP " + response.statusCode() + ", " + ProblemText.quoted(json.getString("error", "")) + refusal);
    }

    private String reason(Throwable cause) {
        return cause instanceof TimeoutException
                ? "no answer within " + timeoutMs + " ms"
                : cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
    }

    private static <T> Future<T> failed(String url, String reason) {
        return Future.failedFuture(new Failure(url + ": " + reason));
    }

    /** Ends pending requests. */
    void close() {
        http.close();
    }
}
