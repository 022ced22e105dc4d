package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;

/**
 * The source of a venue's time. Immutable; checked in the constructor.
 *
 * @param url {@code https://…}, {@code http://} for loopback hosts; requested with GET
 * @param pointer JSON pointer to the time in the answer
 * @param unit its unit
 * @param everyMs milliseconds between two requests; default 60,000
 */
public record ServerTime(String url, String pointer, StampUnit unit, int everyMs) {
    public static final int DEFAULT_EVERY_MS = 60_000;
    /** No known source. */
    public static final ServerTime NONE = new ServerTime("", "", StampUnit.MS, DEFAULT_EVERY_MS);

    public ServerTime {
        url = url == null ? "" : url;
        pointer = pointer == null ? "" : pointer;
        unit = unit == null ? StampUnit.MS : unit;
        Checks checks = new Checks().range("everyMs", everyMs, 1_000, 3_600_000);
        if (!url.isEmpty() || !pointer.isEmpty()) {
            checks.add(FeedUrl.restProblems(url, false))
                    .require(
                            !pointer.isEmpty() && JsonText.isPointer(pointer),
                            "pointer",
                            ProblemText.quoted(pointer),
                            "a JSON pointer such as /serverTime");
        }
        checks.throwIfAny("server time");
    }

    public boolean isNone() {
        return url.isEmpty();
    }

    /** The same at another URL. */
    ServerTime at(String otherUrl) {
        return new ServerTime(otherUrl, pointer, unit, everyMs);
    }
}
