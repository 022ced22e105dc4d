package io.firstline.service;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Parses durations such as {@code 500ms}, {@code 10s}, {@code 1.5m} and {@code 2h}; a bare number means seconds. */
final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h)?");

    private Durations() {}

    static Duration parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException(
                    "found \"" + text + "\", allowed: a duration such as 500ms, 10s, 1.5m or 2h");
        }
        double unitMs =
                switch (form.group(2) == null ? "s" : form.group(2)) {
                    case "ms" -> 1;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    default -> 1_000;
                };
        long ms = Math.round(Double.parseDouble(form.group(1)) * unitMs);
        if (ms == 0) {
            throw new TypeConversionException("found \"" + text + "\", allowed: more than 0");
        }
        return Duration.ofMillis(ms);
    }
}
