package io.firstline.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.CharsetUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * Puts the frames of one connection together to messages. Pure: no socket, no clock.
 *
 * <p>Vert.x has an aggregator of its own; it loses everything after an empty first fragment and makes strings, so this one reads
 * frames. A message in one frame is passed on without a copy. A fragmented message over the limit is dropped as a whole and its
 * remaining fragments are skipped. A text message that is not UTF-8 is dropped: RFC 6455 would have the connection failed, but every
 * copy carries the same bytes, and one bad message would take down all connections at once.
 */
public final class MessageAssembler {

    /** Where messages go. */
    public interface Sink {
        void message(Buffer payload, boolean text);

        /** A message was dropped; {@code bytes} of it had arrived. */
        void dropped(DropCause cause, long bytes);
    }

    private final int maxMessageBytes;
    private final Sink sink;

    private Buffer fragments;
    private boolean text;
    private long skippedBytes = -1;

    public MessageAssembler(int maxMessageBytes, Sink sink) {
        this.maxMessageBytes = maxMessageBytes;
        this.sink = sink;
    }

    /**
     * Takes one data frame.
     *
     * @param first a text or binary frame; false for a continuation
     * @param isText meaningful for a first frame
     * @param last whether the message ends with it
     * @param payload not copied when the message is this one frame
     */
    public void onFrame(boolean first, boolean isText, boolean last, Buffer payload) {
        if (first) {
            text = isText;
            skippedBytes = -1;
            fragments = null;
            if (last) {
                complete(payload);
                return;
            }
            fragments = Buffer.buffer(0);
        }
        if (skippedBytes >= 0) {
            skippedBytes += payload.length();
        } else if (fragments.length() + (long) payload.length() > maxMessageBytes) {
            skippedBytes = fragments.length() + (long) payload.length();
            fragments = null;
        } else {
            fragments.appendBuffer(payload);
        }
        if (last) {
            Buffer whole = fragments;
            fragments = null;
            if (skippedBytes >= 0) {
                long bytes = skippedBytes;
                skippedBytes = -1;
                sink.dropped(DropCause.OVERSIZE, bytes);
            } else {
                complete(whole);
            }
        }
    }

    /** The connection ended: a message that was not complete is told as dropped. */
    public void onEnd() {
        if (fragments != null || skippedBytes >= 0) {
            long bytes = fragments != null ? fragments.length() : skippedBytes;
            fragments = null;
            skippedBytes = -1;
            sink.dropped(DropCause.TRUNCATED, bytes);
        }
    }

    private void complete(Buffer payload) {
        if (payload.length() > maxMessageBytes) {
            sink.dropped(DropCause.OVERSIZE, payload.length());
        } else if (text && !isUtf8(payload)) {
            sink.dropped(DropCause.NOT_UTF8, payload.length());
        } else {
            sink.message(payload, text);
        }
    }

    private static boolean isUtf8(Buffer payload) {
        ByteBuf bytes = ((BufferInternal) payload).getByteBuf();
        if (bytes.hasArray()
                && isAscii(bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), bytes.readableBytes())) {
            return true;
        }
        return ByteBufUtil.isText(bytes, CharsetUtil.UTF_8);
    }

    /** A loop that the compiler turns into vector instructions: most market data is ASCII. */
    private static boolean isAscii(byte[] array, int offset, int length) {
        int seen = 0;
        for (int i = offset; i < offset + length; i++) {
            seen |= array[i];
        }
        return seen >= 0;
    }
}
