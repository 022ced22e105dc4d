package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.spi.cluster.NodeInfo;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** Addresses of event buses, and the nodes behind them. */
class BusPeersTest {
    private final BusPeers peers = new BusPeers();

    private static InetSocketAddress resolved(String name, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByAddress(name, new byte[] {10, 0, 0, 1}), port);
    }

    @Test
    void shouldNameTheNodeAtAnAddress() throws UnknownHostException {
        NodeInfo info = new NodeInfo("10.0.0.1", 5702, null);
        peers.found("id-1", "one:5701", info);

        assertThat(peers.info("id-1")).isSameAs(info);
        assertThat(peers.nameAt(InetSocketAddress.createUnresolved("10.0.0.1", 5702)))
                .isEqualTo("one:5701");
        assertThat(peers.nameAt(resolved("one.example.com", 5702)))
                .as("the bus has the address, the socket the name")
                .isEqualTo("one:5701");
        assertThat(peers.nameAt(resolved("one.example.com", 5703))).isNull();
        assertThat(peers.nameAt(InetSocketAddress.createUnresolved("one.example.com", 5702)))
                .isNull();
    }

    /** Hazelcast may drop a member before the connection of the event bus to it ends: that end proves that the process is gone. */
    @Test
    void shouldNameANodeThatHazelcastHasDropped() {
        peers.found("id-1", "one:5701", new NodeInfo("10.0.0.1", 5702, null));

        peers.left("id-1");

        assertThat(peers.info("id-1")).isNull();
        assertThat(peers.size()).isZero();
        peers.found("id-2", "id-2", new NodeInfo("10.0.0.1", 5702, null));
        assertThat(peers.nameAt(InetSocketAddress.createUnresolved("10.0.0.1", 5702)))
                .isEqualTo("one:5701");
    }

    @Test
    void shouldForgetNodesThatAreTooMany() {
        for (int i = 1; i < 2_500; i++) {
            peers.found("id-" + i, "n:" + i, new NodeInfo("10.0.0.1", i, null));
        }

        assertThat(peers.size()).isBetween(1, 1_000);
        assertThat(peers.nameAt(InetSocketAddress.createUnresolved("10.0.0.1", 2_499)))
                .isEqualTo("n:2499");
        assertThat(peers.nameAt(InetSocketAddress.createUnresolved("10.0.0.1", 1)))
                .isNull();
    }
}
