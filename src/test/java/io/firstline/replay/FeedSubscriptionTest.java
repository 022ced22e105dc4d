package io.firstline.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedMessageCodec;
import io.firstline.bus.publish.Backpressure;
import io.firstline.bus.publish.FanOut;
import io.firstline.bus.publish.Volume;
import io.firstline.config.feed.Retention;
import io.firstline.deploy.BusTestBase;
import io.firstline.replay.retention.ReplayService;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Overflow;
import io.firstline.stream.StreamSnapshot;
import io.firstline.testkit.Await;
import io.firstline.testkit.HandClock;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ObjIntConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A bus consumer that gets every message once, whatever happens on the way. */
class FeedSubscriptionTest extends BusTestBase {
    private final Queue<String> got = new ConcurrentLinkedQueue<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void release() {
        release.countDown();
    }

    private FeedSubscription subscribed(SubscriptionOptions options) {
        FeedSubscription subscription = FeedSubscription.of(vertx, "btc", options)
                .handler(message -> got.add(message.asText()))
                .dropHandler(loss -> got.add("lost " + loss.first() + "-" + loss.last()));
        join(subscription.start());
        return subscription;
    }

    private static FeedMessage message(int epoch, long sequence, String text) {
        return new FeedMessage("btc", epoch, sequence, "c", sequence, null, 0, Buffer.buffer(text), true, false);
    }

    private RetentionBuffer owner(int epoch, Retention retention) {
        FeedMessageCodec.register(vertx);
        RetentionBuffer memory = new RetentionBuffer(retention, epoch);
        memory.begin(epoch);
        new ReplayService(vertx, "btc", memory, () -> true);
        return memory;
    }

    private void publish(RetentionBuffer memory, FeedMessage message) {
        memory.add(message, message.asText().substring(0, 1));
        vertx.eventBus().publish(Addresses.feed("btc"), message);
    }

    private void eventuallyGot(String... texts) {
        eventually(() -> got.size() >= texts.length);
        assertThat(got).containsExactly(texts);
    }

    @Test
    void shouldFillWhatDidNotCome() {
        RetentionBuffer memory = owner(0, Retention.DEFAULT);
        FeedSubscription subscription = subscribed(SubscriptionOptions.DEFAULT);
        publish(memory, message(0, 1, "a"));
        memory.add(message(0, 2, "b"), "b");
        memory.add(message(0, 3, "c"), "c");
        publish(memory, message(0, 4, "d"));

        eventuallyGot("a", "b", "c", "d");
        assertThat(join(subscription.report()).filled()).isEqualTo(2);
    }

    @Test
    void shouldTellInItsPlaceWhatIsNotKept() {
        RetentionBuffer memory = owner(0, Retention.NONE);
        subscribed(SubscriptionOptions.DEFAULT);
        publish(memory, message(0, 1, "a"));
        publish(memory, message(0, 4, "d"));

        eventuallyGot("a", "lost 2-3", "d");
    }

    @Test
    void shouldTellWhatNobodyAnswersForWhenItsPatienceEnds() {
        FeedMessageCodec.register(vertx);
        subscribed(SubscriptionOptions.DEFAULT.withGapTimeoutMs(50));
        vertx.eventBus().publish(Addresses.feed("btc"), message(0, 1, "a"));
        vertx.eventBus().publish(Addresses.feed("btc"), message(0, 3, "c"));

        eventuallyGot("a", "lost 2-2", "c");
    }

    /** Otherwise its node would count the subscription on that event loop until it stops. */
    @Test
    void shouldEndWithItsVerticle() {
        List<String> reading = new CopyOnWriteArrayList<>();
        FanOut.set(vertx, new FanOut() {
            @Override
            public Address address(String address, ObjIntConsumer<String> missed) {
                return (body, line) -> {};
            }

            @Override
            public void reads(String address, Context context) {
                reading.add(address);
            }

            @Override
            public void endsReading(String address, Context context) {
                reading.remove(address);
            }
        });
        AtomicReference<FeedSubscription> subscription = new AtomicReference<>();
        String id = join(vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                subscription.set(FeedSubscription.of(vertx, "btc"));
                return subscription.get().start();
            }
        }));
        assertThat(reading).containsExactly(Addresses.feed("btc"));

        join(vertx.undeploy(id));

        eventually(reading::isEmpty);
        join(subscription.get().close());
        assertThat(reading).as("idempotent").isEmpty();
    }

    @Test
    void shouldWaitByTheClockThatItIsGiven() {
        FeedMessageCodec.register(vertx);
        HandClock clock = new HandClock();
        Context context = vertx.getOrCreateContext();
        FeedSubscription subscription =
                Await.on(context, () -> new FeedSubscription(vertx, clock, "btc", SubscriptionOptions.DEFAULT)
                        .handler(message -> got.add(message.asText()))
                        .dropHandler(loss -> got.add("lost " + loss.first() + "-" + loss.last())));
        join(subscription.start());
        vertx.eventBus().publish(Addresses.feed("btc"), message(0, 1, "a"));
        vertx.eventBus().publish(Addresses.feed("btc"), message(0, 3, "c"));
        eventually(() -> join(subscription.report()).waiting() == 1);

        passOn(context, clock, SubscriptionOptions.DEFAULT_GAP_TIMEOUT_MS - 1);
        assertThat(got).containsExactly("a");
        passOn(context, clock, 300); // it looks every 200 ms
        assertThat(got).containsExactly("a", "lost 2-2", "c");
    }

    private static void passOn(Context context, HandClock clock, long ms) {
        Await.on(context, () -> {
            clock.passMs(ms);
            return null;
        });
    }

    @Test
    void shouldGoOnWithTheNextOwner() {
        RetentionBuffer memory = owner(1, Retention.DEFAULT);
        FeedSubscription subscription = subscribed(SubscriptionOptions.DEFAULT);
        List.of("a", "b", "c").forEach(text -> publish(memory, message(1, memory.last() + 1, text)));
        eventuallyGot("a", "b", "c");

        RetentionBuffer next = new RetentionBuffer(Retention.DEFAULT, 2);
        next.add(message(1, 1, "a"), "a");
        next.add(message(1, 2, "b"), "b");
        next.begin(2);
        ReplayService answering = new ReplayService(vertx, "btc", next, () -> true);
        publish(next, message(2, 3, "c"));
        publish(next, message(2, 4, "d"));

        // whichever of the two answers: the first one replies that it is not the owner
        eventuallyGot("a", "b", "c", "d");
        SubscriptionReport report = join(subscription.report());
        assertThat(report.repeated()).isEqualTo(1);
        assertThat(report.takeovers()).isEqualTo(1);
        join(answering.close());
    }

    @Test
    void shouldBeginWithTheLastOfEachStream() {
        RetentionBuffer memory = owner(0, Retention.DEFAULT);
        memory.add(message(0, 1, "a1"), "a");
        memory.add(message(0, 2, "b1"), "b");
        memory.add(message(0, 3, "a2"), "a");
        subscribed(SubscriptionOptions.DEFAULT.withLastValues(true));

        eventuallyGot("b1", "a2");
        publish(memory, message(0, 4, "b2"));
        eventuallyGot("b1", "a2", "b2");
    }

    /** Blocks in its first message; on a worker, because the feed needs the event loops. */
    private final class Sleeper extends VerticleBase {
        private FeedSubscription subscription;

        @Override
        public Future<?> start() {
            subscription = FeedSubscription.of(vertx, "btc").handler(message -> {
                got.add(message.asText());
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            return subscription.start();
        }
    }

    @Test
    void shouldGetBackWhatBackpressureShed() {
        int bound = 256;
        Backpressure.of(vertx, new Volume(bound, 1 << 30));
        ExchangeSimulator exchange = exchange(quiet());
        Queue<FeedMessage> others = heard(Addresses.feed("btc"));
        Sleeper sleeper = new Sleeper();
        join(vertx.deployVerticle(sleeper, new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER)));
        deploy(POOL, config("btc", exchange.url(PATH)).put("retain", new JsonObject()));
        eventuallyConnected("btc");
        int total = 3 * bound;
        for (int i = 1; i <= total; i++) {
            exchange.emit(TRADE, Integer.toString(i));
            int sent = i;
            if (i % 64 == 0) {
                eventually(() -> others.size() == sent);
            }
        }

        release.countDown();
        eventually(() -> {
            exchange.emit(TRADE, "more"); // only a later message reveals the hole
            return got.contains("more");
        });

        assertThat(got.stream().limit(total))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, total)
                        .mapToObj(Long::toString)
                        .toList());
        SubscriptionReport report = join(sleeper.subscription.report());
        assertThat(report.filled()).as("it was shed").isPositive();
        assertThat(report.lost()).isZero();
        assertThat(status("btc").getJsonObject("dropped").getLong("bus-consumer-slow"))
                .isGreaterThanOrEqualTo(report.filled());
    }

    @Test
    void shouldReadAFeedThatIsRestartedFromItsFirstMessage() {
        ExchangeSimulator exchange = exchange(quiet());
        FeedSubscription subscription = subscribed(SubscriptionOptions.DEFAULT);
        String id = deploy(POOL, config("btc", exchange.url(PATH)));
        eventuallyConnected("btc");
        List.of("a", "b", "c").forEach(text -> exchange.emit(TRADE, text));
        eventuallyGot("a", "b", "c");
        join(vertx.undeploy(id));
        eventually(() -> exchange.lines().isEmpty());
        deploy(POOL, config("btc", exchange.url(PATH)));
        eventuallyConnected("btc");
        List.of("a", "d").forEach(text -> exchange.emit(TRADE, text));

        eventuallyGot("a", "b", "c", "a", "d");
        assertThat(join(subscription.report()).restarts()).isEqualTo(1);
    }

    @Test
    void shouldBeAskedOneByOneAndPausedLikeAnyStream() {
        RetentionBuffer memory = owner(0, Retention.DEFAULT);
        Queue<String> ended = new ConcurrentLinkedQueue<>();
        FeedSubscription subscription = FeedSubscription.of(
                        vertx, "btc", SubscriptionOptions.DEFAULT.withBuffer(2, Overflow.DROP_OLDEST))
                .endHandler(v -> ended.add("end"))
                .dropHandler(loss -> got.add("lost " + loss.first() + "-" + loss.last()));
        Future<FeedMessage> first = subscription.next();
        join(subscription.start());
        join(subscription.start());
        for (int n = 1; n <= 6; n++) {
            publish(memory, message(0, n, "m" + n));
        }
        assertThat(join(first).asText()).isEqualTo("m1");
        eventually(() -> subscription.stream().dropped() == 3);
        subscription.pause().handler(message -> got.add(message.asText()));
        subscription.fetch(1);
        eventuallyGot("lost 2-4", "m5");
        subscription.resume();
        eventuallyGot("lost 2-4", "m5", "m6");

        publish(memory, message(0, 8, "m8"));
        join(subscription.close());
        join(subscription.close());
        eventually(() -> ended.size() == 1);
        publish(memory, message(0, 9, "m9"));
        assertThat(failureOf(subscription.start())).hasMessageContaining("closed");
        assertThat(failureOf(subscription.next())).isNotNull();
        assertThat(got).doesNotContain("m9");
    }

    @Test
    void shouldSayOnceThatItCannotReadTheBody() {
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        FeedSubscription subscription = FeedSubscription.of(vertx, "btc").exceptionHandler(failures::add);
        join(subscription.start());
        vertx.eventBus().publish(Addresses.feed("btc"), "a");
        vertx.eventBus().publish(Addresses.feed("btc"), "b");
        vertx.eventBus().publish(Addresses.feed("btc"), message(0, 1, "c"));

        assertThat(join(subscription.next()).asText()).isEqualTo("c");
        assertThat(failures)
                .singleElement()
                .extracting(Throwable::getMessage)
                .asString()
                .contains("\"body\"");
    }

    @Test
    void shouldCallItsHandlersOnTheContextItWasMadeOn() {
        RetentionBuffer memory = owner(0, Retention.DEFAULT);
        Context mine = ((VertxInternal) vertx).createEventLoopContext();
        Queue<Thread> threads = new ConcurrentLinkedQueue<>();
        Thread loop = Await.on(mine, Thread::currentThread);
        FeedSubscription subscription = Await.on(mine, () -> FeedSubscription.of(vertx, "btc"));
        subscription.handler(message -> threads.add(Thread.currentThread()));
        join(subscription.start());
        publish(memory, message(0, 1, "a"));
        memory.add(message(0, 2, "b"), "b");
        publish(memory, message(0, 3, "c"));

        eventually(() -> threads.size() == 3);
        assertThat(threads).containsOnly(loop);
    }

    @Test
    void shouldRefuseBoundsThatMakeNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.DEFAULT.withGapTimeoutMs(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SubscriptionOptions.DEFAULT.withBuffer(0, Overflow.DROP_OLDEST));
    }

    @Test
    void shouldAskTheNewOwnerAgainForASnapshot() {
        StreamSnapshot of1 = new StreamSnapshot("book", 1, 6, Set.of(5L), Buffer.buffer("old"), true);
        StreamSnapshot of2 = new StreamSnapshot("book", 2, 8, Set.of(10L), Buffer.buffer("new"), false);
        Queue<StreamSnapshot> answers = new ConcurrentLinkedQueue<>(List.of(of1, of2));
        vertx.eventBus()
                .consumer(
                        Addresses.command("btc"),
                        request -> request.reply(answers.remove().toJson()));
        FeedSubscription subscription = subscribed(SubscriptionOptions.DEFAULT);
        vertx.eventBus().publish(Addresses.feed("btc"), message(2, 7, "seven"));
        eventually(() -> !got.isEmpty());

        StreamSnapshot snapshot = join(subscription.snapshot("book"));

        assertThat(snapshot).isEqualTo(of2);
        assertThat(LongStream.rangeClosed(7, 11)
                        .boxed()
                        .filter(n -> snapshot.isContinuedBy(
                                new FeedMessage("btc", 2, n, "c", n, "book", 0, Buffer.buffer("x"), true, false))))
                .containsExactly(9L, 11L);
    }
}
