package io.firstline.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a venue serves some of its streams. Immutable; checked when it is made.
 *
 * @param name for people
 * @param match a regular expression that is found in the names of its streams
 * @param urls where they are served; several = connections take turns
 */
public record VenueRoute(String name, String match, List<String> urls) {
    public VenueRoute {
        urls = urls == null ? List.of() : List.copyOf(urls);
        StreamClass.compiled(match); // says what is wrong with it
        Checks checks = new Checks().require(!urls.isEmpty(), "url", "nothing", "wss://host[:port]/path");
        urls.forEach(url -> checks.add(FeedUrl.problems(url, true)));
        checks.throwIfAny("route");
    }

    /** Whether a stream of this name is served here. */
    public boolean has(String stream) {
        return Pattern.compile(match).matcher(stream).find(); // asked once for a stream
    }
}
