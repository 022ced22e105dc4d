package io.firstline.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Option;

/** The option by which a command's user says when it ends; without it, it goes on until it is told to stop. */
final class TimeLimit {
    @Option(names = "--for", paramLabel = "TIME", description = "end after this time: 500ms, 30s, 5m, 1h")
    private Duration duration;

    long ms() {
        return duration == null ? Long.MAX_VALUE : duration.toMillis();
    }

    /** Waits until something has happened, or the time is up. */
    void waitFor(CompletableFuture<?> end) throws InterruptedException, ExecutionException {
        waitFor(end, ms());
    }

    /** Waits until something has happened, but not longer. */
    static void waitFor(CompletableFuture<?> end, long ms) throws InterruptedException, ExecutionException {
        try {
            end.get(ms, TimeUnit.MILLISECONDS);
        } catch (TimeoutException timeIsUp) {
            // how --for ends, or a reader of standard output who takes nothing any more
        }
    }
}
