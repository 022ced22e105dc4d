package io.firstline.replay.retention;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which owner assigned which numbers. The first message of a new owner has this in a header, so that consumers need not
 * ask.
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
