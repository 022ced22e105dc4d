package io.firstline.service;

import io.firstline.config.Limit;
import io.firstline.config.venue.Limits;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.PayloadEncoding;
import io.firstline.config.venue.ProfileInfo;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.Venue;
import io.firstline.config.venue.VenueRoute;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The abilities of a venue profile, derived from the profile itself. */
record VenueSheet(Venue venue, ProfileInfo info) {
    /** The proof that a class of streams has for its messages. */
    enum Proves {
        COMPLETENESS,
        ORDER,
        /** A key identifies messages. */
        IDENTITY,
        /** Only the bytes identify messages. */
        NOTHING;

        static Proves of(StreamClass type) {
            return switch (type.sequence().link()) {
                case PLUS_ONE, PREVIOUS -> COMPLETENESS;
                case INCREASING -> ORDER;
                case NONE -> type.key().isEmpty() ? NOTHING : IDENTITY;
            };
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static VenueSheet of(String name, Path directory) {
        return new VenueSheet(
                Venue.find(name, directory), ProfileInfo.find(name, directory).orElseThrow());
    }

    List<String> classes(Proves proves) {
        return venue.format().classes().stream()
                .filter(type -> Proves.of(type) == proves)
                .map(StreamClass::name)
                .toList();
    }

    /** The abilities that a feed with this profile lacks. */
    List<String> cannot() {
        MessageFormat format = venue.format();
        List<String> cannot = new ArrayList<>();
        if (venue.urls().isEmpty() && venue.endpoint().isNone()) {
            cannot.add("connect without a \"url\" of the feed");
        }
        if (venue.requests().subscribe().isEmpty()) {
            cannot.add("subscribe: the feed's \"onConnect\" does");
        } else if (format.acks().isNone()) {
            cannot.add(
                    format.notices().errors().isEmpty()
                            ? "see whether a request was accepted"
                            : "see which request was accepted; errors are reported");
        }
        if (format.naming().isNone()) {
            cannot.add("tell streams apart");
        } else if (classes(Proves.COMPLETENESS).isEmpty()) {
            cannot.add("prove that nothing is missing");
        }
        if (!hasNotices()) {
            cannot.add("see that the server announces the end of a connection");
        }
        if (format.times().event().at().isEmpty()) {
            cannot.add("measure the age of messages");
        }
        return cannot;
    }

    /** What binary messages are; empty = unknown. */
    String payload() {
        PayloadEncoding payload = venue.format().content().payload();
        return payload == PayloadEncoding.NONE ? "" : payload.name().toLowerCase(Locale.ROOT);
    }

    /** How a feed proves who it is, and the secrets that it needs; empty = it need not. */
    String login() {
        if (venue.secrets().isEmpty()) {
            return "";
        }
        String how = !venue.format().protocol().opening().login().isNone()
                ? "a message"
                : venue.headers().values().stream().flatMap(List::stream).anyMatch(value -> value.contains("${s"))
                        ? "headers"
                        : "signed requests";
        return how + " with " + String.join(", ", venue.secrets());
    }

    boolean hasNotices() {
        return venue.format().notices().announceShutdown();
    }

    /** The known limits, by the key of the profile. */
    Map<String, Integer> limits() {
        Limits known = venue.limits();
        Map<String, Integer> limits = new LinkedHashMap<>();
        limits.put("framesPerSecond", known.framesPerSecond());
        limits.put("streamsPerConnection", known.streamsPerConnection());
        limits.put("charsPerConnection", known.charsPerConnection());
        limits.put("connectsPer5Min", known.connectsPer5Min());
        limits.put("maxConnections", known.maxConnections());
        limits.put("maxAgeMs", known.maxAgeMs());
        limits.put("requestBytes", venue.requests().requestBytes());
        known.further().forEach(limit -> limits.put(key(limit), limit.max()));
        limits.values().removeIf(limit -> limit == 0);
        return limits;
    }

    /** As in {@code frames per host and 1 s}. */
    private static String key(Limit limit) {
        return limit.what() + " per " + limit.scope().name().toLowerCase(Locale.ROOT)
                + (limit.what().isRate() ? " and " + limit.time() : "");
    }

    /** The first URL, or the request that returns it. */
    String url() {
        if (!venue.endpoint().isNone()) {
            return "by " + venue.endpoint().method() + " " + venue.endpoint().url();
        }
        return venue.urls().isEmpty() ? "-" : venue.urls().get(0);
    }

    // text

    /** One line. */
    String line() {
        return String.format(
                Locale.ROOT,
                "%-20s %-10s %-10s %-34s %s",
                venue.name(),
                orDash(info.checked()),
                orDash(info.until()),
                String.join(",", classes(Proves.COMPLETENESS)),
                url());
    }

    static String heading() {
        return String.format(
                Locale.ROOT, "%-20s %-10s %-10s %-34s %s", "PROFILE", "CHECKED", "UNTIL", "PROVES COMPLETE", "URL");
    }

    private static String orDash(LocalDate date) {
        return date == null ? "-" : date.toString();
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(venue.name() + (info.description().isEmpty() ? "" : ": " + info.description()));
        lines.add("  checked " + orDash(info.checked()) + ", ends "
                + (info.until() == null ? "at no announced date" : "on " + info.until()));
        lines.add("  url " + (venue.urls().size() > 1 ? String.join(", ", venue.urls()) : url()));
        venue.routes().forEach(route -> lines.add("  url of " + route.match() + " " + String.join(", ", route.urls())));
        for (Proves proves : Proves.values()) {
            List<String> names = classes(proves);
            if (!names.isEmpty()) {
                lines.add("  proves " + proves.label() + " of " + String.join(", ", names));
            }
        }
        if (!login().isEmpty()) {
            lines.add("  logs in by " + login() + ": name them in the feed's \"secrets\"");
        }
        Map<String, Integer> limits = limits();
        lines.add("  limits "
                + (limits.isEmpty()
                        ? "unknown"
                        : String.join(
                                ", ",
                                limits.entrySet().stream()
                                        .map(limit -> limit.getKey() + " " + limit.getValue())
                                        .toList())));
        cannot().forEach(what -> lines.add("  cannot " + what));
        return lines;
    }

    JsonObject json() {
        JsonObject routes = new JsonObject();
        for (VenueRoute route : venue.routes()) {
            routes.put(
                    route.name(), new JsonObject().put("match", route.match()).put("url", new JsonArray(route.urls())));
        }
        JsonObject classes = new JsonObject();
        for (StreamClass type : venue.format().classes()) {
            classes.put(
                    type.name(),
                    new JsonObject()
                            .put("match", type.match().pattern())
                            .put("proves", Proves.of(type).label())
                            .put("mode", type.mode().name().toLowerCase(Locale.ROOT)));
        }
        JsonObject json = new JsonObject()
                .put("name", venue.name())
                .put("description", info.description())
                .put("checked", info.checked() == null ? null : info.checked().toString())
                .put("until", info.until() == null ? null : info.until().toString())
                .put("url", new JsonArray(venue.urls()))
                .put("routes", routes)
                .put("classes", classes)
                .put("payload", payload())
                .put("login", login())
                .put("secrets", new JsonArray(List.copyOf(venue.secrets())))
                .put("limits", new JsonObject(new LinkedHashMap<>(limits())))
                .put("cannot", new JsonArray(cannot()));
        if (!venue.endpoint().isNone()) {
            json.put("endpoint", venue.endpoint().url());
        }
        return json;
    }
}
