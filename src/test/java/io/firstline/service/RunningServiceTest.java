package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.firstline.bus.Addresses;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.ConfigChange;
import io.firstline.config.service.ServiceConfig;
import io.firstline.integration.Quiet;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loggers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A running configuration. */
class RunningServiceTest {
    @Test
    void shouldDeployEveryFeedAndAnswerForAll() {
        ServiceConfig config = ServiceConfig.parse(
                "{\"simulator\":{},\"feeds\":{\"a\":{\"url\":\"sim:/ws/btcusdt@trade\",\"connections\":2},"
                        + "\"b\":{\"url\":\"sim:/ws/ethusdt@trade\",\"connections\":1}}}",
                "test",
                null);
        try (RunningService service = RunningService.prepare(config)) {
            assertThat(service.simulator()).isNotNull();
            RunningService.await(service.deploy(), 10);
            assertThat(service.onVertx().deploymentIDs()).hasSize(2);

            JsonObject status = RunningService.await(
                    service.onVertx()
                            .eventBus()
                            .<JsonObject>request(Addresses.STATUS, new JsonObject())
                            .map(Message::body),
                    5);

            assertThat(status.getJsonObject("feeds").fieldNames()).containsExactly("a", "b");
            assertThat(status.getJsonObject("feeds").getJsonObject("b").getInteger("target"))
                    .isEqualTo(1);
        }
    }

    /**
     * The demo's feed: message ages are measured against the simulator's clock, as they would be against the venue's.
     */
    @Test
    void shouldAskTheSimulatorForTheTime() {
        ServiceConfig config = ServiceConfig.parse(
                "{\"simulator\":{\"messagesPerSecond\":200},\"feeds\":{\"a\":{\"venue\":\"binance-spot\","
                        + "\"url\":\"sim:/stream?streams=btcusdt@trade\",\"connections\":2}}}",
                "test",
                null);
        try (RunningService service = RunningService.prepare(config)) {
            RunningService.await(service.deploy(), 10);

            Await.until("the exchange's clock is known", () -> {
                JsonObject latency = RunningService.await(
                                service.onVertx()
                                        .eventBus()
                                        .<JsonObject>request(
                                                Addresses.command("a"), new JsonObject().put("do", "status"))
                                        .map(Message::body),
                                5)
                        .getJsonObject("exchangeLatency");
                return latency != null
                        && latency.getLong("errorMicros") != null
                        && latency.getLong("clockFailures") == 0;
            });
        }
    }

    private static ServiceConfig clustered(int port, String... feeds) {
        return ServiceConfig.parse(
                ("{'cluster':{'name':'reload','members':['127.0.0.1:" + port + "'],'port':" + port
                                + "},'relay':{'port':0},'simulator':{'messagesPerSecond':500},'feeds':{"
                                + String.join(",", feeds) + "}}")
                        .replace('\'', '"'),
                "test",
                null);
    }

    private static String feed(String name, String stream, int connections) {
        return "'" + name + "':{'url':'sim:/ws/" + stream + "','connections':" + connections
                + ",'joinGuardMs':20,'skewMs':20}";
    }

    private static JsonObject feeds(RunningService service) {
        return RunningService.await(
                        service.onVertx()
                                .eventBus()
                                .<JsonObject>request(Addresses.STATUS, new JsonObject())
                                .map(Message::body)
                                .otherwise(new JsonObject().put("feeds", new JsonObject())), // none runs yet
                        5)
                .getJsonObject("feeds");
    }

    @Test
    void shouldChangeFeedsOnANodeOfACluster() throws IOException {
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (RunningService service =
                RunningService.prepare(clustered(port, feed("a", "btcusdt@trade", 2), feed("b", "ethusdt@trade", 2)))) {
            RunningService.await(service.serve(), 10);
            RunningService.await(service.deploy(), 20);
            Await.until("both run", () -> feeds(service).size() == 2);

            ServiceConfig wanted = clustered(port, feed("a", "btcusdt@trade", 3), feed("c", "ethusdt@trade", 2));
            assertThat(RunningService.await(service.apply(wanted), 20).needsRestart())
                    .isEmpty();

            assertThat(service.config().feeds()).extracting(FeedConfig::name).containsExactly("a", "c");
            Await.until(
                    () -> feeds(service).encode(),
                    () -> feeds(service).fieldNames().equals(Set.of("a", "c"))
                            && feeds(service).getJsonObject("a").getInteger("target") == 3);
            assertThat(RunningService.await(service.apply(wanted), 20))
                    .as("nothing is left to change")
                    .isEqualTo(new ConfigChange(List.of(), List.of(), List.of(), List.of()));
        }
    }

    @Test
    void shouldSayOnWhatItRuns() {
        ServiceConfig config = ServiceConfig.parse(
                "{\"feeds\":{\"a\":{\"url\":\"ws://127.0.0.1:1/\",\"connections\":1}}}", "test", null);
        try (Logged log = Logged.of("io.firstline.service.RunningService");
                RunningService service = RunningService.prepare(config)) {
            Await.until("a line of " + service.config().feeds(), () -> log.count("Vert.x ") == 1);

            assertThat(log.text())
                    .containsPattern(
                            "Vert\\.x \\d+\\.\\d+\\.\\d+, Java 1?[0-9].*, transport (epoll|NIO.*), TLS by (BoringSSL|OpenSSL|the JDK)");
        }
    }

    @Test
    void shouldThrowWhatFailedAsItWas() {
        IllegalStateException own = new IllegalStateException("own");

        assertThatThrownBy(() -> RunningService.await(Future.failedFuture(own), 1))
                .isSameAs(own);
        assertThatThrownBy(() -> RunningService.await(Future.failedFuture(new IOException("io")), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("io");
        assertThatThrownBy(() -> RunningService.await(Promise.promise().future(), 0))
                .hasMessage("no answer within 0 s");
    }

    @Test
    void shouldKeepTheInterruptOfAWaitingThread() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> RunningService.await(Promise.promise().future(), 5))
                .hasMessage("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }
}
