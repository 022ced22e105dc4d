package io.firstline.config.venue;

import io.firstline.config.problem.Problem;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

/**
 * The facts of a venue profile about itself. Nothing of it changes how a feed works, so it is not part of {@link Venue}.
 * Immutable.
 *
 * @param description the exchange, the market, and where its documentation is; empty = not said
 * @param checked the day on which the facts were last compared with their sources; null = not said
 * @param until the day on which the venue ends this interface; null = no end is announced
 */
public record ProfileInfo(String description, LocalDate checked, LocalDate until) {
    /** The end of an interface is reported from this many days before it. */
    public static final int NOTICE_DAYS = 90;

    /**
     * Reads a profile as {@link Venue#find} does; empty if there is none of this name.
     *
     * @throws io.firstline.config.problem.InvalidConfigException if the profile is wrong
     */
    public static Optional<ProfileInfo> find(String name, Path directory) {
        return VenueReader.info(name, directory);
    }

    /**
     * The names of the shipped profiles and of those in {@code venues/}, in alphabetical order.
     *
     * @param directory the folder of the configuration; null = only the shipped ones
     */
    public static Set<String> names(Path directory) {
        return VenueFiles.names(directory);
    }

    /** Says that no profile has this name, and which ones have a similar one. */
    public static String unknown(String name, Path directory) {
        Problem problem = VenueFiles.unknown("", name, directory);
        return "found " + problem.found() + ", allowed: " + problem.allowed();
    }

    /** Says that the interface has ended, or that it ends within {@link #NOTICE_DAYS}; empty = neither. */
    public Optional<String> end(LocalDate today) {
        if (until == null || today.isBefore(until.minusDays(NOTICE_DAYS))) {
            return Optional.empty();
        }
        long days = ChronoUnit.DAYS.between(today, until);
        String unit = Math.abs(days) == 1 ? " day" : " days";
        if (days == 0) {
            return Optional.of("ends today, " + until);
        }
        return Optional.of(
                days > 0 ? "ends in " + days + unit + ", on " + until : "ended " + -days + unit + " ago, on " + until);
    }
}
