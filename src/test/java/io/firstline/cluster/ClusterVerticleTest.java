package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.firstline.config.ClusterConfig;
import io.firstline.config.FeedConfig;
import io.firstline.testkit.Await;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
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
import org.slf4j.LoggerFactory;

/** One member, and what the others tell it, which the test does for them. */
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
                new ClusterVerticle(CONFIG, List.of(feeds), (feed, tenancy) -> new Carried(), LINGER_NANOS)));
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

    private void tell(String from, long number, int leaseMs, Ask... asks) {
        Round round = new Round(from, number, leaseMs, List.of(asks), List.of(), Map.of());
        vertx.eventBus().send(ClusterVerticle.ADDRESS + SELF, round.toJson());
    }

    @Test
    void shouldGiveNoVoteToAMemberThatTakesALeaseToBeLongerNorToWhoIsNone() {
        Logger logger = (Logger) LoggerFactory.getLogger(ClusterVerticle.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        logger.setAdditive(false);
        Queue<Round.Votes> votes = new ConcurrentLinkedQueue<>();
        for (String other : List.of(SECOND, "127.0.0.1:9")) {
            vertx.eventBus().<JsonObject>consumer(ClusterVerticle.ADDRESS + other, message -> {
                if (Round.Votes.is(message.body())) {
                    votes.add(Round.Votes.of(message.body()));
                }
            });
        }
        deploy();
        AtomicLong number = new AtomicLong();
        Await.until("it votes", () -> {
            tell(SECOND, number.incrementAndGet(), LEASE_MS, new Ask("a", 1));
            return votes.stream().anyMatch(vote -> vote.votes().get(0).granted());
        });

        tell(SECOND, 10_000, LEASE_MS + 1, new Ask("b", 1));
        tell("127.0.0.1:9", 10_001, LEASE_MS, new Ask("b", 1));
        tell(SECOND, 10_002, LEASE_MS, new Ask("b", 1));

        Await.until("it has heard all", () -> votes.stream().anyMatch(vote -> vote.number() == 10_002));
        assertThat(votes).noneMatch(vote -> vote.number() == 10_000 || vote.number() == 10_001);
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.startsWith(SECOND + " takes a lease to be 201 ms") && line.endsWith("no vote"));
        logger.detachAppender(log);
        logger.setAdditive(true);
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

    /** The second member votes for everything, and receives the feed; this one has it, and does not. */
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
            if (!Round.Votes.is(message.body())) {
                Round round = Round.of(message.body());
                List<Vote> votes = round.asks().stream()
                        .map(ask -> new Vote(ask.feed(), ask.epoch(), true, ask.epoch()))
                        .toList();
                asked.addAndGet(votes.size());
                given.compareAndSet(false, !round.given().isEmpty());
                vertx.eventBus()
                        .send(ClusterVerticle.ADDRESS + SELF, new Round.Votes(SECOND, round.number(), votes).toJson());
            }
        });
        AtomicLong number = new AtomicLong();
        AtomicBoolean warm = new AtomicBoolean();
        vertx.setPeriodic(20, t -> {
            Map<String, Round.Part> carries = Map.of(feed, new Round.Part(warm.get(), false, 1));
            Round round = new Round(SECOND, number.incrementAndGet(), LEASE_MS, List.of(), List.of(), carries);
            vertx.eventBus().send(ClusterVerticle.ADDRESS + SELF, round.toJson());
        });
        deploy(FeedConfig.fromJson(new JsonObject().put("name", feed).put("url", "ws://127.0.0.1:1/")));
        Await.until("it has had the feed for a second", () -> asked.get() > 1_000 / (LEASE_MS / 4));
        assertThat(given).as("there is nobody who could do better").isFalse();

        warm.set(true);

        Await.until("it gives the feed back", given::get);
    }
}
