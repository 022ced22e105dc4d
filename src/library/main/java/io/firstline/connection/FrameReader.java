package io.firstline.connection;

import io.firstline.payload.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.internal.ContextInternal;

/**
 * Reads messages of one frame directly from the bytes of the socket, ahead of Netty's decoder, which allocates a buffer
 * and an object for each. Runs on the channel's event loop, which is the context's.
 *
 * <p>It takes only simple and complete frames: a final text or binary frame without mask, extension bits or a 64-bit
 * length, not between the fragments of another message. Everything else (control frames, fragments, errors, frames
 * split by the end of a read) goes to Netty's decoder unchanged, so Netty remains in charge of the protocol.
 *
 * <p>A message in one frame that exceeds the limit is skipped byte by byte. Netty's decoder would end the connection,
 * and the same snapshot would end the next connection too.
 *
 * <p>It may be added to a channel that has already read half a frame. Then it first only compares its results with the
 * frames that Netty makes of the same bytes. After {@value #TRUSTED} equal frames in a row it knows where frames begin.
 * At the first difference, and after a close frame, it passes everything to Netty for good.
 *
 * <p>It saves a third of the cost of a copy in a pool of five; see src/docs/performance.md.
 */
final class FrameReader extends ChannelInboundHandlerAdapter {
    private static final int TRUSTED = 3;
    /** A frame that claims to be longer is not skipped: Netty ends the connection. */
    static final long MAX_SKIPPED = 1L << 30;

    private static final int FINAL_TEXT = 0x81;
    private static final int FINAL_BINARY = 0x82;
    private static final int FINAL = 0x80;
    private static final int MASK = 0x80;
    private static final int CONTINUATION = 0;
    private static final int CLOSE = 8;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private final ContextInternal context;
    private final Socket.Listener listener;
    private final Payload payload = new Payload();
    private final ReusedBytes bytes = new ReusedBytes();
    private final int maxMessageBytes;
    /** Records the frames that Netty has made, for the comparison. */
    private final FrameCounter counter = new FrameCounter();

    private boolean lettingPass;
    private int agreed;
    private boolean inFragments;
    /** The bytes read so far of the header of a frame for Netty's decoder. */
    private final byte[] header = new byte[10];

    private int headerLength;
    private long payloadLeft;
    private long payloadLength;

    /** Remaining bytes of a skipped frame. */
    private long skipping;

    /**
     * Makes a reader for one channel.
     *
     * @param fromTheBeginning whether the first byte to read begins a frame
     * @param listener gets the messages, the length of each skipped one, and each read with its beginning and end
     */
    FrameReader(ContextInternal context, int maxMessageBytes, boolean fromTheBeginning, Socket.Listener listener) {
        this.context = context;
        this.maxMessageBytes = maxMessageBytes;
        this.agreed = fromTheBeginning ? TRUSTED : 0;
        this.listener = listener;
    }

    /** A handler to add behind Netty's decoder. */
    ChannelInboundHandlerAdapter counter() {
        return counter;
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) {
        if (lettingPass || !(message instanceof ByteBuf read)) {
            channel.fireChannelRead(message);
            return;
        }
        ContextInternal before = context.beginDispatch();
        listener.readBegins();
        try {
            while (read.isReadable()) {
                if (skipping > 0) {
                    int skipped = (int) Math.min(skipping, read.readableBytes());
                    read.skipBytes(skipped);
                    skipping -= skipped;
                    if (skipping == 0) {
                        listener.oversize(payloadLength);
                    }
                } else if (lettingPass) {
                    channel.fireChannelRead(read.readRetainedSlice(read.readableBytes()));
                } else if (agreed < TRUSTED || headerLength > 0 || inFragments || !take(read)) {
                    pass(channel, read);
                }
            }
            if (skipping > 0 || headerLength > 0) {
                listener.unfinished();
            }
        } finally {
            listener.readEnds();
            context.endDispatch(before);
            read.release();
        }
    }

    /** Takes a simple frame if it is complete; otherwise returns false. */
    private boolean take(ByteBuf read) {
        int at = read.readerIndex();
        int readable = read.readableBytes();
        if (readable < 4) {
            return false;
        }
        int beginning = read.getInt(at); // one call for all that a header may have
        int first = beginning >>> 24;
        int second = (beginning >>> 16) & 0xFF;
        int length = second;
        int headerBytes = 2;
        if (second == LENGTH_16) {
            length = beginning & 0xFFFF;
            headerBytes = 4;
            if (length < LENGTH_16) {
                return false; // an error: not the shortest form
            }
        }
        boolean simple = (first == FINAL_TEXT || first == FINAL_BINARY) && length <= maxMessageBytes;
        // a mask and a 64-bit length make the second byte greater than LENGTH_16
        if (!simple || second > LENGTH_16 || readable < headerBytes + length) {
            return false;
        }
        byte[] into = bytes.forLength(length);
        read.getBytes(at + headerBytes, into, 0, length);
        read.skipBytes(headerBytes + length);
        try {
            listener.message(payload.over(into, 0, length, first == FINAL_TEXT));
        } catch (RuntimeException | Error e) {
            context.reportException(e);
        }
        return true;
    }

    /**
     * Passes a frame, or the part that was read, to Netty's decoder. Once the frame boundaries are known, a header is
     * passed as a whole.
     */
    private void pass(ChannelHandlerContext channel, ByteBuf read) {
        int before = headerLength;
        boolean begins = headerLength < headerNeeded();
        while (read.isReadable() && headerLength < headerNeeded()) {
            header[headerLength++] = read.readByte();
        }
        boolean hasHeader = headerLength == headerNeeded();
        if (begins && hasHeader) {
            payloadLength = payloadLength();
            payloadLeft = payloadLength;
            if (agreed >= TRUSTED && isSkipped()) {
                skipping = payloadLength;
                headerLength = 0;
                return;
            }
        }
        int frames = counter.frames;
        int from = agreed < TRUSTED ? before : hasHeader && begins ? 0 : headerLength;
        if (from < headerLength) {
            channel.fireChannelRead(Unpooled.copiedBuffer(header, from, headerLength - from));
        }
        int more = hasHeader ? (int) Math.min(payloadLeft, read.readableBytes()) : 0;
        if (more > 0) {
            payloadLeft -= more;
            channel.fireChannelRead(read.readRetainedSlice(more));
        }
        boolean whole = hasHeader && payloadLeft == 0;
        if (counter.frames - frames != (whole ? 1 : 0) || (whole && counter.lastLength != payloadLength)) {
            lettingPass = true; // the assumed frame boundary is wrong
        } else if (whole) {
            agreed = Math.min(TRUSTED, agreed + 1);
            passed();
        }
    }

    /** Whether this is a complete message with a valid header that exceeds the limit. */
    private boolean isSkipped() {
        int first = header[0] & 0xFF;
        int length = header[1]; // negative with a mask
        boolean shortest =
                length < LENGTH_16 || (length == LENGTH_16 ? payloadLength >= LENGTH_16 : payloadLength > 0xFFFF);
        return !inFragments
                && (first == FINAL_TEXT || first == FINAL_BINARY)
                && length >= 0
                && shortest
                && payloadLength > maxMessageBytes
                && payloadLength <= MAX_SKIPPED;
    }

    private void passed() {
        int opcode = header[0] & 0x0F;
        boolean isFinal = (header[0] & FINAL) != 0;
        if (opcode == CLOSE) {
            lettingPass = true;
        } else if (opcode < CLOSE) {
            inFragments = !isFinal || (opcode != CONTINUATION && inFragments);
        }
        headerLength = 0;
    }

    private int headerNeeded() {
        if (headerLength < 2) {
            return 2;
        }
        int length = header[1] & 0x7F;
        int mask = (header[1] & MASK) == 0 ? 0 : 4; // a server must not mask; Netty reports it
        return Math.min(header.length, 2 + (length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0) + mask);
    }

    private long payloadLength() {
        int length = header[1] & 0x7F;
        int bytesOfLength = length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0;
        if (bytesOfLength == 0) {
            return length;
        }
        long sum = 0;
        for (int i = 2; i < 2 + bytesOfLength; i++) {
            sum = sum << 8 | (header[i] & 0xFF);
        }
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** Observes the frames that Netty's decoder makes. */
    private static final class FrameCounter extends ChannelInboundHandlerAdapter {
        private int frames;
        private long lastLength;

        @Override
        public void channelRead(ChannelHandlerContext channel, Object message) {
            if (message instanceof WebSocketFrame frame) {
                frames++;
                lastLength = frame.content().readableBytes();
            }
            channel.fireChannelRead(message);
        }
    }
}
