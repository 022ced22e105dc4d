package io.firstline.config.service;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Reads the section {@code relay} of a configuration. */
final class RelayReader {
    private RelayReader() {}

    /**
     * Reads a section that matches the schema; null if it is invalid.
     *
     * @param directory base of relative paths; null = the working directory
     * @param environment returns the value of an environment variable, null if not set
     */
    static RelayConfig read(
            JsonNode section, Path directory, UnaryOperator<String> environment, List<Problem> problems) {
        int before = problems.size();
        Map<String, Object> values = new HashMap<>();
        values.put("host", section.path("host").asText(RelayConfig.DEFAULT_HOST));
        values.put("tokenSha256", HttpReader.token(section, directory, environment, problems));
        values.put("tls", section.has("tls") ? HttpReader.tls(section.get("tls"), directory, problems) : null);
        try {
            values.put("limits", SchemaKeys.RELAY.read(RelayLimits.class, section, Map.of()));
            RelayConfig relay = SchemaKeys.RELAY.read(RelayConfig.class, section, values);
            return problems.size() > before ? null : relay;
        } catch (InvalidConfigException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    /** The conflicts of the relay with the rest of the configuration. */
    static List<Problem> check(RelayConfig relay, JsonNode root) {
        List<Problem> problems = new ArrayList<>();
        List<String> known = new ArrayList<>();
        root.path("feeds").fieldNames().forEachRemaining(known::add);
        if (relay != null && root.has("cluster")) {
            known.stream()
                    .filter(feed -> relay.feeds().isEmpty() || relay.feeds().contains(feed))
                    .forEach(feed -> checkBody(feed, root, problems));
        }
        JsonNode names = root.path("relay").path("feeds");
        for (int i = 0; i < names.size(); i++) {
            if (!known.contains(names.path(i).asText())) {
                problems.add(new Problem(
                        "/relay/feeds/" + i,
                        ProblemText.quoted(names.path(i).asText()),
                        "a feed of this configuration: " + String.join(", ", known)));
            }
        }
        return problems;
    }

    /** In a cluster a relay subscribes its feeds, and a subscription needs whole messages. */
    private static void checkBody(String feed, JsonNode root, List<Problem> problems) {
        String body = root.path("feeds").path(feed).path("body").asText("message");
        if (!body.equals("message")) {
            problems.add(new Problem(
                    "/feeds/" + feed + "/body",
                    ProblemText.quoted(body),
                    "\"message\" for a feed of the relay in a cluster"));
        }
    }
}
