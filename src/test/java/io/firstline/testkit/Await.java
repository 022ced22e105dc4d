package io.firstline.testkit;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Bounded waits, for test threads. */
public final class Await {
    /** The longest wait. Generous: the machine may be busy, and a test that passes does not wait this long. */
    public static final Duration LIMIT = Duration.ofSeconds(15);

    private Await() {}

    /**
     * Waits until a condition holds; {@code what} is asked for the error only, so it can show what there was instead.
     */
    public static void until(Supplier<String> what, BooleanSupplier condition) {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(LIMIT)
                    .until(condition::getAsBoolean);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what.get(), e);
        }
    }

    public static void until(String what, BooleanSupplier condition) {
        until(() -> what, condition);
    }

    /** The result of a future, which must succeed. */
    public static <T> T result(Future<T> future) {
        return result(future.toCompletionStage().toCompletableFuture());
    }

    private static <T> T result(CompletableFuture<T> future) {
        try {
            return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no result within " + LIMIT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The cause of a future's failure; it must fail. */
    public static Throwable failure(Future<?> future) {
        until("a failure", future::isComplete);
        if (future.succeeded()) {
            throw new AssertionError("succeeded with " + future.result());
        }
        return future.cause();
    }

    /** Runs an action on a Vert.x context and waits for what it returns. */
    public static <T> T on(Context context, Callable<T> action) {
        CompletableFuture<T> done = new CompletableFuture<>();
        context.runOnContext(v -> {
            try {
                done.complete(action.call());
            } catch (Exception | Error e) {
                done.completeExceptionally(e);
            }
        });
        return result(done);
    }
}
