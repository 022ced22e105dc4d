package io.firstline.cluster;

import io.firstline.config.cluster.ClusterConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.Optional;

/** A service beside the cluster that keeps the records and reports of {@link RecordedLeases}. */
interface LeaseService {
    /**
     * Carries a round out.
     *
     * @return empty = its run has ended; fails with a message for operators
     */
    Future<Optional<LeaseRound.Answer>> carryOut(LeaseRound round);

    /** Returns the runs that have reported, see {@link LeaseRecord#holder()}, without a report of this node. */
    Future<Collection<String>> holders();

    /** Ends pending requests. */
    void close();

    /**
     * Connects to nothing yet.
     *
     * @param timeoutMs how long a request may take
     */
    static LeaseService of(Vertx vertx, ClusterConfig config, long timeoutMs) {
        return config.lease().kubernetes() == null
                ? new EtcdService(vertx, config, timeoutMs)
                : new KubernetesService(
                        new KubernetesClient(vertx, config.lease().kubernetes(), timeoutMs),
                        config.name(),
                        config.leaseMs());
    }
}
