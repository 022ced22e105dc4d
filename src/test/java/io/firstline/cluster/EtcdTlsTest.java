package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.cluster.LeaseConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.EtcdProcess;
import io.firstline.testkit.Tls;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real etcd that serves only clients with a certificate of its authority. */
class EtcdTlsTest {
    private static final String SERVER = "ip:127.0.0.1";
    private static final long TIMEOUT_MS = 5_000;

    @TempDir
    Path folder;

    private final EtcdText text = new EtcdText("/firstline/east/", 600);

    private Tls authority(String name) throws IOException {
        return Tls.authority(Files.createDirectory(folder.resolve(name)));
    }

    private String reports(Vertx vertx, String url, ClusterConfig.Tls tls) {
        EtcdClient client =
                new EtcdClient(vertx, new LeaseConfig(List.of(url), "/firstline/", null, null, tls, null), TIMEOUT_MS);
        LeaseRound round = new LeaseRound(1, "a:1/r", "", List.of());
        return Await.result(client.ask("/v3/kv/txn", text.request(round))
                .map(json ->
                        text.answer(1, json).orElseThrow().reports().keySet().toString())
                .onComplete(done -> client.close()));
    }

    @Test
    void shouldShowItsCertificateAndCheckTheServers() throws IOException {
        assumeTrue(EtcdProcess.isInstalled(), EtcdProcess.missing());
        Tls ours = authority("ours");
        Tls theirs = authority("theirs");
        Tls node = ours.issue("dns:node", 0);
        Tls stranger = theirs.issue("dns:node", 0);
        String authority = ours.certificate();
        Vertx vertx = Vertx.vertx();
        try (EtcdProcess etcd = EtcdProcess.startWithTls(folder, ours.issue(SERVER, 0), authority)) {
            String url = "https://127.0.0.1:" + etcd.port();

            assertThat(reports(vertx, url, new ClusterConfig.Tls(node.shown(), node.key(), authority)))
                    .isEqualTo("[a:1/r]");

            assertThatThrownBy(() -> reports(vertx, url, new ClusterConfig.Tls(null, null, authority)))
                    .as("without a certificate")
                    .hasMessageContaining(url + ": ");
            assertThatThrownBy(() ->
                            reports(vertx, url, new ClusterConfig.Tls(stranger.shown(), stranger.key(), authority)))
                    .as("with a certificate of another authority")
                    .hasMessageContaining(url + ": ");
            assertThatThrownBy(() ->
                            reports(vertx, url, new ClusterConfig.Tls(node.shown(), node.key(), theirs.certificate())))
                    .as("a server of another authority")
                    .hasMessageContaining(url + ": SSLHandshakeException");
            String name = "https://localhost:" + etcd.port();
            assertThatThrownBy(() -> reports(vertx, name, new ClusterConfig.Tls(node.shown(), node.key(), authority)))
                    .as("a server with another name")
                    .hasMessageContaining(name + ": SSLHandshakeException");
        } finally {
            Await.result(vertx.close());
        }
    }
}
