package io.firstline.service;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a command cleanly on Ctrl-C or SIGTERM. While it is open, the JVM's shutdown hook asks the command to stop and
 * waits until it has stopped; then the process ends with the command's exit code instead of the signal's.
 * Thread-safe.
 */
final class Shutdown implements AutoCloseable {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(5);
    /** For the last lines of the log: standard error may be unread. */
    private static final long FLUSH_MS = 1_000;

    private static final Set<Shutdown> OPEN = ConcurrentHashMap.newKeySet();
    private static final CountDownLatch DONE = new CountDownLatch(1);
    private static volatile int exitCode = Main.FAILED;

    private static volatile Duration delay = Duration.ZERO;

    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final Thread hook = new Thread(Shutdown::endInOrder, "shutdown");

    private Shutdown() {}

    /** Starts to watch for signals until this is closed. Called by commands that run until they are stopped. */
    static Shutdown watch() {
        Shutdown shutdown = new Shutdown();
        OPEN.add(shutdown);
        Runtime.getRuntime().addShutdownHook(shutdown.hook);
        return shutdown;
    }

    /** Extends the time limit of the shutdown by the command's own delay. */
    void allow(Duration longer) {
        delay = longer;
    }

    /** Completes when the command must stop. */
    CompletableFuture<Void> asked() {
        return asked;
    }

    @Override
    public void close() {
        OPEN.remove(this);
        delay = Duration.ZERO;
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException underway) {
            // the hook itself made the command stop and waits for the exit code
        }
    }

    /** Returns whether a command is running that a signal would stop. */
    static boolean isWatched() {
        return !OPEN.isEmpty();
    }

    /** Asks every running command to stop, as a signal does. */
    static void ask() {
        OPEN.forEach(shutdown -> shutdown.asked.complete(null));
    }

    private static void endInOrder() {
        ask();
        try {
            boolean ended = DONE.await(TIME_LIMIT.plus(delay).toMillis(), TimeUnit.MILLISECONDS);
            LogQueue.flushAll(FLUSH_MS);
            Runtime.getRuntime().halt(ended ? exitCode : Main.FAILED);
        } catch (InterruptedException e) {
            Runtime.getRuntime().halt(Main.FAILED);
        }
    }

    /** Ends the JVM with an exit code, or hands the code to the shutdown that a signal has begun. */
    static void exit(int code) {
        LogQueue.flushAll(FLUSH_MS);
        exitCode = code;
        DONE.countDown();
        System.exit(code);
    }
}
