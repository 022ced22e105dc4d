package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.service.ConfigChange;
import io.firstline.config.service.ServiceConfig;
import io.firstline.integration.Quiet;
import io.firstline.simulator.SimulatedLine;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.vertx.core.impl.VertxImpl;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Feeds are added, changed and removed while another feed runs under load. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ReloadTest {
    private static final int ROUNDS = 50;
    private static final String STEADY = feed("steady", "btcusdt@trade", 3);

    private final List<String> sentSteady = new ArrayList<>();
    private final List<String> sentOther = new ArrayList<>();
    private final Queue<FeedMessage> steady = new ConcurrentLinkedQueue<>();
    private final Queue<FeedMessage> other = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void quiet() {
        Quiet.logs();
    }

    private static String feed(String name, String stream, int connections) {
        return "'" + name + "':{'url':'sim:/ws/" + stream + "','connections':" + connections
                + ",'joinGuardMs':20,'skewMs':20,'latencyPingIntervalMs':1000,'connectsPer5Min':0}";
    }

    private static ServiceConfig config(String... feeds) {
        return ServiceConfig.parse(
                ("{'http':{'port':0},'simulator':{'messagesPerSecond':4000},'feeds':{" + String.join(",", feeds) + "}}")
                        .replace('\'', '"'),
                "test",
                null);
    }

    private void apply(RunningService service, String... feeds) {
        RunningService.await(service.apply(config(feeds)), 20);
    }

    /** Counts every resource that could be left behind. */
    private record Inventory(int verticles, Set<String> meters, int sockets, int timers, int threads) {
        static Inventory of(RunningService service) {
            return new Inventory(
                    service.onVertx().deploymentIDs().size(),
                    service.registry().getMeters().stream()
                            .map(meter ->
                                    meter.getId().getName() + meter.getId().getTags())
                            // one is created for each cause of a garbage collection
                            .filter(meter -> !meter.startsWith("jvm."))
                            .collect(Collectors.toSet()),
                    service.simulator().lines().size(),
                    timers(service),
                    (int) Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("vert.x-"))
                            .count());
        }

        private static int timers(RunningService service) {
            try {
                Field timers = VertxImpl.class.getDeclaredField("timeouts");
                timers.setAccessible(true);
                return ((Map<?, ?>) timers.get(service.onVertx())).size();
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("Vert.x keeps its timers elsewhere", e);
            }
        }
    }

    private void round(RunningService service, int connections) {
        int before = other.size();
        apply(service, STEADY, feed("other", "ethusdt@trade", 2));
        Await.until("the feed that was added delivers", () -> other.size() > before + 20);
        apply(service, STEADY, feed("other", "ethusdt@trade", connections));
        int changed = other.size();
        Await.until("the feed that was changed delivers", () -> other.size() > changed + 20);
        List<FeedMessage> received =
                List.copyOf(other); // the last messages of the previous round may have been in flight
        int first = received.stream().map(FeedMessage::sequence).toList().lastIndexOf(1L);
        assertExact(received.subList(first, received.size()), sentOther);
        apply(service, STEADY);
        other.clear();
    }

    private static void assertExact(List<FeedMessage> received, List<String> sent) {
        List<String> all;
        synchronized (sent) {
            all = List.copyOf(sent);
        }
        int from = all.indexOf(received.get(0).asText());
        assertThat(received)
                .extracting(FeedMessage::asText)
                .containsExactlyElementsOf(all.subList(from, from + received.size()));
        assertThat(received)
                .extracting(FeedMessage::sequence)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, received.size()).boxed().toList());
    }

    @Test
    void shouldApplyChangesWithoutTouchingOthersOrLeavingAnythingBehind() {
        try (RunningService service = RunningService.prepare(config(STEADY))) {
            service.simulator().onEmit((stream, payload) -> {
                List<String> sent = stream.startsWith("btc") ? sentSteady : sentOther;
                synchronized (sent) {
                    sent.add(payload.toString());
                }
            });
            service.onVertx().eventBus().<FeedMessage>consumer(Addresses.feed("steady"), m -> steady.add(m.body()));
            service.onVertx().eventBus().<FeedMessage>consumer(Addresses.feed("other"), m -> other.add(m.body()));
            RunningService.await(service.serve(), 10);
            RunningService.await(service.deploy(), 10);
            Await.until(
                    "all connections are open",
                    () -> service.simulator().lines().size() == 3);
            List<Integer> lines = service.simulator().lines().stream()
                    .map(SimulatedLine::number)
                    .toList();
            // warm-up: creates everything that is created only once
            IntStream.range(0, 2).forEach(i -> round(service, 3));
            awaitQuiet(service);
            Inventory before = Inventory.of(service);

            IntStream.range(0, ROUNDS).forEach(i -> round(service, 3 + i % 2));

            awaitQuiet(service);
            Await.until(() -> before + " but " + Inventory.of(service), () -> before.equals(Inventory.of(service)));
            assertThat(service.simulator().lines())
                    .as("the connections of the other feed are those it began with")
                    .extracting(SimulatedLine::number)
                    .containsExactlyElementsOf(lines);
            assertExact(List.copyOf(steady), sentSteady);
        }
    }

    private static void awaitQuiet(RunningService service) {
        Await.until("only one feed is left", () -> service.simulator().lines().size() == 3);
        Await.until("there are the meters of one feed, and those of who consumes it", () -> {
            String scrape = service.registry().scrape();
            return !scrape.contains("\"other\"")
                    && scrape.contains("firstline_connection_up{feed=\"steady\",slot=\"3\"}")
                    && scrape.lines()
                                    .filter(line -> line.startsWith("firstline_feed_consumer_behind{"))
                                    .count()
                            == 2; // ours, and the page's, which receives the events
        });
    }

    @Test
    void shouldRunWhatIsSaidNow() {
        try (RunningService service = RunningService.prepare(config(STEADY, feed("gone", "ethusdt@trade", 2)))) {
            RunningService.await(service.deploy(), 10);

            apply(service, feed("steady", "btcusdt@trade", 3), feed("new", "ethusdt@trade", 2));
            assertThat(service.config().feeds()).extracting("name").containsExactlyInAnyOrder("steady", "new");
            assertThat(RunningService.await(service.apply(config(STEADY, feed("new", "ethusdt@trade", 2))), 5))
                    .isEqualTo(new ConfigChange(List.of(), List.of(), List.of(), List.of()));
        }
    }
}
