package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedMessageCodec;
import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.feed.Retention;
import io.firstline.connection.Scheduler;
import io.firstline.connection.report.Path;
import io.firstline.deploy.node.FeedPublisher;
import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.replay.retention.ReplayService;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.firstline.testkit.SameClock;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two replicas of a feed that are connected only by an event bus. */
class ReplicaTest {
    private static final FeedConfig CONFIG = FeedConfig.fromJson(
            new JsonObject().put("name", "btc").put("url", "ws://127.0.0.1:1/").put("connections", 2));

    private final Vertx vertx = Vertx.vertx();
    private final Queue<FeedMessage> consumed = new ConcurrentLinkedQueue<>();
    private final Queue<String> headers = new ConcurrentLinkedQueue<>();
    private final Queue<FeedFact.OwnerChanged> told = new ConcurrentLinkedQueue<>();
    private final List<Replica> replicas = new ArrayList<>();
    private final AtomicLong passedNanos = new AtomicLong();

    private record Node(FeedLease feedLease, RetentionBuffer retention, Replica replica) {
        void receives(String... messages) {
            for (String message : messages) {
                replica.publish(new FeedMessage("btc", 1, "c", 0, Buffer.buffer(message), true, false));
            }
        }

        void happens(FeedFact fact) {
            replica.publish(new FeedEvent("btc", 0, 0, fact));
        }

        /** Nothing has arrived for a while, and its connections may still deliver it. */
        void stands(long silentNanos, long nowNanos, boolean unanswered) {
            replica.look(List.of(new FeedActivity(2, nowNanos - silentNanos, unanswered, false)));
        }

        void owns(int epoch) {
            feedLease.extend(epoch, System.nanoTime() + TimeUnit.MINUTES.toNanos(1));
        }
    }

    /** A sink that takes the changes of the owner, in the turn in which they happen. */
    private record Owners(Consumer<FeedFact.OwnerChanged> tell) implements FeedSink {
        @Override
        public void publish(FeedMessage message) {
            // the consumer gets it
        }

        @Override
        public void publish(FeedEvent event) {
            if (event.fact() instanceof FeedFact.OwnerChanged changed) {
                tell.accept(changed);
            }
        }
    }

    @BeforeEach
    void listen() {
        FeedMessageCodec.register(vertx);
        vertx.eventBus().<FeedMessage>consumer(Addresses.feed("btc"), m -> {
            headers.add(String.valueOf(m.headers().get(Addresses.LINE)));
            consumed.add(m.body());
        });
    }

    @AfterEach
    void close() {
        replicas.forEach(replica -> Await.result(replica.close()));
        Await.result(vertx.close());
    }

    private Node node(String name) {
        return node(name, told::add);
    }

    private Node node(String name, Consumer<FeedFact.OwnerChanged> tell) {
        RetentionBuffer retention = new RetentionBuffer(Retention.DEFAULT, 1);
        Scheduler clock = new SameClock(Scheduler.of(vertx)) {
            @Override
            public long nowNanos() {
                return System.nanoTime() + passedNanos.get();
            }
        };
        FeedLease feedLease = new FeedLease(name, clock::nowNanos);
        FeedPublisher publisher = new FeedPublisher(vertx, CONFIG, retention, List.of(new Owners(tell)));
        Replica replica = new Replica(publisher, feedLease, clock, ReplicaCore.DEFAULT_BYTES);
        replicas.add(replica);
        Node node = new Node(feedLease, retention, replica);
        node.happens(new FeedFact.Connected("c", Path.to("h")));
        return node;
    }

    private List<String> texts() {
        return consumed.stream().map(FeedMessage::asText).toList();
    }

    private void awaitConsumed(int count) {
        Await.until(() -> texts().toString(), () -> consumed.size() >= count);
    }

    private static void awaitHeard(Node standby, long sequence) {
        Await.until("the standby has heard " + sequence, () -> standby.retention.last() == sequence);
    }

    @Test
    void shouldPublishNothingThatIsNotItsOwn() {
        Node node = node("a");
        node.receives("1", "2");

        assertThat(node.replica.addTo(new JsonObject()).getJsonObject("cluster").getString("role"))
                .isEqualTo("standby");
        assertThat(node.replica.addTo(new JsonObject()).getJsonObject("cluster").getInteger("ahead"))
                .isEqualTo(2);
        node.owns(1);
        awaitConsumed(2);
        assertThat(texts()).containsExactly("1", "2");
        assertThat(node.replica.isPublishing()).isTrue();
        assertThat(told)
                .hasSize(1)
                .first()
                .extracting(FeedFact.OwnerChanged::waiting)
                .isEqualTo(2);
    }

    @Test
    void shouldGoOnWhereTheOwnerStopped() {
        Node owner = node("a");
        Node standby = node("b");
        owner.owns(1);
        Await.until("the owner publishes", owner.replica::isPublishing);
        owner.receives("1", "2", "3", "same", "4");
        standby.receives("2", "1", "same", "same", "5", "3");
        awaitHeard(standby, 5);
        assertThat(standby.feedLease.state().heardEpoch()).isEqualTo(1);

        owner.feedLease.end();
        owner.receives("5", "6");
        standby.owns(2);
        awaitConsumed(7);
        standby.receives("4", "6");
        awaitConsumed(8);

        assertThat(texts()).containsExactly("1", "2", "3", "same", "4", "same", "5", "6");
        assertThat(consumed).extracting(FeedMessage::sequence).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(consumed).extracting(FeedMessage::epoch).containsExactly(1, 1, 1, 1, 1, 2, 2, 2);
        assertThat(headers)
                .as("the first message of an owner says where it begins")
                .containsExactly("1/1:1", "null", "null", "null", "null", "1/1:1,2:6", "null", "null");
        assertThat(owner.replica
                        .addTo(new JsonObject())
                        .getJsonObject("cluster")
                        .getString("role"))
                .isEqualTo("standby");
        assertThat(standby.replica
                        .addTo(new JsonObject())
                        .getJsonObject("cluster")
                        .getString("role"))
                .isEqualTo("owner");
    }

    @Test
    void shouldPublishNothingAfterItsLeaseEvenIfNobodyTellsIt() {
        Node node = node("a");
        node.feedLease.extend(1, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20));
        Await.until("it begins or is too late", () -> node.replica.isPublishing() || !told.isEmpty() || runOut(node));
        Await.until("the lease has run out", () -> runOut(node));
        int before = consumed.size();

        node.receives("too late");

        assertThat(node.replica.isPublishing()).isFalse();
        assertThat(consumed).hasSize(before);
        node.owns(2);
        awaitConsumed(before + 1);
        assertThat(consumed).last().extracting(FeedMessage::epoch).isEqualTo(2);
    }

    private static boolean runOut(Node node) {
        return !node.feedLease.lease().isRunning(System.nanoTime());
    }

    @Test
    void shouldIgnoreAnOwnerOfAnEarlierEpoch() {
        Node standby = node("b");
        publish(5, 1, "new");
        awaitHeard(standby, 1);
        publish(4, 2, "old");
        publish(5, 2, "newer");
        awaitHeard(standby, 2);

        standby.receives("old", "newer");

        assertThat(standby.replica
                        .addTo(new JsonObject())
                        .getJsonObject("cluster")
                        .getInteger("ahead"))
                .as("the old one does not count")
                .isEqualTo(1);
        standby.feedLease.extend(4, System.nanoTime() + TimeUnit.MINUTES.toNanos(1));
        standby.receives("x");
        assertThat(standby.replica.isPublishing())
                .as("its lease is of an earlier epoch")
                .isFalse();
    }

    private void publish(int epoch, long sequence, String text) {
        vertx.eventBus()
                .publish(
                        Addresses.feed("btc"),
                        new FeedMessage("btc", epoch, sequence, "c", 0, null, 0, Buffer.buffer(text), true, false));
    }

    @Test
    void shouldAskForWhatWasPublishedBeforeItListened() {
        Node owner = node("a");
        owner.owns(1);
        Await.until("the owner publishes", owner.replica::isPublishing);
        ReplayService answers = new ReplayService(vertx, "btc", owner.retention, () -> true);
        owner.receives("1", "2", "3");
        awaitConsumed(3);

        Node late = node("b");
        late.receives("1", "2", "3");
        owner.receives("4");
        Await.until(
                () -> late.replica
                        .addTo(new JsonObject())
                        .getJsonObject("cluster")
                        .encode(),
                () -> late.replica
                                .addTo(new JsonObject())
                                .getJsonObject("cluster")
                                .getInteger("ahead")
                        == 0);
        assertThat(late.feedLease.state().warm())
                .as("it does not know yet what the owner was told to ask for")
                .isFalse();
        late.replica.subscriptionsChanged();
        Await.until("the late one is warm", () -> late.feedLease.state().warm());

        assertThat(late.replica.addTo(new JsonObject()).getJsonObject("cluster").getInteger("ahead"))
                .as("all of it was published")
                .isZero();
        Await.result(answers.close());
    }

    @Test
    void shouldAskForWhatItMissed() {
        RetentionBuffer owners = new RetentionBuffer(Retention.DEFAULT, 1);
        owners.begin(5);
        for (int i = 1; i <= 4; i++) {
            owners.add(new FeedMessage("btc", 5, i, "c", 0, null, 0, Buffer.buffer("" + i), true, false), "");
        }
        ReplayService answers = new ReplayService(vertx, "btc", owners, () -> true);
        Node standby = node("b");
        publish(5, 1, "1");
        awaitHeard(standby, 1);
        standby.receives("1", "2", "3", "4");

        publish(5, 4, "4");

        Await.until(
                () -> standby.replica
                        .addTo(new JsonObject())
                        .getJsonObject("cluster")
                        .encode(),
                () -> standby.replica
                                .addTo(new JsonObject())
                                .getJsonObject("cluster")
                                .getInteger("ahead")
                        == 0);
        assertThat(standby.retention.range(1, 4).messages())
                .extracting(FeedMessage::asText)
                .containsExactly("1", "2", "3", "4");
        assertThat(standby.replica
                        .addTo(new JsonObject())
                        .getJsonObject("cluster")
                        .getInteger("behind"))
                .as("nothing counts twice")
                .isZero();
        Await.result(answers.close());
    }

    @Test
    void shouldBeWarmOnlyWhenNothingIsMissing() {
        AtomicBoolean answers = new AtomicBoolean(true);
        RetentionBuffer owners = new RetentionBuffer(Retention.DEFAULT, 1);
        owners.begin(5);
        for (int i = 1; i <= 4; i++) {
            owners.add(new FeedMessage("btc", 5, i, "c", 0, null, 0, Buffer.buffer("" + i), true, false), "");
        }
        ReplayService owner = new ReplayService(vertx, "btc", owners, answers::get);
        Node standby = node("b");
        standby.replica.subscriptionsChanged();
        assertThat(standby.feedLease.state().warm()).as("it has heard nothing").isFalse();
        standby.receives("1");
        publish(5, 1, "1");
        Await.until("it has all there is", () -> standby.feedLease.state().warm());

        answers.set(false);
        publish(5, 4, "4");
        Await.until("it misses 2 and 3", () -> !standby.feedLease.state().warm());
        answers.set(true);

        Await.until("it has asked again", () -> standby.feedLease.state().warm());
        assertThat(standby.retention.range(1, 4).messages()).hasSize(4);
        Await.result(owner.close());
    }

    @Test
    void shouldNotBeWarmWhenItHasLostTheFeedUntilItHearsWhoHasIt() {
        Node former = node("a");
        former.replica.subscriptionsChanged();
        former.owns(1);
        Await.until("it publishes", former.replica::isPublishing);
        former.receives("1", "2");
        awaitConsumed(2);
        former.feedLease.end();
        assertThat(former.feedLease.state().warm()).isFalse();
        RetentionBuffer next = new RetentionBuffer(Retention.DEFAULT, 1);
        next.add(former.retention.range(1, 1).messages().get(0), "");
        next.begin(2);
        ReplayService owner = new ReplayService(vertx, "btc", next, () -> true);
        next.add(new FeedMessage("btc", 2, 2, "c", 0, null, 0, Buffer.buffer("other"), true, false), "");
        former.receives("other");
        publish(2, 2, "other");

        Await.until(
                "it has heard where the next one began",
                () -> former.feedLease.state().warm());

        assertThat(former.replica
                        .addTo(new JsonObject())
                        .getJsonObject("cluster")
                        .getInteger("ahead"))
                .as("2 was published in vain: the next one has not seen it")
                .isEqualTo(1);
        former.owns(3);
        awaitConsumed(4);
        assertThat(texts()).containsExactly("1", "2", "other", "2");
        Await.result(owner.close());
    }

    @Test
    void shouldForgetWhatANewOwnerDoesNotGoOnFrom() {
        RetentionBuffer owners = new RetentionBuffer(Retention.DEFAULT, 1);
        owners.begin(5);
        owners.add(new FeedMessage("btc", 5, 1, "c", 0, null, 0, Buffer.buffer("1"), true, false), "");
        owners.begin(6);
        owners.add(new FeedMessage("btc", 6, 2, "c", 0, null, 0, Buffer.buffer("3"), true, false), "");
        owners.add(new FeedMessage("btc", 6, 3, "c", 0, null, 0, Buffer.buffer("2"), true, false), "");
        ReplayService answers = new ReplayService(vertx, "btc", owners, () -> true);
        Node standby = node("b");
        publish(5, 1, "1");
        publish(5, 2, "2"); // which the new owner did not receive
        awaitHeard(standby, 2);

        publish(6, 3, "2"); // and 6/2 is lost on the way

        Await.until(
                () -> standby.retention.range(1, 9).messages().toString(),
                () -> standby.retention.range(1, 9).messages().stream()
                        .map(FeedMessage::asText)
                        .toList()
                        .equals(List.of("1", "3", "2")));
        assertThat(standby.retention.range(1, 9).messages())
                .extracting(FeedMessage::epoch)
                .containsExactly(5, 6, 6);
        Await.result(answers.close());
    }

    /**
     * The standby may still have to publish 2 and 3, and consumers have them: they would not recognise them under
     * their old numbers.
     */
    @Test
    void shouldGoOnFromTheFirstThatItLacksWhenItHasToTakeOverWithAHole() {
        Node standby = node("b");
        publish(5, 1, "1");
        awaitHeard(standby, 1);
        publish(5, 4, "4");
        publish(5, 5, "5");
        awaitHeard(standby, 5); // no one answers for 2 and 3
        standby.receives("1", "2", "4", "6");

        standby.owns(6);

        awaitConsumed(7);
        List<FeedMessage> again = List.copyOf(consumed).subList(3, 7);
        assertThat(again).extracting(FeedMessage::sequence).containsExactly(2L, 3L, 4L, 5L);
        assertThat(again).extracting(FeedMessage::epoch).containsOnly(6);
        assertThat(again)
                .extracting(FeedMessage::asText)
                .as("in the order in which they came here, and last what has not")
                .containsExactly("2", "4", "6", "5");
        assertThat(standby.retention.state().epochs()).hasToString("5:1,6:2");
        standby.receives("5", "3");
        awaitConsumed(8);
        assertThat(texts()).as("5 was published again by now").endsWith("3");
        assertThat(consumed).hasSize(8);
    }

    @Test
    void shouldNoticeThatItHasLostTheFeedThoughItReceivesNothing() {
        Node former = node("a");
        former.replica.subscriptionsChanged();
        former.feedLease.extend(1, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500));
        Await.until("it publishes", former.replica::isPublishing);
        former.receives("1");
        Await.until("the lease has run out", () -> runOut(former));
        RetentionBuffer next = new RetentionBuffer(Retention.DEFAULT, 1);
        next.add(former.retention.range(1, 1).messages().get(0), "");
        next.begin(2);
        ReplayService owner = new ReplayService(vertx, "btc", next, () -> true);
        for (int i = 2; i <= 3; i++) {
            next.add(new FeedMessage("btc", 2, i, "c", 0, null, 0, Buffer.buffer("" + i), true, false), "");
        }

        publish(2, 3, "3");
        Await.until(
                "it has asked for 2",
                () -> former.retention.range(1, 3).messages().size() == 3);

        former.receives("3");
        assertThat(former.feedLease.state().warm()).isTrue();
        Await.result(owner.close());
    }

    /** The owner is frozen while it publishes waiting messages. */
    @Test
    void shouldKeepWhatWaitsWhenItLosesTheFeedWhileItPublishesThat() {
        AtomicReference<Node> frozen = new AtomicReference<>();
        Node node = node("a", fact -> {
            told.add(fact);
            if (told.size() == 1) {
                frozen.get().feedLease.extend(1, System.nanoTime() - 1);
            }
        });
        frozen.set(node);
        node.receives("1", "2", "3");

        node.owns(1);

        Await.until("it has begun", () -> !told.isEmpty());
        node.receives("4");
        assertThat(node.replica.addTo(new JsonObject()).getJsonObject("cluster").getString("role"))
                .isEqualTo("standby");
        assertThat(node.replica.addTo(new JsonObject()).getJsonObject("cluster").getInteger("ahead"))
                .isEqualTo(4);
        assertThat(consumed).isEmpty();
        node.owns(2);
        awaitConsumed(4);
        assertThat(texts()).containsExactly("1", "2", "3", "4");
    }

    /** An owner that is cut off is not notified that it has lost the feed. */
    @Test
    void shouldNotBeWarmAsTheOwner() {
        Node node = node("b");
        node.replica.subscriptionsChanged();
        node.receives("1");
        publish(1, 1, "1");
        Await.until("it is warm", () -> node.feedLease.state().warm());

        node.owns(2);
        Await.until("it publishes", node.replica::isPublishing);

        assertThat(node.feedLease.state().warm()).isFalse();
    }

    @Test
    void shouldBeWarmAtOnceWhereNothingCameBefore() {
        Node standby = node("b");
        standby.replica.subscriptionsChanged();
        publish(1, 1, "first");
        standby.receives("first");

        Await.until("it is warm", () -> standby.feedLease.state().warm());
    }

    /** The standby has only the owner's copies of the messages sent while it was disconnected. */
    @Test
    void shouldNotBeWarmUntilWhatItReceivesItselfFollowsOnWhatIsPublished() {
        Node standby = node("b");
        standby.replica.subscriptionsChanged();
        publish(1, 1, "first");
        awaitHeard(standby, 1);
        assertThat(standby.feedLease.state().warm())
                .as("it has received nothing")
                .isFalse();
        standby.receives("first");
        assertThat(standby.feedLease.state().warm()).isTrue();

        standby.happens(new FeedFact.Degraded(0, 2, FeedState.DISCONNECTED, ""));
        assertThat(standby.feedLease.state().receives()).isFalse();
        assertThat(standby.feedLease.state().warm()).isFalse();
        standby.happens(new FeedFact.Connected("c", Path.to("h")));
        assertThat(standby.feedLease.state().receives()).isTrue();
        standby.receives("third");
        assertThat(standby.feedLease.state().warm())
                .as("the second may not be published yet")
                .isFalse();
        publish(1, 2, "second");
        publish(1, 3, "third");

        Await.until("it is warm", () -> standby.feedLease.state().warm());
    }

    private void pass(long seconds) {
        passedNanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private long now() {
        return System.nanoTime() + passedNanos.get();
    }

    /** A path stalls; when it continues, TCP delivers everything sent meanwhile, however long ago. */
    @Test
    void shouldPublishNothingAgainOfWhatWasHeldUpOnItsWay() {
        Node standby = node("b");
        standby.replica.subscriptionsChanged();
        publish(5, 1, "1");
        standby.receives("1");
        Await.until("it is warm", () -> standby.feedLease.state().warm());

        standby.stands(TimeUnit.SECONDS.toNanos(2), now(), true);
        assertThat(standby.feedLease.state().receives()).isFalse();
        assertThat(standby.feedLease.state().warm()).isFalse();
        publish(5, 2, "2");
        publish(5, 3, "3");
        awaitHeard(standby, 3);
        pass(15);
        standby.stands(TimeUnit.SECONDS.toNanos(17), now(), true);
        publish(5, 4, "4");
        awaitHeard(standby, 4);

        standby.receives("2");
        standby.stands(0, now(), false);
        assertThat(standby.feedLease.state().receives()).isTrue();
        assertThat(standby.feedLease.state().behind())
                .as("there is no hole, but what arrives is late")
                .isTrue();
        pass(9);
        standby.stands(0, now(), false);
        standby.receives("3", "4", "5");
        standby.owns(6);

        awaitConsumed(5);
        standby.receives("6");
        awaitConsumed(6);
        assertThat(texts()).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(standby.replica
                        .addTo(new JsonObject())
                        .getJsonObject("cluster")
                        .getInteger("behind"))
                .isZero();
    }

    @Test
    void shouldForgetWhatNeverComesSomeTimeAfterItReceivesTheFeedAgain() {
        Node standby = node("b");
        standby.stands(TimeUnit.SECONDS.toNanos(2), now(), true);
        publish(5, 1, "1");
        awaitHeard(standby, 1);
        standby.stands(0, now(), false);
        pass(9);
        standby.stands(0, now(), false);
        assertThat(standby.replica
                        .addTo(new JsonObject())
                        .getJsonObject("cluster")
                        .getInteger("behind"))
                .isEqualTo(1);

        pass(2);
        standby.stands(0, now(), false);

        assertThat(standby.replica
                        .addTo(new JsonObject())
                        .getJsonObject("cluster")
                        .getInteger("behind"))
                .isZero();
    }

    @Test
    void shouldTellEventsOfAFeedThatIsAnothersOnThisNodeOnly() {
        Node node = node("a");
        Queue<JsonObject> events = new ConcurrentLinkedQueue<>();
        vertx.eventBus().<JsonObject>consumer(Addresses.events("btc"), m -> {
            if (!m.body().getString("event").equals("owner-changed")) {
                events.add(m.body());
            }
        });
        FeedEvent event = new FeedEvent("btc", 0, 1, new FeedFact.Degraded(0, 2, FeedState.DISCONNECTED, ""));

        node.replica.publish(event);
        Await.until("told", () -> events.size() == 1);
        node.owns(1);
        Await.until("it publishes", node.replica::isPublishing);
        node.replica.publish(event);
        Await.until("told again", () -> events.size() == 2);
    }
}
