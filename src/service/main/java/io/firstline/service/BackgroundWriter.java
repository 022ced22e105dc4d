package io.firstline.service;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Passes text to a writer on a separate thread, so that a reader that has stopped never blocks the caller. Text is
 * dropped when the queue is full. Use it for progress lines of a command, not for messages.
 */
final class BackgroundWriter extends Writer {
    private static final int ROOM = 1_024;
    private static final long CLOSE_MS = 1_000;

    private final PrintWriter out;
    private final ThreadPoolExecutor writer;

    BackgroundWriter(PrintWriter out) {
        this.out = out;
        this.writer = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(ROOM),
                task -> {
                    Thread thread = new Thread(task, "output-writer");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    @Override
    public void write(char[] text, int from, int length) {
        String piece = new String(text, from, length);
        writer.execute(() -> out.write(piece));
    }

    @Override
    public void flush() {
        writer.execute(out::flush);
    }

    /** Waits until everything is written, at most one second. */
    @Override
    public void close() {
        flush();
        writer.shutdown();
        try {
            if (!writer.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
                writer.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
