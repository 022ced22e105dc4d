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
        List<Problem> found = new ArrayList<>();
        Map<String, Object> values = new HashMap<>();
        values.put("host", section.path("host").asText(RelayConfig.DEFAULT_HOST));
        values.put(
                "tokenSha256",
                section.has("token")
                        ? HttpReader.hash(section.get("token").textValue(), directory, environment, found)
                        : null);
        values.put("tls", section.has("tls") ? HttpReader.tls(section.get("tls"), directory, found) : null);
        RelayConfig relay = null;
        if (found.isEmpty()) {
            try {
                values.put("limits", SchemaKeys.RELAY.read(RelayLimits.class, section, Map.of()));
                relay = SchemaKeys.RELAY.read(RelayConfig.class, section, values);
            } catch (InvalidConfigException e) {
                found.addAll(e.problems());
            }
        }
        problems.addAll(found);
        return relay;
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
        for (int i = 0; relay != null && i < relay.feeds().size(); i++) {
            if (!known.contains(relay.feeds().get(i))) {
                problems.add(new Problem(
                        "/relay/feeds/" + i,
                        ProblemText.quoted(relay.feeds().get(i)),
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
