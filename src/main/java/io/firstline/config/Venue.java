package io.firstline.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.FeedConfig.Subscribing;
import io.firstline.config.StreamClass.Link;
import io.firstline.config.StreamClass.Sequence;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What is the same for every feed of one exchange, read from a JSON file.
 *
 * @param name the file's name without {@code .json}
 * @param url where feeds connect that name no URL of their own
 * @param subscribe the request that subscribes, with {@code ${streams}} and {@code ${id}}; empty = the venue has none
 * @param unsubscribe the same for the way back
 * @param dialect how its messages are read
 * @param framesPerSecond how many frames a client may send in a second on one connection, everything counted; 0 = no limit
 */
public record Venue(
        String name, String url, String subscribe, String unsubscribe, Dialect dialect, int framesPerSecond) {
    /** The profiles in the jar. A class path cannot be listed, so a test holds this list against {@code conf/venues/}. */
    static final List<String> SHIPPED = List.of("binance-spot", "binance-usdm", "hitbtc");

    public Venue {
        // whether ws:// may go to a host of this name is the feed's decision
        dialect = dialect == null ? Dialect.NONE : dialect;
        Checks checks = new Checks()
                .range("framesPerSecond", framesPerSecond, 0, WsConnectionConfig.MAX_FRAMES_PER_SECOND)
                .require(FeedName.isValid(name), "name", Wording.quoted(String.valueOf(name)), FeedName.ALLOWED)
                .add(FeedUrl.problems(url, true));
        try {
            Subscribing templates = new Subscribing(List.of(), subscribe, unsubscribe);
            subscribe = templates.subscribe();
            unsubscribe = templates.unsubscribe();
        } catch (InvalidConfigException e) {
            checks.add(e.problems());
        }
        checks.throwIfAny("venue");
    }

    /**
     * Reads a profile: {@code venues/NAME.json} in the directory if there is one, else the one on the class path.
     *
     * @param directory where the configuration lies; null = only the class path
     * @throws InvalidConfigException if there is none of this name, or if it is wrong; seen from the feed, at {@code /venue}
     */
    public static Venue find(String name, Path directory) {
        Optional<Venue> venue;
        try {
            venue = FeedName.isValid(name) ? source(name, directory).map(text -> parse(name, text)) : Optional.empty();
        } catch (InvalidConfigException e) {
            throw new InvalidConfigException(
                    "venue",
                    e.problems().stream().map(p -> seenFromFeed(name, p)).toList());
        }
        return venue.orElseThrow(() -> new InvalidConfigException("venue", List.of(unknown(name, directory))));
    }

    private static Problem unknown(String name, Path directory) {
        return new Problem(
                "/venue",
                Wording.quoted(String.valueOf(name)),
                "a venue profile: " + String.join(", ", known(directory)));
    }

    private static Problem seenFromFeed(String name, Problem problem) {
        String place = problem.pointer().isEmpty() ? "/" : problem.pointer();
        return new Problem(
                "/venue", "\"" + name + "\", whose profile has " + problem.found() + " at " + place, problem.allowed());
    }

    private static Optional<String> source(String name, Path directory) {
        if (directory != null && Files.exists(directory.resolve("venues").resolve(name + ".json"))) {
            return Optional.of(JsonText.ofFile(directory.resolve("venues").resolve(name + ".json")));
        }
        String resource = "conf/venues/" + name + ".json";
        try (InputStream in = Venue.class.getClassLoader().getResourceAsStream(resource)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    private static Venue parse(String name, String text) {
        List<Problem> problems = new ArrayList<>();
        JsonNode json = JsonText.tree(text, problems);
        if (json != null) {
            problems.addAll(Schema.venue().check(json));
        }
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(name, problems);
        }
        return new Venue(
                name,
                json.path("url").asText(),
                json.path("subscribe").asText(),
                json.path("unsubscribe").asText(),
                dialect(json.path("messages"), json),
                json.path("framesPerSecond").asInt());
    }

    private static Dialect dialect(JsonNode messages, JsonNode venue) {
        try {
            return new Dialect(
                    texts(messages.path("stream")),
                    texts(messages.path("shutdown")),
                    messages.path("ackId").asText(),
                    texts(messages.path("refusal")),
                    venue.path("streamsPerRequest").asInt(Dialect.DEFAULT_STREAMS_PER_REQUEST),
                    classes(messages.path("classes")));
        } catch (InvalidConfigException e) {
            throw new InvalidConfigException(
                    "venue",
                    e.problems().stream()
                            .map(p -> p.pointer().equals("/streamsPerRequest")
                                    ? p
                                    : new Problem("/messages" + p.pointer(), p.found(), p.allowed()))
                            .toList());
        }
    }

    private static List<StreamClass> classes(JsonNode byName) {
        List<StreamClass> classes = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        byName.properties().forEach(e -> {
            try {
                JsonNode type = e.getValue();
                classes.add(new StreamClass(
                        e.getKey(),
                        type.path("match").asText(),
                        texts(type.path("key")),
                        sequence(type.path("sequence"))));
            } catch (InvalidConfigException wrong) {
                wrong.problems()
                        .forEach(p -> problems.add(new Problem(
                                "/classes" + Wording.step(e.getKey()) + p.pointer(), p.found(), p.allowed())));
            }
        });
        if (!problems.isEmpty()) {
            throw new InvalidConfigException("venue", problems);
        }
        return classes;
    }

    private static Sequence sequence(JsonNode json) {
        if (json.isMissingNode()) {
            return Sequence.NONE;
        }
        try {
            return new Sequence(
                    Link.valueOf(json.path("link").asText().replace('-', '_').toUpperCase(Locale.ROOT)),
                    texts(json.path("last")),
                    texts(json.path("first")),
                    texts(json.path("previous")));
        } catch (InvalidConfigException e) {
            throw new InvalidConfigException(
                    "sequence",
                    e.problems().stream()
                            .map(p -> new Problem("/sequence" + p.pointer(), p.found(), p.allowed()))
                            .toList());
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    private static TreeSet<String> known(Path directory) {
        TreeSet<String> names = new TreeSet<>(SHIPPED);
        if (directory != null && Files.isDirectory(directory.resolve("venues"))) {
            try (Stream<Path> files = Files.list(directory.resolve("venues"))) {
                files.map(file -> file.getFileName().toString())
                        .filter(file -> file.endsWith(".json"))
                        .map(file -> file.substring(0, file.length() - ".json".length()))
                        .filter(FeedName::isValid)
                        .forEach(names::add);
            } catch (IOException e) {
                // the shipped ones are still worth telling
                return names;
            }
        }
        return names;
    }
}
