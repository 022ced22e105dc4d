package io.firstline.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.spi.AppenderAttachableImpl;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Queues log lines for the appender in conf/logback.xml and writes them on a separate thread: an unread standard
 * error never blocks an event loop. Lines are dropped when the queue is full and beyond {@value #MOST_LINES} of one
 * kind within a second; the number of dropped lines is logged. Text is
 * {@linkplain io.firstline.payload.Printable made printable}, because it may quote a remote host.
 */
public final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent>
        implements AppenderAttachable<ILoggingEvent> {
    static final int MOST_LINES = 100;
    private static final int ROOM = 4_096;
    private static final long POLL_MS = 200;
    private static final Set<LogQueue> OPEN = ConcurrentHashMap.newKeySet();

    private final AppenderAttachableImpl<ILoggingEvent> appenders = new AppenderAttachableImpl<>();
    private final BlockingQueue<LogLine> queue = new ArrayBlockingQueue<>(ROOM);
    private final LineLimit limit = new LineLimit(MOST_LINES);
    private final AtomicLong overflowed = new AtomicLong();
    private volatile boolean flushing;
    private Thread writer;

    @Override
    public void start() {
        writer = new Thread(this::write, "log-writer");
        writer.setDaemon(true);
        OPEN.add(this);
        super.start();
        writer.start();
    }

    @Override
    public void stop() {
        if (isStarted()) {
            flush(1_000);
            super.stop();
            OPEN.remove(this);
            writer.interrupt();
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        boolean isWritten;
        synchronized (limit) {
            isWritten = limit.isWritten(event.getLoggerName(), String.valueOf(event.getMessage()));
        }
        if (isWritten && !queue.offer(new LogLine(event))) {
            overflowed.incrementAndGet();
        }
    }

    private void write() {
        try {
            while (isStarted()) {
                LogLine line = queue.poll(POLL_MS, TimeUnit.MILLISECONDS);
                if (line != null && line.getLevel() != Level.OFF) {
                    appenders.appendLoopOnAppenders(line);
                }
                writeLeftOut();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeLeftOut() {
        long now = System.nanoTime() / 1_000_000;
        boolean last = flushing && queue.isEmpty();
        Map<String, Long> leftOut;
        synchronized (limit) {
            if (!last && !limit.isOver(now)) {
                return;
            }
            leftOut = limit.leftOut(now);
        }
        leftOut.forEach((kind, count) -> appenders.appendLoopOnAppenders(
                LogLine.of(this, Level.WARN, count + " more log lines within a second were dropped, like: " + kind)));
        long full = overflowed.getAndSet(0);
        if (full > 0) {
            appenders.appendLoopOnAppenders(LogLine.of(
                    this, Level.WARN, full + " log lines were dropped: standard error was not read fast enough"));
        }
        if (last) {
            flushing = false;
        }
    }

    /**
     * Waits until all earlier lines and the number of dropped ones are written, at most this long: standard error may
     * be unread.
     */
    private void flush(long mostMs) {
        flushing = true;
        boolean unused = queue.offer(LogLine.of(this, Level.OFF, "")); // if the queue is full, the writer is awake
        try {
            for (long waited = 0; flushing && waited < mostMs && writer.isAlive(); waited += 5) {
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Flushes every log of this process before it ends. */
    static void flushAll(long mostMs) {
        OPEN.forEach(log -> log.flush(mostMs));
    }

    @Override
    public void addAppender(Appender<ILoggingEvent> appender) {
        appenders.addAppender(appender);
    }

    @Override
    public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
        return appenders.iteratorForAppenders();
    }

    @Override
    public Appender<ILoggingEvent> getAppender(String name) {
        return appenders.getAppender(name);
    }

    @Override
    public boolean isAttached(Appender<ILoggingEvent> appender) {
        return appenders.isAttached(appender);
    }

    @Override
    public void detachAndStopAllAppenders() {
        appenders.detachAndStopAllAppenders();
    }

    @Override
    public boolean detachAppender(Appender<ILoggingEvent> appender) {
        return appenders.detachAppender(appender);
    }

    @Override
    public boolean detachAppender(String name) {
        return appenders.detachAppender(name);
    }
}
