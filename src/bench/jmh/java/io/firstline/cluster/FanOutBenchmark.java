package io.firstline.cluster;

import io.firstline.bus.FeedMessageCodec;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Messages per second that every consumer gets, on this node or on others, whose event buses are connected over
 * loopback. All nodes share this process and its processors: the figure includes the cost of the receiving nodes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class FanOutBenchmark {
    private static final int BATCH = 10_000;
    private static final String ADDRESS = "firstline.feed.btc";
    private static final int PATIENCE_S = 60;

    /** The place of the consumers: {@code alone} is a Vert.x without a cluster. */
    @Param({"alone", "local", "remote", "three-remote"})
    public String consumers;

    private final FeedMessage message = new FeedMessage(
            "btc", 3, 1_234_567, "btc-3", 1_680_652_700_430_000L, null, 0, Buffer.buffer(new byte[200]), true, false);
    private final List<Vertx> nodes = new ArrayList<>();
    private final Semaphore received = new Semaphore(0);
    private DeliveryOptions options;
    private int listening;

    @Setup
    public void open() throws IOException, ExecutionException, InterruptedException, TimeoutException {
        boolean clustered = !consumers.equals("alone");
        int remote =
                switch (consumers) {
                    case "remote" -> 1;
                    case "three-remote" -> 3;
                    default -> 0;
                };
        List<Integer> ports = freePorts(1 + remote);
        List<String> members = ports.stream().map(port -> "127.0.0.1:" + port).toList();
        for (int port : ports) {
            nodes.add(clustered ? node(port, members) : Vertx.vertx());
        }
        options = new DeliveryOptions().setLocalOnly(!clustered);
        nodes.forEach(FeedMessageCodec::register);
        listening = Math.max(1, remote);
        for (Vertx node : remote == 0 ? nodes : nodes.subList(1, nodes.size())) {
            await(node.eventBus()
                    .<FeedMessage>consumer(ADDRESS, m -> received.release())
                    .completion());
        }
        // the first messages open the connections between nodes
        for (int reached = 0; reached < listening; ) {
            nodes.get(0).eventBus().publish(ADDRESS, message, options);
            reached = received.tryAcquire(listening, 1, TimeUnit.SECONDS) ? listening : 0;
        }
        received.drainPermits();
    }

    private static Vertx node(int port, List<String> members)
            throws ExecutionException, InterruptedException, TimeoutException {
        ClusterConfig config = new ClusterConfig(true, "fan-out", "127.0.0.1", port, 0, members, 1, 800, null, null);
        VertxOptions vertx = new VertxOptions().setPreferNativeTransport(true);
        HazelcastCluster.prepare(vertx, config);
        return await(HazelcastCluster.join(Vertx.builder().with(vertx), config));
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(new ServerSocket(0));
        }
        List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private static <T> T await(Future<T> future) throws ExecutionException, InterruptedException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    }

    @TearDown
    public void close() throws ExecutionException, InterruptedException, TimeoutException {
        for (Vertx node : nodes) {
            await(node.close());
        }
        nodes.clear();
    }

    /**
     * Publishes from one event loop, and waits until every consumer has every message: none is lost, so the wait ends.
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void publish() throws InterruptedException {
        nodes.get(0).runOnContext(v -> {
            for (int i = 0; i < BATCH; i++) {
                nodes.get(0).eventBus().publish(ADDRESS, message, options);
            }
        });
        if (!received.tryAcquire(BATCH * listening, PATIENCE_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("messages are missing: " + received.availablePermits());
        }
    }
}
