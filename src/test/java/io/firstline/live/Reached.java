package io.firstline.live;

import io.firstline.feed.Feed;
import io.firstline.feed.report.FeedReport;
import io.firstline.testkit.Await;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Waiting for an exchange that may not be there: always bounded, and what is missing is named. */
final class Reached {
    private Reached() {}

    /** Starts a feed; fails with the cause when the exchange cannot be reached. */
    static void start(Feed feed, String url, Duration patience) {
        try {
            feed.start().toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(
                    "the exchange cannot be reached at " + url + ": "
                            + e.getCause().getMessage(),
                    e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no connection to " + url + " within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    static void until(Duration patience, Supplier<String> missing, Callable<Boolean> condition) {
        Await.until(patience, missing, condition);
    }

    static <T> T get(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    static FeedReport report(Feed feed) {
        return get(feed.report());
    }
}
