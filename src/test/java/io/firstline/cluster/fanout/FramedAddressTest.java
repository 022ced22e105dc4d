package io.firstline.cluster.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A feed that begins anew on another event loop publishes at the same address. */
class FramedAddressTest {
    private static final int BYTES = 1_000;

    private final VertxInternal vertx = (VertxInternal) Vertx.vertx();
    /** How much each connection has received. */
    private final List<AtomicLong> connections = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    /** Returns an address that another node consumes. */
    private FramedAddress address(boolean nodeAnswers) {
        NetServer server = vertx.createNetServer().connectHandler(socket -> accepted(socket, nodeAnswers));
        int port = Await.result(server.listen(0, "127.0.0.1")).actualPort();
        NodeLink link = new NodeLink(
                "b:7000",
                context -> new NodeConnection(
                        context, System::nanoTime, () -> vertx.createNetClient().connect(port, "127.0.0.1")));
        FramedAddress address =
                new FramedAddress(vertx, "firstline.feed.btc", System::nanoTime, node -> link, (node, count) -> {});
        address.nodes(List.of("b"));
        return address;
    }

    private void accepted(NetSocket socket, boolean answers) {
        AtomicLong received = new AtomicLong();
        connections.add(received);
        socket.handler(data -> {
            received.addAndGet(data.length());
            if (answers) {
                socket.write(Buffer.buffer().appendLong(Long.MAX_VALUE)); // to all fences
            }
        });
    }

    private ContextInternal loop() {
        return vertx.contextBuilder()
                .withEventLoop(vertx.nettyEventLoopGroup().next())
                .build();
    }

    private static void publish(FramedAddress address) {
        address.publish(Buffer.buffer(new byte[BYTES]), null);
        address.flush();
    }

    private void beginsTwice(FramedAddress address) {
        address.publishedOn(loop());
        publish(address);
        Await.until("it is connected", () -> connections.size() == 1);
        address.publishedOn(loop());
        publish(address);
    }

    @Test
    void shouldSendOnItsOwnLoopWhenTheFormerMessagesHaveArrived() {
        FramedAddress address = address(true);

        beginsTwice(address);

        Await.until(
                "another connection has the second message",
                () -> connections.size() == 2 && connections.get(1).get() > BYTES);
        assertThat(connections.get(0).get()).isLessThan(2 * BYTES);
    }

    /** Messages that it has not read yet would arrive after the next ones: plain consumers would get them in disorder. */
    @Test
    void shouldStayOnItsConnectionToANodeThatDoesNotConfirm() {
        FramedAddress address = address(false);

        beginsTwice(address);

        Await.until(
                "the former connection has both messages",
                () -> connections.get(0).get() > 2 * BYTES);
        assertThat(connections).hasSize(1);
    }
}
