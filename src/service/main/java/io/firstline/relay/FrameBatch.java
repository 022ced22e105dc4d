package io.firstline.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The frames of one turn for all clients of one audience, in one buffer that they share. Runs on one event loop. */
final class FrameBatch {
    private final ByteBuf bytes = FrameEncoder.buffer();
    /** The stream of each frame, null = none; and where it ends. */
    private final List<String> streams = new ArrayList<>();

    private int[] ends = new int[16];

    /** The buffer to which the next frame is appended; then call {@link #appended}. */
    ByteBuf end() {
        return bytes;
    }

    void appended(String stream) {
        if (streams.size() == ends.length) {
            ends = Arrays.copyOf(ends, 2 * ends.length);
        }
        ends[streams.size()] = bytes.writerIndex();
        streams.add(stream);
    }

    int messages() {
        return streams.size();
    }

    int length() {
        return bytes.readableBytes();
    }

    String stream(int index) {
        return streams.get(index);
    }

    /** A copy of one frame, which does not keep the others in memory. */
    ByteBuf copy(int index) {
        int start = index == 0 ? 0 : ends[index - 1];
        return Unpooled.wrappedBuffer(ByteBufUtil.getBytes(bytes, start, ends[index] - start, true));
    }

    /** The bytes for one client, without a copy. */
    ByteBuf share() {
        return bytes.retainedDuplicate();
    }

    FrameBatch retain() {
        bytes.retain();
        return this;
    }

    void release() {
        bytes.release();
    }
}
