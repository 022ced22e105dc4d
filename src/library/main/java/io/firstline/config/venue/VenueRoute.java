package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedUrl;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The URLs of some of a venue's streams. Immutable; checked in the constructor.
 *
 * @param name for people
 * @param match a regular expression found in the names of its streams
 * @param urls their URLs; connections use several in turn
 */
public record VenueRoute(String name, String match, List<String> urls) {
    public VenueRoute {
        urls = urls == null ? List.of() : List.copyOf(urls);
        StreamClass.compiled(match); // reports a wrong expression
        Checks checks = new Checks().require(!urls.isEmpty(), "url", "nothing", "wss://host[:port]/path");
        urls.forEach(url -> checks.add(FeedUrl.problems(url, true)));
        checks.throwIfAny("route");
    }

    /** Whether this route serves a stream of this name. */
    public boolean has(String stream) {
        return Pattern.compile(match).matcher(stream).find(); // called once per stream
    }
}
