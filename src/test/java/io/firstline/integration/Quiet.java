package io.firstline.integration;

import ch.qos.logback.classic.Level;
import io.firstline.testkit.Loggers;

/** Keeps the log of intended failures out of the build's output, and Netty's debug log in any case. */
public final class Quiet {
    private Quiet() {}

    public static void logs() {
        Loggers.root().setLevel(Level.WARN);
        Loggers.of("io.firstline").setLevel(Level.ERROR);
        Loggers.of("io.vertx").setLevel(Level.ERROR);
    }
}
