package io.firstline.replay.retention;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;

/** A reply as a consumer receives it, without a bus. */
public final class Answer implements Message<Buffer> {
    private final ReplayResponse resent;

    public Answer(ReplayResponse resent) {
        this.resent = resent;
    }

    @Override
    public String address() {
        return "reply";
    }

    @Override
    public MultiMap headers() {
        return resent.headers().getHeaders();
    }

    @Override
    public Buffer body() {
        return resent.body();
    }

    @Override
    public String replyAddress() {
        return null;
    }

    @Override
    public boolean isSend() {
        return true;
    }

    @Override
    public void reply(Object message, DeliveryOptions options) {
        throw new UnsupportedOperationException("an answer has no answer");
    }

    @Override
    public <R> io.vertx.core.Future<Message<R>> replyAndRequest(Object message, DeliveryOptions options) {
        throw new UnsupportedOperationException("an answer has no answer");
    }
}
