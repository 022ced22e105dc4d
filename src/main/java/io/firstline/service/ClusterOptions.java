package io.firstline.service;

import io.firstline.config.ClusterConfig;
import io.firstline.config.ServiceConfig;
import picocli.CommandLine.Option;

/** The options that make a node of a cluster of whatever runs a configuration. */
final class ClusterOptions {
    private static final int HIGHEST = 65_535;

    @Option(
            names = "--cluster",
            description =
                    "joins the configuration's cluster, or, if it has none, one of up to three nodes on this machine")
    private boolean wanted;

    @Option(
            names = "--cluster-port",
            paramLabel = "N",
            description = "which of the cluster's members this node is: the port of its membership. Implies --cluster")
    private Integer port;

    /** The configuration as the options want it. */
    ServiceConfig appliedTo(ServiceConfig config) {
        if (!wanted && port == null) {
            return config;
        }
        ClusterConfig cluster = config.cluster() == null
                ? ClusterConfig.DEFAULT
                : config.cluster().joining();
        if (port == null) {
            return config.withCluster(cluster);
        }
        if (port < 1 || port > HIGHEST) {
            throw new BadInputException("--cluster-port: found " + port + ", allowed: 1 to " + HIGHEST);
        }
        ClusterConfig moved = cluster.withPort(port);
        if (!moved.isMember()) {
            throw new BadInputException("--cluster-port: found " + port + ", which makes this node " + moved.self()
                    + ", allowed: one of " + cluster.members());
        }
        return config.withCluster(moved);
    }
}
