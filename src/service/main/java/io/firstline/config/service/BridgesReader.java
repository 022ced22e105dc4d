package io.firstline.config.service;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Reads the section {@code bridges} of a configuration. */
final class BridgesReader {
    private static final String TCP = "/tcp";
    private static final String SOCKJS = "/sockjs";
    private static final String FEEDS = "feeds";

    /** Those that a client in another language can read, with their sequence. */
    private static final Set<String> BODIES = Set.of("message", "json");

    private BridgesReader() {}

    /**
     * Reads a section that matches the schema.
     *
     * @param directory base of relative paths; null = the working directory
     * @param environment returns the value of an environment variable, null if not set
     */
    static BridgesConfig read(
            JsonNode section, Path directory, UnaryOperator<String> environment, List<Problem> problems) {
        return new BridgesConfig(
                section.has("tcp") ? tcp(section.get("tcp"), directory, environment, problems) : null,
                section.has("sockjs") ? sockjs(section.get("sockjs")) : null);
    }

    private static TcpBridgeConfig tcp(
            JsonNode section, Path directory, UnaryOperator<String> environment, List<Problem> problems) {
        List<Problem> found = new ArrayList<>();
        String token = HttpReader.token(section, directory, environment, found);
        HttpConfig.PemFiles tls = section.has("tls") ? HttpReader.tls(section.get("tls"), directory, found) : null;
        TcpBridgeConfig tcp = null;
        try {
            tcp = new TcpBridgeConfig(
                    section.path("host").asText(TcpBridgeConfig.DEFAULT_HOST),
                    section.path("port").asInt(SchemaKeys.TCP_BRIDGE.defaultNumber("port")),
                    token,
                    tls,
                    bridge(section));
        } catch (InvalidConfigException e) {
            found.addAll(e.problems());
        }
        found.forEach(problem -> problems.add(problem.under(TCP)));
        return found.isEmpty() ? tcp : null;
    }

    private static SockJsBridgeConfig sockjs(JsonNode section) {
        return new SockJsBridgeConfig(texts(section.path("origins")), bridge(section));
    }

    /** Reads a bridge that the schema has checked: without {@code feeds}, these are wrong. */
    private static BridgeConfig bridge(JsonNode section) {
        return SchemaKeys.TCP_BRIDGE.read(
                BridgeConfig.class, section, section.has(FEEDS) ? Map.of() : Map.of(FEEDS, List.of("stand-in")));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.textValue()));
        return texts;
    }

    /** The conflicts of the bridges with the rest of the configuration. */
    static List<Problem> check(BridgesConfig bridges, JsonNode root, HttpConfig http) {
        List<Problem> problems = new ArrayList<>();
        feeds(root, "/bridges" + TCP, problems);
        feeds(root, "/bridges" + SOCKJS, problems);
        SockJsBridgeConfig sockjs = bridges.sockjs();
        if (sockjs != null) {
            if (!root.has("http")) {
                problems.add(new Problem("/bridges" + SOCKJS, "no \"http\"", "only with \"http\", which serves it"));
            } else if (http != null
                    && http.tokenSha256() == null
                    && sockjs.bridge().inbound()) {
                problems.add(new Problem(
                        "/http/token",
                        "nothing",
                        "a token, because \"inbound\" of /bridges/sockjs allows requests that change feeds"));
            }
        }
        return problems;
    }

    private static void feeds(JsonNode root, String bridge, List<Problem> problems) {
        JsonNode feeds = root.path(FEEDS);
        List<String> known = new ArrayList<>();
        feeds.fieldNames().forEachRemaining(known::add);
        JsonNode names = root.at(bridge).path(FEEDS);
        for (int i = 0; i < names.size(); i++) {
            String name = names.path(i).asText();
            String at = bridge + "/feeds/" + i;
            if (!known.contains(name)) {
                problems.add(new Problem(
                        at, ProblemText.quoted(name), "a feed of this configuration: " + String.join(", ", known)));
            } else {
                String body = feeds.path(name).path("body").asText("message");
                if (!BODIES.contains(body)) {
                    problems.add(new Problem(
                            at,
                            ProblemText.quoted(name) + ", whose \"body\" is " + ProblemText.quoted(body),
                            "a feed that publishes each message with its sequence: \"body\" \"message\" or \"json\""));
                }
            }
        }
    }
}
