package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import io.firstline.bus.Addresses;
import io.firstline.bus.FeedMessageCodec;
import io.firstline.bus.publish.BusSink;
import io.firstline.bus.publish.FanOut;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.cluster.fanout.FrameInput;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.integration.Quiet;
import io.firstline.replay.FeedSubscription;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loggers;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.LoggerFactory;

/** How a published message reaches other nodes: real nodes, one of them a Vert.x that knows no frames. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FanOutTest {
    private static final RejectionLog REJECTIONS =
            new RejectionLog(LoggerFactory.getLogger(FanOutTest.class), System::nanoTime);

    private Vertx owner;
    private Vertx reader;
    /** As a node of an older version, or one without Firstline's cluster. */
    private Vertx plain;

    private HazelcastInstance plainMember;
    private int feeds;

    @BeforeAll
    void open() {
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
        Loggers.of(RejectionLog.class).setLevel(Level.OFF);
        List<ClusterConfig> members = Node.members(2, 2, "what the nodes know", null);
        Future<Vertx> first = Node.join(members.get(0));
        Future<Vertx> second = Node.join(members.get(1));
        owner = Await.result(first);
        reader = Await.result(second);
        ClusterConfig listening = members.get(0).listening(members.get(0).members());
        Config config = HazelcastSettings.of(listening, new JoinAddresses(listening));
        config.getMemberAttributeConfig().removeAttribute(FrameReaders.ATTRIBUTE);
        plainMember = HazelcastNode.start(config, REJECTIONS);
        VertxOptions options = new VertxOptions();
        HazelcastCluster.prepare(options, listening);
        plain = Await.result(Vertx.builder()
                .with(options)
                .withClusterManager(new HazelcastClusterManager(plainMember))
                .buildClustered());
        FeedMessageCodec.register(plain);
    }

    @AfterAll
    void close() {
        Await.result(plain.close());
        plainMember.shutdown();
        Await.result(owner.close());
        Await.result(reader.close());
    }

    private BusSink sink(String feed, String body) {
        return new BusSink(
                owner,
                FeedConfig.fromJson(new JsonObject()
                        .put("name", feed)
                        .put("url", "ws://127.0.0.1:1/")
                        .put("body", body)));
    }

    private static FeedMessage message(String feed, long sequence, byte[] payload) {
        return new FeedMessage(feed, sequence, "c-1", sequence, Buffer.buffer(payload), true, false);
    }

    private String newFeed() {
        return "feed" + ++feeds;
    }

    private static <T> Queue<T> consume(Vertx vertx, String address) {
        Queue<T> got = new ConcurrentLinkedQueue<>();
        Await.result(vertx.eventBus()
                .<T>consumer(address, message -> got.add(message.body()))
                .completion());
        return got;
    }

    private void publish(BusSink sink, List<FeedMessage> messages) {
        Await.result(Await.on(owner.getOrCreateContext(), () -> {
            messages.forEach(sink::publish);
            return Future.succeededFuture();
        }));
    }

    @Test
    void shouldReachEveryConsumerOfEveryNodeOnce() {
        String feed = newFeed();
        String address = Addresses.feed(feed);
        List<Queue<FeedMessage>> all = List.of(
                consume(owner, address), consume(reader, address), consume(reader, address), consume(plain, address));
        Queue<FeedMessage> local = new ConcurrentLinkedQueue<>();
        reader.eventBus().<FeedMessage>localConsumer(address, message -> local.add(message.body()));
        BusSink sink = sink(feed, "message");
        List<FeedMessage> messages = List.of(
                message(feed, 1, new byte[10]), message(feed, 2, new byte[200_000]), message(feed, 3, new byte[0]));

        publish(sink, messages);

        all.forEach(got -> {
            Await.until(() -> got.size() + " messages", () -> got.size() >= 3);
            assertThat(got).containsExactlyElementsOf(messages);
        });
        assertThat(local)
                .as("local consumers get what their own node publishes")
                .isEmpty();
    }

    @Test
    void shouldCarryPlainBodies() {
        String json = newFeed();
        String bytes = newFeed();
        Queue<JsonObject> objects = consume(reader, Addresses.feed(json));
        Queue<FeedMessage> whole = consume(reader, Addresses.replicas(json));
        Queue<Buffer> buffers = consume(reader, Addresses.feed(bytes));

        FeedMessage ofOwner = message(json, 1, "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .in(2, 1);
        publish(sink(json, "json"), List.of(ofOwner));
        publish(sink(bytes, "buffer"), List.of(message(bytes, 1, new byte[] {1, 2})));

        Await.until("all bodies", () -> objects.size() == 1 && buffers.size() == 1 && whole.size() == 1);
        assertThat(objects).containsExactly(ofOwner.toJson());
        assertThat(whole).containsExactly(ofOwner);
        assertThat(buffers).containsExactly(Buffer.buffer(new byte[] {1, 2}));
    }

    /** During a rolling upgrade, as long as the owner is of an older version. */
    @Test
    void shouldReceiveFromANodeThatSendsNoFrames() {
        String feed = newFeed();
        Queue<FeedMessage> got = consume(reader, Addresses.feed(feed));
        FeedMessage message = message(feed, 1, new byte[10]);

        plain.eventBus().publish(Addresses.feed(feed), message);

        Await.until("the message", () -> !got.isEmpty());
        assertThat(got).containsExactly(message);
    }

    @Test
    void shouldFollowConsumersThatComeAndGo() {
        String feed = newFeed();
        String address = Addresses.feed(feed);
        BusSink sink = sink(feed, "message");
        publish(sink, List.of(message(feed, 1, new byte[10]))); // nobody consumes it yet
        AtomicLong sequence = new AtomicLong(1);

        Queue<FeedMessage> got = consume(reader, address);
        Await.until("it is heard", () -> {
            publish(sink, List.of(message(feed, sequence.incrementAndGet(), new byte[10])));
            return !got.isEmpty();
        });

        long first = got.peek().sequence();
        publish(sink, List.of(message(feed, sequence.incrementAndGet(), new byte[10])));
        Await.until("the last one", () -> got.size() == sequence.get() - first + 1);
        assertThat(got).extracting(FeedMessage::sequence).isSorted().doesNotHaveDuplicates();
    }

    /** The next owner must have them before it hears that the feed is free. */
    @Test
    void shouldDeliverMessagesAheadOfWhatIsSentAfterThem() {
        String feed = newFeed();
        Queue<Object> got = new ConcurrentLinkedQueue<>();
        Context context = reader.getOrCreateContext();
        Await.result(Await.on(
                context,
                () -> Future.all(
                        reader.eventBus()
                                .<FeedMessage>consumer(
                                        Addresses.feed(feed),
                                        message -> got.add(message.body().sequence()))
                                .completion(),
                        reader.eventBus()
                                .<String>consumer("release." + feed, message -> got.add(message.body()))
                                .completion())));
        BusSink sink = sink(feed, "message");
        publish(sink, List.of(message(feed, 1, new byte[10])));
        Await.until("it is known where they go", () -> !got.isEmpty());

        List<Long> late = new ArrayList<>();
        for (long i = 2; i < 200; i++) {
            long sequence = i;
            long start = System.nanoTime();
            Await.result(Await.on(owner.getOrCreateContext(), () -> {
                sink.publish(message(feed, sequence, new byte[10_000]));
                return FanOut.of(owner).delivered();
            }));
            if (System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(400)) {
                late.add(sequence); // it no longer waits on a machine that is this busy
            }
            owner.eventBus().send("release." + feed, "after " + sequence);
        }

        Await.until(() -> got.size() + " arrive", () -> got.size() == 1 + 2 * 198);
        List<Object> order = List.copyOf(got);
        for (long sequence = 2; sequence < 200; sequence++) {
            assertThat(late.contains(sequence) || order.indexOf(sequence) < order.indexOf("after " + sequence))
                    .as("%s in %s", sequence, order)
                    .isTrue();
        }
    }

    /** A changed feed may run on another event loop, and so on another connection. */
    @Test
    void shouldKeepTheOrderWhenAFeedMovesToAnotherEventLoop() {
        String feed = newFeed();
        Queue<FeedMessage> got = consume(reader, Addresses.feed(feed));
        long sequence = 0;
        for (int i = 0; i < 20; i++) {
            Context context = ((VertxInternal) owner).createEventLoopContext();
            long first = sequence + 1;
            Await.result(Await.on(context, () -> {
                BusSink sink = sink(feed, "message");
                for (long next = first; next < first + 500; next++) {
                    sink.publish(message(feed, next, new byte[100]));
                }
                return Future.succeededFuture();
            }));
            sequence += 500;
        }

        Await.until(() -> got.size() + " arrive", () -> got.size() == 10_000);
        assertThat(got).extracting(FeedMessage::sequence).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void shouldSurviveFramesOfAStranger() {
        NodeInfo bus = ((VertxInternal) reader).clusterManager().getNodeInfo();
        String feed = newFeed();
        Queue<FeedMessage> got = consume(reader, Addresses.feed(feed));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        AtomicInteger closed = new AtomicInteger();
        NetClient client = plain.createNetClient();

        for (int i = 0; i < 30; i++) {
            byte[] noise = new byte[1 + random.nextInt(500)];
            random.nextBytes(noise);
            NetSocket stranger = Await.result(client.connect(bus.port(), bus.host()));
            stranger.exceptionHandler(e -> {}).closeHandler(v -> closed.incrementAndGet());
            stranger.write(Buffer.buffer()
                    .appendInt(FrameInput.OPENING)
                    .appendInt(noise.length)
                    .appendBytes(noise));
        }
        Await.until(() -> closed + " closed, seed " + seed, () -> closed.get() == 30);

        publish(sink(feed, "message"), List.of(message(feed, 1, new byte[10])));
        Await.until("a message", () -> !got.isEmpty());
    }

    @Test
    void shouldDeliverASubscriptionByteForByteInOrder() {
        deliver(30_000);
    }

    @Test
    @Tag("stress")
    void shouldDeliverTwoMillionByteForByteInOrder() {
        deliver(2_000_000);
    }

    private void deliver(long count) {
        String feed = newFeed();
        AtomicLong got = new AtomicLong();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        Handler<FeedMessage> check = message -> {
            long expected = got.get() + 1;
            if (message.sequence() != expected || !message.equals(message(feed, expected, payload(expected)))) {
                wrong.add(expected + ": " + message);
            }
            got.set(expected);
        };
        FeedSubscription subscription = Await.on(reader.getOrCreateContext(), () -> FeedSubscription.of(reader, feed)
                .handler(check));
        Await.result(subscription.start());
        BusSink sink = sink(feed, "message");
        Context context = owner.getOrCreateContext();
        for (long next = 1; next <= count; next += 1_000) {
            long first = next;
            Await.until(() -> got + " of " + first, () -> first - got.get() < 20_000);
            context.runOnContext(v -> {
                for (long sequence = first; sequence < first + 1_000; sequence++) {
                    sink.publish(message(feed, sequence, payload(sequence)));
                }
            });
        }
        Await.until(() -> got + " messages", () -> got.get() == count);
        assertThat(wrong).isEmpty();
        assertThat(Await.result(subscription.report()).filled()).isZero();
        Await.result(subscription.close());
    }

    private static byte[] payload(long sequence) {
        byte[] payload = new byte[(int) (sequence % 401)];
        new Random(sequence).nextBytes(payload);
        return payload;
    }
}
