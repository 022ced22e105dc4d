package io.firstline.bus.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedMessageCodec;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers that are too slow, or blocked, each on a separate context; the test acts as the feed. */
class BackpressureTest {
    private static final int BOUND = 1_024;
    private static final int BLOCKED = 4 * BOUND;
    private static final int MARK = BOUND / 16;
    private static final int KEPT = BOUND / 256;
    private static final String ALL = Addresses.feed("btc");
    private static final String TRADES = Addresses.stream("btc", "trades");
    private static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);

    private final CountDownLatch release = new CountDownLatch(1);
    private Vertx vertx;
    private BoundedPublisher boundedPublisher;
    private Context feed;
    private long published;
    private int contexts;

    /** A consumer and its messages. */
    private static final class Listener {
        private final Queue<Long> got = new ConcurrentLinkedQueue<>();
        private final AtomicInteger count = new AtomicInteger();
        private volatile MessageConsumer<Object> consumer;
        private volatile Context context;
        private volatile long last;

        void gets(long sequence) {
            got.add(sequence);
            count.incrementAndGet();
            last = sequence;
        }
    }

    private interface Slowness {
        void onMessage(long sequence);
    }

    @BeforeEach
    void open() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(4));
        FeedMessageCodec.register(vertx);
        boundedPublisher = Backpressure.of(vertx, new Volume(BOUND, 1 << 30)).boundedPublisher("btc");
        feed = context(ThreadingModel.EVENT_LOOP);
    }

    @AfterEach
    void close() {
        release.countDown();
        Await.result(vertx.close());
    }

    /** A separate context; four in a row are on four event loops. */
    private Context context(ThreadingModel model) {
        CompletableFuture<Context> made = new CompletableFuture<>();
        Await.result(vertx.deployVerticle(
                new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        made.complete(context);
                        return Future.succeededFuture();
                    }
                },
                new DeploymentOptions()
                        .setThreadingModel(model)
                        .setWorkerPoolName("pool-" + contexts++)
                        .setWorkerPoolSize(1)));
        return made.join();
    }

    private Listener listen(String address, ThreadingModel model, Slowness slowness) {
        Listener listener = new Listener();
        listener.context = context(model);
        Await.on(
                listener.context,
                () -> listener.consumer = vertx.eventBus().consumer(address, message -> {
                    long sequence = sequence(message);
                    listener.gets(sequence);
                    slowness.onMessage(sequence);
                }));
        return listener;
    }

    private Listener listen(String address) {
        return listen(address, ThreadingModel.EVENT_LOOP, sequence -> {});
    }

    /** A consumer that blocks in its first message until it is released. */
    private Listener parked(String address, ThreadingModel model) {
        return listen(address, model, sequence -> {
            if (sequence == 1) {
                await(release);
            }
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long sequence(Message<Object> message) {
        if (message.body() instanceof FeedMessage body) {
            return body.sequence();
        } else if (message.body() instanceof JsonObject body) {
            return body.getLong("sequence");
        } else if (message.body() instanceof Buffer body) {
            return Long.parseLong(body.toString());
        }
        throw new AssertionError("not a message of a feed: " + message.body());
    }

    private static Object body(String kind, long sequence) {
        Buffer payload = Buffer.buffer(Long.toString(sequence));
        FeedMessage message = new FeedMessage("btc", sequence, "btc-1", 1, payload, true, false);
        return switch (kind) {
            case "message" -> message;
            case "json" -> message.toJson();
            default -> payload;
        };
    }

    private void publish(String kind, int count, String... addresses) {
        Await.on(feed, () -> {
            for (int i = 0; i < count; i++) {
                Object body = body(kind, ++published);
                for (String address : addresses) {
                    boundedPublisher.publish(address, body, LOCAL);
                }
                boundedPublisher.published(10);
            }
            return null;
        });
    }

    /** Publishes as fast as a consumer without a backlog takes the messages. */
    private void publishAtThePaceOf(Listener listener, int count, String... addresses) {
        publishAtThePaceOf(listener, "message", count, addresses);
    }

    private void publishAtThePaceOf(Listener listener, String kind, int count, String... addresses) {
        long goal = published + count;
        while (published < goal) {
            publish(kind, (int) Math.min(BOUND / 2, goal - published), addresses);
            eventually(listener.last + " of " + published, () -> listener.last == published);
        }
    }

    /** Publishes as fast as the slowest of these contexts works off its queue, whether its consumer takes messages or not. */
    private void publishAtThePaceOfAll(List<Listener> listeners, int count, String... addresses) {
        long goal = published + count;
        while (published < goal) {
            publish("message", (int) Math.min(BOUND / 2, goal - published), addresses);
            listeners.forEach(listener -> Await.on(listener.context, () -> null));
        }
    }

    private static void eventually(String what, BooleanSupplier condition) {
        Await.until(what, condition);
    }

    private static Long[] sequences(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toArray(Long[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {"message", "json", "buffer"})
    void shouldShedForTheSlowConsumerOnly(String body) {
        Listener slow = parked(ALL, ThreadingModel.EVENT_LOOP);
        Listener fast = listen(ALL);
        publish(body, 1, ALL);
        eventually("parked", () -> slow.last == 1);

        publishAtThePaceOf(fast, body, 2_999, ALL);

        assertThat(fast.got).containsExactly(sequences(1, 3_000));
        assertThat(boundedPublisher.dropped()).isZero();

        release.countDown();

        eventually("the newest", () -> slow.last == 3_000);
        int lastMark = 3_000 / MARK * MARK;
        assertThat(slow.got)
                .as("until the first mark, then what was kept, then from half of the bound on")
                .containsExactly(concat(sequences(1, MARK + KEPT), sequences(lastMark - BOUND / 2 + 1, 3_000)));
        assertThat(boundedPublisher.dropped()).isEqualTo(3_000 - slow.count.get());

        publish(body, 100, ALL);
        eventually("what comes after", () -> slow.last == 3_100 && fast.last == 3_100);
        assertThat(boundedPublisher.dropped() + slow.count.get()).isEqualTo(3_100);
    }

    private static Long[] concat(Long[] first, Long[] second) {
        return Stream.of(first, second).flatMap(Arrays::stream).toArray(Long[]::new);
    }

    @ParameterizedTest
    @EnumSource(
            value = ThreadingModel.class,
            names = {"EVENT_LOOP", "WORKER"})
    void shouldCountWhatASlowConsumerDoesNotGetToTheMessage(ThreadingModel model) {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        RandomGenerator random = new Random(seed);
        Listener slow =
                listen(ALL, model, sequence -> LockSupport.parkNanos(sequence % 64 == 0 ? random.nextInt(500_000) : 0));
        Listener fast = listen(ALL);
        int total = 60_000;

        while (published < total) {
            publishAtThePaceOf(fast, 1 + random.nextInt(BOUND), ALL);
            eventually("slow, but not blocked", () -> underWay(slow) < BLOCKED - BOUND);
        }

        eventually("everything has gone somewhere, seed " + seed, () -> underWay(slow) == 0);
        assertThat(fast.got).as("seed %d", seed).containsExactly(sequences(1, published));
        assertThat(List.copyOf(slow.got))
                .as("in order, seed %d", seed)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(boundedPublisher.dropped()).as("seed %d", seed).isPositive();
    }

    /** The messages that were neither delivered to the only slow consumer nor counted. */
    private long underWay(Listener slow) {
        return published - slow.count.get() - boundedPublisher.dropped();
    }

    @Test
    void shouldLeaveAQuietStreamBesideABusyOneWhole() {
        CountDownLatch parked = new CountDownLatch(1);
        Listener quiet = listen(TRADES);
        Await.on(quiet.context, () -> vertx.eventBus().<FeedMessage>consumer(ALL, message -> {
            if (message.body().sequence() == 1) {
                parked.countDown();
                await(release);
            }
        }));
        publish("message", 1, ALL);
        await(parked);
        for (int i = 0; i < KEPT; i++) {
            publish("message", 1, ALL, TRADES);
            publish("message", 600, ALL);
        }

        release.countDown();

        eventually("all of the quiet one", () -> quiet.count.get() == KEPT);
        assertThat(quiet.got).containsExactly(2L, 603L, 1_204L, 1_805L);
        eventually("the busy one was shed", () -> boundedPublisher.dropped() > 0);
    }

    @ParameterizedTest
    @EnumSource(
            value = ThreadingModel.class,
            names = {"EVENT_LOOP", "WORKER"})
    void shouldNotCollectForAConsumerThatDoesNotReturn(ThreadingModel model) {
        Listener blocked = parked(ALL, model);
        Listener beside = listen(ALL);
        Listener elsewhere = listen(TRADES);
        publish("message", 1, ALL, TRADES);
        eventually("parked", () -> blocked.last == 1);
        int total = 30_000;

        while (published < total) {
            publishAtThePaceOf(elsewhere, (int) Math.min(BOUND / 2, total - published), ALL, TRADES);
            // or the one beside might be slow itself, and shed
            eventually("held or received", () -> beside.count.get() + boundedPublisher.dropped() == published);
        }

        assertThat(elsewhere.got).containsExactly(sequences(1, total));
        assertThat(beside.count.get())
                .as("on the address of the blocked one: up to the bound, then samples 1, 2, 4, 8 …")
                .isBetween(BLOCKED, BLOCKED + 2 * MARK + 17);
        assertThat(boundedPublisher.dropped()).isEqualTo(total - beside.count.get());
        long waiting = beside.count.get();

        release.countDown();
        // one message proves nothing: a sample of a held address arrives too
        Await.attempt(Await.LIMIT, Duration.ofMillis(50), "both get everything again", () -> {
            if (gotLastTen(blocked) && gotLastTen(beside)) {
                return true;
            }
            publish("message", 10, ALL, TRADES);
            return false;
        });

        assertThat(boundedPublisher.dropped())
                .as("held once, shed for the one that had been blocked")
                .isEqualTo(published - blocked.count.get());
        assertThat(blocked.count.get()).isLessThan((int) waiting);
    }

    private boolean gotLastTen(Listener listener) {
        List<Long> got = List.copyOf(listener.got);
        return got.size() >= 10
                && got.subList(got.size() - 10, got.size()).equals(List.of(sequences(published - 9, published)));
    }

    @Test
    void shouldOpenAnAddressWhenItsBlockedConsumerIsNotRegisteredAnyMore() {
        Listener blocked = parked(ALL, ThreadingModel.EVENT_LOOP);
        Listener beside = listen(ALL);
        Listener elsewhere = listen(TRADES);
        publish("message", 1, ALL, TRADES);
        eventually("parked", () -> blocked.last == 1);
        publishAtThePaceOf(elsewhere, 2 * BLOCKED, ALL, TRADES);
        assertThat(boundedPublisher.dropped()).isPositive();

        Await.result(blocked.consumer.unregister());
        publishAtThePaceOf(elsewhere, 4 * BLOCKED, ALL, TRADES);

        eventually("the newest, though the other still does not return", () -> beside.last == published);
        eventually("the address is open: before, at most two of three messages pass, as samples", () -> {
            long soFar = boundedPublisher.dropped();
            publish("message", 3, ALL);
            return boundedPublisher.dropped() == soFar;
        });
        long before = boundedPublisher.dropped();
        publishAtThePaceOf(beside, 2 * BLOCKED, ALL); // at this pace, another address would lose messages by itself
        assertThat(boundedPublisher.dropped()).isEqualTo(before);
        assertThat(blocked.got).containsExactly(1L);
    }

    @Test
    void shouldHoldAllAddressesOfABlockedContextAndNoOther() {
        String other = Addresses.stream("btc", "books");
        Listener blocked = listen(ALL, ThreadingModel.EVENT_LOOP, sequence -> await(release));
        Await.on(blocked.context, () -> vertx.eventBus().consumer(TRADES, message -> {}));
        Listener trades = listen(TRADES);
        Listener books = listen(other);
        publish("message", 1, TRADES, other);
        publish("message", 1, ALL, other);
        eventually("parked", () -> blocked.last == 2);

        publishAtThePaceOf(books, 2 * BLOCKED, ALL, TRADES, other);

        assertThat(books.got).containsExactly(sequences(1, published));
        assertThat(trades.count.get()).isLessThan(BLOCKED + 2 * MARK + 17);
    }

    @Test
    void shouldNotStopAConsumerThatAsksForItsMessagesOneByOne() {
        Listener asking = new Listener();
        asking.context = context(ThreadingModel.EVENT_LOOP);
        Await.on(asking.context, () -> {
            MessageConsumer<Object> consumer = vertx.eventBus().consumer(ALL);
            consumer.pause();
            consumer.handler(message -> {
                asking.gets(sequence(message));
                consumer.fetch(1);
            });
            return consumer.fetch(1);
        });
        Listener fast = listen(ALL);
        publishAtThePaceOf(asking, 1, ALL);

        asking.context.runOnContext(v -> await(release));
        publishAtThePaceOf(fast, 3 * BOUND, ALL);
        release.countDown();

        eventually("goes on asking", () -> {
            publish("message", 1, ALL);
            return asking.last > 3 * BOUND;
        });
    }

    @Test
    void shouldNotHoldAnAddressForAConsumerThatPauses() {
        Listener pausing = listen(ALL);
        Listener beside = listen(ALL);
        publishAtThePaceOf(pausing, 1, ALL);

        pausing.consumer.pause();
        // Vert.x logs each message that the paused one discards, so its context is slower than the other
        publishAtThePaceOfAll(List.of(pausing, beside), 2 * BLOCKED, ALL);

        assertThat(beside.got).containsExactly(sequences(1, 2 * BLOCKED + 1));
        assertThat(boundedPublisher.dropped()).isZero();
    }

    @Test
    void shouldForgetContextsOnWhichNobodyConsumesAnyMore() {
        Listener stays = listen(ALL);
        List<Listener> go = IntStream.range(0, 3).mapToObj(i -> listen(ALL)).toList();
        publish("message", 1, ALL);
        eventually("all known", () -> boundedPublisher.readers() == 4);

        go.forEach(listener -> Await.result(listener.consumer.unregister()));
        List<Listener> all = Stream.concat(Stream.of(stays), go.stream()).toList();
        publishAtThePaceOfAll(all, 65 * MARK - 1, ALL); // so that the mark is the last task of the consumers

        eventually("the one that stays", () -> boundedPublisher.readers() == 1);
        Await.on(go.get(0).context, () -> vertx.eventBus().consumer(ALL, message -> {}));
        publish("message", 1, ALL);
        eventually("the one that came back", () -> boundedPublisher.readers() == 2);
    }

    @Test
    void shouldForgetAContextThatWasClosed() {
        Listener stays = listen(ALL);
        Listener closed = listen(ALL, ThreadingModel.WORKER, sequence -> {});
        publish("message", 1, ALL);
        eventually("both known", () -> boundedPublisher.readers() == 2);

        Await.result(vertx.undeploy(closed.context.deploymentID()));
        publishAtThePaceOf(stays, 2 * MARK, ALL);

        assertThat(boundedPublisher.readers()).isEqualTo(1);
        assertThat(stays.got).containsExactly(sequences(1, 2 * MARK + 1));
    }

    @Test
    void shouldNotTouchWhatIsNotAMessageOfAFeed() {
        Listener slow = parked(ALL, ThreadingModel.EVENT_LOOP);
        List<Object> others = new CopyOnWriteArrayList<>();
        for (String address : List.of("mine", Addresses.feed("none"), Addresses.send("btc"))) {
            Await.on(slow.context, () -> vertx.eventBus().consumer(address, message -> {
                others.add(message.body());
                message.reply("heard");
            }));
        }
        publish("message", 1, ALL);
        eventually("parked", () -> slow.last == 1);
        publish("message", 3 * BOUND, ALL);
        vertx.eventBus().publish("mine", 1).publish(Addresses.feed("none"), 2);
        Future<Message<Object>> reply = vertx.eventBus().request(Addresses.send("btc"), 3);

        release.countDown();

        assertThat(Await.result(reply).body()).isEqualTo("heard");
        assertThat(others).containsExactly(1, 2, 3);
    }
}
