package io.firstline.bench;

import java.util.concurrent.TimeUnit;

/** Lets time pass on a thread that has nothing else to do. */
final class Pause {
    private Pause() {}

    static void ms(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
