package io.firstline.integration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the log of intended failures out of the build's output, and Netty's debug log in any case. */
public final class Quiet {
    private Quiet() {}

    public static void logs() {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        ((Logger) LoggerFactory.getLogger("io.firstline")).setLevel(Level.ERROR);
        ((Logger) LoggerFactory.getLogger("io.vertx")).setLevel(Level.ERROR);
    }
}
