package io.firstline.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The option by which a command's user says how much is told on standard error beside its output. */
final class Verbosity {
    @Option(names = "--verbose", description = "tell every connection and eviction on standard error")
    private boolean verbose;

    void apply() {
        level(verbose ? Level.INFO : Level.WARN);
    }

    /** For a command that tells everything else itself. */
    static void warningsOnly() {
        level(Level.WARN);
    }

    private static void level(Level level) {
        ((Logger) LoggerFactory.getLogger("io.firstline")).setLevel(level);
    }
}
