package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.firstline.bus.Addresses;
import io.firstline.bus.publish.FanOut;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.cluster.fanout.NodeFrames;
import io.firstline.replay.FeedSubscription;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loggers;
import io.firstline.testkit.Tls;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Frames are read on the event loop of the subscription that they are for, and arrive in order while their connection moves. */
class FrameConnectionTest {
    private static final String HOST = "127.0.0.1";
    private static final String RECEIVER = "receiver:7000";

    @TempDir
    private Path folder;

    private final RejectionLog rejections =
            new RejectionLog(LoggerFactory.getLogger(FrameConnectionTest.class), System::nanoTime);
    private final BusLimits limits = BusLimits.of(10, 1 << 20, 1 << 20, rejections);
    private final Vertx publisher = Vertx.vertx();
    private final Context publishing = publisher.getOrCreateContext();
    private final AtomicReference<NetSocket> connected = new AtomicReference<>();
    private final AtomicReference<Channel> accepted = new AtomicReference<>();
    private final AtomicInteger missed = new AtomicInteger();
    private Vertx receiver;
    private NodeFrames frames;
    private NetClient client;
    private int port;

    /** A subscription on an event loop of its own. */
    private final class Reader {
        private final String feed;
        private final FeedSubscription subscription;
        private final Queue<Long> got = new ConcurrentLinkedQueue<>();
        private final EventLoop loop;

        Reader(String feed) {
            this.feed = feed;
            ContextInternal context = ((VertxInternal) receiver).createEventLoopContext();
            loop = context.nettyEventLoop();
            subscription = Await.on(context, () -> FeedSubscription.of(receiver, feed)
                    .handler(message -> got.add(message.sequence())));
            Await.result(subscription.start());
        }
    }

    @BeforeEach
    void quiet() {
        Loggers.of(FrameConnectionTest.class).setLevel(Level.OFF);
    }

    @AfterEach
    void close() {
        Await.result(publisher.close());
        Await.until(() -> limits.connections() + " connections", () -> limits.connections().get() == 0);
        Await.result(receiver.close());
    }

    private void open(boolean encrypts) {
        BusTransport transport = new BusTransport(limits, any -> {});
        receiver = Vertx.builder().withTransport(transport).build();
        NodeFrames received = new NodeFrames(receiver, any -> {}, any -> any, any -> Future.failedFuture("none"));
        transport.frames(received);
        FanOut.set(receiver, received);
        NetServerOptions serves = new NetServerOptions();
        if (encrypts) {
            Tls tls = Tls.selfSigned(folder, "ip:" + HOST);
            serves.setSsl(true)
                    .setKeyCertOptions(
                            new PemKeyCertOptions().addCertPath(tls.certificate()).addKeyPath(tls.key()));
        }
        port = Await.result(receiver.createNetServer(serves)
                        .connectHandler(socket -> accepted.set(
                                ((NetSocketInternal) socket).channelHandlerContext().channel()))
                        .listen(0, HOST))
                .actualPort();
        client = publisher.createNetClient(new NetClientOptions()
                .setSsl(encrypts)
                .setTrustAll(true)
                .setHostnameVerificationAlgorithm(""));
        frames = new NodeFrames(publisher, any -> {}, any -> any, any -> client.connect(port, HOST)
                .onSuccess(connected::set));
    }

    private void publish(String feed, long first, int count) {
        Await.result(Await.on(publishing, () -> {
            FanOut.Address address =
                    frames.address(Addresses.feed(feed), (node, messages) -> missed.addAndGet(messages));
            frames.framed(Addresses.feed(feed)).nodes(List.of(RECEIVER));
            for (long sequence = first; sequence < first + count; sequence++) {
                address.publish(
                        new FeedMessage(feed, sequence, "c-1", sequence, Buffer.buffer("text"), true, false), null);
            }
            return frames.delivered();
        }));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReadOnTheEventLoopOfTheSubscription(boolean encrypts) {
        open(encrypts);
        Reader first = new Reader("a");
        publish("a", 1, 10);
        publish("a", 11, 10);
        Await.until(() -> first.got + " of 20", () -> first.got.size() == 20);
        Await.until("the first reads", () -> accepted.get().eventLoop() == first.loop);

        Await.result(first.subscription.close());
        Reader second = new Reader("a");
        publish("a", 21, 10);
        publish("a", 31, 10);
        Await.until(() -> second.got + " of 20", () -> second.got.size() == 20);
        Await.until("the second reads", () -> accepted.get().eventLoop() == second.loop);
        assertThat(missed).hasValue(0);
        assertThat(limits.connections()).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepTheOrderWhileAConnectionMoves(boolean encrypts) {
        open(encrypts);
        Reader[] readers = {new Reader("a"), new Reader("b")};
        long[] sent = new long[2];
        long seed = System.nanoTime();
        Random random = new Random(seed);

        int moves = 0;
        EventLoop last = null;
        for (int round = 0; round < 300; round++) {
            int reader = random.nextInt(2);
            int count = 1 + random.nextInt(100);
            publish(readers[reader].feed, sent[reader] + 1, count);
            sent[reader] += count;
            EventLoop now = accepted.get().eventLoop();
            moves += now == last ? 0 : 1;
            last = now;
        }

        for (int i = 0; i < 2; i++) {
            Reader reader = readers[i];
            long all = sent[i];
            Await.until(() -> reader.got.size() + " of " + all, () -> reader.got.size() == all);
            assertThat(List.copyOf(reader.got)).as("seed %d", seed).isSorted().doesNotHaveDuplicates();
            assertThat(Await.result(reader.subscription.report()).filled()).isZero();
        }
        assertThat(moves).as("seed %d", seed).isGreaterThan(50);
        assertThat(missed).hasValue(0);
    }

    @Test
    void shouldCloseAConnectionThatSendsNoFrameAfterItHasMoved() {
        open(false);
        Reader reader = new Reader("a");
        publish("a", 1, 10);
        publish("a", 11, 10);
        Await.until("it has moved", () -> accepted.get().eventLoop() == reader.loop);

        NetSocket stranger = connected.get();
        publishing.runOnContext(v -> stranger.write(Buffer.buffer().appendInt(1).appendByte((byte) 99)));

        Await.until("it is closed", () -> limits.connections().get() == 0);
        assertThat(rejections.count()).isEqualTo(1);
    }
}
