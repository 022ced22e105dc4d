package io.firstline.replay.retention;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a new owner says in a header of its first message, so that consumers need not ask: which owner assigned which
 * numbers.
 *
 * @param incarnation the owner's {@link ReplayResponse#incarnation()}
 * @param epochs its own is the newest
 */
public record OwnerEpochs(long incarnation, EpochHistory epochs) {
    private static final Pattern FORMAT =
            Pattern.compile("(\\d{1,18})/(1?\\d{1,9}:\\d{1,18}(?:,1?\\d{1,9}:\\d{1,18}){0,31})");

    /** Reads a header, which anyone may have sent; null = it has another form. */
    public static OwnerEpochs parse(String header) {
        Matcher parts = FORMAT.matcher(header);
        return parts.matches()
                ? new OwnerEpochs(Long.parseLong(parts.group(1)), EpochHistory.parse(parts.group(2)))
                : null;
    }

    /** Format {@code incarnation/0:1,3:4711}. */
    @Override
    public String toString() {
        return incarnation + "/" + epochs;
    }
}
