package io.firstline.bridge;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.parsetools.RecordParser;

/**
 * Splits bytes into frames, each preceded by its length in four bytes, most significant first. Buffers at most one
 * frame.
 */
final class LengthFrames implements Handler<Buffer> {
    private final RecordParser parser = RecordParser.newFixed(Integer.BYTES);
    private final int maxBytes;
    private final Handler<Buffer> frames;
    private final Handler<Integer> broken;
    private boolean inFrame;
    private boolean isBroken;

    /**
     * Starts before the first length.
     *
     * @param broken gets the first length outside 1 to {@code maxBytes}; nothing is read after it
     */
    LengthFrames(int maxBytes, Handler<Buffer> frames, Handler<Integer> broken) {
        this.maxBytes = maxBytes;
        this.frames = frames;
        this.broken = broken;
        parser.handler(this::part);
    }

    @Override
    public void handle(Buffer bytes) {
        if (!isBroken) {
            parser.handle(bytes);
        }
    }

    private void part(Buffer part) {
        if (isBroken) {
            return;
        }
        if (inFrame) {
            inFrame = false;
            parser.fixedSizeMode(Integer.BYTES);
            frames.handle(part);
            return;
        }
        int length = part.getInt(0);
        if (length < 1 || length > maxBytes) {
            isBroken = true;
            broken.handle(length);
            return;
        }
        inFrame = true;
        parser.fixedSizeMode(length);
    }
}
