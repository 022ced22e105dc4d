package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.firstline.config.WsConnectionConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.ConnectionProbe;
import io.firstline.testkit.NameServer;
import io.firstline.testkit.NameServer.Mood;
import io.firstline.testkit.ScriptedServer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names are resolved anew for every attempt, so a change takes effect at the next one. */
class NamesTest {
    private static final String HOST = "feed.invalid";

    @TempDir
    private Path directory;

    private Vertx vertx;
    private NameServer server;
    private Path resolvConf;
    private Path hosts;
    private Names names;

    @BeforeEach
    void start() throws IOException {
        vertx = Vertx.vertx();
        server = NameServer.start();
        resolvConf = Files.writeString(directory.resolve("resolv.conf"), "# a comment\n" + server.resolvConf());
        hosts = Files.writeString(directory.resolve("hosts"), "10.0.0.1 else.invalid\n");
        names = new Names(vertx, resolvConf, hosts);
        names.share();
    }

    @AfterEach
    void stop() {
        server.close();
        Await.result(vertx.close());
    }

    private List<InetAddress> addresses() {
        return Await.result(names.addresses(HOST));
    }

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }

    @Test
    void shouldSeeAChangedRecordAtOnce() throws IOException {
        assertThat(addresses()).containsExactly(address("127.0.0.1"));

        server.addresses(address("127.0.0.2"), address("::1"));

        assertThat(addresses()).as("IP version 4 first").containsExactly(address("127.0.0.2"), address("::1"));
    }

    @Test
    void shouldFollowAChangedHostsFile() throws IOException {
        Files.writeString(hosts, "127.0.0.7 FEED.invalid other\n::1 feed.invalid\n");
        assertThat(addresses()).containsExactly(address("127.0.0.7"), address("::1"));

        Files.writeString(hosts, "127.0.0.8 feed.invalid\n");
        assertThat(addresses()).containsExactly(address("127.0.0.8"));

        Files.delete(hosts);
        assertThat(addresses()).containsExactly(address("127.0.0.1"));
    }

    @Test
    void shouldFollowAChangedResolvConf() throws IOException {
        try (NameServer other = NameServer.start()) {
            other.addresses(address("127.0.0.5"));
            assertThat(addresses()).containsExactly(address("127.0.0.1"));

            Files.writeString(resolvConf, other.resolvConf());

            assertThat(addresses()).containsExactly(address("127.0.0.5"));
        }
    }

    @Test
    void shouldFindANameOnceThereIsANameServer() throws IOException {
        server.become(Mood.DENIES);
        assertThat(Await.failure(names.addresses(HOST))).isInstanceOf(UnknownHostException.class);

        server.become(Mood.KNOWS);
        assertThat(addresses()).containsExactly(address("127.0.0.1"));
    }

    @Test
    void shouldNotWaitLongForASilentNameServer() throws IOException {
        try (NameServer silent = NameServer.start();
                NameServer denies = NameServer.start()) {
            silent.become(Mood.SILENT);
            denies.become(Mood.DENIES);
            Files.writeString(
                    resolvConf, silent.resolvConf() + denies.resolvConf() + server.resolvConf() + "options ndots:2\n");

            long started = System.nanoTime();
            assertThat(addresses()).containsExactly(address("127.0.0.1"));
            assertThat((System.nanoTime() - started) / 1_000_000).as("ms").isLessThan(4_000);
        }
    }

    @Test
    void shouldAskOnceForAllWhoAskTogether() throws IOException {
        List<Future<List<InetAddress>>> asked = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            asked.add(names.addresses(HOST));
        }
        for (Future<List<InetAddress>> each : asked) {
            assertThat(Await.result(each)).containsExactly(address("127.0.0.1"));
        }
    }

    /** An open promise would make all later attempts at the host wait. */
    @Test
    void shouldFailALookUpThatEndsWithAnError() {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        Error inTheTask = new LinkageError("in the task");
        Error noThread = new OutOfMemoryError("unable to create native thread");

        Executor caught = task -> assertThatCode(task::run).doesNotThrowAnyException();
        assertThat(Await.failure(Names.blocking(context, caught, () -> {
                    throw inTheTask;
                })))
                .isSameAs(inTheTask);
        Executor none = task -> {
            throw noThread;
        };
        assertThat(Await.failure(Names.blocking(context, none, () -> 1))).isSameAs(noThread);
    }

    @Test
    void shouldKnowLocalhostWithoutAnyFile() throws IOException {
        Names bare = new Names(vertx, directory.resolve("none"), directory.resolve("none"));

        assertThat(Await.result(bare.addresses("localhost"))).containsExactly(address("127.0.0.1"));
        assertThat(Await.result(bare.addresses("[::1]"))).containsExactly(address("::1"));
        assertThat(NameSources.read(directory.resolve("none"), hosts, HOST).servers())
                .containsExactly(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53));
    }

    @Test
    void shouldReadWhatResolvConfSays() throws IOException {
        Files.writeString(
                resolvConf,
                """
                domain a.example
                search  b.example c.example
                nameserver 10.0.0.1
                nameserver fe80::1%nowhere
                nameserver nonsense
                nameserver 10.0.0.2.99999
                nameserver 10.0.0.2.5353
                nameserver 2001:db8::1
                nameserver 10.0.0.4
                options rotate ndots:5 timeout:1
                """);

        NameSources read = NameSources.read(resolvConf, hosts, HOST);

        assertThat(read.servers())
                .containsExactly(
                        new InetSocketAddress("10.0.0.1", 53),
                        new InetSocketAddress("10.0.0.2", 5353),
                        new InetSocketAddress("2001:db8::1", 53));
        assertThat(read.search()).containsExactly("b.example", "c.example");
        assertThat(read.ndots()).isEqualTo(5);
    }

    @Test
    void shouldConnectToWhicheverAddressAnswers() throws IOException {
        try (ScriptedServer six =
                ScriptedServer.startOnIpv6(peer -> peer.upgrade().text("six"))) {
            server.addresses(address("127.0.0.1"), address("::1")); // no server listens at the first
            WsConnectionConfig config = WsConnectionConfig.of("wss://" + HOST)
                    .withAllowPlaintext(true)
                    .withUrl("ws://" + HOST + ":" + six.port() + "/");
            try (ConnectionProbe probe = new ConnectionProbe(vertx, config).opened()) {
                probe.awaitMessages(1);
                assertThat(six.peers().get(0).headers()).containsEntry("host", HOST + ":" + six.port());
            }
            server.addresses(address("::1"));
            try (ConnectionProbe probe = new ConnectionProbe(vertx, config).opened()) {
                probe.awaitMessages(1);
            }
        }
    }

    @Test
    void shouldNotWaitForAnAttemptThatHangs() {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        Promise<String> hanging = context.promise();
        List<String> surplus = new CopyOnWriteArrayList<>();
        Promise<Future<String>> started = Promise.promise();
        context.runOnContext(v -> started.complete(Staggered.first(
                context,
                List.of(
                        hanging::future,
                        () -> context.failedFuture("no"),
                        () -> context.succeededFuture("yes"),
                        () -> context.failedFuture("never asked")),
                50,
                surplus::add)));
        assertThat(Await.result(Await.result(started.future()))).isEqualTo("yes");

        hanging.complete("late");
        Await.until("the late one is handed back", () -> surplus.equals(List.of("late")));
    }
}
