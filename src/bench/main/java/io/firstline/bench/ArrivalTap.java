package io.firstline.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Records the arrival time of each message directly at the socket, before any other handler. Changes nothing. Supports
 * open WebSockets without TLS only.
 */
final class ArrivalTap extends ChannelInboundHandlerAdapter {
    private static final int SHORT = 125;
    private static final int LENGTH_BITS = 0x7F;

    private final Consumption arrivals;
    private final ByteBuf pending = Unpooled.buffer();

    /** A tap for one connection. */
    ArrivalTap(Consumption arrivals) {
        this.arrivals = arrivals;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes) {
            pending.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
            while (readFrame()) {
                // frame by frame
            }
            pending.discardReadBytes();
        }
        ctx.fireChannelRead(message);
    }

    /** A server's frames are not masked, and none of this benchmark's is longer than 64 KiB. */
    private boolean readFrame() {
        if (pending.readableBytes() < 4) {
            return false;
        }
        int start = pending.readerIndex();
        int length = pending.getByte(start + 1) & LENGTH_BITS;
        int header = length > SHORT ? 4 : 2;
        if (length > SHORT) {
            length = pending.getUnsignedShort(start + 2);
        }
        if (pending.readableBytes() < header + length) {
            return false;
        }
        ByteBuf payload = pending.slice(start + header, length);
        if (Quote.TICKER.isOne(payload)) {
            arrivals.copy(payload);
        }
        pending.skipBytes(header + length);
        return true;
    }
}
