package io.firstline.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggerContextVO;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.Context;
import io.firstline.payload.Printable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;

/** What is kept of a logging event until it is written: its text, bounded and printable, and nothing that belongs to somebody else. */
final class LogLine implements ILoggingEvent {
    private static final int MOST_CHARACTERS = 4_000;
    private static final int MOST_CAUSES = 16;

    private final String thread;
    private final Level level;
    private final String logger;
    private final String text;
    private final IThrowableProxy thrown;
    private final Instant instant;
    private final LoggerContextVO context;

    private LogLine(
            String thread,
            Level level,
            String logger,
            String text,
            IThrowableProxy thrown,
            Instant instant,
            LoggerContextVO context) {
        this.thread = thread;
        this.level = level;
        this.logger = logger;
        this.text = Printable.of(text, MOST_CHARACTERS);
        this.thrown = thrown;
        this.instant = instant;
        this.context = context;
    }

    LogLine(ILoggingEvent event) {
        this(
                event.getThreadName(),
                event.getLevel(),
                event.getLoggerName(),
                String.valueOf(event.getFormattedMessage()),
                Thrown.of(event.getThrowableProxy(), MOST_CAUSES),
                event.getInstant(),
                event.getLoggerContextVO());
    }

    /** A line of the log's own. */
    static LogLine of(LogQueue log, Level level, String text) {
        Context context = log.getContext();
        return new LogLine(
                Thread.currentThread().getName(),
                level,
                LogQueue.class.getName(),
                text,
                null,
                Instant.now(),
                new LoggerContextVO(context.getName(), Map.of(), context.getBirthTime()));
    }

    @Override
    public String getThreadName() {
        return thread;
    }

    @Override
    public Level getLevel() {
        return level;
    }

    @Override
    public String getMessage() {
        return text;
    }

    @Override
    public Object[] getArgumentArray() {
        return null;
    }

    @Override
    public String getFormattedMessage() {
        return text;
    }

    @Override
    public String getLoggerName() {
        return logger;
    }

    @Override
    public LoggerContextVO getLoggerContextVO() {
        return context;
    }

    @Override
    public IThrowableProxy getThrowableProxy() {
        return thrown;
    }

    @Override
    public StackTraceElement[] getCallerData() {
        return new StackTraceElement[0];
    }

    @Override
    public boolean hasCallerData() {
        return false;
    }

    @Override
    public List<Marker> getMarkerList() {
        return List.of();
    }

    @Override
    public Map<String, String> getMDCPropertyMap() {
        return Map.of();
    }

    @Override
    public Map<String, String> getMdc() {
        return Map.of();
    }

    @Override
    public long getTimeStamp() {
        return instant.toEpochMilli();
    }

    @Override
    public int getNanoseconds() {
        return instant.getNano();
    }

    @Override
    public Instant getInstant() {
        return instant;
    }

    @Override
    public long getSequenceNumber() {
        return 0;
    }

    @Override
    public List<KeyValuePair> getKeyValuePairs() {
        return List.of();
    }

    @Override
    public void prepareForDeferredProcessing() {
        // it is prepared
    }

    /** An exception whose text is printable too. */
    private record Thrown(
            String getClassName,
            String getMessage,
            StackTraceElementProxy[] getStackTraceElementProxyArray,
            int getCommonFrames,
            IThrowableProxy getCause,
            IThrowableProxy[] getSuppressed,
            boolean isCyclic)
            implements IThrowableProxy {

        static Thrown of(IThrowableProxy thrown, int most) {
            if (thrown == null || most == 0) {
                return null;
            }
            return new Thrown(
                    thrown.getClassName(),
                    thrown.getMessage() == null ? null : Printable.of(thrown.getMessage(), MOST_CHARACTERS),
                    thrown.getStackTraceElementProxyArray(),
                    thrown.getCommonFrames(),
                    of(thrown.getCause(), most - 1),
                    thrown.getSuppressed() == null
                            ? new IThrowableProxy[0]
                            : Stream.of(thrown.getSuppressed())
                                    .limit(MOST_CAUSES)
                                    .map(each -> of(each, 1))
                                    .toArray(IThrowableProxy[]::new),
                    thrown.isCyclic());
        }
    }
}
