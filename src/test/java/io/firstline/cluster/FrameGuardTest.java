package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.publish.RejectionLog;
import io.firstline.cluster.fanout.FrameInput;
import io.firstline.cluster.fanout.NodeFrames;
import io.firstline.testkit.Await;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Data on the event bus' port: complete messages pass, everything else closes its connection. */
class FrameGuardTest {
    private static final int MOST_FRAME_BYTES = 1 << 20;

    private final RejectionLog rejections = new RejectionLog(LoggerFactory.getLogger("off"), System::nanoTime);
    private final BusLimits limits = BusLimits.of(2, MOST_FRAME_BYTES, 2L * MOST_FRAME_BYTES, rejections);

    private EmbeddedChannel connection() {
        return new EmbeddedChannel(new FrameGuard.Placer(limits, () -> null));
    }

    private static byte[] message(int bytes) {
        return BusFrame.text("a", "x".repeat(bytes));
    }

    private static byte[] passed(EmbeddedChannel connection) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf read = connection.readInbound(); read != null; read = connection.readInbound()) {
            all.writeBytes(read);
            read.release();
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    @Test
    void shouldPassMessagesHoweverTheyAreCut() {
        long seed = System.nanoTime();
        System.out.println("[frames] seed " + seed);
        Random random = new Random(seed);
        EmbeddedChannel connection = connection();
        ByteBuf sent = Unpooled.buffer();
        for (int i = 0; i < 200; i++) {
            sent.writeBytes(message(random.nextInt(random.nextInt(10) == 0 ? 200_000 : 300)));
        }
        byte[] all = new byte[sent.readableBytes()];
        sent.getBytes(0, all);

        List<Integer> beginnings = new ArrayList<>();
        ByteBuf passed = Unpooled.buffer();
        while (sent.isReadable()) {
            int piece = Math.min(sent.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 5 : 70_000));
            connection.writeInbound(sent.readBytes(piece));
            beginnings.add(passed.writerIndex());
            passed.writeBytes(passed(connection));
        }

        byte[] come = new byte[passed.readableBytes()];
        passed.readBytes(come);
        assertThat(come).isEqualTo(all);
        assertThat(connection.isOpen()).isTrue();
        assertThat(limits.heldBytes()).hasValue(0);
        ByteBuf read = Unpooled.wrappedBuffer(all);
        for (int begins : beginnings) { // complete messages only
            while (read.readerIndex() < begins) {
                read.skipBytes(read.readInt());
            }
            assertThat(read.readerIndex()).isEqualTo(begins);
        }
    }

    @Test
    void shouldCloseWhatAnnouncesTooMuchAndTakeNoMemoryForIt() {
        for (int announced : List.of(Integer.MAX_VALUE, MOST_FRAME_BYTES, 0, -1, Integer.MIN_VALUE)) {
            EmbeddedChannel connection = connection();

            connection.writeInbound(Unpooled.buffer().writeInt(announced).writeInt(7));

            assertThat(connection.isOpen()).as("%d", announced).isFalse();
            assertThat(passed(connection)).isEmpty();
        }
        assertThat(rejections.count()).isEqualTo(5);
        assertThat(limits.heldBytes()).hasValue(0);
        assertThat(limits.connections()).hasValue(0);
    }

    @Test
    void shouldCloseWhatDoesNotReadTheAnswersToItsRequests() {
        Vertx vertx = Vertx.vertx();
        try {
            NodeFrames frames = new NodeFrames(vertx, address -> {}, node -> node, node -> Future.failedFuture("none"));
            EmbeddedChannel connection = new EmbeddedChannel(new FrameGuard.Placer(limits, () -> frames));
            ByteBuf request = Unpooled.buffer().writeInt(9).writeByte(2).writeLong(7);

            connection.writeInbound(Unpooled.copyInt(FrameInput.OPENING), request.copy());
            assertThat(connection.<ByteBuf>readOutbound()).isEqualTo(Unpooled.copyLong(7));

            connection.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
            connection.writeInbound(request);
            assertThat(connection.isOpen()).isFalse();
            assertThat(limits.connections()).hasValue(0);
        } finally {
            Await.result(vertx.close());
        }
    }

    @Test
    void shouldCloseWhatIsNoMessage() {
        byte[] good = message(10);
        for (int at : List.of(4, 5, 7, 12, 16, 26)) { // protocol, codec, address, reply, sender, headers
            byte[] bad = good.clone();
            bad[at] = 99;
            EmbeddedChannel connection = connection();

            connection.writeInbound(Unpooled.wrappedBuffer(good), Unpooled.wrappedBuffer(bad));

            assertThat(connection.isOpen()).as("byte %d", at).isFalse();
            assertThat(passed(connection)).isEqualTo(good);
        }
        EmbeddedChannel browser = connection();
        browser.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1\r\nHost: node\r\n\r\n", StandardCharsets.US_ASCII));
        assertThat(browser.isOpen()).isFalse();
    }

    @Test
    void shouldPassAnyGarbageAsAMessageOrClose() {
        long seed = System.nanoTime();
        System.out.println("[frames] seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = message(random.nextInt(50));
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[4 + random.nextInt(bytes.length - 4)] = (byte) random.nextInt(256);
            }
            EmbeddedChannel connection = connection();

            connection.writeInbound(Unpooled.wrappedBuffer(bytes));

            assertThat(passed(connection)).as("seed %d", seed).isEqualTo(connection.isOpen() ? bytes : new byte[0]);
            connection.finishAndReleaseAll();
        }
        assertThat(limits.heldBytes()).hasValue(0);
    }

    @Test
    void shouldBoundWhatAllConnectionsKeepTogether() {
        BusLimits narrow = BusLimits.of(10, MOST_FRAME_BYTES, MOST_FRAME_BYTES, rejections);
        List<EmbeddedChannel> open = new ArrayList<>();
        byte[] message = message(MOST_FRAME_BYTES - 100);
        for (int i = 0; i < 3; i++) {
            EmbeddedChannel connection = new EmbeddedChannel(new FrameGuard.Placer(narrow, () -> null));
            connection.writeInbound(Unpooled.copiedBuffer(message, 0, MOST_FRAME_BYTES / 2));
            open.add(connection);
        }

        assertThat(open).filteredOn(connection -> !connection.isOpen()).hasSize(1);
        assertThat(narrow.heldBytes().get()).isBetween(1L, (long) MOST_FRAME_BYTES);
        open.forEach(EmbeddedChannel::finishAndReleaseAll);
        assertThat(narrow.heldBytes()).hasValue(0);
    }

    @Test
    void shouldCloseOneConnectionTooMany() {
        EmbeddedChannel first = connection();
        EmbeddedChannel second = connection();
        EmbeddedChannel third = connection();

        assertThat(List.of(first.isOpen(), second.isOpen(), third.isOpen())).containsExactly(true, true, false);
        first.finishAndReleaseAll();
        assertThat(connection().isOpen()).isTrue();
    }
}
