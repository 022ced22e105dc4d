package io.firstline.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.service.BearerToken;
import io.firstline.config.service.BridgeConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The effects of one client on a bridge, without sockets. */
class ClientTest {
    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(13);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final HandLine line = new HandLine();
    private Vertx vertx;

    @BeforeEach
    void openVertx() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void closeVertx() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Bridge bridge(BridgeProtocol protocol, BridgeConfig config) {
        return new Bridge(vertx, protocol, config, token(), false, registry);
    }

    private static TokenCheck token() {
        return new TokenCheck("a test", new BearerToken(BridgeTestBase.TOKEN_SHA256));
    }

    private static Buffer bytes(JsonObject frame) {
        return frame.toBuffer();
    }

    @Test
    void shouldBeHungUpOnIfItTakesAPlaceForNothing() {
        Bridge bridge = bridge(BridgeProtocol.SOCKJS, BridgeConfig.of("f"));
        Client client = bridge.opened(line);

        bridge.sweep(System.nanoTime());
        assertThat(line.isCut).isFalse();
        client.read(bytes(new JsonObject().put("type", "ping")));
        bridge.sweep(System.nanoTime() + SOON_NANOS);

        assertThat(line.isCut).isTrue();
        assertThat(line.written).containsExactly("{\"type\":\"err\",\"body\":\"silent\"}");
    }

    @Test
    void shouldRefuseMoreClientsThanTheProcessHasFilesFor() {
        ServedSockets sockets = new ServedSockets(ServedSockets.OWN + 32);
        assertThat(sockets.forPages() + sockets.forBridges()).isEqualTo(16);
        Bridge one = new Bridge(vertx, BridgeProtocol.TCP, BridgeConfig.of("f"), token(), false, registry, sockets);
        Bridge other =
                new Bridge(vertx, BridgeProtocol.SOCKJS, BridgeConfig.of("f"), token(), false, registry, sockets);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < sockets.forBridges(); i++) {
            clients.add((i % 2 == 0 ? one : other).opened(new HandLine()));
        }

        assertThat(one.opened(line)).isNull();
        assertThat(line.written).hasSize(1).first().asString().contains("too_many_clients");
        clients.get(0).closed();
        clients.get(0).closed();
        assertThat(other.opened(new HandLine())).isNotNull();
        assertThat(one.opened(new HandLine())).isNull();
        assertThat(new ServedSockets(1).forBridges())
                .as("some are always served")
                .isPositive();
        assertThat(ServedSockets.ofProcess().forPages()).isPositive();
    }

    @Test
    void shouldHangUpOnWhoGuesses() {
        Bridge bridge = bridge(BridgeProtocol.TCP, BridgeConfig.of("f"));
        Client client = bridge.opened(line);
        for (int i = 0; i < TokenCheck.BURST; i++) {
            client.read(bytes(BridgeTestBase.withToken(BridgeTestBase.register("firstline.feed.g"), "guess " + i)));
        }
        assertThat(line.isCut).isFalse();

        client.read(bytes(BridgeTestBase.withToken(BridgeTestBase.register(BridgeTestBase.FEED), "the next")));

        assertThat(line.isCut).isTrue();
        assertThat(client.heard()).isEmpty();
        assertThat(line.written.get(line.written.size() - 1)).contains("too_many_wrong_tokens");
    }

    @Test
    void shouldNotHaveToSayAnythingOverTcpOnceItHearsSomething() {
        Bridge bridge = bridge(BridgeProtocol.TCP, BridgeConfig.of("f"));
        Client client = bridge.opened(line);

        client.read(bytes(BridgeTestBase.register(BridgeTestBase.FEED)));
        bridge.sweep(System.nanoTime() + SOON_NANOS);

        assertThat(line.isCut).isFalse();
        bridge.close();
        assertThat(line.isCut).isTrue();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void shouldHearOnlySoManyAddresses() {
        Client client = bridge(BridgeProtocol.SOCKJS, BridgeConfig.of("f")).opened(line);

        for (int i = 0; i <= Client.MOST_ADDRESSES; i++) {
            client.read(bytes(BridgeTestBase.register(Addresses.stream("f", "s" + i))));
        }

        assertThat(line.written).containsExactly("{\"type\":\"err\",\"body\":\"max_handlers_reached\"}");
    }

    @Test
    void shouldAskOnlySoMuchAtATime() {
        Client client = bridge(BridgeProtocol.SOCKJS, BridgeConfig.of("f").withInbound())
                .opened(line);
        vertx.eventBus().consumer(Addresses.command("f"), request -> {}); // never answers

        for (int i = 0; i <= Client.MOST_REQUESTS; i++) {
            client.read(bytes(BridgeTestBase.withToken(BridgeTestBase.command("status"), BridgeTestBase.TOKEN)));
        }

        assertThat(line.written).containsExactly("{\"type\":\"err\",\"body\":\"too_many_requests\"}");
    }

    @Test
    void shouldBeDroppedForWhatItLeavesUnreadAndForNothingElse() {
        Bridge bridge = bridge(BridgeProtocol.SOCKJS, BridgeConfig.of("f").withLimits(1, 1_024, 65_536));
        Client client = bridge.opened(line);
        Buffer large = Buffer.buffer(new byte[1 << 20]);

        client.deliver(large); // accepted at any length, because nothing waits before it
        client.deliver(large);
        assertThat(line.isCut).isFalse();
        line.takes = false;
        client.deliver(large);
        assertThat(line.isCut).isFalse();
        client.deliver(large);

        assertThat(line.isCut).isTrue();
        assertThat(line.written).hasSize(3);
        client.read(bytes(BridgeTestBase.register(BridgeTestBase.FEED)));
        assertThat(client.heard()).as("it is gone").isEmpty();
    }

    @Test
    void shouldBeDroppedForSmallAnswersToo() {
        Bridge bridge = bridge(BridgeProtocol.TCP, BridgeConfig.of("f").withLimits(1, 1_024, 65_536));
        Client client = bridge.opened(line);
        line.takes = false;

        for (int i = 0; i < 1_000; i++) {
            client.read(bytes(new JsonObject().put("type", "ping")));
        }

        assertThat(line.isCut).as("each answer costs far more than its bytes").isTrue();
        assertThat(line.written).hasSizeLessThan(300);
    }

    /** Accepts a frame at once, or never. */
    private static final class HandLine implements ClientSocket {
        @Override
        public String address() {
            return "10.0.0.1";
        }

        private final List<String> written = new ArrayList<>();
        private boolean takes = true;
        private boolean isCut;

        @Override
        public Future<Void> write(Buffer frame) {
            written.add(frame.length() > 100 ? "long" : frame.toString());
            return takes ? Future.succeededFuture() : Promise.<Void>promise().future();
        }

        @Override
        public void cutOff() {
            isCut = true;
        }

        @Override
        public String authorization() {
            return null;
        }

        @Override
        public String peer() {
            return "test";
        }
    }
}
