package io.firstline.service;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end cleanly on Ctrl-C or SIGTERM: while it is open, the JVM's shutdown hook asks the command to stop and waits until it
 * has; then the process ends with the command's own exit code instead of the signal's. For any thread.
 */
final class Shutdown implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** For the last lines of the log, which perhaps nobody reads. */
    private static final long FLUSH_MS = 1_000;

    private static final Set<Shutdown> OPEN = ConcurrentHashMap.newKeySet();
    private static final CountDownLatch DONE = new CountDownLatch(1);
    private static volatile int exitCode = Main.FAILED;

    private static volatile Duration delay = Duration.ZERO;

    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final Thread hook = new Thread(Shutdown::endInOrder, "shutdown");

    private Shutdown() {}

    /** Called by a command that stays up: until this is closed, a signal is answered in order. */
    static Shutdown watch() {
        Shutdown shutdown = new Shutdown();
        OPEN.add(shutdown);
        Runtime.getRuntime().addShutdownHook(shutdown.hook);
        return shutdown;
    }

    /** Ending takes this much longer, because the command waits that long before it begins. */
    void allow(Duration longer) {
        delay = longer;
    }

    /** Completes when the command is to stop. */
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
            // it is the hook that made the command stop; it waits for the exit code
        }
    }

    /** Whether a command runs that a signal would ask to stop. */
    static boolean isWatched() {
        return !OPEN.isEmpty();
    }

    /** Asks whatever runs to stop, as a signal does. */
    static void ask() {
        OPEN.forEach(shutdown -> shutdown.asked.complete(null));
    }

    private static void endInOrder() {
        ask();
        try {
            boolean ended = DONE.await(PATIENCE.plus(delay).toMillis(), TimeUnit.MILLISECONDS);
            LogQueue.flushAll(FLUSH_MS);
            Runtime.getRuntime().halt(ended ? exitCode : Main.FAILED);
        } catch (InterruptedException e) {
            Runtime.getRuntime().halt(Main.FAILED);
        }
    }

    /** Ends the JVM with an exit code, or lets the shutdown that a signal has begun go on. */
    static void exit(int code) {
        LogQueue.flushAll(FLUSH_MS);
        exitCode = code;
        DONE.countDown();
        System.exit(code);
    }
}
