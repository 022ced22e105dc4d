package io.firstline.service;

import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Writes messages to a stream, one a line, on a thread of its own: a slow reader of standard output never blocks an event loop. When
 * its queue is full the feed's stream is paused and keeps messages in its bounded ring.
 */
final class LineWriter {
    private static final int QUEUE = 8_192;
    private static final byte[] NEW_LINE = {'\n'};

    private final BlockingQueue<FeedMessage> queue = new ArrayBlockingQueue<>(QUEUE);
    private final OutputStream out;
    private final Function<FeedMessage, byte[]> format;
    private final long limit;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean stopping;
    private final AtomicLong written = new AtomicLong();

    /**
     * Makes a writer that is not started.
     *
     * @param limit stop after so many lines; 0 = never
     */
    LineWriter(OutputStream out, Function<FeedMessage, byte[]> format, long limit) {
        this.out = new BufferedOutputStream(out, 1 << 16);
        this.format = format;
        this.limit = limit;
    }

    /** Takes messages from a stream as fast as they can be written. */
    void read(FeedStream stream) {
        stream.pause();
        stream.handler(message -> {
            queue.add(message);
        });
        stream.fetch(QUEUE / 2);
        Thread thread = new Thread(() -> write(stream), "tail-writer");
        thread.setDaemon(true);
        thread.start();
    }

    private void write(FeedStream stream) {
        try {
            int taken = 0;
            while (!stopping || !queue.isEmpty()) {
                FeedMessage message = queue.poll();
                if (message == null) {
                    out.flush();
                    message = queue.poll(50, TimeUnit.MILLISECONDS);
                    if (message == null) {
                        continue;
                    }
                }
                out.write(format.apply(message));
                out.write(NEW_LINE);
                if (written.incrementAndGet() == limit) {
                    break;
                }
                if (++taken == QUEUE / 4) {
                    stream.fetch(taken);
                    taken = 0;
                }
            }
            out.flush();
            ended.complete(null);
        } catch (IOException readerIsGone) {
            ended.complete(null); // as in `tail … | head -3`: whoever read has what they wanted
        } catch (InterruptedException | RuntimeException e) {
            ended.completeExceptionally(e);
        }
    }

    /** Writes what is in the queue, then ends. */
    void stop() {
        stopping = true;
    }

    /** Completes when the limit is reached, the reader is gone, or it was stopped and has written the rest. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    long written() {
        return written.get();
    }
}
