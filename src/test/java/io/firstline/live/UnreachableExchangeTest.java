package io.firstline.live;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.WsPoolConfig;
import io.firstline.feed.WsPool;
import io.firstline.integration.Quiet;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code -Plive} says on a machine without a network: the address and the cause, at once. */
class UnreachableExchangeTest {
    @BeforeAll
    static void quiet() {
        Quiet.logs();
    }

    @Test
    void shouldNameTheAddressAndTheCause() {
        Vertx vertx = Vertx.vertx();
        String url = "wss://no-such-exchange.invalid/stream";
        WsPool pool = WsPool.create(vertx, WsPoolConfig.of(url));
        try {
            assertThatThrownBy(() -> Reached.start(pool, url, Duration.ofSeconds(15)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("the exchange cannot be reached at " + url)
                    .hasMessageContaining("dns");
        } finally {
            Reached.get(pool.close());
            Reached.get(vertx.close());
        }
    }

    @Test
    void shouldGiveUpOnAServerThatSaysNothing() throws IOException {
        Vertx vertx = Vertx.vertx();
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String url = "ws://127.0.0.1:" + mute.getLocalPort() + "/";
            WsPool pool = WsPool.create(vertx, WsPoolConfig.of(url));
            assertThatThrownBy(() -> Reached.start(pool, url, Duration.ofSeconds(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("no connection to " + url + " within 1 s");
            Reached.get(pool.close());
        } finally {
            Reached.get(vertx.close());
        }
    }
}
