package io.firstline.testkit;

import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** The loggers of Logback. */
public final class Loggers {
    private Loggers() {}

    public static Logger root() {
        return of(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    public static Logger of(Class<?> type) {
        return of(type.getName());
    }

    /** SLF4J returns substitutes while another thread sets it up. */
    public static Logger of(String name) {
        Await.until("SLF4J is set up", () -> LoggerFactory.getLogger(name) instanceof Logger);
        return (Logger) LoggerFactory.getLogger(name);
    }
}
