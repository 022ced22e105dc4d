package io.firstline.recording;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Reads one connection's recording without blocking the caller: a daemon thread reads ahead, up to a bound in bytes.
 * Called by one thread.
 */
public final class Playback implements AutoCloseable {
    private static final int AHEAD = 4_096;
    private static final long AHEAD_BYTES = 8L << 20;

    private final Deque<RecordedEntry> ahead = new ArrayDeque<>();
    private long aheadBytes;
    private boolean over;
    private boolean closed;
    private RecordingException failure;

    Playback(List<RecordedEntry> all) {
        ahead.addAll(all);
        over = true;
    }

    Playback(Entries entries) {
        Thread reader = new Thread(() -> read(entries), "recording-reader");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(Entries entries) {
        try (entries) {
            for (RecordedEntry entry = entries.next(); entry != null && add(entry); entry = entries.next()) {
                // add() waits for room
            }
            end(null);
        } catch (RecordingException e) {
            end(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean add(RecordedEntry entry) throws InterruptedException {
        while (!closed && !ahead.isEmpty() && (ahead.size() >= AHEAD || aheadBytes >= AHEAD_BYTES)) {
            wait();
        }
        if (!closed) {
            ahead.add(entry);
            aheadBytes += entry.payload().length();
        }
        return !closed;
    }

    private synchronized void end(RecordingException why) {
        failure = why;
        over = true;
    }

    /**
     * Returns the next entry without removing it; null if there is none, or none yet.
     *
     * @throws RecordingException if it is unreadable
     */
    public synchronized RecordedEntry peek() {
        if (ahead.isEmpty() && failure != null) {
            throw failure;
        }
        return ahead.peek();
    }

    /** Removes the entry that {@link #peek} returned. */
    public synchronized void take() {
        aheadBytes -= ahead.remove().payload().length();
        notifyAll();
    }

    /** Whether the recording has ended without an error. */
    public synchronized boolean isOver() {
        return over && ahead.isEmpty() && failure == null;
    }

    @Override
    public synchronized void close() {
        closed = true;
        ahead.clear();
        over = true;
        notifyAll();
    }
}
