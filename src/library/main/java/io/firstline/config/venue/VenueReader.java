package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.Endpoint;
import io.firstline.config.Endpoint.KeepAlive;
import io.firstline.config.Limit;
import io.firstline.config.PathsConfig;
import io.firstline.config.check.Checks;
import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import io.firstline.config.secret.SignatureTemplate;
import io.firstline.config.secret.TemplateValues;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Converts a profile into records: what belongs to the venue as a whole here, its requests in {@link RequestsReader}, its
 * messages in {@link MessageFormatReader}. Reports all errors at once.
 */
final class VenueReader {
    private final ObjectNode json;
    private final VenueProblems problems = new VenueProblems();

    private VenueReader(ObjectNode json) {
        this.json = json;
    }

    static Venue find(String name, Path directory) {
        Optional<ObjectNode> profile;
        try {
            profile = VenueFiles.profile(name, directory);
            if (profile.isPresent()) {
                return new VenueReader(profile.get()).venue(name);
            }
        } catch (InvalidConfigException e) {
            throw new InvalidConfigException(
                    "venue",
                    e.problems().stream().map(p -> seenFromFeed(name, p)).toList());
        }
        throw new InvalidConfigException("venue", List.of(VenueFiles.unknown("/venue", name, directory)));
    }

    /** Reads the profile in a file, with pointers into that file. */
    static Venue in(Path file) {
        VenueReader reader = new VenueReader(VenueFiles.profileIn(file));
        reader.info();
        return reader.venue(VenueFiles.nameOf(file));
    }

    /** The dates of a profile; empty if there is none of this name. */
    static Optional<ProfileInfo> info(String name, Path directory) {
        return VenueFiles.profile(name, directory).map(profile -> {
            VenueReader reader = new VenueReader(profile);
            ProfileInfo info = reader.info();
            reader.problems.throwIfAny(name);
            return info;
        });
    }

    private static Problem seenFromFeed(String name, Problem problem) {
        String place = problem.pointer().isEmpty() ? "/" : problem.pointer();
        return new Problem(
                "/venue", "\"" + name + "\", whose profile has " + problem.found() + " at " + place, problem.allowed());
    }

    private Venue venue(String name) {
        info();
        SubscribeTemplates requests = new RequestsReader(problems).requests(json);
        List<VenueRoute> routes = routes();
        MessageFormat format = new MessageFormatReader(problems).format(json);
        Limits limits = limits();
        Endpoint endpoint = endpoint(json.path("endpoint"));
        SignatureTemplate signature =
                problems.attempt("/sign", () -> LoginReader.signature(json.path("sign")), SignatureTemplate.NONE);
        PathsReader pathsReader = new PathsReader(System::getenv);
        PathsConfig paths = pathsReader.read(json.path("paths"));
        pathsReader.problems().forEach(problems::add);
        RelayProfile relay = new RelayProfileReader(problems).profile(json.path("relay"));
        checkPlaceholders();
        Venue venue = problems.attempt(
                "",
                () -> new Venue(
                        name,
                        ProfileJson.texts(json.path("url")),
                        routes,
                        requests,
                        format,
                        limits,
                        endpoint,
                        ProfileJson.texts(json.path("subProtocols")),
                        ProfileJson.listsByKey(json.path("headers")),
                        signature,
                        paths,
                        relay),
                null);
        problems.throwIfAny("venue");
        return venue;
    }

    /** Reports placeholders in URLs and headers that nothing fills in. */
    private void checkPlaceholders() {
        Checks checks = new Checks();
        ProfileJson.texts(json.path("url")).forEach(url -> checkPlaceholders(checks, "url", url));
        json.path("routes").properties().forEach(e -> ProfileJson.texts(
                        e.getValue().path("url"))
                .forEach(url -> checkPlaceholders(checks, "routes" + ProblemText.step(e.getKey()) + "/url", url)));
        ProfileJson.listsByKey(json.path("headers"))
                .forEach((name, values) ->
                        values.forEach(value -> checkPlaceholders(checks, "headers" + ProblemText.step(name), value)));
        checks.problems().stream().distinct().forEach(problems::add);
    }

    private static void checkPlaceholders(Checks checks, String field, String text) {
        if (text.contains("${")) {
            TemplateValues.check(checks, field, text, true);
        }
    }

    private ProfileInfo info() {
        return new ProfileInfo(json.path("description").asText(), date("checked"), date("until"));
    }

    /** A date, or null. */
    private LocalDate date(String key) {
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

    private List<VenueRoute> routes() {
        List<VenueRoute> routes = new ArrayList<>();
        json.path("routes")
                .properties()
                .forEach(e -> routes.add(problems.attempt(
                        "/routes" + ProblemText.step(e.getKey()),
                        () -> new VenueRoute(
                                e.getKey(),
                                e.getValue().path("match").asText(),
                                ProfileJson.texts(e.getValue().path("url"))),
                        null)));
        routes.removeIf(Objects::isNull);
        return routes;
    }

    private Limits limits() {
        List<Limit> further = new ArrayList<>();
        for (int i = 0; i < json.path("limits").size(); i++) {
            JsonNode limit = json.path("limits").get(i);
            further.add(problems.attempt(
                    "/limits/" + i,
                    () -> new Limit(
                            ProfileJson.constant(limit.path("what"), Limit.What.FRAMES),
                            limit.path("max").asInt(),
                            limit.path("perMs").asInt(),
                            ProfileJson.constant(limit.path("scope"), Limit.Scope.HOST)),
                    null));
        }
        further.removeIf(Objects::isNull);
        return problems.attempt(
                "",
                () -> new Limits(
                        json.path("framesPerSecond").asInt(),
                        json.path("streamsPerConnection").asInt(),
                        json.path("charsPerConnection").asInt(),
                        json.path("connectsPer5Min").asInt(),
                        json.path("maxConnections").asInt(),
                        json.path("maxAgeMs").asInt(),
                        further),
                Limits.NONE);
    }

    private Endpoint endpoint(JsonNode endpoint) {
        return problems.attempt(
                "/endpoint",
                () -> new Endpoint(
                        endpoint.path("url").asText(),
                        ProfileJson.constant(endpoint.path("method"), Endpoint.Method.GET),
                        ProfileJson.textsByKey(endpoint.path("headers")),
                        endpoint.path("target").asText(),
                        keepAlive(endpoint.path("keepAlive"))),
                Endpoint.NONE);
    }

    private KeepAlive keepAlive(JsonNode request) {
        return problems.attempt(
                "/endpoint/keepAlive",
                () -> new KeepAlive(
                        ProfileJson.constant(request.path("method"), Endpoint.Method.PUT),
                        request.path("url").asText(),
                        request.path("everyMs").asInt()),
                KeepAlive.NONE);
    }
}
