package io.firstline.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the section {@code cluster} of a configuration. */
final class ClusterReader {
    private ClusterReader() {}

    /**
     * Reads a section that matches the schema; null if it is invalid.
     *
     * @param directory base of relative paths; null = the working directory
     */
    static ClusterConfig read(JsonNode section, Path directory, List<Problem> problems) {
        int before = problems.size();
        ClusterConfig.Tls tls = section.has("tls") ? tls(section.get("tls"), directory, problems) : null;
        List<String> members = new ArrayList<>();
        section.path("members").forEach(member -> members.add(member.textValue()));
        ClusterConfig defaults = ClusterConfig.DEFAULT;
        int replicas = section.has("members") ? Math.min(defaults.replicas(), members.size()) : defaults.replicas();
        try {
            ClusterConfig config = new ClusterConfig(
                    section.path("enabled").asBoolean(true),
                    section.path("name").asText(defaults.name()),
                    section.path("host").asText(defaults.host()),
                    section.path("port").asInt(defaults.port()),
                    section.path("busPort").asInt(),
                    section.has("members") ? members : defaults.members(),
                    section.path("replicas").asInt(replicas),
                    section.path("leaseMs").asInt(defaults.leaseMs()),
                    section.has("secret") ? section.get("secret").textValue() : null,
                    tls,
                    section.path("allowPlaintext").asBoolean());
            if (!config.isMember()) {
                problems.add(new Problem(
                        "/members", config.members().toString(), "members that include this node, " + config.self()));
            }
            return problems.size() > before ? null : config;
        } catch (InvalidConfigException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    private static ClusterConfig.Tls tls(JsonNode section, Path directory, List<Problem> problems) {
        return new ClusterConfig.Tls(
                HttpReader.file(section, "certificate", directory, problems),
                HttpReader.file(section, "key", directory, problems),
                HttpReader.file(section, "authority", directory, problems));
    }
}
