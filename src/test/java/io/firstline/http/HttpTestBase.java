package io.firstline.http;

import io.firstline.bus.Addresses;
import io.firstline.config.service.HttpConfig;
import io.firstline.deploy.PoolVerticle;
import io.firstline.feed.FeedTestBase;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;

/** Feeds as verticles, the page, and real requests. */
abstract class HttpTestBase extends FeedTestBase {
    static final String TOKEN = "a token of more than sixteen characters";
    /** The output of {@code printf %s … | sha256sum} for it. */
    static final String TOKEN_SHA256 = "070556cc743a68e2aca8fbb9e1de580b77088de21d3f1f2639b1e2cc15f85631";

    static final HttpConfig READING = HttpConfig.DEFAULT.withPort(0);
    static final HttpConfig ACTING = new HttpConfig("127.0.0.1", 0, true, TOKEN_SHA256, null);
    static final HttpConfig CLOSED = new HttpConfig("0.0.0.0", 0, true, TOKEN_SHA256, null);

    final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(PATIENCE_S))
            .build();
    final PrometheusMeterRegistry registry = Metrics.registry();
    HttpVerticle verticle;
    int port;
    String page;

    @BeforeEach
    @Override
    protected void openVertx() {
        vertx = Metrics.measured(new VertxOptions(), registry, false);
    }

    void serve(HttpConfig config, String... feeds) {
        serve(new HttpVerticle(config, registry, List.of(feeds)));
    }

    void serve(HttpVerticle served) {
        verticle = served;
        page = join(vertx.deployVerticle(verticle));
        port = URI.create(verticle.url()).getPort();
    }

    /** Retries quickly and does not evict unless asked. */
    static JsonObject config(String name, String url, int connections) {
        return new JsonObject()
                .put("name", name)
                .put("url", url)
                .put("connections", connections)
                .put("latencyPingIntervalMs", 100)
                .put("retryBaseMs", 20)
                .put("retryCapMs", 100)
                .put("joinGuardMs", 50);
    }

    String deploy(JsonObject config) {
        String id = join(vertx.deployVerticle(new PoolVerticle(), new DeploymentOptions().setConfig(config)));
        String name = config.getString("name");
        eventually(() -> status(name).getString("state").equals("CONNECTED"));
        return id;
    }

    JsonObject status(String feed) {
        return join(vertx.eventBus()
                .<JsonObject>request(Addresses.command(feed), new JsonObject().put("do", "status"))
                .map(Message::body));
    }

    static Set<String> members(JsonObject status) {
        JsonArray connections = status.getJsonArray("connections");
        return connections.stream()
                .map(JsonObject.class::cast)
                .filter(c -> c.getString("role").equals("member"))
                .map(c -> c.getString("connection"))
                .collect(Collectors.toSet());
    }

    // requests

    HttpResponse<String> get(String path, String... headers) {
        return send(request(path, headers).GET().build());
    }

    HttpResponse<String> post(String path, String body, String... headers) {
        return send(request(path, headers)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    JsonObject json(String path) {
        return new JsonObject(get(path).body());
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(PATIENCE_S));
        return headers.length == 0 ? request : request.headers(headers);
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(request.uri().toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Sends raw bytes and returns the first line of the answer; null = the connection closed without one. */
    String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_S * 1_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    /** Reads server-sent events until closed. */
    final class Listening implements AutoCloseable {
        private final InputStream in;
        private final BufferedReader lines;

        Listening(String path) {
            try {
                HttpResponse<InputStream> answer =
                        client.send(request(path).build(), HttpResponse.BodyHandlers.ofInputStream());
                if (answer.statusCode() != 200) {
                    throw new AssertionError(path + ": " + answer.statusCode());
                }
                in = answer.body();
                lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        /** The next update. Waits until the test's timeout. */
        JsonObject next() throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data: ")) {
                    return new JsonObject(line.substring("data: ".length()));
                }
            }
            throw new AssertionError("the stream has ended");
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
