package io.firstline.bench;

import java.util.concurrent.TimeUnit;

/** Waits on a thread that has no other work. */
final class Sleep {
    private Sleep() {}

    static void ms(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
