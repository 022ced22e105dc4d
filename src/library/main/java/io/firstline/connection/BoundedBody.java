package io.firstline.connection;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import io.vertx.ext.web.codec.spi.BodyStream;

/** Collects the body of an HTTP answer, up to a bound. */
public final class BoundedBody implements BodyStream<Buffer> {
    private final int maxBytes;
    private final Buffer body = Buffer.buffer();
    private final Promise<Buffer> whole = Promise.promise();

    public BoundedBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public Future<Buffer> result() {
        return whole.future();
    }

    @Override
    public Future<Void> write(Buffer piece) {
        if (body.length() + piece.length() > maxBytes) {
            RestFailedException tooLong = new RestFailedException("an answer of more than " + maxBytes + " bytes", 0);
            whole.tryFail(tooLong);
            return Future.failedFuture(tooLong);
        }
        body.appendBuffer(piece);
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
        whole.tryComplete(body);
        return Future.succeededFuture();
    }

    /** The answer ended early. */
    @Override
    public void handle(Throwable failure) {
        whole.tryFail(failure);
    }

    @Override
    public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
        return this;
    }

    @Override
    public boolean writeQueueFull() {
        return false;
    }

    @Override
    public WriteStream<Buffer> drainHandler(Handler<Void> handler) {
        return this; // it is never full
    }

    @Override
    public WriteStream<Buffer> exceptionHandler(Handler<Throwable> handler) {
        return this; // each write reports its own failure
    }
}
