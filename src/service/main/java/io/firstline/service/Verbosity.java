package io.firstline.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The option that sets how much a command logs to standard error. */
final class Verbosity {
    @Option(names = "--verbose", description = "report every connection and eviction on standard error")
    private boolean verbose;

    void apply() {
        level(verbose ? Level.INFO : Level.WARN);
    }

    /** For a command that reports connections and gaps itself. */
    static void warningsOnly() {
        level(Level.WARN);
    }

    private static void level(Level level) {
        ((Logger) LoggerFactory.getLogger("io.firstline")).setLevel(level);
    }
}
