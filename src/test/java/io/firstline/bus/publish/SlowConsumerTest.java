package io.firstline.bus.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.BusTestBase;
import io.firstline.deploy.PoolVerticle;
import io.firstline.feed.report.FeedEvent;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A whole feed with one blocked bus consumer. */
class SlowConsumerTest extends BusTestBase {
    private static final int BOUND = 256;
    private static final String SLOW = "bus-consumer-slow";

    private final CountDownLatch release = new CountDownLatch(1);
    private final Queue<Long> blocked = new ConcurrentLinkedQueue<>();

    @AfterEach
    void release() {
        release.countDown();
    }

    /** Blocks in its first message; on a worker, because the test needs all event loops. */
    private final class Parked extends VerticleBase {
        @Override
        public Future<?> start() {
            return vertx.eventBus()
                    .<FeedMessage>consumer(Addresses.feed("btc"), message -> {
                        blocked.add(message.body().sequence());
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    })
                    .completion();
        }
    }

    private String deploy(ExchangeSimulator exchange) {
        FeedConfig config = FeedConfig.fromJson(config("btc", exchange.url(PATH)));
        String id = join(vertx.deployVerticle(new PoolVerticle(config).publishTo(new FeedSink() {
            @Override
            public void publish(FeedMessage message) {
                messages.add(message);
            }

            @Override
            public void publish(FeedEvent event) {}
        })));
        eventuallyConnected("btc");
        return id;
    }

    private long dropped() {
        return status("btc").getJsonObject("dropped").getLong(SLOW, 0L);
    }

    @Test
    void shouldTellWhatABlockedConsumerDoesNotGetWhileTheFeedGoesOn() {
        Backpressure.of(vertx, new Volume(BOUND, 1 << 30));
        ExchangeSimulator exchange = exchange(quiet());
        String id = deploy(exchange);
        join(vertx.deployVerticle(new Parked(), new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER)));
        Queue<JsonObject> told = heard(Addresses.events("btc"));
        exchange.emit(TRADE, "1");
        eventually(() -> blocked.size() == 1);

        int total = 10 * BOUND;
        for (int i = 2; i <= total; i++) {
            exchange.emit(TRADE, Integer.toString(i));
            int sent = i;
            if (i % 64 == 0) {
                eventually(() -> messages.size() == sent);
            }
        }

        assertThat(messages).extracting(FeedMessage::sequence).hasSize(total).doesNotHaveDuplicates();
        eventually(() -> told.stream().anyMatch(event -> SLOW.equals(event.getString("cause"))));
        assertThat(dropped()).isBetween(total - 5L * BOUND, total - 4L * BOUND);
        eventually(() -> told.stream()
                        .filter(event -> SLOW.equals(event.getString("cause")))
                        .mapToLong(event -> event.getLong("count"))
                        .sum()
                == dropped());

        release.countDown();
        eventually(() -> {
            exchange.emit(TRADE, "more");
            return blocked.contains(status("btc").getLong("published"));
        });

        join(vertx.undeploy(id));
        deploy(exchange);
        assertThat(dropped()).as("of another feed").isZero();
    }
}
