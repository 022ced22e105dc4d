package io.firstline.cluster;

import io.firstline.config.cluster.ClusterConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.impl.clustered.ClusteredEventBus;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.lang.reflect.Field;

/** Gives the event bus of a node, and its connections for frames and leases, another certificate. Open connections keep theirs. May be called on any thread. */
public final class BusCertificate {
    private BusCertificate() {}

    /**
     * Uses a certificate for all new connections, in both directions, and reads the file of the authority again.
     *
     * @param vertx made by {@link HazelcastCluster#join}
     * @param tls the files of the node
     * @return fails if the certificate cannot be used; then the old one stays
     */
    public static Future<Boolean> replace(Vertx vertx, ClusterConfig.Tls tls, KeyCertOptions certificate) {
        TrustOptions authority = new PemTrustOptions().addCertPath(tls.authority());
        ServerSSLOptions accepts = new ServerSSLOptions()
                .setKeyCertOptions(certificate)
                .setTrustOptions(authority)
                .setClientAuth(ClientAuth.REQUIRED);
        ClientSSLOptions connects = new ClientSSLOptions()
                .setKeyCertOptions(certificate)
                .setTrustOptions(authority)
                .setHostnameVerificationAlgorithm("");
        NetClient client;
        try {
            client = client(vertx);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return Future.failedFuture(
                    new IllegalStateException("this version of Vert.x hides its event bus client", e));
        }
        return server((VertxInternal) vertx)
                .updateSSLOptions(accepts, true)
                .compose(isNew -> client.updateSSLOptions(connects, true))
                .compose(isNew -> {
                    NetClient frames = HazelcastCluster.framesClient(vertx);
                    return frames == null ? Future.succeededFuture(isNew) : frames.updateSSLOptions(connects, true);
                })
                .compose(isNew -> {
                    ControlLink link = HazelcastCluster.controlLink(vertx);
                    return link == null ? Future.succeededFuture(isNew) : link.replace(accepts, connects);
                });
    }

    private static NetServer server(VertxInternal vertx) {
        int port = vertx.clusterManager().getNodeInfo().port();
        return vertx.sharedTcpServers().entrySet().stream()
                .filter(server -> server.getKey().port() == port)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the event bus does not listen"))
                .getValue();
    }

    /** Vert.x has no method for it. */
    private static NetClient client(Vertx vertx) throws ReflectiveOperationException {
        Field field = ClusteredEventBus.class.getDeclaredField("client");
        field.setAccessible(true);
        return (NetClient) field.get(vertx.eventBus());
    }
}
