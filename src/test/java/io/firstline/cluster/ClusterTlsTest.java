package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.integration.Quiet;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loggers;
import io.firstline.testkit.Tls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with certificates, and nodes that know the secret but have no valid certificate. */
class ClusterTlsTest {
    private static final String NAMES = "ip:127.0.0.1";
    private static final DeliveryOptions SOON = new DeliveryOptions().setSendTimeout(1_000);

    @TempDir
    Path folder;

    private final List<Vertx> all = new ArrayList<>();

    @AfterEach
    void close() {
        all.forEach(vertx -> Await.result(vertx.close()));
    }

    private ClusterConfig.Tls certified(String by, ClusterConfig.Tls trusting) throws IOException {
        Tls made = Tls.selfSigned(Files.createDirectory(folder.resolve(by)), NAMES);
        return new ClusterConfig.Tls(
                made.certificate(), made.key(), trusting == null ? made.certificate() : trusting.authority());
    }

    private static ClusterConfig listener(ClusterConfig member, ClusterConfig.Tls tls) {
        return new ClusterConfig(
                true,
                member.name(),
                member.host(),
                Node.freePorts(1).get(0),
                0,
                member.members(),
                1,
                member.leaseMs(),
                member.secret(),
                tls);
    }

    private Queue<String> heard(Vertx at, String address) {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        Await.result(at.eventBus()
                .<String>consumer(address, message -> {
                    heard.add(message.body());
                    message.reply("thank you");
                })
                .completion());
        return heard;
    }

    @Test
    void shouldTalkToNodesWithACertificateOfTheAuthorityOnlyAlsoAfterItWasReplaced() throws Exception {
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
        ClusterConfig.Tls theirs = certified("members", null);
        ClusterConfig.Tls others = certified("others", theirs);
        List<ClusterConfig> members = Node.members(2, 1, "what the nodes know", theirs);
        List<Future<Vertx>> joining = members.stream().map(Node::join).toList();
        joining.forEach(vertx -> all.add(Await.result(vertx)));
        Vertx one = all.get(0);
        Vertx two = all.get(1);
        List<Future<Vertx>> foreign =
                List.of(Node.join(listener(members.get(0), others)), Node.join(listener(members.get(0), null)));
        foreign.forEach(vertx -> all.add(Await.result(vertx)));
        Queue<String> heard = heard(one, "a");

        Await.until(
                "the members are connected",
                () -> Await.result(two.eventBus()
                        .request("a", "from a member", SOON)
                        .map(reply -> true)
                        .otherwise(false)));
        int number = 0;
        for (Vertx unknown : all.subList(2, 4)) {
            String address = "strangers-" + number++;
            Queue<String> told = heard(unknown, address);
            Future<?> sent = unknown.eventBus().request("a", "from a stranger", SOON);
            Future<?> received = one.eventBus().request(address, "for a stranger", SOON);
            assertThat(Await.failure(sent)).isNotNull();
            assertThat(Await.failure(received)).isNotNull();
            assertThat(told).isEmpty();
        }
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), members.get(0).busPort())) {
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            socket.getOutputStream().write(BusFrame.text("a", "from nobody"));
            socket.getInputStream().readAllBytes(); // until the node closes it
        }
        assertThat(Await.result(two.eventBus().request("a", "again", SOON)).body())
                .isEqualTo("thank you");
        assertThat(heard).containsOnly("from a member", "again");

        replaceCertificates(members.get(0), theirs);
    }

    /** The members trust the old and the new certificate; the node that comes later trusts the new one only. */
    private void replaceCertificates(ClusterConfig member, ClusterConfig.Tls theirs) throws Exception {
        Tls renewed = Tls.selfSigned(Files.createDirectory(folder.resolve("renewed")), NAMES);
        Files.writeString(
                Path.of(theirs.authority()),
                Files.readString(Path.of(theirs.certificate())) + Files.readString(Path.of(renewed.certificate())));
        KeyCertOptions certificate =
                new PemKeyCertOptions().addCertPath(renewed.certificate()).addKeyPath(renewed.key());
        Vertx one = all.get(0);

        for (Vertx each : all.subList(0, 2)) {
            assertThat(Await.result(BusCertificate.replace(each, theirs, certificate)))
                    .isTrue();
        }

        ClusterConfig.Tls onlyNew = new ClusterConfig.Tls(renewed.certificate(), renewed.key(), renewed.certificate());
        Vertx late = Await.result(Node.join(listener(member, onlyNew)));
        all.add(late);
        Queue<String> told = heard(late, "late");
        Await.until(
                "they are connected both ways",
                () -> Await.result(Future.all(
                                one.eventBus().request("late", "from a member", SOON),
                                late.eventBus().request("a", "from a late node", SOON))
                        .map(replies -> true)
                        .otherwise(false)));
        assertThat(told).contains("from a member");
    }
}
