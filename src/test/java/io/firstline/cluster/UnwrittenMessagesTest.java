package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Failed writes, as the event bus has them: the promise of a message takes the failure and answers that it did not. */
class UnwrittenMessagesTest {
    private final Vertx vertx = Vertx.vertx();
    private final Queue<Throwable> unhandled = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void collect() {
        vertx.exceptionHandler(unhandled::add);
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    private static final class OfMessage implements Promise<Void> {
        @Override
        public boolean tryComplete(Void result) {
            return true;
        }

        @Override
        public boolean tryFail(Throwable cause) {
            return false;
        }

        @Override
        public Future<Void> future() {
            throw new UnsupportedOperationException();
        }
    }

    private Promise<Void> write(ContextInternal context) {
        Promise<Void> write = context.promise();
        write.future().onComplete(new OfMessage());
        return write;
    }

    private Throwable onlyUnhandled() {
        Await.until("an error", () -> unhandled.size() == 1);
        return unhandled.remove();
    }

    @Test
    void shouldRecogniseAFailedWriteOnEachThread() {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        write(context).fail("closed");
        assertThat(UnwrittenMessages.is(onlyUnhandled()))
                .as("on another thread")
                .isTrue();

        context.runOnContext(v -> write(context).fail("closed"));
        assertThat(UnwrittenMessages.is(onlyUnhandled()))
                .as("on the event loop")
                .isTrue();

        context.runOnContext(v -> {
            Future<Void> failed = context.failedFuture("closed");
            failed.onComplete(new OfMessage());
        });
        assertThat(UnwrittenMessages.is(onlyUnhandled()))
                .as("of a closed connection")
                .isTrue();
    }

    /** It looks as that of a message: only the time tells them apart. */
    @Test
    void shouldReportAPromiseOfTheUserThatIsCompletedTwice() {
        AtomicLong now = new AtomicLong();
        UnwrittenMessages unwritten = new UnwrittenMessages(now::get);
        vertx.runOnContext(v -> {
            Promise<Void> twice = Promise.promise();
            twice.complete();
            Future.<Void>failedFuture("second").onComplete(twice);
        });
        Throwable e = onlyUnhandled();

        assertThat(UnwrittenMessages.is(e)).isTrue();
        assertThat(unwritten.isOurs(e)).as("no connection has ended").isFalse();
        unwritten.connectionEnded();
        assertThat(unwritten.isOurs(e)).isTrue();
        now.addAndGet(30_000_000_000L);
        assertThat(unwritten.isOurs(e)).isFalse();
    }

    @Test
    void shouldReportEverythingElse() {
        vertx.runOnContext(v -> {
            Promise<Void> once = Promise.promise();
            once.fail("first");
            once.fail("second");
        });
        assertThat(UnwrittenMessages.is(onlyUnhandled()))
                .as("a promise failed twice")
                .isFalse();

        vertx.runOnContext(v -> {
            throw new IllegalStateException("Promise already completed");
        });
        assertThat(UnwrittenMessages.is(onlyUnhandled())).isFalse();
        assertThat(UnwrittenMessages.is(new RuntimeException("Promise already completed")))
                .isFalse();
    }
}
