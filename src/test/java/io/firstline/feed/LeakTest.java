package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.firstline.testkit.Tls;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every buffer of Netty is released, whatever arrives and however a connection ends. */
class LeakTest extends FeedTestBase {
    private static final int CONNECTIONS = 60;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    private final Queue<String> leaks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger served = new AtomicInteger();
    private final long seed = System.nanoTime();

    @BeforeEach
    void watchEveryBuffer() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> leaks.add(records));
    }

    @AfterEach
    void watchAsBefore() {
        ByteBufUtil.setLeakListener(null);
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void shouldGiveBackEveryBuffer() {
        try (ScriptedServer server = ScriptedServer.start(peer -> serve(peer, false))) {
            survives(server, null);
        }
    }

    @Test
    void shouldGiveBackEveryBufferOfACompressedAndEncryptedConnection(@TempDir Path directory) {
        Tls tls = Tls.selfSigned(directory, "dns:localhost,ip:127.0.0.1");
        try (ScriptedServer server = ScriptedServer.startTls(tls, peer -> serve(peer, true))) {
            survives(server, tls);
        }
    }

    private void survives(ScriptedServer server, Tls tls) {
        System.out.println("LeakTest seed " + seed);
        WsConnectionConfig connection = connection(server.url("/")).withMaxMessageBytes(50_000);
        WsPool pool = pool(poolOf(4, connection.url())
                .withConnection(
                        tls == null
                                ? connection
                                : connection
                                        .withTrustedCertificates(tls.certificate())
                                        .withCompression(true)));
        pool.start().onFailure(e -> {}); // it retries
        // the duration is not tested
        Await.until(Duration.ofSeconds(40), () -> served + " connections", () -> served.get() >= CONNECTIONS);
        assertThat(messages).isNotEmpty();
        join(pool.close());

        PooledByteBufAllocator.DEFAULT.directBuffer(16).writeInt(1).touch("lost on purpose");
        eventually(() -> {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release(); // gives the detector a chance to report
            return !leaks.isEmpty();
        });
        assertThat(leaks).as("seed %d", seed).hasSize(1).first().asString().contains("lost on purpose");
    }

    private void serve(Peer peer, boolean compresses) {
        int number = served.incrementAndGet();
        Random random = new Random(seed + number);
        if (random.nextInt(10) == 0) {
            peer.reject(503).end();
            return;
        }
        if (compresses) {
            peer.upgradeCompressed();
        } else {
            peer.upgrade();
        }
        for (int i = random.nextInt(200); i > 0; i--) {
            say(peer, random, compresses, i);
        }
        part(peer, random);
    }

    private static void say(Peer peer, Random random, boolean compresses, int i) {
        String text = "{\"n\":" + i + ",\"x\":\"" + "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 20_000 : 200))
                + "\"}";
        switch (random.nextInt(8)) {
            case 0 -> peer.binary(text.getBytes(StandardCharsets.UTF_8));
            case 1 -> peer.fragments(text, "", text);
            case 2 -> peer.ping("p" + i);
            case 3 -> {
                if (compresses) {
                    peer.compressed(text);
                }
            }
            default -> peer.text(text);
        }
    }

    private static void part(Peer peer, Random random) {
        switch (random.nextInt(7)) {
            case 0 -> peer.close(1001, "maintenance");
            case 1 -> peer.reset();
            case 2 -> peer.end();
            // longer than allowed, which does not end the connection
            case 3 -> peer.frame(0x81, new byte[60_000]).end();
            case 4 -> peer.frame(0xF1, new byte[10]); // no such frame
            case 5 -> peer.raw(new byte[] {(byte) 0x81, 126, 1}).reset(); // half a head
            default -> peer.raw(new byte[] {(byte) 0x81, 100, '{'}).end(); // half a message
        }
    }
}
