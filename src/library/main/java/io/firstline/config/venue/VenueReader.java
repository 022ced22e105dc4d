package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.Endpoint;
import io.firstline.config.check.FeedName;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.Schema;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import io.firstline.config.venue.StreamClass.Link;
import io.firstline.config.venue.StreamClass.Mode;
import io.firstline.config.venue.StreamClass.Sequence;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Finds a venue's profile, merges it with those that it extends, and converts the result into records. Reports all
 * errors at once.
 */
final class VenueReader {
    /**
     * The profiles in the jar. A class path cannot be listed, so a test compares this list with {@code conf/venues/}.
     */
    static final List<String> SHIPPED = List.of(
            "arbitrum",
            "aster",
            "aster-spot",
            "backpack",
            "binance-coinm",
            "binance-spot",
            "binance-usdm",
            "bingx",
            "bitget",
            "bithumb",
            "bitmex",
            "bitstamp",
            "bybit-inverse",
            "bybit-linear",
            "bybit-spot",
            "coinbase-advanced",
            "coinbase-exchange",
            "cryptocom",
            "deribit",
            "gate",
            "gate-futures",
            "gemini",
            "gemini-v2",
            "generic",
            "hitbtc",
            "hitbtc-v2",
            "htx",
            "htx-linear",
            "hyperliquid",
            "kraken-futures",
            "kraken-unified",
            "kraken-v1",
            "kraken-v2",
            "kucoin",
            "kucoin-futures",
            "kucoin-uta",
            "lighter",
            "mexc-futures",
            "nostr",
            "okx",
            "phemex",
            "poloniex-futures",
            "pyth",
            "upbit",
            "whitebit");

    private static final int MAX_EXTENDED = 8;

    private final List<Problem> problems = new ArrayList<>();

    private VenueReader() {}

    static Venue find(String name, Path directory) {
        Optional<ObjectNode> profile;
        try {
            profile = FeedName.isValid(name) ? profile(name, directory) : Optional.empty();
            if (profile.isPresent()) {
                return new VenueReader().venue(name, profile.get());
            }
        } catch (InvalidConfigException e) {
            throw new InvalidConfigException(
                    "venue",
                    e.problems().stream().map(p -> seenFromFeed(name, p)).toList());
        }
        throw new InvalidConfigException(
                "venue",
                List.of(new Problem(
                        "/venue",
                        ProblemText.quoted(String.valueOf(name)),
                        "a venue profile: " + String.join(", ", known(directory)))));
    }

    /** The dates of a profile; empty if there is none of this name. */
    static Optional<ProfileInfo> info(String name, Path directory) {
        return profile(name, directory).map(profile -> {
            VenueReader reader = new VenueReader();
            ProfileInfo info = reader.info(profile);
            if (!reader.problems.isEmpty()) {
                throw new InvalidConfigException(name, reader.problems);
            }
            return info;
        });
    }

    private static Problem seenFromFeed(String name, Problem problem) {
        String place = problem.pointer().isEmpty() ? "/" : problem.pointer();
        return new Problem(
                "/venue", "\"" + name + "\", whose profile has " + problem.found() + " at " + place, problem.allowed());
    }

    // from files to one object

    /** A profile merged with all that it extends. A profile that extends its own name means the shipped one. */
    private static Optional<ObjectNode> profile(String name, Path directory) {
        Optional<ObjectNode> found = read(name, directory);
        if (found.isEmpty()) {
            return found;
        }
        ObjectNode profile = found.get();
        boolean shipped = !isIn(directory, name);
        String at = name;
        for (int extended = 0; profile.has("extends"); extended++) {
            String base = profile.remove("extends").asText();
            boolean own = base.equals(at) && !shipped;
            shipped |= own || !isIn(directory, base);
            Optional<ObjectNode> below = FeedName.isValid(base) && extended < MAX_EXTENDED
                    ? read(base, own ? null : directory)
                    : Optional.empty();
            if (below.isEmpty()) {
                String allowed = extended == MAX_EXTENDED
                        ? "at most " + MAX_EXTENDED + " profiles that extend each other"
                        : "a venue profile: " + String.join(", ", known(directory));
                throw new InvalidConfigException(
                        "venue", List.of(new Problem("/extends", ProblemText.quoted(base), allowed)));
            }
            profile = onTopOf(below.get(), profile);
            at = base;
        }
        List<Problem> problems = Schema.venue().check(profile);
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(name, problems);
        }
        return Optional.of(profile);
    }

    private static boolean isIn(Path directory, String name) {
        return directory != null && Files.exists(file(directory, name));
    }

    private static Path file(Path directory, String name) {
        return directory.resolve("venues").resolve(name + ".json");
    }

    private static Optional<ObjectNode> read(String name, Path directory) {
        Optional<String> source = source(name, directory);
        if (source.isEmpty()) {
            return Optional.empty();
        }
        List<Problem> problems = new ArrayList<>();
        JsonNode json = JsonText.tree(source.get(), problems);
        if (json != null) {
            boolean whole = !json.has("extends"); // otherwise missing keys may be in the extended profile
            problems.addAll(whole ? Schema.venue().check(json) : Schema.venue().checkPart(json));
        }
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(name, problems);
        }
        return Optional.of((ObjectNode) json);
    }

    private static Optional<String> source(String name, Path directory) {
        if (isIn(directory, name)) {
            return Optional.of(JsonText.ofFile(file(directory, name)));
        }
        String resource = "conf/venues/" + name + ".json";
        try (InputStream in = VenueReader.class.getResourceAsStream("/" + resource)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    /** Merges objects; all other values replace those below. */
    private static ObjectNode onTopOf(ObjectNode below, ObjectNode above) {
        above.properties().forEach(e -> {
            JsonNode value = e.getValue();
            below.set(
                    e.getKey(),
                    value instanceof ObjectNode object && below.get(e.getKey()) instanceof ObjectNode lower
                            ? onTopOf(lower, object)
                            : value);
        });
        return below;
    }

    // from the object to records

    private Venue venue(String name, ObjectNode json) {
        SubscribeTemplates requests = requests(json);
        List<VenueRoute> routes = new ArrayList<>();
        json.path("routes")
                .properties()
                .forEach(e -> routes.add(attempt(
                        "/routes" + ProblemText.step(e.getKey()),
                        () -> new VenueRoute(
                                e.getKey(),
                                e.getValue().path("match").asText(),
                                texts(e.getValue().path("url"))),
                        null)));
        info(json);
        MessageFormat format = format(json.path("messages"), json);
        Limits limits = attempt(
                "",
                () -> new Limits(
                        json.path("framesPerSecond").asInt(),
                        json.path("streamsPerConnection").asInt(),
                        json.path("charsPerConnection").asInt(),
                        json.path("connectsPer5Min").asInt(),
                        json.path("maxConnections").asInt(),
                        json.path("maxAgeMs").asInt()),
                Limits.NONE);
        Endpoint endpoint = endpoint(json.path("endpoint"));
        routes.removeIf(route -> route == null);
        Venue venue = attempt(
                "",
                () -> new Venue(
                        name,
                        texts(json.path("url")),
                        routes,
                        requests,
                        format,
                        limits,
                        endpoint,
                        texts(json.path("subProtocols"))),
                null);
        if (!problems.isEmpty()) {
            throw new InvalidConfigException("venue", problems);
        }
        return venue;
    }

    private ProfileInfo info(JsonNode json) {
        return new ProfileInfo(json.path("description").asText(), date(json, "checked"), date(json, "until"));
    }

    /** A date, or null. */
    private LocalDate date(JsonNode json, String key) {
        if (!json.has(key)) {
            return null;
        }
        try {
            return LocalDate.parse(json.path(key).asText());
        } catch (DateTimeParseException e) {
            problems.add(
                    new Problem("/" + key, ProblemText.quoted(json.path(key).asText()), "a date such as 2026-11-28"));
            return null;
        }
    }

    private SubscribeTemplates requests(ObjectNode json) {
        RequestTemplate general = attempt("", () -> general(json), SubscribeTemplates.NONE.general());
        List<RequestTemplate> kinds = new ArrayList<>();
        for (int i = 0; i < json.path("requests").size(); i++) {
            JsonNode kind = json.path("requests").get(i);
            kinds.add(attempt("/requests/" + i, () -> requestsOfKind(kind, json), general));
        }
        boolean replaces = json.has("subscribeAll");
        if (replaces && (json.has("subscribe") || json.has("unsubscribe"))) {
            problems.add(new Problem(
                    "/subscribeAll",
                    "also \"subscribe\" or \"unsubscribe\"",
                    "either \"subscribeAll\", or \"subscribe\" and \"unsubscribe\""));
        }
        return attempt("", () -> new SubscribeTemplates(List.of(), general, kinds, replaces), SubscribeTemplates.NONE);
    }

    private static RequestTemplate general(JsonNode json) {
        return new RequestTemplate(
                "",
                json.path(json.has("subscribeAll") ? "subscribeAll" : "subscribe")
                        .asText(),
                json.path("unsubscribe").asText(),
                json.path("argument").asText(),
                0,
                json.path("words").asText(),
                json.path("nameWords").asInt());
    }

    /** The requests for one kind of streams; missing members are those of the venue. */
    private static RequestTemplate requestsOfKind(JsonNode kind, JsonNode venue) {
        String subscribe = own(kind, venue, "subscribe").asText();
        boolean argues = kind.has("argument") || RequestTemplate.namesArguments(subscribe);
        return new RequestTemplate(
                kind.path("match").asText(),
                subscribe,
                own(kind, venue, "unsubscribe").asText(),
                argues ? own(kind, venue, "argument").asText() : "",
                kind.path("streamsPerRequest").asInt(),
                own(kind, venue, "words").asText(),
                own(kind, venue, "nameWords").asInt());
    }

    private static JsonNode own(JsonNode kind, JsonNode venue, String key) {
        return kind.has(key) ? kind.path(key) : venue.path(key);
    }

    private Endpoint endpoint(JsonNode json) {
        Map<String, String> headers = new LinkedHashMap<>();
        json.path("headers")
                .properties()
                .forEach(e -> headers.put(e.getKey(), e.getValue().asText()));
        return attempt(
                "/endpoint",
                () -> new Endpoint(
                        json.path("url").asText(),
                        json.has("method")
                                ? Endpoint.Method.valueOf(json.path("method").asText())
                                : Endpoint.Method.GET,
                        headers,
                        json.path("target").asText()),
                Endpoint.NONE);
    }

    private ServerTime serverTime(JsonNode json) {
        return attempt(
                "/serverTime",
                () -> new ServerTime(
                        json.path("url").asText(),
                        json.path("pointer").asText(),
                        unit(json),
                        json.path("everyMs").asInt(ServerTime.DEFAULT_EVERY_MS)),
                ServerTime.NONE);
    }

    private EventTime eventTime(JsonNode json) {
        return attempt("/messages/eventTime", () -> new EventTime(texts(json.path("at")), unit(json)), EventTime.NONE);
    }

    private static StampUnit unit(JsonNode json) {
        return json.has("unit") ? constant(StampUnit.class, json.path("unit")) : StampUnit.MS;
    }

    private MessageFormat format(JsonNode messages, JsonNode venue) {
        Heartbeat heartbeat = attempt(
                "/heartbeat",
                () -> new Heartbeat(
                        venue.path("heartbeat").path("send").asText(),
                        venue.path("heartbeat").path("everyMs").asInt(),
                        venue.path("heartbeat").path("answered").asBoolean()),
                Heartbeat.NONE);
        MessageSigns control = messageSigns("/messages/control", messages.path("control"));
        List<FieldMatcher> refusal = signsIn("/messages/refusal", messages.path("refusal"));
        List<String> shutdownStreams = new ArrayList<>();
        List<FieldMatcher> shutdown = new ArrayList<>();
        List<Integer> closeCodes = new ArrayList<>();
        for (int i = 0; i < messages.path("shutdown").size(); i++) {
            JsonNode item = messages.path("shutdown").get(i);
            if (item.isTextual()) {
                shutdownStreams.add(item.textValue());
            } else if (item.has("close") && item.has("at")) {
                problems.add(new Problem(
                        "/messages/shutdown/" + i, "both a sign and close codes", "an entry for each of them"));
            } else if (item.has("close")) {
                item.path("close").forEach(code -> closeCodes.add(code.asInt()));
            } else {
                shutdown.addAll(signs("/messages/shutdown/" + i, item));
            }
        }
        Notices notices = new Notices(
                shutdown,
                closeCodes,
                signsIn("/messages/errors", messages.path("errors")),
                texts(messages.path("errorText")));
        List<StreamClass> classes = new ArrayList<>();
        messages.path("classes")
                .properties()
                .forEach(e -> classes.addAll(
                        streamClass("/messages/classes" + ProblemText.step(e.getKey()), e.getKey(), e.getValue())));
        VenueProtocol protocol = protocol(messages, venue);
        EventTime eventTime = eventTime(messages.path("eventTime"));
        ServerTime serverTime = eventTime.at().isEmpty() && messages.has("eventTime")
                ? ServerTime.NONE // an error of one must not cause an error of the other
                : serverTime(venue.path("serverTime"));
        MessageContent content = content(messages);
        StreamNaming naming = naming(messages);
        return attempt(
                "/messages",
                () -> new MessageFormat(
                        naming,
                        shutdownStreams,
                        control.fields(),
                        control.texts(),
                        messages.path("ackId").asText(),
                        refusal,
                        venue.path("streamsPerRequest").asInt(MessageFormat.DEFAULT_STREAMS_PER_REQUEST),
                        heartbeat,
                        classes,
                        serverTime,
                        eventTime,
                        notices,
                        content,
                        protocol),
                MessageFormat.NONE);
    }

    private StreamNaming naming(JsonNode messages) {
        List<NameRule> rules = nameRules(messages.path("stream"));
        return attempt(
                "/messages",
                () -> new StreamNaming(
                        rules,
                        messages.path("separator").asText(),
                        textsByKey(messages.path("names")),
                        textsByKey(messages.path("aliases"))),
                StreamNaming.NONE);
    }

    /** The rules, or one rule without signs. */
    private List<NameRule> nameRules(JsonNode stream) {
        List<NameRule> rules = new ArrayList<>();
        boolean isOneRule = !stream.isEmpty() && stream.get(0).isTextual();
        for (int i = 0; i < stream.size(); i++) {
            JsonNode rule = stream.get(i);
            String pointer = "/messages/stream/" + i;
            if (rule.isTextual() != isOneRule) {
                problems.add(new Problem(
                        pointer, "rules beside pointers", "either rules with a \"name\", or pointers and constants"));
                return List.of();
            }
            if (!isOneRule) {
                List<FieldMatcher> when = signsIn(pointer + "/when", rule.path("when"));
                rules.addAll(attempt(pointer, () -> List.of(new NameRule(when, texts(rule.path("name")))), List.of()));
            }
        }
        return isOneRule
                ? attempt(
                        "/messages/stream",
                        () -> List.of(new NameRule(List.of(), texts(stream))),
                        List.of(),
                        p -> new Problem("", p.found(), p.allowed()))
                : rules;
    }

    private MessageContent content(JsonNode messages) {
        return attempt(
                "/messages",
                () -> new MessageContent(
                        messages.has("payload")
                                ? constant(PayloadEncoding.class, messages.path("payload"))
                                : PayloadEncoding.NONE,
                        texts(messages.path("ignore")),
                        texts(messages.path("line").path("last"))),
                MessageContent.NONE);
    }

    private VenueProtocol protocol(JsonNode messages, JsonNode venue) {
        MessageSigns ready = messageSigns("/ready", venue.path("ready"));
        int readyMs = venue.path("readyMs").asInt(ready.isNone() ? 0 : Opening.DEFAULT_READY_MS);
        Opening opening = attempt("", () -> new Opening(texts(venue.path("onConnect")), ready, readyMs), Opening.NONE);
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < messages.path("answers").size(); i++) {
            JsonNode answer = messages.path("answers").get(i);
            String pointer = "/messages/answers/" + i;
            MessageSigns when = messageSigns(pointer + "/when", answer.path("when"));
            answers.addAll(attempt(
                    pointer, () -> List.of(new Answer(when, answer.path("send").asText())), List.of()));
        }
        Acks acks = attempt(
                "/messages",
                () -> new Acks(
                        texts(messages.path("ackStream")),
                        messages.path("accepted").asText(),
                        messages.path("refused").asText()),
                Acks.NONE);
        return attempt("", () -> new VenueProtocol(opening, answers, acks), VenueProtocol.NONE);
    }

    /** Texts are complete messages, objects are signs. */
    private MessageSigns messageSigns(String pointer, JsonNode array) {
        List<FieldMatcher> fields = new ArrayList<>();
        List<String> whole = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            JsonNode item = array.get(i);
            if (item.isTextual()) {
                whole.add(item.textValue());
            } else {
                fields.addAll(signs(pointer + "/" + i, item));
            }
        }
        return new MessageSigns(fields, whole);
    }

    private List<StreamClass> streamClass(String pointer, String name, JsonNode type) {
        return attempt(
                pointer,
                () -> List.of(new StreamClass(
                        name,
                        type.path("match").asText(),
                        texts(type.path("key")),
                        texts(type.path("ignore")),
                        type.path("items").textValue(),
                        sequence(pointer + "/sequence", type.path("sequence")),
                        type.has("mode") ? constant(Mode.class, type.path("mode")) : Mode.FIRST,
                        type.path("holdMs").asInt(StreamClass.DEFAULT_HOLD_MS),
                        type.path("holdMessages").asInt(StreamClass.DEFAULT_HOLD_MESSAGES))),
                List.of());
    }

    private Sequence sequence(String pointer, JsonNode json) {
        if (json.isMissingNode()) {
            return Sequence.NONE;
        }
        List<FieldMatcher> reset = signsIn(pointer + "/reset", json.path("reset"));
        return attempt(
                pointer,
                () -> new Sequence(
                        constant(Link.class, json.path("link")),
                        texts(json.path("last")),
                        texts(json.path("first")),
                        texts(json.path("previous")),
                        reset),
                Sequence.NONE);
    }

    private List<FieldMatcher> signsIn(String pointer, JsonNode array) {
        List<FieldMatcher> signs = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            signs.addAll(signs(pointer + "/" + i, array.get(i)));
        }
        return signs;
    }

    /** A sign, or a pointer, which matches any value there; empty if it is wrong, which is reported. */
    private List<FieldMatcher> signs(String pointer, JsonNode item) {
        List<String> is = new ArrayList<>();
        item.path("is").forEach(value -> is.add(value.toString()));
        String at = item.isTextual() ? item.textValue() : item.path("at").asText();
        return attempt(pointer, () -> List.of(new FieldMatcher(at, is)), List.of());
    }

    /** Runs a record's own checks. */
    private <T> T attempt(String pointer, Supplier<T> made, T otherwise) {
        return attempt(pointer, made, otherwise, UnaryOperator.identity());
    }

    private <T> T attempt(String pointer, Supplier<T> made, T otherwise, UnaryOperator<Problem> seen) {
        try {
            return made.get();
        } catch (InvalidConfigException e) {
            e.problems().stream()
                    .map(seen)
                    .forEach(p -> problems.add(p.pointer().equals("/streamsPerRequest") ? p : p.under(pointer)));
            return otherwise;
        }
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode json) {
        return Enum.valueOf(type, json.asText().replace('-', '_').toUpperCase(Locale.ROOT));
    }

    /** One text, or an array of them. */
    private static List<String> texts(JsonNode json) {
        List<String> texts = new ArrayList<>();
        if (json.isTextual()) {
            texts.add(json.textValue());
        }
        json.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    private static Map<String, String> textsByKey(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
        return texts;
    }

    /** The names of all profiles. */
    static Set<String> known(Path directory) {
        Set<String> names = new TreeSet<>(SHIPPED);
        if (directory != null && Files.isDirectory(directory.resolve("venues"))) {
            try (Stream<Path> files = Files.list(directory.resolve("venues"))) {
                files.map(file -> file.getFileName().toString())
                        .filter(file -> file.endsWith(".json"))
                        .map(file -> file.substring(0, file.length() - ".json".length()))
                        .filter(FeedName::isValid)
                        .forEach(names::add);
            } catch (IOException e) {
                // the shipped profiles are still useful in the message
                return names;
            }
        }
        return names;
    }
}
