package io.firstline.connection;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/**
 * The pause that a server demands when it rejects an upgrade. At most {@value #LONGEST_MIN} minutes: some servers
 * demand a day, and a date depends on their clock. Pure.
 */
final class RetryAfter {
    private static final int FORBIDDEN = 403;
    private static final int BANNED = 418;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    private static final long DEFAULT_TOO_MANY_MS = 10_000;
    private static final long DEFAULT_BANNED_MS = 120_000;
    private static final int LONGEST_MIN = 5;
    private static final long LONGEST_MS = Duration.ofMinutes(LONGEST_MIN).toMillis();

    private RetryAfter() {}

    /**
     * The pause for the whole host, milliseconds; 0 = only the usual back-off.
     *
     * @param header the {@code Retry-After} header, seconds or an HTTP date (RFC 9110, 10.2.3), or null
     */
    static long pauseMs(int status, String header, Instant now) {
        return switch (status) {
            case FORBIDDEN, UNAVAILABLE -> given(header, now, 0);
            case TOO_MANY_REQUESTS -> given(header, now, DEFAULT_TOO_MANY_MS);
            case BANNED -> given(header, now, DEFAULT_BANNED_MS);
            default -> 0;
        };
    }

    private static long given(String header, Instant now, long defaultMs) {
        if (header == null) {
            return defaultMs;
        }
        String text = header.trim();
        if (text.matches("\\d{1,9}")) {
            return Math.min(LONGEST_MS, Long.parseLong(text) * 1_000);
        }
        try {
            Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Math.max(0, Math.min(LONGEST_MS, Duration.between(now, until).toMillis()));
        } catch (DateTimeParseException neither) {
            return defaultMs;
        }
    }
}
