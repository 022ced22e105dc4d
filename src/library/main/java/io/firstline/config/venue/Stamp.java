package io.firstline.config.venue;

import java.time.LocalDate;
import java.time.YearMonth;

/**
 * A point in time as a venue wrote it.
 *
 * @param micros the middle of its range, microseconds since the Unix epoch
 * @param resolutionMicros its range: the digits below its unit are cut off
 */
public record Stamp(long micros, long resolutionMicros) {
    /** Longer texts are not times. */
    public static final int MAX_LENGTH = 40;

    private static final long SECOND_MICROS = 1_000_000;
    private static final int FRACTION_AT = 19;

    /** Reads RFC 3339, such as {@code 2026-11-28T12:00:00.123Z}; null if it is not a time of our century. */
    static Stamp ofIso(String text) {
        boolean hasShape = text.length() > FRACTION_AT
                && text.length() <= MAX_LENGTH
                && text.charAt(4) == '-'
                && text.charAt(7) == '-'
                && "Tt ".indexOf(text.charAt(10)) >= 0
                && text.charAt(13) == ':'
                && text.charAt(16) == ':';
        if (!hasShape) {
            return null;
        }
        int year = number(text, 0, 4, 2000, 2099);
        int month = number(text, 5, 7, 1, 12);
        int day = year < 0 || month < 0
                ? -1
                : number(text, 8, 10, 1, YearMonth.of(year, month).lengthOfMonth());
        int hour = number(text, 11, 13, 0, 23);
        int minute = number(text, 14, 16, 0, 59);
        int second = number(text, 17, FRACTION_AT, 0, 60); // a leap second is the 60th
        int zoneAt = fractionEnd(text, FRACTION_AT);
        long offset = zoneAt < 0 ? Long.MIN_VALUE : offsetSeconds(text, zoneAt);
        if (day < 0 || hour < 0 || minute < 0 || second < 0 || offset == Long.MIN_VALUE) {
            return null;
        }
        long seconds = LocalDate.of(year, month, day).toEpochDay() * 86_400 + hour * 3_600L + minute * 60L + second;
        return of(seconds - offset, text, FRACTION_AT, zoneAt);
    }

    /** Reads seconds since the epoch with decimals; null if it is not a time of our century. */
    static Stamp ofSeconds(String text) {
        int point = text.indexOf('.');
        if (point < 0 || text.length() > MAX_LENGTH || fractionEnd(text, point) != text.length()) {
            return null;
        }
        long seconds = 0;
        for (int i = 0; i < point; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || point > 10) {
                return null;
            }
            seconds = 10 * seconds + digit;
        }
        return StampUnit.S.isPlausible(seconds) ? of(seconds, text, point, text.length()) : null;
    }

    private static Stamp of(long seconds, String text, int fractionAt, int fractionEnd) {
        long micros = 0;
        long resolution = SECOND_MICROS;
        for (int i = fractionAt + 1; i < fractionEnd && resolution > 1; i++) {
            resolution /= 10;
            micros += resolution * (text.charAt(i) - '0');
        }
        return new Stamp(seconds * SECOND_MICROS + micros + resolution / 2, resolution);
    }

    /** The position behind a point and its digits; the same position if there is no point, -1 without digits. */
    private static int fractionEnd(String text, int at) {
        if (at == text.length() || text.charAt(at) != '.') {
            return at;
        }
        int end = at + 1;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end == at + 1 ? -1 : end;
    }

    /** The seconds east of Greenwich; {@link Long#MIN_VALUE} if this is no offset. */
    private static long offsetSeconds(String text, int at) {
        if (at == text.length() - 1 && "Zz".indexOf(text.charAt(at)) >= 0) {
            return 0;
        }
        boolean hasShape = at == text.length() - 6 && "+-".indexOf(text.charAt(at)) >= 0 && text.charAt(at + 3) == ':';
        int hours = hasShape ? number(text, at + 1, at + 3, 0, 23) : -1;
        int minutes = hasShape ? number(text, at + 4, at + 6, 0, 59) : -1;
        if (hours < 0 || minutes < 0) {
            return Long.MIN_VALUE;
        }
        return (text.charAt(at) == '-' ? -1 : 1) * (hours * 3_600L + minutes * 60L);
    }

    /** The number of these digits; -1 if they are none, or if it is out of its range. */
    private static int number(String text, int from, int to, int least, int most) {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number >= least && number <= most ? number : -1;
    }
}
