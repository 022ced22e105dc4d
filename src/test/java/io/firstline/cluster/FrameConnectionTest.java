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

/** A connection with frames for one subscription is read on its event loop; they arrive in order while it moves. */
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

    /** A subscription. */
    private final class Reader {
        private final String feed;
        private final FeedSubscription subscription;
        private final Queue<Long> got = new ConcurrentLinkedQueue<>();
        private final ContextInternal context;
        private final EventLoop loop;
        private long sent;

        Reader(String feed) {
            this(feed, ((VertxInternal) receiver).createEventLoopContext());
        }

        Reader(String feed, ContextInternal context) {
            this.feed = feed;
            this.context = context;
            loop = context.nettyEventLoop();
            subscription = Await.on(
                    context, () -> FeedSubscription.of(receiver, feed).handler(message -> got.add(message.sequence())));
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
        Await.until(
                () -> limits.connections() + " connections",
                () -> limits.connections().get() == 0);
        Await.result(receiver.close());
    }

    private void open(boolean encrypts) {
        BusTransport transport = new BusTransport(limits, any -> {}, () -> {});
        receiver = Vertx.builder().withTransport(transport).build();
        NodeFrames received = new NodeFrames(receiver, any -> {}, any -> any, any -> Future.failedFuture("none"));
        transport.frames(received);
        FanOut.set(receiver, received);
        NetServerOptions serves = new NetServerOptions();
        if (encrypts) {
            Tls tls = Tls.selfSigned(folder, "ip:" + HOST);
            serves.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(tls.certificate())
                            .addKeyPath(tls.key()));
        }
        port = Await.result(receiver.createNetServer(serves)
                        .connectHandler(socket -> accepted.set(((NetSocketInternal) socket)
                                .channelHandlerContext()
                                .channel()))
                        .listen(0, HOST))
                .actualPort();
        client = publisher.createNetClient(
                new NetClientOptions().setSsl(encrypts).setTrustAll(true).setHostnameVerificationAlgorithm(""));
        frames = new NodeFrames(publisher, any -> {}, any -> any, any -> client.connect(port, HOST)
                .onSuccess(connected::set));
    }

    /** Publishes messages, one in each frame. */
    private void publish(Reader reader, int count) {
        String feed = reader.feed;
        Await.result(Await.on(publishing, () -> {
            FanOut.Address address =
                    frames.address(Addresses.feed(feed), (node, messages) -> missed.addAndGet(messages));
            frames.framed(Addresses.feed(feed)).nodes(List.of(RECEIVER));
            Future<Void> delivered = Future.succeededFuture();
            for (int i = 0; i < count; i++) {
                reader.sent++;
                address.publish(
                        new FeedMessage(feed, reader.sent, "c-1", reader.sent, Buffer.buffer("text"), true, false),
                        null);
                delivered = frames.delivered();
            }
            return delivered;
        }));
    }

    private void publishUntilOn(EventLoop loop, Reader reader) {
        for (int i = 0; i < 50 && accepted.get().eventLoop() != loop; i++) {
            publish(reader, 100);
        }
        assertThat(accepted.get().eventLoop()).isSameAs(loop);
    }

    private void assertInOrder(Reader reader) {
        Await.until(() -> reader.got.size() + " of " + reader.sent, () -> reader.got.size() == reader.sent);
        assertThat(List.copyOf(reader.got)).isSorted().doesNotHaveDuplicates();
        assertThat(Await.result(reader.subscription.report()).filled()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReadOnTheEventLoopOfTheOnlySubscription(boolean encrypts) {
        open(encrypts);
        Reader first = new Reader("a");
        publish(first, 1);
        EventLoop accepting = accepted.get().eventLoop();
        assertThat(accepting).as("another one of several").isNotSameAs(first.loop);
        publishUntilOn(first.loop, first);

        Reader second = new Reader("b");
        publish(second, 1);
        Await.until("frames for another loop come", () -> accepted.get().eventLoop() == accepting);
        publishUntilOn(second.loop, second);

        Await.result(first.subscription.close());
        Await.result(second.subscription.close());
        publish(second, 1);
        Await.until("nobody reads", () -> accepted.get().eventLoop() == accepting);
        second.sent--;
        assertInOrder(first);
        assertInOrder(second);
        assertThat(missed).hasValue(0);
        assertThat(limits.connections()).hasValue(1);
    }

    @Test
    void shouldReadElsewhereForALoopWithSeveralSubscriptions() {
        open(false);
        Reader first = new Reader("a");
        publish(first, 1);
        EventLoop accepting = accepted.get().eventLoop();
        publishUntilOn(first.loop, first);

        Reader second = new Reader("b", first.context);
        publish(first, 1);
        Await.until("the loop has two", () -> accepted.get().eventLoop() == accepting);
        publish(first, 1_000);
        assertThat(accepted.get().eventLoop()).isSameAs(accepting);

        Await.result(second.subscription.close());
        publishUntilOn(first.loop, first);
        assertInOrder(first);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepTheOrderWhileAConnectionMoves(boolean encrypts) {
        open(encrypts);
        Reader[] readers = {new Reader("a"), new Reader("b")};
        long seed = System.nanoTime();
        System.out.println("FrameConnectionTest seed " + seed);
        Random random = new Random(seed);

        int moves = 0;
        EventLoop last = null;
        for (int round = 0; round < 16; round++) {
            publish(readers[round % 2], 1 + random.nextInt(600));
            EventLoop now = accepted.get().eventLoop();
            moves += now == last ? 0 : 1;
            last = now;
        }

        assertInOrder(readers[0]);
        assertInOrder(readers[1]);
        assertThat(moves).isGreaterThan(5);
        assertThat(missed).hasValue(0);
    }

    @Test
    void shouldCloseAConnectionThatSendsNoFrameAfterItHasMoved() {
        open(false);
        Reader reader = new Reader("a");
        publish(reader, 1);
        publishUntilOn(reader.loop, reader);

        NetSocket stranger = connected.get();
        publishing.runOnContext(v -> stranger.write(Buffer.buffer().appendInt(1).appendByte((byte) 99)));

        Await.until("it is closed", () -> limits.connections().get() == 0);
        assertThat(rejections.count()).isEqualTo(1);
    }
}
