package io.firstline.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.config.cluster.LeaseConfig;
import io.firstline.testkit.EtcdProcess;
import java.nio.file.Path;
import java.util.List;

/** Two nodes that keep their lease in a real etcd. */
class EtcdNodesTest extends LeaseServiceNodes {
    private EtcdProcess etcd;

    EtcdNodesTest() {
        super(2, 600);
    }

    @Override
    int startService(Path folder) {
        assumeTrue(EtcdProcess.isInstalled(), EtcdProcess.missing());
        etcd = EtcdProcess.start(1, folder).get(0);
        return etcd.port();
    }

    @Override
    LeaseConfig at(int port) {
        return LeaseConfig.of(List.of("http://127.0.0.1:" + port));
    }

    @Override
    void closeService() {
        etcd.close();
    }
}
