package io.firstline.bench;

import io.firstline.cluster.HazelcastCluster;
import io.firstline.config.cluster.ClusterConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;

/** A node that publishes, and other nodes of its cluster that listen: all in this process, over loopback. */
record NodeGroup(Vertx publishing, List<Vertx> others) implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int LEASE_MS = 800;

    /** Starts a cluster; takes seconds. */
    static NodeGroup start(int others, boolean nativeTransport) {
        int port = freePort();
        List<String> members = List.of(HOST + ":" + port);
        ClusterConfig first = new ClusterConfig(true, "bench", HOST, port, 0, members, 1, LEASE_MS, null, null);
        Vertx publishing = await(join(first, nativeTransport));
        List<Future<Vertx>> joining = Stream.generate(
                        () -> join(first.listening(members).withPort(freePort()), nativeTransport))
                .limit(others)
                .toList();
        return new NodeGroup(publishing, joining.stream().map(NodeGroup::await).toList());
    }

    private static Future<Vertx> join(ClusterConfig config, boolean nativeTransport) {
        VertxOptions options = new VertxOptions().setPreferNativeTransport(nativeTransport);
        HazelcastCluster.prepare(options, config);
        return HazelcastCluster.join(Vertx.builder().with(options), config);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T await(Future<T> future) {
        return Waiting.get(future.toCompletionStage().toCompletableFuture());
    }

    @Override
    public void close() {
        others.forEach(vertx -> await(vertx.close()));
        await(publishing.close());
    }
}
