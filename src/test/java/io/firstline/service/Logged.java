package io.firstline.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.firstline.testkit.Loggers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Captures the log of one package until it is closed, and keeps it out of the build's output. */
final class Logged extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;

    private Logged(Logger logger) {
        this.logger = logger;
    }

    static Logged of(String name) {
        Logged logged = new Logged(Loggers.of(name));
        logged.start();
        logged.logger.addAppender(logged);
        logged.logger.setAdditive(false);
        logged.logger.setLevel(Level.INFO);
        return logged;
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getFormattedMessage());
    }

    String text() {
        return String.join("\n", lines);
    }

    long count(String what) {
        return lines.stream().filter(line -> line.contains(what)).count();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setAdditive(true);
        logger.setLevel(null);
    }
}
