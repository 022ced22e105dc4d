package io.firstline.cluster;

import io.firstline.config.cluster.LeaseConfig;
import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;

/** Three nodes that keep their lease in objects of Kubernetes, behind an API server of this project. */
class KubernetesNodesTest extends LeaseServiceNodes {
    private final Vertx vertx = Vertx.vertx();
    private KubernetesServer server;

    KubernetesNodesTest() {
        super(3, 1_500);
    }

    @Override
    int startService(Path folder) {
        server = new KubernetesServer(vertx, folder);
        return server.port();
    }

    @Override
    LeaseConfig at(int port) {
        return LeaseConfig.of(new LeaseConfig.Kubernetes(
                "https://127.0.0.1:" + port, null, server.serviceAccount().toString()));
    }

    @Override
    void closeService() {
        Await.result(vertx.close());
    }
}
