package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.payload.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Messages read ahead of Netty's decoder equal those that Netty reads, in the same order, however the bytes are split.
 */
class FrameReaderTest {
    private static final int MAX_BYTES = 100_000;
    private static final int WORLDS = 400;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> heard = new ArrayList<>();
    private int read;
    private boolean fromTheBeginning;

    @AfterEach
    void closeVertx() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static String told(int opcode, boolean isFinal, byte[] content) {
        return opcode + (isFinal ? "" : "+") + " " + content.length + " " + Arrays.hashCode(content);
    }

    /** A channel with Netty's decoder, which may have read some bytes already. */
    private EmbeddedChannel channel() {
        return new EmbeddedChannel(
                new WebSocket13FrameDecoder(false, false, MAX_BYTES, false), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        WebSocketFrame frame = (WebSocketFrame) message;
                        byte[] content = new byte[frame.content().readableBytes()];
                        frame.content().readBytes(content);
                        heard.add(told(opcode(frame), frame.isFinalFragment(), content));
                        frame.release();
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        heard.add("wrong");
                    }
                });
    }

    private static int opcode(WebSocketFrame frame) {
        return List.of("Continuation", "Text", "Binary", "", "", "", "", "", "Close", "Ping", "Pong")
                .indexOf(frame.getClass().getSimpleName().replace("WebSocketFrame", ""));
    }

    /** Of the reader; frames for Netty are heard behind its decoder. */
    private final class Events implements Socket.Listener {
        private boolean reading;

        @Override
        public void readBegins() {
            reading = true;
        }

        @Override
        public void readEnds() {
            reading = false;
        }

        @Override
        public void message(Payload payload) {
            assertThat(reading).isTrue();
            FrameReaderTest.this.message(payload);
        }

        @Override
        public void oversize(long bytes) {
            heard.add("oversize " + bytes);
        }

        @Override
        public void unfinished() {
            assertThat(reading).isTrue();
        }

        @Override
        public void frame(io.vertx.core.http.WebSocketFrame frame) {
            throw new AssertionError(frame);
        }

        @Override
        public void ping() {
            throw new AssertionError();
        }

        @Override
        public void pong(Buffer payload) {
            throw new AssertionError(payload);
        }

        @Override
        public void failed(Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void ended() {
            throw new AssertionError();
        }
    }

    private void install(EmbeddedChannel channel) {
        FrameReader reader = new FrameReader(
                (ContextInternal) vertx.getOrCreateContext(), MAX_BYTES, fromTheBeginning, new Events());
        String decoder =
                channel.pipeline().context(WebSocket13FrameDecoder.class).name();
        channel.pipeline().addBefore(decoder, "reader", reader).addAfter(decoder, "witness", reader.counter());
    }

    private void message(Payload payload) {
        read++;
        heard.add(told(
                payload.isText() ? 1 : 2,
                true,
                Arrays.copyOfRange(payload.array(), payload.from(), payload.from() + payload.length())));
    }

    private static ByteBuf frame(int opcode, boolean isFinal, byte[] content) {
        ByteBuf frame = Unpooled.buffer().writeByte((isFinal ? 0x80 : 0) | opcode);
        if (content.length < 126) {
            frame.writeByte(content.length);
        } else if (content.length < 65_536) {
            frame.writeByte(126).writeShort(content.length);
        } else {
            frame.writeByte(127).writeLong(content.length);
        }
        return frame.writeBytes(content);
    }

    private static byte[] content(Random random, int most) {
        byte[] content = new byte[random.nextInt(most)];
        for (int i = 0; i < content.length; i++) {
            // many of them look like frames
            content[i] = (byte) (random.nextInt(3) == 0 ? 0x81 : random.nextInt(4));
        }
        return content;
    }

    @Test
    void shouldReadWhatNettyReadsHoweverItIsCut() {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        int readInAll = 0;
        for (long world = seed; world < seed + WORLDS; world++) {
            Random random = new Random(world);
            fromTheBeginning = random.nextBoolean();
            ByteBuf bytes = Unpooled.buffer();
            List<String> expected = new ArrayList<>();
            boolean inFragments = false;
            for (int i = 0; i < 60; i++) {
                int kind = random.nextInt(20);
                byte[] content = content(random, random.nextInt(30) == 0 ? 70_000 : 300);
                int opcode = kind == 0 ? 9 : kind == 1 ? 10 : inFragments ? 0 : 1 + random.nextInt(2);
                boolean isFinal = opcode >= 8 || random.nextInt(12) > 0;
                if (fromTheBeginning && isFinal && !inFragments && opcode < 8 && random.nextInt(60) == 0) {
                    int length = MAX_BYTES + 1 + random.nextInt(1_000);
                    bytes.writeBytes(frame(opcode, true, new byte[length]));
                    expected.add("oversize " + length);
                    continue;
                }
                if (opcode >= 8) {
                    content = Arrays.copyOf(content, Math.min(content.length, 125));
                } else {
                    inFragments = !isFinal;
                }
                bytes.writeBytes(frame(opcode, isFinal, content));
                expected.add(told(opcode, isFinal, content));
            }
            if (!inFragments) {
                bytes.writeBytes(frame(8, true, new byte[] {3, (byte) 0xE8}));
                expected.add(told(8, true, new byte[] {3, (byte) 0xE8}));
            }
            heard.clear();
            read = 0;
            EmbeddedChannel channel = channel();
            if (!fromTheBeginning && random.nextBoolean()) { // the channel may have read half a frame before
                channel.writeInbound(bytes.readRetainedSlice(random.nextInt(600)));
            }
            install(channel);
            int most = 1 + random.nextInt(random.nextBoolean() ? 20 : 5_000);
            while (bytes.isReadable()) {
                channel.writeInbound(
                        bytes.readRetainedSlice(Math.min(bytes.readableBytes(), 1 + random.nextInt(most))));
            }
            readInAll += read;
            assertThat(heard).as("-Dfirstline.seed=%d", world).isEqualTo(expected);
            channel.finishAndReleaseAll();
            assertThat(bytes.refCnt())
                    .as("nothing is kept, -Dfirstline.seed=%d", world)
                    .isEqualTo(1);
        }
        System.out.printf("[frames] %d worlds from -Dfirstline.seed=%d, %,d read ahead%n", WORLDS, seed, readInAll);
        assertThat(readInAll).as("it was of use").isGreaterThan(WORLDS);
    }

    @Test
    void shouldReadAheadOnceItKnowsWhereFramesBegin() {
        EmbeddedChannel channel = channel();
        install(channel);
        for (int i = 0; i < 10; i++) {
            channel.writeInbound(frame(1, true, ("message " + i).getBytes(StandardCharsets.UTF_8)));
        }

        assertThat(heard).hasSize(10);
        assertThat(read).isEqualTo(7);
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldLeaveWhatIsWrongToNetty() {
        for (int[] wrong : new int[][] {
            {0xC1, 1, 'x'}, // an extension bit
            {0x81, 0x81, 1, 2, 3, 4, 'x'}, // a mask
            {0x81, 126, 0, 1, 'x'}, // not the shortest length
            {0x83, 1, 'x'}, // no such frame
            {0x80, 1, 'x'}, // nothing to continue
            {0x81, 127, 0, 0, 0, 0, 0x7F, 0, 0, 0}, // too long
        }) {
            heard.clear();
            read = 0;
            EmbeddedChannel channel = channel();
            install(channel);
            for (int i = 0; i < 5; i++) {
                channel.writeInbound(frame(1, true, "aaa".getBytes(StandardCharsets.UTF_8)));
            }
            assertThat(read).isEqualTo(2);
            ByteBuf bytes = Unpooled.buffer();
            for (int b : wrong) {
                bytes.writeByte(b);
            }
            bytes.writeBytes(frame(1, true, "bbb".getBytes(StandardCharsets.UTF_8)));
            channel.writeInbound(bytes);

            assertThat(heard)
                    .as(Arrays.toString(wrong))
                    .hasSizeGreaterThanOrEqualTo(6)
                    .contains("wrong");
            assertThat(read).as("nothing after it").isEqualTo(2);
            channel.finishAndReleaseAll();
        }
    }
}
