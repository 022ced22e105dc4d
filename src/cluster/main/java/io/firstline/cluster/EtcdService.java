package io.firstline.cluster;

import io.firstline.config.cluster.ClusterConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.Optional;

/** Records and reports in etcd: a round is one transaction. */
final class EtcdService implements LeaseService {
    private final EtcdText text;
    private final EtcdClient client;

    EtcdService(Vertx vertx, ClusterConfig config, long timeoutMs) {
        this.text = new EtcdText(config.lease().prefix() + config.name() + "/", config.leaseMs());
        this.client = new EtcdClient(vertx, config.lease(), timeoutMs);
    }

    @Override
    public Future<Optional<LeaseRound.Answer>> carryOut(LeaseRound round) {
        return client.ask("/v3/kv/txn", text.request(round)).map(json -> text.answer(round.number(), json));
    }

    @Override
    public Future<Collection<String>> holders() {
        return client.ask("/v3/kv/range", text.reportsRequest())
                .map(json -> text.reports(json).keySet());
    }

    @Override
    public void close() {
        client.close();
    }
}
