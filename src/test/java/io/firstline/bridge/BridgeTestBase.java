package io.firstline.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.deploy.PoolVerticle;
import io.firstline.feed.FeedTestBase;
import io.firstline.simulator.ExchangeSimulator;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A deployed feed, a bridge, and clients with raw sockets. */
abstract class BridgeTestBase extends FeedTestBase {
    static final String TOKEN = "a token of more than sixteen characters";
    static final String TOKEN_SHA256 = "070556cc743a68e2aca8fbb9e1de580b77088de21d3f1f2639b1e2cc15f85631";
    static final String FEED = Addresses.feed("f");

    /** A client that reads nothing must be dropped before the other client has read this many messages. */
    private static final int PATIENCE_MESSAGES = 400_000;

    private static final int BATCH = 1_000;

    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<AutoCloseable> clients = new ArrayList<>();

    @AfterEach
    void closeClients() throws Exception {
        for (AutoCloseable client : clients) {
            client.close();
        }
    }

    <C extends AutoCloseable> C closing(C client) {
        clients.add(client);
        return client;
    }

    /** Three connections to an exchange; the feed's name is {@code f}. */
    void deployFeed(ExchangeSimulator exchange, String body) {
        JsonObject config = new JsonObject()
                .put("name", "f")
                .put("url", exchange.url(COMBINED))
                .put("connections", 3)
                .put("streamPointer", "/stream")
                .put("latencyPingIntervalMs", 100)
                .put("joinGuardMs", 50)
                .put("body", body);
        join(vertx.deployVerticle(new PoolVerticle(), new DeploymentOptions().setConfig(config)));
        eventually(() -> openLines() == 3);
    }

    double count(String meter) {
        return registry.get(meter).meters().stream()
                .mapToDouble(m -> m.measure().iterator().next().getValue())
                .sum();
    }

    static JsonObject register(String address) {
        return new JsonObject().put("type", "register").put("address", address);
    }

    static JsonObject withToken(JsonObject frame, String token) {
        return frame.copy().put("headers", new JsonObject().put("authorization", "Bearer " + token));
    }

    static JsonObject command(String what) {
        return new JsonObject()
                .put("type", "send")
                .put("address", Addresses.command("f"))
                .put("replyAddress", "r1")
                .put("body", new JsonObject().put("do", what));
    }

    /** Reads this many messages of the feed, without a hole. Returns the last one. */
    static long readInSequence(BridgeSocket client, int count) throws IOException {
        long last = 0;
        for (int i = 0; i < count; i++) {
            long sequence = client.read().getJsonObject("body").getLong("sequence");
            if (last > 0) {
                assertThat(sequence).isEqualTo(last + 1);
            }
            last = sequence;
        }
        return last;
    }

    /** Sends regular traffic, so that the bridge does not take the client for dead. */
    interface SignOfLife {
        void give() throws IOException;
    }

    /**
     * Reads the feed with one client while the other reads nothing. The other must be disconnected, and this client
     * must miss nothing, then or later.
     */
    void readUntilTheOtherIsDropped(BridgeSocket good, BridgeSocket lazy, SignOfLife signOfLife) throws IOException {
        lazy.send(register(FEED));
        good.send(register(FEED));
        int read = 0;
        long last = 0;
        while (count("firstline.bridge.dropped") == 0 && read < PATIENCE_MESSAGES) {
            long next = readInSequence(good, BATCH);
            assertThat(last == 0 || next == last + BATCH)
                    .as("after %d: %d", last, next)
                    .isTrue();
            last = next;
            read += BATCH;
            signOfLife.give();
        }

        assertThat(count("firstline.bridge.dropped")).isEqualTo(1);
        assertThat(count("firstline.bridge.clients")).isEqualTo(1);
        assertThat(readInSequence(good, BATCH)).isEqualTo(last + BATCH);
        assertThat(lazy.isClosedSoon()).isTrue();
    }
}
