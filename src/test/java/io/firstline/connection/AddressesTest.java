package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.PathConfig;
import io.firstline.config.PathsConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.report.ConnectTimes;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.ConnectionReport;
import io.firstline.feed.report.FeedEvent;
import io.firstline.testkit.Await;
import io.firstline.testkit.ConnectionProbe;
import io.firstline.testkit.FaultProxy;
import io.firstline.testkit.NameServer;
import io.firstline.testkit.NameServer.Mood;
import io.firstline.testkit.Peer;
import io.firstline.testkit.QuickClock;
import io.firstline.testkit.ScriptedServer;
import io.firstline.testkit.Tls;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The addresses of a host: 127.0.0.1 and others of this machine behind one name. */
class AddressesTest {
    private static final String HOST = "feed.example.com";

    @TempDir
    private Path directory;

    private Vertx vertx;
    private NameServer names;
    private int port;
    private final List<ScriptedServer> servers = new ArrayList<>();
    private final List<FeedEvent> events = new CopyOnWriteArrayList<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private WsPool pool;

    @BeforeEach
    void start() throws IOException {
        vertx = Vertx.vertx();
        names = NameServer.start();
        names(Scheduler.of(vertx)).share();
        servers.add(ScriptedServer.start(AddressesTest::serve));
        port = servers.get(0).port();
    }

    private Names names(Scheduler clock) throws IOException {
        return new Names(
                vertx,
                Files.writeString(directory.resolve("resolv.conf"), names.resolvConf()),
                Files.writeString(directory.resolve("hosts"), ""),
                clock);
    }

    @AfterEach
    void stop() {
        if (pool != null) {
            Await.result(pool.close());
        }
        servers.forEach(ScriptedServer::close);
        names.close();
        Await.result(vertx.close());
    }

    private static void serve(Peer peer) {
        peer.upgrade().read();
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private ScriptedServer serverAt(String address) {
        ScriptedServer server = ScriptedServer.startAt(address(address), port, AddressesTest::serve);
        servers.add(server);
        return server;
    }

    private void resolvesTo(String... addresses) {
        names.addresses(Stream.of(addresses).map(AddressesTest::address).toArray(InetAddress[]::new));
    }

    private WsConnectionConfig config() {
        return WsConnectionConfig.of("ws://127.0.0.1/")
                .withAllowPlaintext(true)
                .withUrl("ws://" + HOST + ":" + port + "/");
    }

    private void open(int connections, PathsConfig paths) {
        pool = WsPool.create(
                vertx,
                WsPoolConfig.of(config().withPaths(paths))
                        .withConnections(connections)
                        .withJoinGuardMs(0));
        pool.eventHandler(events::add);
        pool.handler(message -> received.add(message.payload().toString()));
        Await.result(pool.start());
        Await.until("all live", () -> Await.result(pool.report()).live() == connections);
    }

    private static PathsConfig spread(int addresses) {
        return new PathsConfig(addresses, List.of(), List.of(), List.of());
    }

    /** The server addresses of the open connections, sorted. */
    private List<String> inUse() {
        return Await.result(pool.report()).connections().stream()
                .map(ConnectionReport::connection)
                .filter(connection -> connection.isConnected())
                .map(connection -> connection.path().server())
                .sorted()
                .toList();
    }

    private ScriptedServer at(String address) {
        return servers.stream()
                .filter(server -> server.address().equals(address))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldSpreadOverAllAddressesAndReplaceALostConnectionAtItsAddress() {
        serverAt("127.0.0.2");
        serverAt("127.0.0.3");
        resolvesTo("127.0.0.3", "127.0.0.1", "127.0.0.2");
        open(3, PathsConfig.DEFAULT);
        assertThat(inUse()).containsExactly("127.0.0.1", "127.0.0.2", "127.0.0.3");
        assertThat(at("127.0.0.2").peers().get(0).headers())
                .as("by name, whatever the address")
                .containsEntry("Host", HOST + ":" + port);

        at("127.0.0.2").peers().get(0).end();

        Await.until("again at the free address", () -> at("127.0.0.2").peers().size() == 2);
        Await.until("all live", () -> inUse().equals(List.of("127.0.0.1", "127.0.0.2", "127.0.0.3")));
    }

    @Test
    void shouldUseNoMoreAddressesThanWanted() {
        serverAt("127.0.0.2");
        serverAt("127.0.0.3");
        resolvesTo("127.0.0.3", "127.0.0.1", "127.0.0.2");
        open(4, spread(2));
        assertThat(inUse().stream().distinct()).hasSize(2);
    }

    @Test
    void shouldMissNothingBesideAnAddressThatRefusesAndOneThatNeverAnswers() throws IOException {
        serverAt("127.0.0.2");
        resolvesTo("127.0.0.2", "127.0.0.1", "127.0.0.8", "127.0.0.9");
        try (FaultProxy silent = FaultProxy.at(address("127.0.0.9"), port)) {
            silent.swallow();
            open(4, PathsConfig.DEFAULT);
            assertThat(inUse()).hasSize(4).containsOnly("127.0.0.1", "127.0.0.2");
            at("127.0.0.1").peers().get(0).end();
            List<String> sent = IntStream.range(0, 500).mapToObj(i -> "m" + i).toList();
            sent.forEach(text -> servers.forEach(server ->
                    server.peers().stream().filter(peer -> !peer.isGone()).forEach(peer -> send(peer, text))));
            Await.until("all messages", () -> received.size() >= sent.size());
            Await.until("all live", () -> inUse().size() == 4);
            assertThat(received).containsExactlyElementsOf(sent);
            assertThat(events).noneMatch(event -> event.type() == FeedEvent.Type.CONNECT_FAILED);
        }
    }

    /** Nothing, if the client is gone. */
    private static boolean send(Peer peer, String text) {
        try {
            peer.text(text);
            return true;
        } catch (UncheckedIOException gone) {
            return false;
        }
    }

    private String serverOfANewConnection(WsConnectionConfig config) {
        try (ConnectionProbe probe = new ConnectionProbe(vertx, config)) {
            return probe.opened().state().path().server();
        }
    }

    private List<Double> timesOfANewConnection(WsConnectionConfig config) {
        try (ConnectionProbe probe = new ConnectionProbe(vertx, config)) {
            ConnectTimes times = probe.opened().on(WsConnection::connectTimes);
            return List.of(times.dnsMs(), times.tcpMs(), times.tlsMs(), times.upgradeMs());
        }
    }

    @Test
    void shouldMeasureTheStepsOfOpeningWithoutTls() {
        resolvesTo("127.0.0.1");
        List<Double> times = timesOfANewConnection(config());
        assertThat(times.get(2)).as("no TLS").isNaN();
        assertThat(List.of(times.get(0), times.get(1), times.get(3))).noneMatch(ms -> Double.isNaN(ms) || ms < 0);
    }

    @Test
    void shouldFollowChangedRecordsOnceTheirTimeToLiveIsOver() {
        serverAt("127.0.0.2");
        resolvesTo("127.0.0.1");
        assertThat(serverOfANewConnection(config())).isEqualTo("127.0.0.1");

        resolvesTo("127.0.0.2");
        Await.until("the new record", () -> serverOfANewConnection(config()).equals("127.0.0.2"));
    }

    @Test
    void shouldNotAskAgainBeforeTheTimeToLiveIsOverUnlessNoAddressWorks() {
        serverAt("127.0.0.2");
        names.secondsToLive(3_600);
        resolvesTo("127.0.0.1");
        try (ConnectionProbe probe = new ConnectionProbe(vertx, config())) {
            probe.opened();
        }
        int asked = names.queries();
        names.become(Mood.SILENT);
        assertThat(serverOfANewConnection(config())).isEqualTo("127.0.0.1");
        assertThat(names.queries()).isEqualTo(asked);

        names.become(Mood.KNOWS);
        resolvesTo("127.0.0.2");
        at("127.0.0.1").close();
        WsConnectionConfig single = config();
        pool = null;
        Connector client = WsClient.create(vertx, single);
        List<String> ends = new CopyOnWriteArrayList<>();
        Await.until("asked again after a failure", () -> {
            Await.result(client.connect(single)
                    .onSuccess(socket -> ends.add(socket.path().server()))
                    .otherwiseEmpty());
            return ends.contains("127.0.0.2");
        });
        Await.result(client.close());
    }

    @Test
    void shouldNotWaitForASilentNameServer() {
        resolvesTo("127.0.0.1");
        assertThat(serverOfANewConnection(config())).isEqualTo("127.0.0.1");
        names.become(Mood.SILENT);
        long started = System.nanoTime();
        assertThat(serverOfANewConnection(config())).isEqualTo("127.0.0.1");
        assertThat((System.nanoTime() - started) / 1_000_000).as("ms").isLessThan(1_400);
    }

    /** The feed and the addresses that it knows live twenty times as fast as the servers. */
    @Test
    void shouldMissNothingWhileTheNameServerIsSilentForAMinute() throws IOException {
        serverAt("127.0.0.2");
        FeedEnvironment real = FeedEnvironment.of(vertx);
        Scheduler clock = new QuickClock(real.scheduler(), 20);
        names(clock).share();
        names.secondsToLive(2);
        resolvesTo("127.0.0.1", "127.0.0.2");
        pool = WsPool.create(
                new FeedEnvironment(real.context(), clock, real.connectors(), real.rests(), real.budget()),
                FeedConfig.fromJson(new JsonObject()
                        .put("name", "f")
                        .put("url", "ws://" + HOST + ":" + port + "/")
                        .put("allowPlaintext", true)
                        .put("latencyPingIntervalMs", 5_000)
                        .put("joinGuardMs", 1_000)
                        .put("connections", 4)));
        pool.eventHandler(events::add);
        pool.handler(message -> received.add(message.payload().toString()));
        Await.result(pool.start());
        Await.until("all live", () -> inUse().size() == 4);
        names.become(Mood.SILENT);
        int asked = names.queries();
        long startNanos = clock.nowNanos();
        AtomicInteger sent = new AtomicInteger();
        Runnable send = () -> {
            String text = "m" + sent.getAndIncrement();
            servers.forEach(server ->
                    server.peers().stream().filter(peer -> !peer.isGone()).forEach(peer -> send(peer, text)));
        };
        sendUntil(send, () -> clock.nowNanos() - startNanos > TimeUnit.SECONDS.toNanos(5));
        at("127.0.0.2").peers().get(0).end();
        sendUntil(send, () -> clock.nowNanos() - startNanos > TimeUnit.SECONDS.toNanos(60));

        assertThat(names.queries()).as("asked in vain").isGreaterThan(asked);
        Await.until( // a connection on trial is one more for a while
                "two at each address",
                () -> inUse().equals(List.of("127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.2")));
        assertThat(at("127.0.0.2").peers()).as("opened meanwhile").hasSizeGreaterThan(2);
        Await.until("all messages", () -> received.size() >= sent.get());
        assertThat(received)
                .containsExactlyElementsOf(
                        IntStream.range(0, sent.get()).mapToObj(i -> "m" + i).toList());
        assertThat(events)
                .filteredOn(event -> event.type() == FeedEvent.Type.DISCONNECTED)
                .hasSize(1);
        assertThat(events).noneMatch(event -> event.type() == FeedEvent.Type.CONNECT_FAILED);

        names.become(Mood.KNOWS);
        serverAt("127.0.0.3");
        resolvesTo("127.0.0.3");
        at("127.0.0.1").peers().get(0).end();
        Await.until("the name server is asked again", () -> inUse().contains("127.0.0.3"));
    }

    private static void sendUntil(Runnable send, Callable<Boolean> over) {
        Await.attempt(Duration.ofSeconds(20), Duration.ofMillis(20), "the end", () -> {
            send.run();
            return over.call();
        });
    }

    @Test
    void shouldCheckTheCertificateByNameAtEveryAddress() {
        Tls good = Tls.selfSigned(directory, "dns:" + HOST);
        try (ScriptedServer first = ScriptedServer.startTls(good, AddressesTest::serve)) {
            resolvesTo("127.0.0.1");
            WsConnectionConfig secure = WsConnectionConfig.of("wss://" + HOST + ":" + first.port() + "/")
                    .withTrustedCertificates(good.certificate());
            assertThat(serverOfANewConnection(secure)).isEqualTo("127.0.0.1");
            assertThat(timesOfANewConnection(secure)).noneMatch(ms -> Double.isNaN(ms) || ms < 0);
            WsConnectionConfig other = WsConnectionConfig.of("wss://other.example.com:" + first.port() + "/")
                    .withTrustedCertificates(good.certificate());
            try (ConnectionProbe probe = new ConnectionProbe(vertx, other)) {
                assertThat(probe.connectFails().label()).isEqualTo("tls");
            }
        }
    }

    @Test
    void shouldConnectFromTheLocalAddress() {
        resolvesTo("127.0.0.1");
        WsConnectionConfig from = config().withPath(new PathConfig(null, "127.0.0.6", null));
        try (ConnectionProbe probe = new ConnectionProbe(vertx, from)) {
            assertThat(probe.opened().state().path().toString())
                    .isEqualTo(HOST + ":" + port + " at 127.0.0.1 from 127.0.0.6");
            assertThat(servers.get(0).peers().get(0).client()).isEqualTo("127.0.0.6");
        }
        resolvesTo("::1");
        try (ConnectionProbe probe = new ConnectionProbe(
                vertx, from.withUrl("ws://six.example.com:" + port + "/").withConnectionId("six"))) {
            assertThat(probe.connectFails().toString()).contains("unreachable", "IP version", "127.0.0.6");
        }
        try (ConnectionProbe probe =
                new ConnectionProbe(vertx, config().withPath(new PathConfig(null, "no-such-interface", null)))) {
            assertThat(probe.connectFails().toString()).contains("unreachable", "no-such-interface");
        }
    }

    @Test
    void shouldTakeLocalAddressesAndInterfacesInTurn() {
        resolvesTo("127.0.0.1");
        open(4, new PathsConfig(PathsConfig.ALL, List.of("127.0.0.6", "lo"), List.of(), List.of()));
        assertThat(servers.get(0).peers().stream().map(Peer::client).sorted())
                .containsExactly("127.0.0.1", "127.0.0.1", "127.0.0.6", "127.0.0.6");
    }
}
