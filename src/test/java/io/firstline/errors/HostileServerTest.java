package io.firstline.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.DropCause;
import io.firstline.testkit.Await;
import io.firstline.testkit.ConnectionProbe;
import io.firstline.testkit.Frame;
import io.firstline.testkit.OnNativeLoops;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.vertx.core.Future;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server tries to make a client hold more than it should. */
class HostileServerTest extends OnNativeLoops {
    private static final int LIMIT = 100_000;

    private final ScriptedServer server = ScriptedServer.start();
    private final ConnectionProbe probe = new ConnectionProbe(
            vertx,
            WsConnectionConfig.of(server.url("/")).withMaxMessageBytes(LIMIT).withCompression(true));

    @AfterEach
    void close() {
        probe.close();
        server.close();
    }

    private Peer opened(Consumer<Peer> upgrade) {
        var opening = probe.connect();
        Peer peer = server.accept();
        upgrade.accept(peer);
        Await.result(opening);
        return peer;
    }

    private static byte[] times(int count, byte[] frame) {
        byte[] all = new byte[count * frame.length];
        for (int i = 0; i < count; i++) {
            System.arraycopy(frame, 0, all, i * frame.length, frame.length);
        }
        return all;
    }

    @Test
    void shouldOweFewPongsToAServerThatDoesNotRead() {
        Peer peer = opened(Peer::upgradeWithoutReading);
        byte[] pings = times(1_000, Frame.bytes(Frame.FIN | Frame.PING, new byte[125]));
        for (int i = 0; i < 200; i++) {
            peer.raw(pings);
        }
        peer.text("after the pings");
        probe.awaitMessages(1);

        // with a pong owed for each ping, 20 MB would wait, and nothing else could be sent
        assertThat(Await.result(probe.start(c -> c.send("there is room"))
                        .map("sent")
                        .recover(e -> Future.succeededFuture(e.getMessage()))
                        .timeout(1, TimeUnit.SECONDS)
                        .recover(e -> Future.succeededFuture("waits for the server to read"))))
                .isIn("sent", "waits for the server to read");
        assertThat(probe.state().isConnected()).isTrue();
    }

    @Test
    void shouldInflateNoMoreThanTheLargestMessage() {
        Peer peer = opened(Peer::upgradeCompressed);
        peer.compressed("x".repeat(LIMIT)).compressed("y".repeat(10)).compressed("z".repeat(100 * LIMIT));

        Disconnect end = probe.awaitEnd();
        assertThat(end.label()).isEqualTo("oversize");
        assertThat(end.reason()).contains("inflates", "maxMessageBytes", String.valueOf(LIMIT));
        assertThat(probe.texts()).containsExactly("x".repeat(LIMIT), "y".repeat(10));
        assertThat(probe.drops()).containsExactly(DropCause.OVERSIZE);
    }

    @Test
    void shouldInflateNoMoreWhenTheMessageComesTogetherWithTheUpgrade() {
        byte[] bomb = Frame.bytes(Frame.FIN | Frame.RSV1 | Frame.BINARY, deflated(100 * LIMIT));
        opened(peer -> peer.upgradeCompressedWith(bomb));

        assertThat(probe.awaitEnd().label()).isEqualTo("oversize");
        assertThat(probe.messages()).isEmpty();
    }

    @Test
    void shouldEndACompressedConnectionWhoseDataAreNotDeflated() {
        Peer peer = opened(Peer::upgradeCompressed);
        peer.compressed("a").frame(0xF1, new byte[10]); // and with bits that mean nothing

        assertThat(probe.awaitEnd().label()).isEqualTo("malformed-frame");
        assertThat(probe.texts()).containsExactly("a");
        peer.awaitGone();
    }

    private static byte[] deflated(int zeros) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[zeros]);
        byte[] out = new byte[1 << 20];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, length - 4);
    }

    @Test
    void shouldEndAConnectionWhoseMessageHasTooManyFragments() {
        Peer peer = opened(Peer::upgrade);
        peer.frame(Frame.TEXT, new byte[0]);
        byte[] nothing = times(1_000, Frame.bytes(Frame.CONTINUATION, new byte[0]));
        for (int i = 0; i < 101; i++) {
            peer.raw(nothing);
        }

        Disconnect end = probe.awaitEnd();
        assertThat(end.label()).isEqualTo("oversize");
        assertThat(end.reason()).contains("fragments");
        assertThat(probe.drops()).containsExactly(DropCause.OVERSIZE);
        peer.awaitGone();
    }

    @Test
    void shouldEndAConnectionWhoseMessageNeverEnds() {
        Peer peer = opened(Peer::upgrade);
        byte[] part = Frame.bytes(Frame.CONTINUATION, new byte[LIMIT]);
        peer.frame(Frame.TEXT, new byte[0]);
        try {
            for (int i = 0; i < 2_000; i++) {
                peer.raw(part);
            }
        } catch (UncheckedIOException cutOff) {
            // as it should be
        }

        Disconnect end = probe.awaitEnd();
        assertThat(end.label()).isEqualTo("oversize");
        assertThat(end.reason()).contains("has not ended", "maxMessageBytes");
        assertThat(probe.drops()).containsExactly(DropCause.OVERSIZE);
    }
}
