package io.firstline.service;

import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.service.ServiceConfig;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that make this process a node of a cluster. */
final class ClusterOptions {
    @Option(
            names = "--cluster",
            description =
                    "join the cluster of CONFIG; if it has none, a cluster of at most three nodes on this machine")
    private boolean wanted;

    @Option(
            names = "--cluster-host",
            paramLabel = "HOST",
            description = "the name or address of this node, one of those in CONFIG. Implies --cluster")
    private String host;

    @Option(
            names = "--cluster-port",
            paramLabel = "N",
            description = "the membership port of this node, one of those in CONFIG. Implies --cluster")
    private Integer port;

    /** Returns the configuration with these options applied. */
    ServiceConfig appliedTo(ServiceConfig config) {
        if (!wanted && port == null && host == null) {
            return config;
        }
        ClusterConfig cluster = config.cluster() == null
                ? ClusterConfig.DEFAULT
                : config.cluster().joining();
        if (port == null && host == null) {
            return config.withCluster(cluster);
        }
        if (port != null && (port < 1 || port > HttpPort.HIGHEST)) {
            throw new BadInputException("--cluster-port: found " + port + ", allowed: 1 to " + HttpPort.HIGHEST);
        }
        ClusterConfig moved = host == null ? cluster : cluster.withHost(host);
        moved = port == null ? moved : moved.withPort(port);
        if (cluster.lease() != null && !moved.isVoter()) { // the list has this node only because of its host and port
            moved = moved.withMembers(List.of(moved.self()));
        }
        if (!moved.isMember()) {
            String option = host == null ? "--cluster-port: found " + port : "--cluster-host: found \"" + host + "\"";
            throw new BadInputException(
                    option + ", so this node would be " + moved.self() + ", allowed: one of " + cluster.members());
        }
        return config.withCluster(moved);
    }
}
