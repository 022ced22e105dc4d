package io.firstline.service;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.helpers.NOP_FallbackServiceProvider;

/**
 * Checks the environment variables that {@code conf/logback.xml} uses and passes them on as system properties.
 * Logback itself would log everything for an unknown level and nothing for an unknown format. Called before anything
 * logs.
 */
final class LogSettings {
    static final String LEVEL = "FIRSTLINE_LOG_LEVEL";
    static final String FORMAT = "FIRSTLINE_LOG_FORMAT";
    /** How many lines of a stack trace are logged: all at levels DEBUG and TRACE, otherwise none. */
    static final String STACK_LINES = "FIRSTLINE_LOG_STACK_LINES";

    private static final List<String> LEVELS = List.of("INFO", "TRACE", "DEBUG", "WARN", "ERROR", "OFF");
    private static final List<String> FORMATS = List.of("text", "json");

    private LogSettings() {}

    /**
     * Sets system properties, which logback prefers to variables of its file. Reports a wrong value and uses the
     * default instead.
     */
    static void check(Map<String, String> environment, PrintStream err) {
        String level = chosen(LEVEL, environment.get(LEVEL), LEVELS, err);
        System.setProperty(LEVEL, level);
        System.setProperty(FORMAT, chosen(FORMAT, environment.get(FORMAT), FORMATS, err));
        System.setProperty(STACK_LINES, level.equals("DEBUG") || level.equals("TRACE") ? "full" : "0");
    }

    /** Logs nothing: logback takes a quarter of the time of a short command to read its file. */
    static void disable() {
        System.setProperty("slf4j.provider", NOP_FallbackServiceProvider.class.getName());
        System.setProperty("slf4j.internal.verbosity", "WARN");
    }

    /** Returns the allowed value that equals this one, ignoring case; the first one if there is none. */
    private static String chosen(String name, String value, List<String> allowed, PrintStream err) {
        if (value == null || value.isBlank()) {
            return allowed.get(0);
        }
        String wanted = value.strip().toLowerCase(Locale.ROOT);
        return allowed.stream()
                .filter(each -> each.toLowerCase(Locale.ROOT).equals(wanted))
                .findFirst()
                .orElseGet(() -> {
                    String shown =
                            value.substring(0, Math.min(value.length(), 40)).replaceAll("\\p{Cntrl}", "?");
                    err.println("firstline: " + name + ": found \"" + shown + "\", allowed: "
                            + String.join(", ", allowed) + "; using " + allowed.get(0));
                    return allowed.get(0);
                });
    }
}
