package io.firstline.config.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.check.TlsFile;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the section {@code cluster} of a configuration. */
public final class ClusterReader {
    /** In place of leases and members that are wrong: the other keys are checked as if they were right. */
    private static final LeaseConfig STAND_IN_LEASE = LeaseConfig.of(List.of("http://127.0.0.1:1"));

    private static final List<String> STAND_IN_MEMBERS = List.of("stand.in:1");

    private ClusterReader() {}

    /**
     * Reads a section that matches the schema; null if it is invalid.
     *
     * @param directory base of relative paths; null = the working directory
     */
    public static ClusterConfig read(JsonNode section, Path directory, List<Problem> problems) {
        int before = problems.size();
        ClusterConfig.Tls tls = section.has("tls") ? tls(section.get("tls"), directory, problems) : null;
        LeaseConfig lease = section.has("lease") ? lease(section.get("lease"), directory, problems) : null;
        int replicas = ClusterConfig.DEFAULT.replicas();
        Map<String, Object> values = new HashMap<>();
        if (section.has("dns") && !section.has("members") && !section.has("lease")) {
            problems.add(new Problem("/members", "nothing", "the nodes that vote: \"dns\" finds nodes, not votes"));
            values.put("members", STAND_IN_MEMBERS);
        }
        if (section.has("members") && lease == null && !section.has("dns")) {
            replicas = Math.min(replicas, section.get("members").size());
        }
        values.put("lease", lease);
        values.put("listens", false);
        if (section.has("lease") && !section.has("members")) {
            values.put("members", List.of());
        }
        values.put("replicas", section.path("replicas").asInt(replicas));
        values.put("tls", tls);
        try {
            ClusterConfig config = SchemaKeys.CLUSTER.read(ClusterConfig.class, section, values);
            if (lease != null && !config.isVoter()) {
                List<String> members = new ArrayList<>(config.members());
                members.add(config.self());
                config = config.withMembers(members);
            } else if (!config.isMember()) {
                problems.add(new Problem(
                        "/members", config.members().toString(), "members that include this node, " + config.self()));
            }
            return problems.size() > before ? null : config;
        } catch (InvalidConfigException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    private static LeaseConfig lease(JsonNode section, Path directory, List<Problem> problems) {
        List<Problem> found = new ArrayList<>();
        try {
            Map<String, Object> values = new HashMap<>();
            values.put("tls", section.has("tls") ? tls(section.get("tls"), directory, found) : null);
            if (section.has("kubernetes") && section.has("prefix")) {
                found.add(new Problem(
                        "/prefix",
                        ProblemText.quoted(section.get("prefix").asText()),
                        "it beside etcd only: Kubernetes has the cluster's \"name\" in the names of the objects"));
            }
            values.put(
                    "kubernetes",
                    section.has("kubernetes") ? kubernetes(section.get("kubernetes"), directory, found) : null);
            if (!section.has("etcd")) {
                values.put("etcd", List.of());
            }
            return SchemaKeys.LEASE.read(LeaseConfig.class, section, values);
        } catch (InvalidConfigException e) {
            found.addAll(e.problems());
            return STAND_IN_LEASE;
        } finally {
            found.forEach(problem -> problems.add(problem.under("/lease")));
        }
    }

    private static LeaseConfig.Kubernetes kubernetes(JsonNode section, Path directory, List<Problem> problems) {
        LeaseConfig.Kubernetes read = SchemaKeys.KUBERNETES.read(LeaseConfig.Kubernetes.class, section, Map.of());
        LeaseConfig.Kubernetes config = directory == null
                ? read
                : read.withServiceAccount(
                        directory.resolve(read.serviceAccount()).toString());
        Path folder = Path.of(config.serviceAccount());
        List<String> missing = config.files().stream()
                .filter(name -> !Files.isReadable(folder.resolve(name)))
                .toList();
        if (!missing.isEmpty()) {
            problems.add(new Problem(
                    "/kubernetes/serviceAccount",
                    ProblemText.quoted(folder.toString()) + " without " + String.join(", ", missing),
                    "a folder with the files " + String.join(", ", config.files())
                            + ", which Kubernetes mounts into a pod with a service account"));
        }
        return config;
    }

    private static ClusterConfig.Tls tls(JsonNode section, Path directory, List<Problem> problems) {
        return new ClusterConfig.Tls(
                section.has("certificate") ? TlsFile.of(section, "certificate", directory, problems) : null,
                section.has("key") ? TlsFile.of(section, "key", directory, problems) : null,
                TlsFile.of(section, "authority", directory, problems));
    }
}
