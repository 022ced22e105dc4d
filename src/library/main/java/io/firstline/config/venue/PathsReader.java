package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.PathsConfig;
import io.firstline.config.Proxy;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.LocalAddresses;
import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Reads the paths of a feed or of a venue, and checks that this machine has their local addresses. */
public final class PathsReader {
    private static final String POINTER = "/paths";
    private static final String ENVIRONMENT = "environment";

    private final UnaryOperator<String> environment;
    private final List<Problem> problems = new ArrayList<>();

    /**
     * Makes a reader without problems.
     *
     * @param environment returns the value of a variable, null if not set
     */
    public PathsReader(UnaryOperator<String> environment) {
        this.environment = environment;
    }

    /** The problems found so far, with pointers from the object that has the key {@code paths}. */
    public List<Problem> problems() {
        return problems;
    }

    /** Reads the value of {@code paths}, which the schema has checked; a missing one means the default. */
    public PathsConfig read(JsonNode paths) {
        boolean fromEnvironment = ENVIRONMENT.equals(paths.path("proxies").textValue());
        return new PathsConfig(
                addresses(paths.path("addresses")),
                localAddresses(paths.path("localAddresses")),
                fromEnvironment ? environmentProxies() : proxies(paths.path("proxies")),
                fromEnvironment ? noProxy() : List.of());
    }

    private static int addresses(JsonNode addresses) {
        return "first".equals(addresses.textValue()) ? 1 : addresses.asInt(PathsConfig.ALL);
    }

    private List<String> localAddresses(JsonNode array) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            String text = array.get(i).asText();
            if (LocalAddresses.of(text).isEmpty()) {
                problems.add(new Problem(
                        POINTER + "/localAddresses/" + i,
                        ProblemText.quoted(text) + ", which this machine does not have",
                        "an interface or an address of this machine: " + LocalAddresses.known()));
            } else {
                found.add(text);
            }
        }
        return found;
    }

    private List<Proxy> proxies(JsonNode array) {
        List<Proxy> found = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            try {
                found.add(Proxy.parse(array.get(i).asText()));
            } catch (InvalidConfigException wrong) {
                Problem problem = wrong.problems().get(0);
                problems.add(new Problem(POINTER + "/proxies/" + i, problem.found(), problem.allowed()));
            }
        }
        return found;
    }

    private List<Proxy> environmentProxies() {
        String value = variable("HTTPS_PROXY");
        if (value.isBlank()) {
            return List.of();
        }
        try {
            return List.of(Proxy.parse(value));
        } catch (InvalidConfigException wrong) {
            problems.add(new Problem(
                    POINTER + "/proxies",
                    "\"environment\", whose HTTPS_PROXY is " + FeedUrl.masked(value),
                    Proxy.ALLOWED + " in HTTPS_PROXY"));
            return List.of();
        }
    }

    private List<String> noProxy() {
        List<String> found = new ArrayList<>();
        for (String entry : List.of(variable("NO_PROXY").split(","))) {
            if (PathsConfig.isNoProxy(entry)) {
                found.add(entry);
            } else if (!entry.isBlank()) {
                problems.add(new Problem(
                        POINTER + "/proxies",
                        "\"environment\", whose NO_PROXY has " + ProblemText.quoted(entry.strip()),
                        PathsConfig.NO_PROXY_ALLOWED + " in NO_PROXY"));
            }
        }
        return found;
    }

    /** The value of a variable in capitals or, as other programs read it too, in small letters. */
    private String variable(String name) {
        return Stream.of(name, name.toLowerCase(Locale.ROOT))
                .map(environment)
                .filter(value -> value != null && !value.isBlank())
                .findFirst()
                .orElse("");
    }
}
