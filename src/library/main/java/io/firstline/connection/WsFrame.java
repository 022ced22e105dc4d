package io.firstline.connection;

import io.firstline.payload.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.http.WebSocketFrameType;
import java.nio.charset.StandardCharsets;

/** A received frame, copied from Netty's buffers. */
public record WsFrame(WebSocketFrameType type, Buffer binaryData, boolean isFinal) implements WebSocketFrame {
    private static final short NO_CODE = 1_005;

    static WsFrame of(io.netty.handler.codec.http.websocketx.WebSocketFrame frame) {
        ByteBuf content = frame.content();
        byte[] bytes = new byte[content.readableBytes()];
        content.getBytes(content.readerIndex(), bytes);
        return new WsFrame(type(frame), Payload.buffer(bytes), frame.isFinalFragment());
    }

    private static WebSocketFrameType type(io.netty.handler.codec.http.websocketx.WebSocketFrame frame) {
        if (frame instanceof PingWebSocketFrame) {
            return WebSocketFrameType.PING;
        }
        if (frame instanceof PongWebSocketFrame) {
            return WebSocketFrameType.PONG;
        }
        if (frame instanceof CloseWebSocketFrame) {
            return WebSocketFrameType.CLOSE;
        }
        if (frame instanceof ContinuationWebSocketFrame) {
            return WebSocketFrameType.CONTINUATION;
        }
        return frame instanceof BinaryWebSocketFrame ? WebSocketFrameType.BINARY : WebSocketFrameType.TEXT;
    }

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
        return type == WebSocketFrameType.CONTINUATION;
    }

    @Override
    public boolean isClose() {
        return type == WebSocketFrameType.CLOSE;
    }

    @Override
    public boolean isPing() {
        return type == WebSocketFrameType.PING;
    }

    @Override
    public String textData() {
        return binaryData.toString(StandardCharsets.UTF_8);
    }

    /** 1005 if the close frame has no code (RFC 6455, 7.1.5). */
    @Override
    public short closeStatusCode() {
        return binaryData.length() < 2 ? NO_CODE : binaryData.getShort(0);
    }

    /** Null if there is none. */
    @Override
    public String closeReason() {
        return binaryData.length() <= 2 ? null : binaryData.getString(2, binaryData.length(), "UTF-8");
    }
}
