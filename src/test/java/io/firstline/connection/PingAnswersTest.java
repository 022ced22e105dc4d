package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.CharsetUtil;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Few pongs wait for a peer that does not read, and the newest ping is answered in the end. */
class PingAnswersTest {
    private final List<String> pongs = new ArrayList<>();
    private final Deque<ChannelPromise> unwritten = new ArrayDeque<>();
    private int pings;
    /** The peer reads only when the test says so. */
    private final EmbeddedChannel channel = new EmbeddedChannel(
            new ChannelOutboundHandlerAdapter() {
                @Override
                public void write(ChannelHandlerContext context, Object message, ChannelPromise written) {
                    PongWebSocketFrame pong = (PongWebSocketFrame) message;
                    pongs.add(pong.content().toString(CharsetUtil.UTF_8));
                    pong.release();
                    unwritten.add(written);
                }
            },
            new PingAnswers(() -> pings++));

    private void ping(int number) {
        channel.writeInbound(new PingWebSocketFrame(Unpooled.copiedBuffer("p" + number, CharsetUtil.UTF_8)));
    }

    @Test
    void shouldAnswerEachPingOfAPeerThatReads() {
        for (int i = 0; i < 100; i++) {
            ping(i);
            unwritten.remove().setSuccess();
        }

        assertThat(pongs).hasSize(100).contains("p0", "p99");
        assertThat(pings).isEqualTo(100);
    }

    @Test
    void shouldKeepOnlyTheNewestPingOfAPeerThatDoesNotRead() {
        for (int i = 0; i < 10_000; i++) {
            ping(i);
        }
        assertThat(unwritten).hasSize(PingAnswers.MAX_UNWRITTEN);
        while (!unwritten.isEmpty()) {
            unwritten.remove().setSuccess();
        }

        assertThat(pongs).hasSize(PingAnswers.MAX_UNWRITTEN + 1).endsWith("p15", "p9999");
        assertThat(pings).isEqualTo(10_000);
    }

    @Test
    void shouldLetOtherFramesPass() {
        channel.writeInbound(new TextWebSocketFrame("data"));

        TextWebSocketFrame passed = channel.readInbound();
        assertThat(passed.text()).isEqualTo("data");
        passed.release();
    }
}
