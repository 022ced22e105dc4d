package io.firstline.testkit;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Bounded waits, for test threads. */
public final class Await {
    /** The longest wait. Generous: the machine may be busy, and a test that passes does not wait this long. */
    public static final Duration LIMIT = Duration.ofSeconds(15);

    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private Await() {}

    /**
     * Waits until a condition holds; {@code what} is asked for the error only, so it can show what there was instead.
     */
    public static void until(Supplier<String> what, BooleanSupplier condition) {
        until(LIMIT, what, condition::getAsBoolean);
    }

    public static void until(String what, BooleanSupplier condition) {
        until(() -> what, condition);
    }

    /** The same with another limit. It looks at once, then soon, then every few milliseconds. */
    public static void until(Duration limit, Supplier<String> what, Callable<Boolean> condition) {
        long start = System.nanoTime();
        until(limit, what, condition, () -> {
            long waited = System.nanoTime() - start;
            return Math.max(SHORTEST_PAUSE_NANOS, Math.min(waited / 4, LONGEST_PAUSE_NANOS));
        });
    }

    /** Repeats an attempt at this interval until it succeeds. */
    public static void attempt(Duration limit, Duration every, String what, Callable<Boolean> attempt) {
        until(limit, () -> what, attempt, every::toNanos);
    }

    private static void until(
            Duration limit, Supplier<String> what, Callable<Boolean> condition, LongSupplier pauseNanos) {
        long end = System.nanoTime() + limit.toNanos();
        while (!holds(condition)) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + what.get());
            }
            LockSupport.parkNanos(pauseNanos.getAsLong());
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("interrupted while waiting: " + what.get());
            }
        }
    }

    /** Asserts that a condition holds all this time. */
    public static void throughout(Duration time, BooleanSupplier condition) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            if (!condition.getAsBoolean()) {
                throw new AssertionError("it no longer holds");
            }
            LockSupport.parkNanos(LONGEST_PAUSE_NANOS);
        }
    }

    private static boolean holds(Callable<Boolean> condition) {
        try {
            return condition.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
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
