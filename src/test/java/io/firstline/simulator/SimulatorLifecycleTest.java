package io.firstline.simulator;

import static io.firstline.simulator.TestClient.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** Starts, closes and rejects. */
class SimulatorLifecycleTest extends SimulatorTestBase {

    @Test
    void shouldStartOnceAndTellItsPortAndAddress() throws Exception {
        ExchangeSimulator exchange = create(quiet());

        assertThatIllegalStateException().isThrownBy(exchange::port);
        int port = join(exchange.start());

        assertThat(join(exchange.start())).isEqualTo(port);
        assertThat(exchange.port()).isEqualTo(port);
        assertThat(exchange.url("/ws")).isEqualTo("ws://127.0.0.1:" + port + "/ws");
        assertThat(start(quiet().withHost("0.0.0.0")).url("")).startsWith("ws://127.0.0.1:");
    }

    @Test
    void shouldWriteAnIpv6AddressInBrackets() throws Exception {
        ExchangeSimulator exchange = start(quiet().withHost("0:0:0:0:0:0:0:1"));

        assertThat(exchange.url("/ws")).isEqualTo("ws://[0:0:0:0:0:0:0:1]:" + exchange.port() + "/ws");
    }

    @Test
    void shouldFailOnATakenPortAlsoWhenTheSameVertxHasIt() throws Exception {
        int port = start(quiet()).port();

        assertThatThrownBy(() -> start(quiet().withPort(port)))
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1:" + port);
        try (ServerSocket foreign = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(quiet().withPort(foreign.getLocalPort())))
                    .cause()
                    .hasMessageContaining("cannot listen on");
        }
    }

    @Test
    void shouldFailOnAnUnknownHost() {
        assertThatThrownBy(() -> start(quiet().withHost("no.such.host.invalid")))
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no.such.host.invalid");
    }

    @Test
    void shouldCloseEveryConnectionWith1001AndFreeThePort() throws Exception {
        ExchangeSimulator exchange = start(SimulatorConfig.of());
        TestClient one = connect(exchange, "/ws/btcusdt@trade");
        TestClient two = connect(exchange, "/stream?streams=btcusdt@trade");
        int port = exchange.port();

        join(exchange.close());
        join(exchange.close());

        assertThat(one.awaitClose()).isEqualTo((short) 1001);
        assertThat(two.awaitClose()).isEqualTo((short) 1001);
        eventually(() -> exchange.lines().isEmpty());
        eventually(() -> isRefused(port)); // NIO frees a port at its selector's next turn
        start(quiet().withPort(port));
    }

    @Test
    void shouldNotStartAfterItWasClosed() throws Exception {
        ExchangeSimulator exchange = create(quiet());

        join(exchange.close());

        assertThatThrownBy(() -> join(exchange.start())).hasRootCauseMessage("the simulator is closed");
    }

    @Test
    void shouldCloseWhatWasStillStarting() throws Exception {
        ExchangeSimulator exchange = create(quiet());

        int port = join(exchange.start().compose(bound -> exchange.close().map(bound)));

        eventually(() -> isRefused(port)); // NIO frees a port at its selector's next turn
    }

    @Test
    void shouldCloseAfterVertxIsGone() throws Exception {
        Vertx other = Vertx.vertx();
        ExchangeSimulator exchange = ExchangeSimulator.create(other, quiet());
        join(exchange.start());
        join(other.close());

        join(exchange.close());
    }

    private static boolean isRefused(int port) throws Exception {
        try (Socket accepted = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return !accepted.isConnected();
        } catch (ConnectException e) {
            return true;
        }
    }
}
