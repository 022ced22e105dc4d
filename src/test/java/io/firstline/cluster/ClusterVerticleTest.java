package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.node.ClusterFacts;
import io.firstline.http.Metrics;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loggers;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One member; the test sends the other members' messages. */
class ClusterVerticleTest {
    private static final String SELF = "127.0.0.1:1";
    private static final String SECOND = "127.0.0.1:2";
    private static final String THIRD = "127.0.0.1:3";
    private static final int LEASE_MS = 200;
    private static final ClusterConfig CONFIG =
            new ClusterConfig(true, "test", "127.0.0.1", 1, 0, List.of(SELF, SECOND, THIRD), 1, LEASE_MS, null, null);
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong startedNanos = new AtomicLong();
    private final AtomicLong stoppedNanos = new AtomicLong();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    private void deploy(FeedConfig... feeds) {
        Await.result(vertx.deployVerticle(
                new ClusterVerticle(CONFIG, List.of(feeds), (feed, feedLease) -> new Carried(), LINGER_NANOS)));
    }

    private final class Carried extends VerticleBase implements Deployable {
        @Override
        public Future<?> start() {
            startedNanos.set(System.nanoTime());
            return Future.succeededFuture();
        }

        @Override
        public Future<?> stop() {
            stoppedNanos.set(System.nanoTime());
            return Future.succeededFuture();
        }
    }

    private void tell(String from, long number, int leaseMs, LeaseRequest... asks) {
        NodeHeartbeat round =
                new NodeHeartbeat(from, number, leaseMs, List.of(asks), List.of(), Map.of(), NodeRun.UNKNOWN);
        vertx.eventBus().send(ClusterVerticle.ADDRESS + SELF, round.toJson());
    }

    @Test
    void shouldGiveNoVoteToAMemberThatTakesALeaseToBeLongerNorToWhoIsNone() {
        ListAppender<ILoggingEvent> log = logged();
        Queue<NodeHeartbeat.Votes> votes = new ConcurrentLinkedQueue<>();
        for (String other : List.of(SECOND, "127.0.0.1:9")) {
            vertx.eventBus().<JsonObject>consumer(ClusterVerticle.ADDRESS + other, message -> {
                if (NodeHeartbeat.Votes.is(message.body())) {
                    votes.add(NodeHeartbeat.Votes.of(message.body()));
                }
            });
        }
        deploy();
        AtomicLong number = new AtomicLong();
        Await.until("it votes", () -> {
            tell(SECOND, number.incrementAndGet(), LEASE_MS, new LeaseRequest("a", 1));
            return votes.stream().anyMatch(vote -> vote.votes().get(0).granted());
        });

        tell(SECOND, 10_000, LEASE_MS + 1, new LeaseRequest("b", 1));
        tell(SECOND, 10_000, LEASE_MS + 1, new LeaseRequest("b", 1));
        tell("127.0.0.1:9", 10_001, LEASE_MS, new LeaseRequest("b", 1));
        tell(SECOND, 10_002, LEASE_MS, new LeaseRequest("b", 1));

        Await.until("it has heard all", () -> votes.stream().anyMatch(vote -> vote.number() == 10_002));
        assertThat(votes).noneMatch(vote -> vote.number() == 10_000 || vote.number() == 10_001);
        assertThat(linesOf(log))
                .filteredOn(line -> line.startsWith(SECOND + " has leaseMs 201") && line.endsWith("no vote here"))
                .as("not a line for each round")
                .hasSize(1);
    }

    @Test
    void shouldCarryAFeedOnForAWhileWhenItHasFallenToAnother() {
        String feed = IntStream.range(0, 1_000)
                .mapToObj(i -> "f" + i)
                .filter(name -> Placement.order(name, CONFIG.members()).get(0).equals(THIRD))
                .filter(name ->
                        Placement.order(name, List.of(SELF, SECOND)).get(0).equals(SELF))
                .findFirst()
                .orElseThrow();
        deploy(FeedConfig.fromJson(new JsonObject().put("name", feed).put("url", "ws://127.0.0.1:1/")));
        AtomicLong number = new AtomicLong();
        vertx.setPeriodic(20, t -> tell(SECOND, number.incrementAndGet(), LEASE_MS));
        Await.until("it carries the feed, as the third is not there", () -> startedNanos.get() != 0);

        long cameNanos = System.nanoTime();
        vertx.setPeriodic(20, t -> tell(THIRD, number.incrementAndGet(), LEASE_MS));

        Await.until("it leaves it to the third", () -> stoppedNanos.get() != 0);
        assertThat(stoppedNanos.get() - cameNanos).isGreaterThanOrEqualTo(LINGER_NANOS);
    }

    /** The second member votes for everything, and receives the feed; this one owns it, and does not receive it. */
    @Test
    void shouldHandOverWhatItDoesNotReceiveToWhoDoes() {
        String feed = IntStream.range(0, 1_000)
                .mapToObj(i -> "f" + i)
                .filter(name -> Placement.order(name, CONFIG.members()).get(0).equals(SELF))
                .findFirst()
                .orElseThrow();
        AtomicLong asked = new AtomicLong();
        AtomicBoolean given = new AtomicBoolean();
        vertx.eventBus().<JsonObject>consumer(ClusterVerticle.ADDRESS + SECOND, message -> {
            if (!NodeHeartbeat.Votes.is(message.body())) {
                NodeHeartbeat round = NodeHeartbeat.of(message.body());
                List<LeaseVote> votes = round.asks().stream()
                        .map(ask -> new LeaseVote(ask.feed(), ask.epoch(), true, ask.epoch()))
                        .toList();
                asked.addAndGet(votes.size());
                given.compareAndSet(false, !round.given().isEmpty());
                vertx.eventBus()
                        .send(
                                ClusterVerticle.ADDRESS + SELF,
                                new NodeHeartbeat.Votes(SECOND, round.number(), votes).toJson());
            }
        });
        AtomicLong number = new AtomicLong();
        AtomicBoolean warm = new AtomicBoolean();
        vertx.setPeriodic(20, t -> {
            Map<String, NodeHeartbeat.Part> carries =
                    Map.of(feed, new NodeHeartbeat.Part(warm.get(), warm.get(), 0, 1, false, 0));
            NodeHeartbeat round = new NodeHeartbeat(
                    SECOND, number.incrementAndGet(), LEASE_MS, List.of(), List.of(), carries, NodeRun.UNKNOWN);
            vertx.eventBus().send(ClusterVerticle.ADDRESS + SELF, round.toJson());
        });
        deploy(FeedConfig.fromJson(new JsonObject().put("name", feed).put("url", "ws://127.0.0.1:1/")));
        Await.until("it has had the feed for a second", () -> asked.get() > 1_000 / (LEASE_MS / 4));
        assertThat(given).as("there is nobody who could do better").isFalse();

        warm.set(true);

        Await.until("it gives the feed back", given::get);
    }

    private ListAppender<ILoggingEvent> logged() {
        Logger logger = Loggers.of(ClusterVerticle.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        logger.setAdditive(false);
        logger.setLevel(Level.INFO);
        return log;
    }

    private static List<String> linesOf(ListAppender<ILoggingEvent> log) {
        Logger logger = Loggers.of(ClusterVerticle.class);
        logger.detachAppender(log);
        logger.setAdditive(true);
        logger.setLevel(null);
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private JsonObject status() {
        return (JsonObject) Await.result(
                        vertx.eventBus().request(ClusterVerticle.ADDRESS + SELF, new JsonObject().put("do", "status")))
                .body();
    }

    @Test
    void shouldDropWhatIsNoMessageOfAMember() {
        Queue<Throwable> unhandled = new ConcurrentLinkedQueue<>();
        vertx.exceptionHandler(unhandled::add);
        ListAppender<ILoggingEvent> log = logged();
        deploy();
        NodeHeartbeat good = new NodeHeartbeat(
                SECOND,
                1,
                LEASE_MS,
                List.of(new LeaseRequest("a", 1)),
                List.of(),
                Map.of("a", NodeHeartbeat.Part.NONE),
                NodeRun.UNKNOWN);
        JsonObject votes = new NodeHeartbeat.Votes(SECOND, 1, List.of(new LeaseVote("a", 1, true, 1))).toJson();
        List<Object> wrong = new ArrayList<>(List.of("a text", 7, new JsonArray(), new JsonObject()));
        for (JsonObject json : List.of(good.toJson(), votes)) {
            for (String key : json.fieldNames()) {
                JsonObject without = json.copy();
                without.remove(key);
                wrong.add(without);
                for (Object other : List.of(
                        true,
                        -1.5,
                        "",
                        new JsonArray().add(1),
                        new JsonArray().add(new JsonObject()),
                        new JsonObject().put("a", 1),
                        new JsonObject().put("a", new JsonObject().put("epoch", Long.MAX_VALUE)))) {
                    wrong.add(json.copy().put(key, other));
                }
                wrong.add(json.copy().putNull(key));
            }
        }
        vertx.eventBus().send(ClusterVerticle.ADDRESS + SELF, null);

        wrong.forEach(body -> vertx.eventBus().send(ClusterVerticle.ADDRESS + SELF, body));

        assertThat(status().getString("node")).isEqualTo(SELF);
        List<String> lines = linesOf(log);
        assertThat(unhandled).isEmpty();
        assertThat(lines)
                .filteredOn(line -> line.startsWith("cluster: dropped an invalid message"))
                .hasSize(1);
    }

    /** A node that is not a member votes for everything: that is no majority. */
    @Test
    void shouldCountNoVotesOfWhoIsNoMember() {
        String feed = IntStream.range(0, 1_000)
                .mapToObj(i -> "f" + i)
                .filter(name -> Placement.order(name, CONFIG.members()).get(0).equals(SELF))
                .findFirst()
                .orElseThrow();
        AtomicLong asked = new AtomicLong();
        vertx.eventBus().<JsonObject>consumer(ClusterVerticle.ADDRESS + SECOND, message -> {
            if (!NodeHeartbeat.Votes.is(message.body())) {
                NodeHeartbeat round = NodeHeartbeat.of(message.body());
                List<LeaseVote> votes = round.asks().stream()
                        .map(ask -> new LeaseVote(ask.feed(), ask.epoch(), true, ask.epoch()))
                        .toList();
                asked.addAndGet(votes.size());
                for (String nobody : List.of("127.0.0.1:9", SELF)) {
                    vertx.eventBus()
                            .send(
                                    ClusterVerticle.ADDRESS + SELF,
                                    new NodeHeartbeat.Votes(nobody, round.number(), votes).toJson());
                }
            }
        });
        AtomicLong number = new AtomicLong();
        vertx.setPeriodic(20, t -> tell(SECOND, number.incrementAndGet(), LEASE_MS));
        ListAppender<ILoggingEvent> log = logged();
        deploy(FeedConfig.fromJson(new JsonObject().put("name", feed).put("url", "ws://127.0.0.1:1/")));
        Await.until("it has asked again and again", () -> asked.get() > 5);

        assertThat(status().getJsonObject("feeds").getJsonObject(feed).getString("role"))
                .isEqualTo("standby");
        assertThat(linesOf(log))
                .filteredOn(line -> line.startsWith("cluster: dropped votes of a node that is not another member"))
                .hasSize(1);
    }

    @Test
    void shouldTellWhetherThereIsAMajorityWhileNoFeedRuns() {
        assertThat(ClusterFacts.of(vertx)).isEqualTo(ClusterFacts.ALONE);
        String id = Await.result(vertx.deployVerticle(
                new ClusterVerticle(CONFIG, List.of(), (feed, feedLease) -> new Carried(), LINGER_NANOS)));
        Await.until("it tells", () -> ClusterFacts.of(vertx).isMember());
        ClusterFacts alone = ClusterFacts.of(vertx);
        Await.until("time passes", () -> ClusterFacts.of(vertx).withoutMajorityMs() > 0);
        assertThat(alone.majority()).isFalse();
        assertThat(alone.members()).isEqualTo(3);
        assertThat(alone.present()).containsExactly(SELF);
        PrometheusMeterRegistry registry = Metrics.registry();
        Metrics.cluster(registry, vertx);
        assertThat(registry.scrape()).contains("firstline_cluster_majority 0.0", "firstline_cluster_members 3.0");

        AtomicLong number = new AtomicLong();
        vertx.setPeriodic(20, t -> tell(SECOND, number.incrementAndGet(), LEASE_MS));

        Await.until("a majority", () -> ClusterFacts.of(vertx).majority());
        ClusterFacts two = ClusterFacts.of(vertx);
        assertThat(two.present()).containsExactly(SELF, SECOND);
        assertThat(two.withoutMajorityMs()).isZero();
        assertThat(registry.scrape()).contains("firstline_cluster_majority 1.0", "firstline_cluster_present 2.0");
        Await.result(vertx.undeploy(id));
        assertThat(Await.failure(
                        vertx.eventBus().request(ClusterVerticle.ADDRESS + SELF, new JsonObject().put("do", "status"))))
                .as("it listens no more")
                .hasMessageContaining("No handlers");
        assertThat(ClusterFacts.of(vertx)).isEqualTo(ClusterFacts.ALONE);
        assertThat(registry.scrape()).contains("firstline_cluster_majority NaN");
    }

    @Test
    void shouldLeaveBeforeItIsDeployed() {
        Await.result(new ClusterVerticle(CONFIG, List.of(), (feed, feedLease) -> new Carried(), LINGER_NANOS).leave());
    }

    @Test
    void shouldTryAgainToCarryWhatCouldNotBeDeployed() {
        String feed = IntStream.range(0, 1_000)
                .mapToObj(i -> "f" + i)
                .filter(name -> Placement.order(name, CONFIG.members()).get(0).equals(SELF))
                .findFirst()
                .orElseThrow();
        AtomicLong tries = new AtomicLong();
        ListAppender<ILoggingEvent> log = logged();
        AtomicLong number = new AtomicLong();
        vertx.setPeriodic(20, t -> tell(SECOND, number.incrementAndGet(), LEASE_MS));

        Await.result(vertx.deployVerticle(new ClusterVerticle(
                CONFIG,
                List.of(FeedConfig.fromJson(new JsonObject().put("name", feed).put("url", "ws://127.0.0.1:1/"))),
                (config, feedLease) -> {
                    if (tries.incrementAndGet() == 1) {
                        return new VerticleBase() {
                            @Override
                            public Future<?> start() {
                                return Future.failedFuture("not now");
                            }
                        };
                    }
                    return new Carried();
                },
                LINGER_NANOS)));

        Await.until("it is deployed after all", () -> startedNanos.get() != 0);
        assertThat(linesOf(log))
                .filteredOn(line -> line.contains("cannot be deployed"))
                .hasSize(1);
    }
}
