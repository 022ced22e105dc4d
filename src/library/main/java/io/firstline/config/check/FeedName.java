package io.firstline.config.check;

import java.util.regex.Pattern;

/** Checks a feed's name, which is part of event bus addresses, metrics and logs. */
public final class FeedName {
    private static final int MAX_LENGTH = 64;
    public static final String ALLOWED = "1 to 64 letters, digits, _ or -";

    private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private FeedName() {}

    public static boolean isValid(String name) {
        return name != null && PATTERN.matcher(name).matches();
    }

    /** The name of one of a feed's pools, which is part of its connections' ids. */
    public static String ofPart(String name, int number) {
        String suffix = "-" + number;
        return name.substring(0, Math.min(name.length(), MAX_LENGTH - suffix.length())) + suffix;
    }
}
