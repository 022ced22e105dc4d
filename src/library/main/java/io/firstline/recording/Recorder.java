package io.firstline.recording;

import io.firstline.recording.RecordedEntry.Kind;
import io.firstline.stream.CopyListener;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the copies of one feed to files in a folder, one file per connection, on a separate thread. The feed's event
 * loop only fills a bounded queue. If the writer is too slow or the disk is full, copies are missing from the
 * recording. They are counted and reported once; the feed is not affected.
 *
 * <p>Everything is flushed once a second, so a killed process loses at most the last second of its recording.
 */
public final class Recorder implements CopyListener, AutoCloseable {
    /** The size at which a file ends and the next one begins, in bytes. */
    public static final long DEFAULT_MAX_FILE_BYTES = 256L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);
    private static final int QUEUE = 65_536;
    private static final long QUEUE_BYTES = 64L << 20;
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_MS = 10_000;
    /** Late copies of an ended connection must not open a new file. */
    private static final int REMEMBERED_ENDED = 256;

    /** An entry to write: a {@link RecordedEntry}, but with nanoseconds since the recorder's start. */
    record Event(Kind kind, String connectionId, long number, long receivedUs, long nanos, Buffer payload) {}

    /**
     * The figures of the recording so far.
     *
     * @param copies messages readable from the disk
     * @param behind messages missing because the writer was too slow
     * @param failed messages missing because of disk failures
     * @param bytes size of all files
     * @param files number of files
     */
    public record Figures(long copies, long behind, long failed, long bytes, int files) {}

    private final FileFactory disk;
    private final Path folder;
    private final RecordingHeader header;
    private final long maxFileBytes;
    private final long retryNanos;
    private final LongSupplier nowNanos;
    private final InstantSource clock;
    private final long startNanos;

    private final BlockingQueue<Event> queue;
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicLong behind = new AtomicLong();
    private final Thread writer;
    private volatile boolean stopping;
    private long number; // used on the feed's event loop

    // used on the writer's thread
    private final Map<String, ConnectionFile> open = new HashMap<>();
    private final Set<String> ended = new LinkedHashSet<>();
    private long endedBytes;
    private int endedFiles;
    private long unflushed;
    private long flushed;
    private long failed;
    private boolean broken;
    private long retryAtNanos;
    private boolean behindReported;
    private boolean lossReported;
    private volatile Figures figures = new Figures(0, 0, 0, 0, 0);

    /**
     * A recorder with another disk, queue length and other clocks. After a failure it tries the disk again after {@code
     * retryMs}.
     *
     * @param nowNanos a monotonic clock
     */
    Recorder(
            FileFactory disk,
            Path folder,
            RecordingHeader header,
            long maxFileBytes,
            int queueLength,
            long retryMs,
            LongSupplier nowNanos,
            InstantSource clock) {
        this.nowNanos = nowNanos;
        this.clock = clock;
        this.startNanos = nowNanos.getAsLong();
        this.disk = disk;
        this.folder = folder;
        this.header = header;
        this.maxFileBytes = maxFileBytes;
        this.queue = new ArrayBlockingQueue<>(queueLength);
        this.retryNanos = TimeUnit.MILLISECONDS.toNanos(retryMs);
        this.writer = new Thread(this::write, "recorder-" + header.feed());
        writer.setDaemon(true);
    }

    /**
     * Starts a recorder.
     *
     * @param folder must exist
     * @param connections wanted number of connections of the feed
     * @param streams subscribed streams
     * @param url the feed's URL, secrets masked
     * @param maxFileBytes size at which a connection's file ends and the next one begins
     */
    public static Recorder start(
            Path folder, String feed, int connections, List<String> streams, String url, long maxFileBytes) {
        RecordingHeader header = new RecordingHeader(feed, "", 0, connections, streams, url, micros(Instant.now()));
        Recorder recorder = new Recorder(
                FileFactory.REAL, folder, header, maxFileBytes, QUEUE, 5_000, System::nanoTime, InstantSource.system());
        recorder.start();
        return recorder;
    }

    void start() {
        writer.start();
    }

    // on the feed's event loop

    @Override
    public void opened(String connectionId) {
        add(Kind.OPENED, connectionId, Buffer.buffer(), nowNanos.getAsLong());
    }

    @Override
    public void copy(String connectionId, Buffer payload, boolean text, long arrivalNanos) {
        add(text ? Kind.TEXT : Kind.BINARY, connectionId, payload, arrivalNanos);
    }

    @Override
    public void closed(String connectionId, String why) {
        add(Kind.CLOSED, connectionId, Buffer.buffer(why), nowNanos.getAsLong());
    }

    private void add(Kind kind, String connectionId, Buffer payload, long nanos) {
        Event event = new Event(kind, connectionId, ++number, epochMicros(), nanos - startNanos, payload);
        if (queuedBytes.get() < QUEUE_BYTES && !stopping && queue.offer(event)) {
            queuedBytes.addAndGet(payload.length());
        } else {
            behind.incrementAndGet();
        }
    }

    private long epochMicros() {
        return micros(clock.instant());
    }

    private static long micros(Instant time) {
        return TimeUnit.SECONDS.toMicros(time.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(time.getNano());
    }

    // on the writer's thread

    private void write() {
        try {
            long flushAtNanos = nowNanos.getAsLong() + FLUSH_NANOS;
            boolean rest = true;
            while (rest) {
                Event event = queue.poll(50, TimeUnit.MILLISECONDS);
                if (event != null) {
                    queuedBytes.addAndGet(-event.payload().length());
                    write(event);
                } else {
                    rest = !stopping;
                }
                if (nowNanos.getAsLong() - flushAtNanos >= 0) {
                    flush();
                    flushAtNanos = nowNanos.getAsLong() + FLUSH_NANOS;
                }
            }
            closeAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Event event) {
        boolean copy = event.kind() == Kind.TEXT || event.kind() == Kind.BINARY;
        if (ended.contains(event.connectionId()) || (broken && nowNanos.getAsLong() - retryAtNanos < 0)) {
            failed += copy ? 1 : 0;
            return;
        }
        unflushed += copy ? 1 : 0;
        try {
            ConnectionFile file = fileOf(event.connectionId());
            file.write(event);
            if (event.kind() == Kind.CLOSED) {
                end(event.connectionId(), file);
            }
            if (broken) {
                broken = false;
                LOG.warn("recording of {} continues; {} copies are missing from it", header.feed(), failed);
            }
        } catch (IOException e) {
            fail(e);
        } catch (RuntimeException e) {
            lose(event, e);
        }
    }

    /** This entry alone cannot be written. */
    private void lose(Event event, RuntimeException cause) {
        boolean copy = event.kind() == Kind.TEXT || event.kind() == Kind.BINARY;
        unflushed -= copy ? 1 : 0;
        failed += copy ? 1 : 0;
        if (!lossReported) {
            lossReported = true;
            LOG.warn(
                    "recording of {} lacks an entry of {} that could not be written; further ones are only counted",
                    header.feed(),
                    event.connectionId(),
                    cause);
        }
        try {
            fileOf(event.connectionId()).breakOff();
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private void end(String connectionId, ConnectionFile file) throws IOException {
        file.close();
        open.remove(connectionId);
        endedBytes += file.bytes();
        endedFiles += file.files();
        ended.add(connectionId);
        if (ended.size() > REMEMBERED_ENDED) {
            ended.remove(ended.iterator().next());
        }
    }

    private ConnectionFile fileOf(String connectionId) {
        return open.computeIfAbsent(
                connectionId, id -> new ConnectionFile(disk, folder, header.of(id, 0), maxFileBytes));
    }

    private void flush() {
        try {
            for (ConnectionFile file : open.values()) {
                file.flush();
            }
            flushed += unflushed;
            unflushed = 0;
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        if (behind.get() > 0 && !behindReported) {
            behindReported = true;
            LOG.warn(
                    "recording of {} cannot keep up: copies are missing from the recording, not from the feed",
                    header.feed());
        }
        count();
    }

    private void fail(Exception cause) {
        failed += unflushed;
        unflushed = 0;
        open.values().forEach(ConnectionFile::abandon);
        if (!broken) {
            LOG.warn(
                    "recording of {} cannot write to {} ({}): copies are missing from the recording, not from the feed; it keeps trying",
                    header.feed(),
                    folder,
                    cause.toString());
        }
        broken = true;
        retryAtNanos = nowNanos.getAsLong() + retryNanos;
    }

    private void closeAll() {
        try {
            for (ConnectionFile file : open.values()) {
                file.close();
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        flush();
    }

    private void count() {
        long bytes = endedBytes;
        int files = endedFiles;
        for (ConnectionFile file : open.values()) {
            bytes += file.bytes();
            files += file.files();
        }
        figures = new Figures(flushed, behind.get(), failed, bytes, files);
    }

    // for any thread

    /** The figures so far: about a second old, exact after {@link #close()}. */
    public Figures figures() {
        return figures;
    }

    /** Writes waiting entries, ends all files and waits for that. The wait is bounded, because a disk may hang. */
    @Override
    public void close() {
        stopping = true;
        try {
            writer.join(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
