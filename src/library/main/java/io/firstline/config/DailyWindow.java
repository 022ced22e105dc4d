package io.firstline.config;

import io.firstline.config.check.Checks;
import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A daily time window in UTC, from one minute of the day to another; it may span midnight.
 *
 * @param fromMinute 0 to 1,439, included
 * @param toMinute 0 to 1,439, excluded; differs from {@code fromMinute}
 */
public record DailyWindow(int fromMinute, int toMinute) {
    public static final long DAY_MS = TimeUnit.DAYS.toMillis(1);
    public static final String ALLOWED = "\"HH:MM-HH:MM\" in UTC, not empty";

    private static final int DAY_MINUTES = 1_440;
    private static final Pattern TEXT = Pattern.compile("([01]\\d|2[0-3]):([0-5]\\d)-([01]\\d|2[0-3]):([0-5]\\d)");

    public DailyWindow {
        new Checks()
                .range("fromMinute", fromMinute, 0, DAY_MINUTES - 1)
                .range("toMinute", toMinute, 0, DAY_MINUTES - 1)
                .require(fromMinute != toMinute, "toMinute", toMinute, "not the same as fromMinute")
                .throwIfAny("daily window");
    }

    /**
     * Reads {@code HH:MM-HH:MM}.
     *
     * @throws InvalidConfigException for any other text
     */
    public static DailyWindow parse(String text) {
        Matcher match = TEXT.matcher(text);
        if (!match.matches()) {
            throw new InvalidConfigException(
                    "daily window", List.of(new Problem("", ProblemText.quoted(text), ALLOWED)));
        }
        return new DailyWindow(
                60 * Integer.parseInt(match.group(1)) + Integer.parseInt(match.group(2)),
                60 * Integer.parseInt(match.group(3)) + Integer.parseInt(match.group(4)));
    }

    /** The length in milliseconds. */
    public long lengthMs() {
        return TimeUnit.MINUTES.toMillis(Math.floorMod(toMinute - fromMinute, DAY_MINUTES));
    }

    /**
     * The time since the last start of the window, milliseconds. The window is open while this is less than
     * {@link #lengthMs()}.
     *
     * @param epochMs milliseconds since the Unix epoch
     */
    public long sinceStartMs(long epochMs) {
        return Math.floorMod(epochMs - TimeUnit.MINUTES.toMillis(fromMinute), DAY_MS);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%02d:%02d-%02d:%02d", fromMinute / 60, fromMinute % 60, toMinute / 60, toMinute % 60);
    }
}
