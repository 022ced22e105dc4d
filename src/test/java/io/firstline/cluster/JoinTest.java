package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.hazelcast.core.HazelcastInstance;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.integration.Quiet;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loggers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.impl.clustered.DefaultNodeSelector;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** How nodes find each other and join. */
class JoinTest {
    private final List<Future<Vertx>> joining = new ArrayList<>();

    @BeforeEach
    void quiet() {
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
    }

    @AfterEach
    void close() {
        joining.forEach(vertx -> {
            if (vertx.succeeded()) {
                Await.result(vertx.result().close());
            }
        });
    }

    @Test
    void shouldRefuseAVertxWhoseEventBusItCannotBound() {
        RejectionLog rejections = new RejectionLog(LoggerFactory.getLogger(JoinTest.class), System::nanoTime);
        BusTransport unused = new BusTransport(BusLimits.of(1 << 30, rejections), closed -> {}, () -> {});
        Future<Vertx> joining = HazelcastCluster.guarded(Vertx.vertx(), unused);
        Await.until("an end", joining::isComplete);
        assertThat(joining.cause())
                .hasMessageMatching("Vert.x: found 5\\.\\S+, allowed for a node of a cluster: 5\\.0, because .*");
    }

    private static ClusterConfig node(String host, int port, String... members) {
        return new ClusterConfig(
                true,
                "join",
                host,
                port,
                0,
                0,
                List.of(members),
                1,
                400,
                1 << 20,
                "what the nodes know",
                null,
                true,
                null,
                null,
                false);
    }

    private Future<Vertx> join(ClusterConfig config) {
        Future<Vertx> vertx = Node.join(config);
        joining.add(vertx);
        return vertx;
    }

    private void assertOneCluster(ClusterConfig... configs) {
        for (ClusterConfig config : configs) {
            join(config);
        }
        for (Future<Vertx> vertx : joining) {
            VertxInternal node = (VertxInternal) Await.result(vertx);
            Await.until(
                    () -> node.clusterManager().getNodes().toString(),
                    () -> node.clusterManager().getNodes().size() == configs.length);
        }
    }

    /**
     * Each node gets the other's name, which has another address than its own: 127.2 is a name without a name server.
     */
    @Test
    void shouldFindMembersByName() {
        List<Integer> ports = Node.freePorts(2);
        String one = ":" + ports.get(0);
        String two = ":" + ports.get(1);

        assertOneCluster(
                node("127.0.0.2", ports.get(0), "127.0.0.2" + one, "127.3" + two),
                node("127.0.0.3", ports.get(1), "127.2" + one, "127.0.0.3" + two));
        assertPlainConsumersRead(joining.get(0).result(), joining.get(1).result());
        assertRegistersAgain(joining.get(0).result(), joining.get(1).result());
        assertForgets(joining.get(0).result(), joining.get(1).result());
    }

    /** Neither node has a verticle of Firstline. */
    private static void assertPlainConsumersRead(Vertx publisher, Vertx reader) {
        Queue<FeedMessage> got = new ConcurrentLinkedQueue<>();
        Await.result(reader.eventBus()
                .<FeedMessage>consumer("firstline.feed.btc", message -> got.add(message.body()))
                .completion());
        FeedMessage message = new FeedMessage("btc", 1, "btc-1", 2, Buffer.buffer("{}"), true, false);
        Await.until("a message", () -> {
            publisher.eventBus().publish("firstline.feed.btc", message);
            return !got.isEmpty();
        });
        assertThat(got).containsOnly(message);
    }

    /** As a node does that has taken another for gone. */
    private static void assertRegistersAgain(Vertx publisher, Vertx reader) {
        AtomicInteger got = new AtomicInteger();
        Await.result(reader.eventBus()
                .consumer("firstline.feed.eth", message -> got.incrementAndGet())
                .completion());
        HazelcastInstance hazelcast =
                ((FeedClusterManager) ((VertxInternal) publisher).clusterManager()).getHazelcastInstance();
        hazelcast.getMultiMap("__vertx.subs").remove("firstline.feed.eth");

        Await.until("a message", () -> {
            publisher.eventBus().publish("firstline.feed.eth", "");
            return got.get() > 0;
        });
    }

    private static void assertForgets(Vertx vertx, Vertx other) {
        FeedClusterManager members = (FeedClusterManager) ((VertxInternal) vertx).clusterManager();
        int before = members.addresses();
        for (int i = 0; i < 50; i++) {
            vertx.eventBus().publish("nobody." + i, "");
        }
        Await.until(() -> members.addresses() + " addresses", () -> members.addresses() >= before + 50);
        assertThat(members.nodes()).isPositive();

        Await.until(() -> members.addresses() + " addresses", () -> members.addresses() <= before);
        Await.result(other.close());
        Await.until(() -> members.nodes() + " nodes", () -> members.nodes() == 0);
    }

    @Test
    void shouldJoinOverIpV6() throws IOException {
        byte[] loopback = new byte[16];
        loopback[15] = 1;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(loopback))) {
            assertThat(socket.isBound()).isTrue();
        } catch (IOException e) {
            Assumptions.abort("no IPv6 here: " + e.getMessage());
        }
        List<Integer> ports = Node.freePorts(2);
        String[] members = ports.stream().map(port -> "[::1]:" + port).toArray(String[]::new);

        assertOneCluster(node("::1", ports.get(0), members), node("[::1]", ports.get(1), members));

        Vertx one = joining.get(0).result();
        Vertx two = joining.get(1).result();
        Await.result(one.eventBus()
                .consumer("a", message -> message.reply("over IPv6"))
                .completion());
        Await.until(
                "a reply",
                () -> Await.result(two.eventBus()
                        .request("a", "")
                        .map(reply -> reply.body().equals("over IPv6"))
                        .otherwise(false)));
    }

    @Test
    void shouldSayWhichHostIsNotOfThisMachine() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger root = Loggers.root();
        root.addAppender(log);

        assertThat(Await.failure(join(node("no-such-host.invalid", 5_701, "no-such-host.invalid:5701"))))
                .hasMessage("cluster host: found \"no-such-host.invalid\", which is unknown, "
                        + "allowed: a name or address of this machine");
        assertThat(Await.failure(join(node("192.0.2.1", 5_701, "192.0.2.1:5701"))))
                .hasMessage("cluster host: found \"192.0.2.1\", which is 192.0.2.1 and not of this machine, "
                        + "allowed: a name or address of this machine");

        root.detachAppender(log);
        assertThat(log.list).as("the failure is all there is to read").isEmpty();
    }

    /** A listener without a member to listen to fails with this error, and logs nothing else. */
    @Test
    void shouldFailQuietlyWhereNobodyIs() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger root = Loggers.root();
        root.addAppender(log);
        List<Integer> ports = Node.freePorts(2);
        String nobody = "127.0.0.1:" + ports.get(0);

        Throwable failure = Await.failure(join(node("127.0.0.1", ports.get(1), nobody)));

        root.detachAppender(log);
        assertThat(failure)
                .hasMessage("no member of the cluster join is reachable: nothing listens at [" + nobody + "]");
        assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    }

    /** A member leaves while another has joined and does not listen yet. */
    @Test
    void shouldBearThatAMemberGoesWhileItStarts() {
        List<Integer> ports = Node.freePorts(2);
        String one = "127.0.0.1:" + ports.get(0);
        String two = "127.0.0.1:" + ports.get(1);
        Vertx first = Await.result(join(node("127.0.0.1", ports.get(0), one, two)));
        Await.result(first.eventBus().consumer("a", message -> {}).completion());
        Vertx plain = Vertx.vertx();
        ClusterConfig joining = node("127.0.0.1", ports.get(1), one, two);
        FeedClusterManager second = new FeedClusterManager(
                HazelcastNode.start(
                        HazelcastSettings.of(joining, new JoinAddresses(joining)),
                        new RejectionLog(LoggerFactory.getLogger(JoinTest.class), System::nanoTime)),
                new UnwrittenMessages(System::nanoTime));
        second.init(plain);
        second.registrationListener(new DefaultNodeSelector());
        Await.result(done(second::join));
        assertThat(registrations(second)).hasSize(1);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = Loggers.of(HazelcastClusterManager.class);
        logger.addAppender(log);

        Await.result(first.close());
        Await.until("it has seen it go", () -> second.getNodes().size() == 1);
        Await.result(done(told -> second.setNodeInfo(new NodeInfo("a-name", 1, null), told)));
        assertThat(second.getNodeInfo().host())
                .as("an address: others may remember an older one of the name")
                .isEqualTo("127.0.0.1");

        Await.until("it has forgotten it", () -> registrations(second).isEmpty());
        logger.detachAppender(log);
        Await.result(done(second::leave));
        Await.result(plain.close());
        assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    }

    private static List<RegistrationInfo> registrations(FeedClusterManager members) {
        Promise<List<RegistrationInfo>> found = Promise.promise();
        members.getRegistrations("a", found);
        return Await.result(found.future());
    }

    private static Future<Void> done(Consumer<Promise<Void>> step) {
        Promise<Void> done = Promise.promise();
        step.accept(done);
        return done.future();
    }
}
