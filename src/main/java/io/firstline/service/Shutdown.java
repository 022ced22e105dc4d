package io.firstline.service;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end cleanly on Ctrl-C or SIGTERM: the JVM's shutdown hook asks the command to stop and waits until it has, then the
 * process ends with the command's own exit code instead of the signal's.
 */
final class Shutdown {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final CountDownLatch ASKED = new CountDownLatch(1);
    private static final CountDownLatch DONE = new CountDownLatch(1);
    private static volatile int exitCode = Main.FAILED;

    private Shutdown() {}

    /** Called by a command that stays up; from now on a signal is answered in order. */
    static void onSignal(Runnable stop) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endInOrder(stop), "shutdown"));
    }

    private static void endInOrder(Runnable stop) {
        if (ASKED.getCount() == 0) {
            return; // the command had ended by itself: this is its own System.exit
        }
        stop.run();
        try {
            boolean ended = DONE.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            Runtime.getRuntime().halt(ended ? exitCode : Main.FAILED);
        } catch (InterruptedException e) {
            Runtime.getRuntime().halt(Main.FAILED);
        }
    }

    /** Ends the JVM with an exit code, or lets the shutdown that a signal has begun go on. */
    static void exit(int code) {
        exitCode = code;
        DONE.countDown();
        ASKED.countDown();
        System.exit(code);
    }
}
