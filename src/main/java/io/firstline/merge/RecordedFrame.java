package io.firstline.merge;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.http.WebSocketFrameType;
import java.nio.charset.StandardCharsets;

/** A whole message, or a pong, as a single frame. */
record RecordedFrame(WebSocketFrameType type, Buffer binaryData) implements WebSocketFrame {
    private static final short NO_CODE = 1005;

    @Override
    public boolean isText() {
        return type == WebSocketFrameType.TEXT;
    }

    @Override
    public boolean isBinary() {
        return type == WebSocketFrameType.BINARY;
    }

    @Override
    public boolean isContinuation() {
        return false;
    }

    @Override
    public boolean isClose() {
        return false;
    }

    @Override
    public boolean isPing() {
        return false;
    }

    @Override
    public String textData() {
        return binaryData.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isFinal() {
        return true;
    }

    @Override
    public short closeStatusCode() {
        return NO_CODE;
    }

    @Override
    public String closeReason() {
        return null;
    }
}
