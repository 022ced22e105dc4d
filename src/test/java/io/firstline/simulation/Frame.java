package io.firstline.simulation;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.http.WebSocketFrameType;
import java.nio.charset.StandardCharsets;

/** A frame that can be delivered repeatedly at no cost. */
record Frame(Kind kind, Buffer payload, boolean last, int code) implements WebSocketFrame {

    enum Kind {
        TEXT(WebSocketFrameType.TEXT),
        CONTINUATION(WebSocketFrameType.CONTINUATION),
        PONG(WebSocketFrameType.PONG),
        CLOSE(WebSocketFrameType.CLOSE);

        private final WebSocketFrameType type;

        Kind(WebSocketFrameType type) {
            this.type = type;
        }
    }

    Frame(Kind kind, Buffer payload, boolean last) {
        this(kind, payload, last, 0);
    }

    static Frame close(int code) {
        return new Frame(Kind.CLOSE, Buffer.buffer(), true, code);
    }

    @Override
    public WebSocketFrameType type() {
        return kind.type;
    }

    @Override
    public boolean isText() {
        return kind == Kind.TEXT;
    }

    @Override
    public boolean isBinary() {
        return false;
    }

    @Override
    public boolean isContinuation() {
        return kind == Kind.CONTINUATION;
    }

    @Override
    public boolean isClose() {
        return kind == Kind.CLOSE;
    }

    @Override
    public boolean isPing() {
        return false;
    }

    @Override
    public String textData() {
        return payload.toString(StandardCharsets.UTF_8);
    }

    @Override
    public Buffer binaryData() {
        return payload;
    }

    @Override
    public boolean isFinal() {
        return last;
    }

    @Override
    public short closeStatusCode() {
        return (short) code;
    }

    @Override
    public String closeReason() {
        return "";
    }
}
