package io.firstline.bridge;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;

/** The two JSON forms of a bridge's answers. They differ for historical reasons only. */
enum BridgeProtocol {
    /** {@code {"type": "message"}}, after its length; a pong answers a ping. */
    TCP("message", "message") {
        @Override
        JsonObject inForm(JsonObject frame, Message<?> message) {
            return frame.put("headers", headers(message.headers())).put("send", message.isSend());
        }

        @Override
        JsonObject failure(String address, String replyAddress, ReplyException failure) {
            return super.failure(address, replyAddress, failure).put("sourceAddress", address);
        }

        @Override
        Buffer bytes(JsonObject frame) {
            Buffer json = frame.toBuffer();
            return Buffer.buffer(Integer.BYTES + json.length())
                    .appendInt(json.length())
                    .appendBuffer(json);
        }
    },

    /** {@code {"type": "rec"}}; pings are mandatory and get no answer. */
    SOCKJS("rec", "body") {
        @Override
        JsonObject inForm(JsonObject frame, Message<?> message) {
            return message.headers().isEmpty() ? frame : frame.put("headers", headers(message.headers()));
        }

        @Override
        Buffer bytes(JsonObject frame) {
            return frame.toBuffer();
        }
    };

    private final String messageType;
    private final String errorKey;

    BridgeProtocol(String messageType, String errorKey) {
        this.messageType = messageType;
        this.errorKey = errorKey;
    }

    abstract JsonObject inForm(JsonObject frame, Message<?> message);

    abstract Buffer bytes(JsonObject frame);

    /**
     * Encodes a message of the event bus.
     *
     * @param address the address on which the client listens
     */
    Buffer message(String address, Message<?> message, Object body) {
        JsonObject frame = inForm(new JsonObject().put("type", messageType).put("address", address), message);
        return bytes(body == null ? frame : frame.put("body", body));
    }

    Buffer error(String what) {
        return bytes(new JsonObject().put("type", "err").put(errorKey, what));
    }

    /** Encodes the failure of a request. */
    Buffer failed(String address, String replyAddress, ReplyException failure) {
        return bytes(failure(address, replyAddress, failure));
    }

    JsonObject failure(String address, String replyAddress, ReplyException failure) {
        return new JsonObject()
                .put("type", "err")
                .put("address", replyAddress)
                .put("failureCode", failure.failureCode())
                .put("failureType", failure.failureType().name())
                .put("message", failure.getMessage());
    }

    /** Whether only pings show that a client is alive. TCP reports a dead client without them. */
    boolean mustPing() {
        return this == SOCKJS;
    }

    private static JsonObject headers(MultiMap headers) {
        JsonObject json = new JsonObject();
        headers.forEach(header -> json.put(header.getKey(), header.getValue()));
        return json;
    }
}
