package io.firstline.service;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The environment variables by which {@code conf/logback.xml} is set. Logback itself would log everything for a level that it does not know,
 * and nothing for a format that it does not know. Called before anything logs.
 */
final class LogSettings {
    static final String LEVEL = "FIRSTLINE_LOG_LEVEL";
    static final String FORMAT = "FIRSTLINE_LOG_FORMAT";
    /** How many lines of a stack trace are shown: none, or all when debugging. */
    static final String STACK_LINES = "FIRSTLINE_LOG_STACK_LINES";

    private static final List<String> LEVELS = List.of("INFO", "TRACE", "DEBUG", "WARN", "ERROR", "OFF");
    private static final List<String> FORMATS = List.of("text", "json");

    private LogSettings() {}

    /** Sets system properties, which go before variables in the file; reports a wrong value, which the default replaces. */
    static void check(Map<String, String> environment, PrintStream err) {
        String level = chosen(LEVEL, environment.get(LEVEL), LEVELS, err);
        System.setProperty(LEVEL, level);
        System.setProperty(FORMAT, chosen(FORMAT, environment.get(FORMAT), FORMATS, err));
        System.setProperty(STACK_LINES, level.equals("DEBUG") || level.equals("TRACE") ? "full" : "0");
    }

    /** The allowed value that is meant, in upper or lower case; the first one if there is none. */
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
                            + String.join(", ", allowed) + "; " + allowed.get(0) + " is used");
                    return allowed.get(0);
                });
    }
}
