package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.firstline.bus.Addresses;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.node.ClusterNodes;
import io.firstline.replay.Failover;
import io.firstline.simulator.SimulatedLine;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.firstline.testkit.CountedMessages;
import io.firstline.testkit.CountingExchange;
import io.firstline.testkit.FaultLink;
import io.firstline.testkit.FaultProxy;
import io.firstline.testkit.Loggers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** Three real nodes in one process that carry three feeds together, and the attacks on their ports. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterNodesTest {
    private static final String SECRET = "what the nodes know";
    private static final String TRADE = "btcusdt@trade";
    private static final String BOOK = "btcusdt@bookTicker";
    private static final List<String> FEEDS = List.of("btc", "eth", "sol");

    private static final String OTHER_SECRET = "what others know";

    private final CountingExchange exchange = new CountingExchange();
    private final List<Node> nodes = new ArrayList<>();
    private final List<ClusterConfig> members = Node.members(3, 2, SECRET, null);
    /** How each node reaches the exchange. */
    private final List<FaultProxy> paths = new ArrayList<>();

    private Vertx consumer;
    private CountedMessages leased;
    /** From a subscription that merges the nodes. */
    private CountedMessages merged;
    /** Claims to be the third member of this cluster, with another secret. */
    private Future<Node> foreigner;
    /** Sends nothing to the event bus of a node. */
    private Socket silent;

    @BeforeAll
    void open() throws IOException {
        Node.quietLogs();
        List<Future<Node>> starting = new ArrayList<>();
        for (ClusterConfig member : members) {
            FaultProxy path = FaultProxy.to(exchange.simulator().port());
            paths.add(path);
            starting.add(Node.start(member, feeds(path.url(""))));
        }
        starting.forEach(node -> nodes.add(Await.result(node)));
        silent = connected(members.get(0).busPort());
        foreigner = Node.start(foreign(), feeds(exchange.url("")));
        consumer = Await.result(nodes.get(0).joinListener());
        Await.until(
                () -> roles().toString(),
                () -> roles().values().stream().allMatch(List.of("owner", "standby")::equals)
                        && roles().size() == FEEDS.size());
        leased = new CountedMessages(consumer, "btc", Failover.LEASED);
        merged = new CountedMessages(consumer, "btc", Failover.MERGED);
        exchange.count(TRADE, BOOK);
        Await.until("there is a warm standby", () -> isWarm("btc"));
        Await.until(
                "messages come", () -> !leased.all().isEmpty() && !merged.all().isEmpty());
    }

    @AfterAll
    void close() throws IOException {
        silent.close();
        exchange.stop();
        nodes.add(Await.result(foreigner));
        nodes.forEach(node -> Await.result(node.leave()));
        Await.result(consumer.close());
        paths.forEach(FaultProxy::close);
        exchange.close();
    }

    private ClusterConfig foreign() {
        int port = Node.freePorts(1).get(0);
        List<String> pretended = List.of(
                members.get(0).self(), members.get(1).self(), members.get(0).host() + ":" + port);
        return new ClusterConfig(true, "nodes", members.get(0).host(), port, 0, pretended, 2, 400, OTHER_SECRET, null);
    }

    private static Socket connected(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        return socket;
    }

    private static List<FeedConfig> feeds(String url) {
        return FEEDS.stream()
                .map(name -> FeedConfig.fromJson(Node.feed(name, url + "/ws/" + name + "usdt@trade", 2)
                        .put("joinGuardMs", 500)
                        .put("subscribe", "{\"method\":\"SUBSCRIBE\",\"params\":${streams},\"id\":${id}}")
                        .put("unsubscribe", "{\"method\":\"UNSUBSCRIBE\",\"params\":${streams},\"id\":${id}}")))
                .toList();
    }

    /** The roles of the nodes for each feed. */
    private Map<String, List<String>> roles() {
        Map<String, List<String>> roles = new TreeMap<>();
        for (Node node : nodes) {
            JsonObject feeds = Await.result(node.status()).getJsonObject("feeds");
            for (String feed : feeds.fieldNames()) {
                roles.computeIfAbsent(feed, f -> new ArrayList<>())
                        .add(feeds.getJsonObject(feed).getString("role"));
            }
        }
        roles.values().forEach(list -> list.sort(null));
        return roles;
    }

    private Node owner(String feed) {
        return nodes.stream().filter(node -> node.owns(feed)).findFirst().orElseThrow();
    }

    private boolean isWarm(String feed) {
        return count(feed, "warm") == 2;
    }

    /** Counts the nodes whose status says that something is true of a feed. */
    private long count(String feed, String what) {
        return nodes.stream()
                .filter(node -> node.feed(feed).getBoolean(what, false))
                .count();
    }

    /** The epoch in which each feed is published. */
    private Map<String, Integer> epochs() {
        Map<String, Integer> epochs = new TreeMap<>();
        FEEDS.forEach(feed -> epochs.put(feed, owner(feed).feed(feed).getInteger("epoch")));
        return epochs;
    }

    private void assertNobodyHasGone() {
        List<String> all = members.stream().map(ClusterConfig::self).sorted().toList();
        nodes.forEach(node -> assertThat(Await.result(node.status()).getJsonArray("present"))
                .as(node.config().self())
                .isEqualTo(new JsonArray(all)));
        assertThat(nodeIds()).hasSize(members.size() + 1); // and the consumer
    }

    private List<String> nodeIds() {
        return ((VertxInternal) consumer).clusterManager().getNodes();
    }

    /** Asserts that everything sent so far has arrived once and in order. */
    private void assertNothingIsLost(String stream) {
        assertNothingIsLost(stream, 0);
    }

    /** Asserts it of the messages from this number on. */
    private void assertNothingIsLost(String stream, int from) {
        int last = exchange.sent();
        for (CountedMessages messages : List.of(leased, merged)) {
            messages.assertAll(stream, Math.max(from, messages.numbers(stream).get(0)), last);
        }
        assertThat(leased.report().lost()).isZero();
        List<FeedMessage> all = merged.all();
        assertThat(all)
                .extracting(FeedMessage::sequence)
                .isEqualTo(LongStream.rangeClosed(1, all.size()).boxed().toList());
    }

    private JsonObject command(String feed, String what, String stream) {
        return Await.result(consumer.eventBus()
                        .<JsonObject>request(
                                Addresses.command(feed),
                                new JsonObject().put("do", what).put("streams", new JsonArray().add(stream))))
                .body();
    }

    private List<SimulatedLine> btcLines() {
        return exchange.simulator().lines().stream()
                .filter(line -> line.streams().contains(TRADE))
                .toList();
    }

    @Test
    void shouldLetEachFeedFallToTheNodesInItsOrder() {
        List<String> all = members.stream().map(ClusterConfig::self).toList();

        for (String feed : FEEDS) {
            List<String> carriers = nodes.stream()
                    .filter(node ->
                            Await.result(node.status()).getJsonObject("feeds").containsKey(feed))
                    .map(node -> node.config().self())
                    .toList();
            assertThat(carriers).containsExactlyInAnyOrderElementsOf(Placement.carriers(feed, all, 2));
        }
    }

    @Test
    void shouldFindWhoConsumesWhatNobodyConsumedBefore() {
        String address = Addresses.stream("btc", "nobody");
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Vertx publisher = nodes.get(0).vertx();
        publisher.eventBus().publish(address, "to nobody");
        assertThat(Await.failure(publisher.eventBus().request(address, "is anybody there?")))
                .hasMessageStartingWith("No handlers");
        Await.result(consumer.eventBus()
                .<String>consumer(address, m -> heard.add(m.body()))
                .completion());

        Await.until("a message", () -> {
            publisher.eventBus().publish(address, "to somebody");
            return !heard.isEmpty();
        });
        assertThat(heard).containsOnly("to somebody");
    }

    // foreign nodes

    @Test
    void shouldNotLetInANodeOfAnotherSecret() {
        Map<String, Integer> before = epochs();
        Node other = Await.result(foreigner);

        assertThat(Await.result(other.verticle().refused()))
                .contains(
                        other.config().self() + " is rejected by",
                        members.get(0).self(),
                        "\"secret\"");
        other.vertx().eventBus().publish(Addresses.feed("btc"), "foreign");
        JsonObject status = Await.result(other.status());
        assertThat(status.getBoolean("majority")).isFalse();
        assertThat(status.getJsonObject("feeds")).isEmpty();
        assertThat(((VertxInternal) other.vertx()).clusterManager().getNodes()).hasSize(1);
        assertNobodyHasGone();
        assertThat(epochs()).isEqualTo(before);
        assertNothingIsLost(TRADE);
        assertThat(leased.all()).extracting(FeedMessage::asText).doesNotContain("foreign");
    }

    @Test
    void shouldTellAListenerWhyItGetsNothing() {
        List<Integer> ports = Node.freePorts(2);
        String nobody = members.get(0).host() + ":" + ports.get(1);
        ClusterConfig unknown = new ClusterConfig(
                true,
                "nodes",
                members.get(0).host(),
                ports.get(0),
                0,
                members.get(0).members(),
                2,
                400,
                OTHER_SECRET,
                null);

        assertThat(Await.failure(Node.join(unknown)))
                .hasMessageContaining(unknown.self() + " is rejected by " + unknown.members())
                .hasMessageContaining("\"secret\"");
        assertThat(Await.failure(Node.join(unknown.listening(List.of(nobody)))))
                .hasMessage("no member of the cluster nodes is reachable: nothing listens at [" + nobody + "]");
        assertNobodyHasGone();
    }

    // invalid messages

    @Test
    void shouldBearGarbageAtItsPorts() throws IOException {
        long seed = System.nanoTime();
        System.out.println("[nodes] seed " + seed);
        Random random = new Random(seed);
        Map<String, Integer> before = epochs();
        List<Socket> open = new ArrayList<>();
        for (ClusterConfig member : members) {
            for (int port : List.of(member.port(), member.busPort())) {
                for (int i = 0; i < 20; i++) {
                    byte[] noise = new byte[1 + random.nextInt(2_000)];
                    random.nextBytes(noise);
                    open.add(saying(port, noise));
                }
                for (int length : List.of(Integer.MAX_VALUE, Integer.MAX_VALUE - 8, -1, 0, Integer.MIN_VALUE)) {
                    open.add(saying(
                            port, Buffer.buffer().appendInt(length).appendInt(7).getBytes()));
                    open.add(saying(
                            port,
                            Buffer.buffer("HZC")
                                    .appendInt(length)
                                    .appendInt(length)
                                    .getBytes()));
                    open.add(saying(port, packet(length, new byte[7])));
                }
                open.add(saying(port, "GET / HTTP/1.1\r\nHost: node\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
                for (int i = 0; i < 200; i++) {
                    open.add(connected(port));
                }
            }
        }

        for (ClusterConfig member : members) {
            for (byte[] claim : List.of(
                    packet(Integer.MAX_VALUE - 8, new byte[0]),
                    packet(HazelcastNode.MOST_PACKET_BYTES + 1, new byte[0]))) {
                assertClosed(saying(member.port(), claim));
            }
            for (int length : List.of(Integer.MAX_VALUE, Integer.MAX_VALUE - 8, -1)) {
                assertClosed(saying(
                        member.busPort(), Buffer.buffer().appendInt(length).getBytes()));
            }
        }
        assertNobodyHasGone();
        assertNothingIsLost(TRADE);
        assertThat(epochs()).as("nobody took anything over").isEqualTo(before);
        for (Socket socket : open) {
            socket.close();
        }
        assertThat(silent.getInputStream().read())
                .as("who says nothing is hung up on")
                .isEqualTo(-1);
    }

    /** A packet of Hazelcast: version, flags, no partition, a length, and the part of the payload that exists. */
    private static byte[] packet(int announced, byte[] payload) {
        return Buffer.buffer("HZC")
                .appendByte((byte) 4)
                .appendShort((short) 0)
                .appendInt(-1)
                .appendInt(announced)
                .appendBytes(payload)
                .getBytes();
    }

    /** Asserts that the socket is closed soon: an idle connection would be closed after ten seconds. */
    private static void assertClosed(Socket socket) throws IOException {
        socket.setSoTimeout(5_000);
        try (socket) {
            while (socket.getInputStream().read() >= 0) {
                // Hazelcast sends three bytes
            }
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    private static Socket saying(int port, byte[] bytes) throws IOException {
        Socket socket = connected(port);
        socket.getOutputStream().write(bytes);
        return socket;
    }

    @Test
    void shouldBuildNoObjectFromWhatComesOverTheBus() throws IOException {
        Queue<Object> bodies = new ConcurrentLinkedQueue<>();
        Await.result(nodes.get(0)
                .vertx()
                .eventBus()
                .consumer("test", message -> {
                    try {
                        bodies.add(message.body());
                    } catch (RuntimeException e) {
                        bodies.add(e);
                    }
                })
                .completion());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream objects = new ObjectOutputStream(bytes)) {
            objects.writeObject(new ArrayList<>(List.of(new BigInteger("7"))));
        }

        try (Socket socket = connected(members.get(0).busPort())) {
            socket.getOutputStream().write(BusFrame.of(BusFrame.SERIALIZABLE, "test", bytes.toByteArray()));
            socket.getOutputStream().write(BusFrame.text("test", "from nobody"));
            Await.until(() -> bodies.toString(), () -> bodies.size() == 2);
        }

        assertThat(bodies.poll()).isInstanceOf(RuntimeException.class);
        assertThat(bodies.poll())
                .as("without TLS the bus listens to whoever connects: that is why it must be waived")
                .isEqualTo("from nobody");
    }

    // the path to the exchange stalls

    private List<String> handedOverDuring(Runnable what) {
        Logger logger = Loggers.of(ClusterVerticle.class);
        ListAppender<ILoggingEvent> heard = new ListAppender<>();
        heard.start();
        Level before = logger.getLevel();
        logger.setLevel(Level.INFO);
        logger.addAppender(heard);
        try {
            what.run();
        } finally {
            logger.detachAppender(heard);
            logger.setLevel(before);
        }
        return List.copyOf(heard.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(text -> text.endsWith("it does not receive the feed"))
                .toList();
    }

    /** The exchange stalls for all nodes. Two of the feeds are quiet as well. */
    @Test
    @Order(Integer.MAX_VALUE - 2)
    void shouldHandNothingOverThatNobodyReceives() {
        List<String> handedOver = handedOverDuring(() -> {
            paths.forEach(path -> path.links().forEach(FaultLink::freeze));
            Await.until("nobody receives it", () -> count("btc", "receives") == 0);
            paths.forEach(path -> path.links().forEach(FaultLink::thaw));
            assertNothingIsLost(TRADE);
        });

        assertThat(handedOver).isEmpty();
    }

    @Test
    @Order(Integer.MAX_VALUE - 1)
    void shouldHandOverWhatItsOwnerDoesNotReceiveThoughItsConnectionsAreOpen() {
        Await.until("there is a warm standby", () -> isWarm("btc"));
        Node owner = owner("btc");
        FaultProxy path = paths.get(nodes.indexOf(owner));
        long before = path.links().stream().filter(link -> !link.isEnded()).count();

        List<String> handedOver = handedOverDuring(() -> {
            path.links().forEach(FaultLink::freeze);
            Await.until(
                    "another owner", () -> nodes.stream().anyMatch(node -> !node.equals(owner) && node.owns("btc")));
        });
        assertThat(handedOver).anyMatch(text -> text.startsWith("btc handed over by"));
        assertThat(path.links().stream().filter(link -> !link.isEnded()).count())
                .as("its connections stay open: they may still deliver")
                .isEqualTo(before);
        assertThat(isWarm("btc")).as("it cannot take over meanwhile").isFalse();
        assertOperatorsSeeTheTakeover(owner);
        path.links().forEach(FaultLink::thaw);

        Await.until("it can take over again", () -> isWarm("btc"));
        assertNothingIsLost(TRADE);
    }

    /** Asks the former owner's node about all nodes. */
    private void assertOperatorsSeeTheTakeover(Node former) {
        String now = owner("btc").config().self();
        Await.until("all have seen it", () -> {
            JsonObject all = Await.result(ClusterNodes.ask(former.vertx())).getJsonObject("nodes");
            JsonObject there = all.getJsonObject(now).getJsonObject("feeds").getJsonObject("btc");
            JsonObject here = all.getJsonObject(former.config().self())
                    .getJsonObject("feeds")
                    .getJsonObject("btc");
            return all.size() == members.size()
                    && "receives nothing from the exchange".equals(here.getString("cold"))
                    && !there.getJsonArray("takeovers").isEmpty()
                    && there.getJsonArray("takeovers").getJsonObject(0).getBoolean("own")
                    && there.getJsonArray("takeovers").getJsonObject(0).getLong("silentMs") >= 0;
        });
    }

    // a node leaves; the last test

    @Test
    @Order(Integer.MAX_VALUE)
    void shouldSubscribeOnEveryNodeThatReceivesTheFeed() {
        assertThat(command("btc", "subscribe", BOOK).getInteger("connections")).isEqualTo(2);
        awaitOnEveryLine(BOOK);
        Await.until("its messages come", () -> !leased.numbers(BOOK).isEmpty());
        int onBothLines = exchange.sent() + 1; // before, the line that was subscribed first may have been behind
        Node owner = owner("btc");
        Await.result(owner.leave());
        nodes.remove(owner);

        awaitOnEveryLine(BOOK); // of the third node, which did not receive the command
        Await.until("the third is warm", () -> isWarm("btc"));
        int seen = leased.numbers(BOOK).size();
        Await.until("they go on coming", () -> leased.numbers(BOOK).size() > seen + 10);
        assertNothingIsLost(BOOK, onBothLines);
        assertNothingIsLost(TRADE);
        assertThat(roles().values()).allMatch(List.of("owner", "standby")::equals);
        assertThat(command("btc", "unsubscribe", BOOK).getInteger("connections"))
                .isEqualTo(2);
        Await.until(() -> btcLines().toString(), () -> btcLines().stream()
                .noneMatch(line -> line.streams().contains(BOOK)));
    }

    private void awaitOnEveryLine(String stream) {
        Await.until(
                () -> btcLines().toString(),
                () -> btcLines().size() == 4
                        && btcLines().stream().allMatch(line -> line.streams().contains(stream)));
    }
}
