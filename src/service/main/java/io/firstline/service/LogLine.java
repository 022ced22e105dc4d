package io.firstline.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggerContextVO;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.Context;
import io.firstline.payload.Printable;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;

/**
 * A copy of a logging event that waits to be written: its text is bounded and printable, and it refers to no foreign
 * object.
 */
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

    /** Creates a line of the log queue itself. */
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
    @SuppressWarnings("deprecation") // the interface still requires it
    public Map<String, String> getMdc() {
        return Map.of();
    }

    @Override
    public long getTimeStamp() {
        return instant.toEpochMilli();
    }

    @Override
    public int getNanoseconds() {
        return instant.get(ChronoField.NANO_OF_SECOND);
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
        // it was prepared when it was made
    }

    /** An exception whose text is printable too. */
    private static final class Thrown implements IThrowableProxy {
        private final IThrowableProxy from;
        private final String message;
        private final IThrowableProxy cause;
        private final IThrowableProxy[] suppressed;

        private Thrown(IThrowableProxy from, int mostCauses) {
            this.from = from;
            this.message = from.getMessage() == null ? null : Printable.of(from.getMessage(), MOST_CHARACTERS);
            this.cause = of(from.getCause(), mostCauses - 1);
            this.suppressed = from.getSuppressed() == null
                    ? new IThrowableProxy[0]
                    : Stream.of(from.getSuppressed())
                            .limit(MOST_CAUSES)
                            .map(each -> of(each, 1))
                            .toArray(IThrowableProxy[]::new);
        }

        static IThrowableProxy of(IThrowableProxy thrown, int mostCauses) {
            return thrown == null || mostCauses == 0 ? null : new Thrown(thrown, mostCauses);
        }

        @Override
        public String getMessage() {
            return message;
        }

        @Override
        public String getClassName() {
            return from.getClassName();
        }

        @Override
        public StackTraceElementProxy[] getStackTraceElementProxyArray() {
            return from.getStackTraceElementProxyArray();
        }

        @Override
        public int getCommonFrames() {
            return from.getCommonFrames();
        }

        @Override
        public IThrowableProxy getCause() {
            return cause;
        }

        @Override
        public IThrowableProxy[] getSuppressed() {
            return suppressed;
        }

        @Override
        public boolean isCyclic() {
            return from.isCyclic();
        }
    }
}
