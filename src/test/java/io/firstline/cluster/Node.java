package io.firstline.cluster;

import ch.qos.logback.classic.Level;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.FeedVerticle;
import io.firstline.integration.Quiet;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loggers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A node of a cluster in this process: a separate Vert.x on free ports of the loopback address. */
record Node(ClusterConfig config, Vertx vertx, ClusterVerticle verticle) {
    private static final String HOST = "127.0.0.1";
    private static final int LEASE_MS = 400;
    /** A node soon stops carrying feeds that it carries only because other nodes started late. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** Members of a cluster that have not started, each with a port for its event bus. */
    static List<ClusterConfig> members(int count, int replicas, String secret, ClusterConfig.Tls tls) {
        List<Integer> ports = freePorts(2 * count);
        List<String> members =
                ports.subList(0, count).stream().map(port -> HOST + ":" + port).toList();
        List<ClusterConfig> configs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            configs.add(new ClusterConfig(
                    true, "nodes", HOST, ports.get(i), ports.get(count + i), members, replicas, LEASE_MS, secret, tls));
        }
        return configs;
    }

    /** Ports on which nothing listens, and which no outgoing connection gets from the system. */
    static List<Integer> freePorts(int count) {
        return IntStream.generate(() -> ThreadLocalRandom.current().nextInt(12_000, 32_000))
                .distinct()
                .filter(Node::isFree)
                .limit(count)
                .boxed()
                .toList();
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port)) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    static Future<Vertx> join(ClusterConfig config) {
        VertxOptions options = new VertxOptions();
        HazelcastCluster.prepare(options, config);
        return HazelcastCluster.join(Vertx.builder().with(options), config);
    }

    /** Joins, and carries its feeds. */
    static Future<Node> start(ClusterConfig config, List<FeedConfig> feeds) {
        return join(config).compose(vertx -> {
            ClusterVerticle verticle = new ClusterVerticle(config, feeds, FeedVerticle::of, LINGER_NANOS);
            return vertx.deployVerticle(verticle).map(id -> new Node(config, vertx, verticle));
        });
    }

    /** A feed of raw messages, for {@link FeedConfig#fromJson}. */
    static JsonObject feed(String name, String url, int connections) {
        return new JsonObject()
                .put("name", name)
                .put("url", url)
                .put("connections", connections)
                .put("joinGuardMs", 50)
                .put("retryBaseMs", 20);
    }

    /** Keeps the logs of Hazelcast out of the build's output, too. */
    static void quietLogs() {
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
    }

    /** The status of a feed; empty if this node does not carry it. */
    JsonObject feed(String name) {
        return Await.result(status()).getJsonObject("feeds").getJsonObject(name, new JsonObject());
    }

    boolean owns(String feed) {
        return "owner".equals(feed(feed).getString("role"));
    }

    boolean isWarm(String feed) {
        return feed(feed).getBoolean("warm", false);
    }

    /** A node that consumes feeds and carries none. */
    Future<Vertx> joinListener() {
        return join(config.listening(config.members()));
    }

    /** The node's status and that of its feeds; without an answer in time, a status without feeds. */
    Future<JsonObject> status() {
        return vertx.eventBus()
                .<JsonObject>request(
                        ClusterVerticle.ADDRESS + config.self(),
                        new JsonObject().put("do", "status"),
                        new DeliveryOptions().setSendTimeout(1_000))
                .map(Message::body)
                .otherwise(new JsonObject().put("feeds", new JsonObject()));
    }

    /** Stops as the program does on a signal. */
    Future<Void> leave() {
        return verticle.leave()
                .eventually(() -> Future.join(
                        vertx.deploymentIDs().stream().map(vertx::undeploy).toList()))
                .eventually(vertx::close);
    }
}
