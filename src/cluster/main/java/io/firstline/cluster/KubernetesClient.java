package io.firstline.cluster;

import io.firstline.config.cluster.LeaseConfig;
import io.firstline.connection.BoundedBody;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends requests to the API server of Kubernetes as a pod's service account. The token is read again for each request,
 * because Kubernetes replaces it about every hour. Every request and its answer are bounded in time and size. Runs on
 * the context on which it is made.
 */
final class KubernetesClient implements KubernetesObjects {
    private static final int MAX_ANSWER_BYTES = 32 << 20;

    private final Vertx vertx;
    private final LeaseConfig.Kubernetes config;
    private final long timeoutMs;
    private final WebClient http;

    /** Makes a client that has not connected yet. */
    KubernetesClient(Vertx vertx, LeaseConfig.Kubernetes config, long timeoutMs) {
        this.vertx = vertx;
        this.config = config;
        this.timeoutMs = timeoutMs;
        WebClientOptions options = new WebClientOptions()
                .setFollowRedirects(false)
                .setConnectTimeout((int) timeoutMs)
                .setSslHandshakeTimeout(timeoutMs)
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setTcpNoDelay(true);
        if (config.isSecure()) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(config.serviceAccount() + "/ca.crt"));
        }
        this.http = WebClient.create(vertx, options);
    }

    @Override
    public Future<Reply> send(String method, String rest, JsonObject body) {
        return Future.all(file("token"), namespace())
                .compose(read -> request(method, read.resultAt(1), rest, read.resultAt(0), body))
                .recover(e -> Future.failedFuture(config.url() + ": " + reason(e)));
    }

    private Future<String> namespace() {
        return config.namespace() == null ? file("namespace") : Future.succeededFuture(config.namespace());
    }

    private Future<String> file(String name) {
        return vertx.fileSystem().readFile(config.serviceAccount() + "/" + name).map(text -> text.toString()
                .strip());
    }

    private Future<Reply> request(String method, String namespace, String rest, String token, JsonObject body) {
        String url = config.url() + "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases" + rest;
        var request = http.requestAbs(HttpMethod.valueOf(method), url)
                .as(() -> new BoundedBody(MAX_ANSWER_BYTES))
                .timeout(timeoutMs)
                .bearerTokenAuthentication(token);
        return (body == null ? request.send() : request.sendJsonObject(body))
                .timeout(timeoutMs, TimeUnit.MILLISECONDS)
                .map(KubernetesClient::reply);
    }

    private static Reply reply(HttpResponse<Buffer> response) {
        try {
            return new Reply(
                    response.statusCode(),
                    response.body() == null ? new JsonObject() : new JsonObject(response.body()));
        } catch (DecodeException | ClassCastException e) { // of a proxy, for example
            return new Reply(response.statusCode(), new JsonObject());
        }
    }

    private String reason(Throwable cause) {
        return cause instanceof TimeoutException
                ? "no answer within " + timeoutMs + " ms"
                : cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
    }

    @Override
    public void close() {
        http.close();
    }
}
