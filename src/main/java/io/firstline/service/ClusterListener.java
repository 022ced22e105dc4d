package io.firstline.service;

import io.firstline.config.ClusterConfig;
import io.firstline.config.FeedConfig;
import io.firstline.config.ServiceConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options by which a command listens to a cluster instead of carrying a feed: it joins without a vote. */
final class ClusterListener {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    @Option(
            names = "--cluster",
            description =
                    "reads the feed from the cluster that carries it; CONFIG says which, without one it is on this machine")
    private boolean wanted;

    @Option(
            names = "--cluster-member",
            paramLabel = "HOST:PORT",
            description = "a member of that cluster instead of the configuration's; may be repeated. Implies --cluster")
    private List<String> members = List.of();

    @Option(
            names = "--last",
            description = "with --cluster: begins with the last message of each stream, where the feed keeps it")
    private boolean lastValues;

    boolean isWanted() {
        return wanted || !members.isEmpty();
    }

    boolean wantsLastValues() {
        return lastValues;
    }

    /** A configuration that carries nothing and joins the cluster. */
    ServiceConfig listening(ServiceConfig config) {
        if (config == null) {
            for (String member : members) {
                if (!LOOPBACK.contains(member.substring(0, Math.max(0, member.lastIndexOf(':'))))) {
                    throw new BadInputException(
                            "--cluster-member: found " + member
                                    + ", allowed: a member on this machine; for others name a CONFIG that says how they are reached");
                }
            }
        }
        ClusterConfig cluster = config == null || config.cluster() == null ? ClusterConfig.DEFAULT : config.cluster();
        return new ServiceConfig(List.of(), null, Set.of())
                .withCluster(cluster.listening(members.isEmpty() ? cluster.members() : members));
    }

    /** The configuration that says where the cluster is, or null. */
    static ServiceConfig configuration(String source) {
        return source == null ? null : ConfigFiles.read(Path.of(source));
    }

    /** The feed that is meant: the named one, or the only one that the configuration has. */
    static String feed(String named, ServiceConfig config) {
        if (named != null) {
            return named;
        }
        List<String> known = config == null
                ? List.of()
                : config.feeds().stream().map(FeedConfig::name).toList();
        if (known.size() != 1) {
            throw new BadInputException(
                    "--feed: found nothing, allowed: " + (known.isEmpty() ? "the name of a feed" : "one of " + known));
        }
        return known.get(0);
    }
}
