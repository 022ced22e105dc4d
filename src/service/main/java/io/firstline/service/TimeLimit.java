package io.firstline.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Option;

/** The option that limits how long a command runs; without it, the command runs until a signal. */
final class TimeLimit {
    @Option(names = "--for", paramLabel = "TIME", description = "end after this time: 500ms, 30s, 5m, 1h")
    private Duration duration;

    long ms() {
        return duration == null ? Long.MAX_VALUE : duration.toMillis();
    }

    /** Waits until the future completes or the time is up. */
    void waitFor(CompletableFuture<?> end) throws InterruptedException, ExecutionException {
        waitFor(end, ms());
    }

    /** Waits until the future completes, at most this long. */
    static void waitFor(CompletableFuture<?> end, long ms) throws InterruptedException, ExecutionException {
        try {
            end.get(ms, TimeUnit.MILLISECONDS);
        } catch (TimeoutException timeIsUp) {
            // --for ends this way, and so does a wait for a reader of standard output that has stopped reading
        }
    }
}
