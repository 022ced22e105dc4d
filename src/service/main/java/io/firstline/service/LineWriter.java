package io.firstline.service;

import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes messages to an output stream, one a line, on a separate thread: a slow reader of standard output never
 * blocks an event loop. When the queue is full, the feeds' streams are paused and hold messages in their bounded
 * buffers.
 */
final class LineWriter {
    /**
     * Small, because messages may be megabytes; further messages wait in the streams' buffers, which are bounded in
     * bytes.
     */
    private static final int QUEUE = 256;

    private static final Logger LOG = LoggerFactory.getLogger(LineWriter.class);
    private static final byte[] NEW_LINE = {'\n'};

    /** A stream, and how many of its messages were written since the last fetch. */
    private static final class Source {
        private final FeedStream stream;
        private final int share;
        private int taken;

        Source(FeedStream stream, int share) {
            this.stream = stream;
            this.share = share;
        }

        void taken() {
            if (++taken >= (share + 1) / 2) {
                stream.fetch(taken);
                taken = 0;
            }
        }
    }

    private record Entry(FeedMessage message, Source source) {}

    private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(QUEUE);
    private final OutputStream out;
    private final Function<FeedMessage, byte[]> format;
    private final long limit;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean stopping;
    private final AtomicLong written = new AtomicLong();
    private List<FeedStream> sources = List.of();

    /**
     * Creates a writer that is not started.
     *
     * @param limit stop after this number of messages; 0 = never
     */
    LineWriter(StandardOutput out, Function<FeedMessage, byte[]> format, long limit) {
        this.out = new BufferedOutputStream(out, 1 << 16);
        this.format = format;
        this.limit = limit;
    }

    /** Reads messages from the streams as fast as they can be written. */
    void read(List<FeedStream> streams) {
        sources = streams;
        int share = Math.max(1, QUEUE / streams.size()); // all streams together fetch at most what the queue holds
        for (FeedStream stream : streams) {
            Source source = new Source(stream, share);
            stream.pause();
            stream.handler(message -> queue.add(new Entry(message, source)));
            stream.fetch(share);
        }
        Thread thread = new Thread(this::write, "tail-writer");
        thread.setDaemon(true);
        thread.start();
    }

    private void write() {
        try {
            while (true) {
                Entry entry = queue.poll();
                if (entry == null) {
                    out.flush();
                    boolean rest = stopping && sources.stream().allMatch(stream -> stream.buffered() == 0);
                    entry = queue.poll(50, TimeUnit.MILLISECONDS);
                    if (entry == null && rest) {
                        break;
                    } else if (entry == null) {
                        continue;
                    }
                }
                out.write(format.apply(entry.message()));
                out.write(NEW_LINE);
                if (written.incrementAndGet() == limit) {
                    break;
                }
                entry.source().taken();
            }
            out.flush();
            ended.complete(null);
        } catch (IOException e) {
            LOG.debug("the output ended after {} lines", written, e); // it remembers why
            ended.complete(null);
        } catch (InterruptedException | RuntimeException e) {
            ended.completeExceptionally(e);
        }
    }

    /**
     * Writes the rest of the streams and the queue, then ends. Detach the streams first, so that they get nothing
     * more.
     */
    void stop() {
        stopping = true;
    }

    /**
     * Completes when the limit is reached, the output cannot be written any more, or the rest is written after
     * {@link #stop}.
     */
    CompletableFuture<Void> ended() {
        return ended;
    }

    long written() {
        return written.get();
    }
}
