package io.firstline.service;

import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.ServiceConfig;
import io.firstline.replay.Failover;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options of a command that reads from a cluster instead of carrying a feed: it joins without a vote. */
final class ClusterListener {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    @Option(
            names = "--cluster",
            description =
                    "read the feed from the cluster named in CONFIG; without CONFIG, from a cluster on this machine")
    private boolean wanted;

    @Option(
            names = "--cluster-member",
            paramLabel = "HOST:PORT",
            description = "a member of that cluster, replaces those of CONFIG; may be repeated. Implies --cluster")
    private List<String> members = List.of();

    @Option(
            names = "--last",
            description = "with --cluster: begin with the last message of each stream, if the feed keeps it")
    private boolean lastValues;

    @Option(
            names = "--merged",
            description =
                    "with --cluster: read all nodes that carry the feed and merge them, so that nothing waits when a node dies")
    private boolean merged;

    /** Returns how the subscription continues when a node fails. */
    Failover failover() {
        if (merged && lastValues) {
            throw new BadInputException("--merged: found --last too, allowed: one of the two");
        }
        return merged ? Failover.MERGED : Failover.LEASED;
    }

    boolean isWanted() {
        return wanted || !members.isEmpty();
    }

    boolean wantsLastValues() {
        return lastValues;
    }

    /** Returns a configuration that carries no feed and joins the cluster. */
    ServiceConfig listening(ServiceConfig config) {
        if (config == null) {
            for (String member : members) {
                if (!LOOPBACK.contains(member.substring(0, Math.max(0, member.lastIndexOf(':'))))) {
                    throw new BadInputException(
                            "--cluster-member: found " + member
                                    + ", allowed: a member on this machine; for other machines give a CONFIG with a cluster section");
                }
            }
        }
        ClusterConfig cluster = config == null || config.cluster() == null ? ClusterConfig.DEFAULT : config.cluster();
        return new ServiceConfig(List.of(), null, Set.of())
                .withCluster(cluster.listening(members.isEmpty() ? cluster.members() : members));
    }

    /** Reads the configuration that names the cluster; null if there is no source. */
    static ServiceConfig configuration(String source) {
        return source == null ? null : ConfigFiles.read(Path.of(source));
    }

    /** Returns the named feed, or the only feed of the configuration. */
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
