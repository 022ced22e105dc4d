package io.firstline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.bus.Addresses;
import io.firstline.deploy.node.ClusterFacts;
import io.firstline.feed.report.MicrosHistogram;
import io.firstline.simulator.ClientFrame;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.LineBehaviour;
import io.firstline.simulator.SimulatedLine;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code /metrics} shows exactly the simulator's counts, in a form that Prometheus reads. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
class MetricsTest extends HttpTestBase {
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");

    private Exposition scrape() {
        return Exposition.parse(get("/metrics").body());
    }

    /** The metrics, once all counts are stable and the meters have them. */
    private Exposition settled(ExchangeSimulator exchange, String feed) {
        exchange.pauseEmission();
        long[] copies = {-1};
        eventually(() -> {
            long now = status(feed).getLong("copies");
            boolean quiet =
                    now == copies[0] && scrape().sum("firstline_feed_copies_total", "feed=\"" + feed + "\"") == now;
            copies[0] = now;
            return quiet;
        });
        return scrape();
    }

    @Test
    void shouldAgreeWithWhatTheExchangeSent() {
        LineBehaviour lossy = LineBehaviour.perfect().withLossPercent(20);
        ExchangeSimulator exchange =
                exchange(market(400).withLines(List.of(LineBehaviour.perfect(), lossy, LineBehaviour.perfect())));
        serve(READING, "btc");
        deploy(config("btc", exchange.url(COMBINED), 3));
        eventually(() -> status("btc").getLong("published") > 300);

        exchange.pauseEmission();
        eventually(() -> status("btc").getLong("published")
                == exchange.emitted().values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
        Exposition metrics = settled(exchange, "btc");

        long emitted =
                exchange.emitted().values().stream().mapToLong(Long::longValue).sum();
        assertThat(metrics.sum("firstline_feed_published_total")).isEqualTo(emitted);
        assertThat(metrics.sum("firstline_connection_wins_total")).isEqualTo(emitted);
        long[] byLine = exchange.lines().stream()
                .mapToLong(SimulatedLine::messagesSent)
                .sorted()
                .toArray();
        assertThat(bySlot(metrics, "firstline_connection_messages_total")).containsExactly(byLine);
        assertThat(bySlot(metrics, "firstline_connection_lag_seconds_count")).containsExactly(byLine);
        assertThat(bySlot(metrics, "firstline_connection_lag_seconds_bucket", "le=\"+Inf\""))
                .containsExactly(byLine);
        assertThat(metrics.sum("firstline_connection_lag_seconds_bucket", "le=\"1.0E-5\""))
                .as("a first copy is behind nobody")
                .isGreaterThanOrEqualTo(emitted);
        assertThat(metrics.sum("firstline_feed_copies_total"))
                .isEqualTo(LongStream.of(byLine).sum());
        assertThat(metrics.sum("firstline_connection_late_copies_total"))
                .isEqualTo(LongStream.of(byLine).sum() - emitted);
        JsonObject status = status("btc");
        long bytes = status.getJsonArray("connections").stream()
                .mapToLong(c -> ((JsonObject) c).getLong("bytes"))
                .sum();
        assertThat(metrics.sum("firstline_connection_bytes_total")).isEqualTo(bytes);
        assertThat(metrics.sum("firstline_feed_state", "state=\"CONNECTED\"")).isEqualTo(1);
        assertThat(metrics.sum("firstline_feed_state")).isEqualTo(1);
        assertThat(metrics.sum("firstline_feed_snapshots_total", "result=\"served\""))
                .isZero();
        assertThat(metrics.sum("firstline_feed_connections_live")).isEqualTo(3);
        assertThat(metrics.sum("firstline_connection_up")).isEqualTo(3);
    }

    private static long[] bySlot(Exposition metrics, String metric, String... labels) {
        return IntStream.rangeClosed(1, 3)
                .mapToLong(slot -> metrics.sum(
                        metric,
                        Stream.concat(Stream.of("slot=\"" + slot + "\""), Stream.of(labels))
                                .toArray(String[]::new)))
                .sorted()
                .toArray();
    }

    @Test
    void shouldCountEveryPong() {
        ExchangeSimulator exchange = exchange(market(100));
        Map<Integer, LongAdder> pings = new ConcurrentHashMap<>();
        exchange.onClientFrame(frame -> {
            if (frame.kind() == ClientFrame.Kind.PING) {
                pings.computeIfAbsent(frame.line(), line -> new LongAdder()).increment();
            }
        });
        serve(READING, "btc");
        deploy(config("btc", exchange.url(COMBINED), 3).put("latencyPingIntervalMs", 700));

        eventually(() -> {
            Exposition metrics = scrape();
            long[] answered =
                    pings.values().stream().mapToLong(LongAdder::sum).sorted().toArray();
            return answered.length == 3
                    && answered[0] > 2
                    && Arrays.equals(bySlot(metrics, "firstline_connection_latency_seconds_count"), answered)
                    && Arrays.equals(
                            bySlot(metrics, "firstline_connection_latency_seconds_bucket", "le=\"+Inf\""), answered);
        });
    }

    @Test
    void shouldLetNoHistogramFallOrGrowWhenConnectionsAreReplaced() {
        ExchangeSimulator exchange = exchange(market(500));
        serve(READING, "btc");
        deploy(config("btc", exchange.url(COMBINED), 3));
        eventually(() -> scrape().sum("firstline_connection_latency_seconds_count") > 0);
        AtomicReference<Map<String, Double>> before = new AtomicReference<>(histograms());
        assertThat(before.get())
                .as("of two for each of three slots: the bounds, what is beyond, count, sum")
                .hasSize(2 * 3 * (MicrosHistogram.BOUNDS_MICROS.size() + 3));

        join(vertx.eventBus().request(Addresses.command("btc"), new JsonObject().put("do", "renew")));
        eventually(() -> grown(before) && scrape().sum("firstline_feed_evictions_total") == 3);
        for (SimulatedLine line : exchange.lines()) {
            join(exchange.cut(line.number(), CutKind.RESET));
        }
        eventually(() -> grown(before) && scrape().sum("firstline_connection_opened_total") == 9);

        Exposition metrics = settled(exchange, "btc");
        assertThat(grown(before)).isTrue();
        assertThat(metrics.sum("firstline_connection_lag_seconds_count"))
                .as("what came while a connection lined up, and that nobody else had, is not compared")
                .isEqualTo(metrics.sum("firstline_connection_wins_total")
                        + metrics.sum("firstline_connection_late_copies_total"));
        assertThat(metrics.type("firstline_connection_lag_seconds")).isEqualTo("histogram");
        assertThat(metrics.type("firstline_connection_latency_seconds")).isEqualTo("histogram");
    }

    private Map<String, Double> histograms() {
        Map<String, Double> histograms = scrape().all("firstline_connection_lag_seconds");
        histograms.putAll(scrape().all("firstline_connection_latency_seconds"));
        return histograms;
    }

    private boolean grown(AtomicReference<Map<String, Double>> before) {
        Map<String, Double> now = histograms();
        assertThat(now).containsOnlyKeys(before.get().keySet());
        assertThat(now).allSatisfy((sample, value) -> assertThat(value)
                .isGreaterThanOrEqualTo(before.get().get(sample)));
        before.set(now);
        return true;
    }

    @Test
    void shouldNotGrowWithEveryConnection() {
        ExchangeSimulator exchange = exchange(market(200));
        serve(READING, "btc");
        deploy(config("btc", exchange.url(COMBINED), 3));
        eventually(() -> scrape().sum("firstline_connection_up") == 3);
        for (int line = 1; line <= 3; line++) {
            join(exchange.cut(line, CutKind.RESET)); // so that the cause has its meter
        }
        eventually(() ->
                scrape().sum("firstline_connection_opened_total") == 6 && scrape().sum("firstline_connection_up") == 3);
        long before = scrape().count("firstline_connection_messages_total");

        for (int line = 4; line <= 12; line++) {
            int open = line;
            eventually(() -> exchange.lines().stream().anyMatch(l -> l.number() == open));
            join(exchange.cut(line, CutKind.RESET));
        }
        eventually(() -> scrape().sum("firstline_connection_opened_total") >= 15);

        Exposition metrics = settled(exchange, "btc");
        assertThat(metrics.sum("firstline_feed_connections_lost_total")).isEqualTo(12);
        assertThat(metrics.count("firstline_connection_messages_total")).isEqualTo(before);
        assertThat(metrics.count("firstline_connection_opened_total")).isEqualTo(3);
        assertThat(metrics.sum("firstline_connection_messages_total"))
                .as("what the connections that are gone had brought is in the sum of their slots")
                .isEqualTo(metrics.sum("firstline_feed_copies_total"));
    }

    @Test
    void shouldCountEvictionsByReason() {
        ExchangeSimulator exchange = exchange(market(200));
        serve(READING, "btc");
        deploy(config("btc", exchange.url(COMBINED), 3));
        join(vertx.eventBus().request(Addresses.command("btc"), new JsonObject().put("do", "renew")));

        eventually(() -> scrape().sum("firstline_feed_evictions_total", "reason=\"renewed\"") == 3);
    }

    @Test
    void shouldForgetAFeedThatIsGone() {
        ExchangeSimulator exchange = exchange(market(100));
        serve(READING, "btc");
        deploy(config("btc", exchange.url(COMBINED), 2));
        String other = deploy(config("eth", exchange.url(COMBINED), 2));
        eventually(() -> scrape().count("firstline_feed_published_total") == 2);

        join(vertx.undeploy(other));

        eventually(() -> scrape().count("firstline_feed_published_total") == 1);
        assertThat(get("/metrics").body()).doesNotContain("\"eth\"");
    }

    @Test
    void shouldLeaveNothingInTheRegistryWhenItIsClosed() {
        ExchangeSimulator exchange = exchange(market(100));
        serve(READING, "btc");
        deploy(config("btc", exchange.url(COMBINED), 2));
        eventually(() -> scrape().sum("firstline_connection_lag_seconds_count") > 0);
        JsonObject late = new JsonObject().put("feeds", new JsonObject().put("btc", status("btc")));

        FeedMeters meters = new FeedMeters(registry);
        join(vertx.undeploy(page));
        meters.update(late);
        assertThat(registry.scrape()).contains("firstline_connection_lag_seconds");
        meters.close();
        meters.update(late);

        assertThat(registry.scrape()).doesNotContain("firstline_");
    }

    @Test
    void shouldIncludeWhatVertxAndTheJvmTell() {
        serve(READING);

        eventually(() -> scrape().sum("firstline_event_loop_lag_seconds_count") > 0);
        assertThat(scrape().families())
                .contains("vertx_http_server_active_connections", "vertx_pool_in_use", "jvm_memory_used_bytes")
                .as("what is counted for each message costs too much")
                .noneMatch(name -> name.startsWith("vertx_eventbus") || name.startsWith("vertx_http_client"));
    }

    @Test
    void shouldIncludeAllThatVertxTellsWhenAsked() {
        PrometheusMeterRegistry all = Metrics.registry();
        join(vertx.close());
        vertx = Metrics.measured(new VertxOptions(), all, true);
        vertx.eventBus().consumer("a", message -> message.reply(message.body()));
        join(vertx.eventBus().request("a", "b"));

        eventually(() -> all.scrape().contains("vertx_eventbus_"));
    }

    @Test
    void shouldTellTheAgeOfMessagesAndWhoConsumesThem() {
        ExchangeSimulator exchange = exchange(market(2_000));
        serve(READING, "btc");
        vertx.eventBus().consumer(Addresses.feed("btc"), message -> {});
        deploy(config("btc", exchange.url(COMBINED), 2)
                .put("venue", "binance-spot")
                .put("latencyPingIntervalMs", 500));

        eventually(() -> scrape().count("firstline_feed_exchange_latency_seconds") == 2
                && scrape().count("firstline_feed_consumer_behind") >= 1);

        assertThat(scrape().sum("firstline_feed_consumer_dropped_total", "consumer=\"vert.x-eventloop-thread-"))
                .isZero();
        assertThat(scrape().sum("firstline_feed_bytes_total")).isPositive();
    }

    @Test
    void shouldNotLetACounterFallAndForgetWhatIsNotToldAnyMore() {
        MeterSet meters = new MeterSet(registry, Tags.of("feed", "a"));
        for (long value : new long[] {5, 8, 2, 3}) {
            meters.count("firstline.test", "x", Tags.of("slot", "1"), value);
        }
        meters.count("firstline.test", "x", Tags.of("slot", "2"), 1);
        meters.removeUntouched();
        assertThat(Exposition.parse(registry.scrape()).sum("firstline_test_total", "slot=\"1\""))
                .isEqualTo(8 + 3);

        meters.count("firstline.test", "x", Tags.of("slot", "2"), 1);
        meters.removeUntouched();

        assertThat(Exposition.parse(registry.scrape()).count("firstline_test_total"))
                .isEqualTo(1);
    }

    /** A documented meter must exist: a renamed one would silence its alert. */
    @Test
    void shouldHaveEveryMeterThatTheDocumentsName() throws IOException {
        ExchangeSimulator exchange = exchange(market(2_000));
        serve(READING, "btc");
        vertx.eventBus().consumer(Addresses.feed("btc"), message -> {});
        deploy(config("btc", exchange.url(COMBINED), 3)
                .put("venue", "binance-spot")
                .put("latencyPingIntervalMs", 500));
        join(exchange.cut(1, CutKind.RESET));
        join(vertx.eventBus().request(Addresses.command("btc"), new JsonObject().put("do", "renew")));
        System.gc();
        eventually(() -> scrape().sum("firstline_feed_evictions_total") > 0
                && scrape().sum("firstline_feed_failures_total") > 0
                && scrape().count("firstline_feed_consumer_dropped_total") > 0
                && scrape().count("firstline_feed_exchange_latency_seconds") > 0
                && scrape().families().contains("jvm_gc_pause_seconds"));

        for (String file : List.of("src/docs/alerts.yml", "src/docs/grafana.json", "src/docs/operate.md")) {
            List<String> named = Pattern.compile("\\b(firstline|jvm|vertx)_[a-z_]+\\b")
                    .matcher(Files.readString(Path.of(file)))
                    .results()
                    .map(match -> match.group().replaceFirst("_(sum|count|bucket)$", ""))
                    .toList();
            assertThat(scrape().families()).as(file).containsAll(named);
            assertThat(named).as(file).hasSizeGreaterThan(8);
        }
    }

    @Test
    void shouldPleasePromtoolWithTheAlerts() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(PROMTOOL), "promtool is not installed: apt-get install prometheus");

        Process promtool = new ProcessBuilder(PROMTOOL.toString(), "check", "rules", "src/docs/alerts.yml")
                .redirectErrorStream(true)
                .start();
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(promtool.waitFor()).as(said).isZero();
    }

    @Test
    void shouldPleasePromtool() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(PROMTOOL), "promtool is not installed: apt-get install prometheus");
        ExchangeSimulator exchange = exchange(market(200));
        serve(READING, "btc");
        deploy(config("btc", exchange.url(COMBINED), 3));
        eventually(() -> scrape().sum("firstline_connection_up") == 3);

        Process promtool = new ProcessBuilder(PROMTOOL.toString(), "check", "metrics")
                .redirectErrorStream(true)
                .start();
        try (OutputStream in = promtool.getOutputStream()) {
            in.write(get("/metrics").body().getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(promtool.waitFor())
                .as(said)
                .isIn(0, 3); // 3 = it reads all metrics but dislikes some names of Vert.x and the JVM
        assertThat(said).doesNotContain("firstline", "error while");
    }

    @Test
    void shouldBeReadStrictly() {
        String good = "# HELP a x\n# TYPE a counter\na_total{b=\"c\\\"d\"} 1.0\n";
        assertThat(Exposition.parse(good).sum("a_total")).isEqualTo(1);
        for (String bad : List.of(
                good + good,
                good + "a_total{b=\"c\\\"d\"} 2\n",
                good + "z 1\n",
                good + "a_total{b=c} 1\n",
                good + "a_total 1,0\n",
                good + "\n",
                "# TYPE a counter\na 1")) {
            assertThatThrownBy(() -> Exposition.parse(bad)).as(bad).isInstanceOf(AssertionError.class);
        }
    }

    // sums

    @Test
    void shouldKeepWhatHasGoneInItsTotal() {
        RunningTotal total = new RunningTotal(1);
        total.see("a", 5);
        total.see("b", 1);
        assertThat(total.sum()).isEqualTo(6);
        total.see("b", 3);
        assertThat(total.sum()).as("a has gone").isEqualTo(8);
        total.see("b", 2);
        assertThat(total.sum()).as("b has begun anew").isEqualTo(10);
    }

    @Test
    void shouldBeginAllFiguresOfAThingAnewWhenOneShrank() {
        RunningTotal total = new RunningTotal(2);
        total.see("a", 5, 1);
        total.see("a", 6, 1);
        assertThat(total.sums()).containsExactly(6, 1);
        total.see("a", 2, 3);
        assertThat(total.sums()).containsExactly(8, 4);
    }

    @Test
    void shouldTakeACorrectedFigureForNoNewBeginning() {
        RunningTotal total = new RunningTotal(2);
        total.see("a", 100, 5);
        total.see("a", 110, 4);
        assertThat(total.sums()).containsExactly(110, 5);
        total.see("a", 120, 6);
        assertThat(total.sums()).containsExactly(120, 6);
    }

    @Test
    void shouldGiveReadersTheReasonWhyAFeedWithAllConnectionsIsNotWhole() {
        JsonObject feed = new JsonObject()
                .put("state", "DEGRADED")
                .put("live", 5)
                .put("target", 5)
                .put("problems", new JsonArray().add("copies differ in /time_ms"));

        NodeReadiness readiness =
                NodeReadiness.of(new JsonObject().put("feeds", new JsonObject().put("f", feed)), ClusterFacts.ALONE);

        assertThat(readiness.isReady()).isTrue();
        assertThat(readiness.reasons())
                .containsExactly("f is DEGRADED: 5 of 5 connections live; copies differ in /time_ms");
    }

    @Test
    void shouldLabelCodesThatAServerChoosesByTheirClass() {
        assertThat(FeedMeters.causeClass("closed-4123")).isEqualTo("closed-4xxx");
        assertThat(FeedMeters.causeClass("closed-1006")).isEqualTo("closed-1xxx");
        assertThat(FeedMeters.causeClass("closed-65535")).isEqualTo("closed-other");
        assertThat(FeedMeters.causeClass("http-429")).isEqualTo("http-4xx");
        assertThat(FeedMeters.causeClass("http-99999")).isEqualTo("http-other");
        assertThat(FeedMeters.causeClass("refused")).isEqualTo("refused");
    }

    @Test
    void shouldMeasureRates() {
        RateHistory rates = new RateHistory();
        assertThat(rates.latest()).isZero();
        for (int second = 0; second <= 200; second++) {
            rates.see(second * 50L, second * 1_000_000_000L);
        }
        assertThat(rates.latest()).isEqualTo(50);
        assertThat(rates.all()).hasSize(RateHistory.SECONDS);
        rates.see(0, 201_000_000_000L);
        assertThat(rates.latest()).as("a feed that began anew").isZero();
    }

    @Test
    void shouldRememberABoundedNumberOfEventsAndThoseOfQuietFeeds() {
        EventLog log = new EventLog();
        log.add("quiet", new JsonObject().put("event", "connected"));
        for (int i = 2; i <= EventLog.CAPACITY + 10; i++) {
            log.add("busy", new JsonObject().put("event", "gap"));
        }
        assertThat(log.after(0)).hasSize(EventLog.CAPACITY);
        assertThat(log.after(EventLog.CAPACITY + 8)).hasSize(2);
        assertThat(log.after(log.newest())).isEmpty();
        assertThat(log.after(0, "quiet")).hasSize(1);
        assertThat(log.after(EventLog.CAPACITY - 3, "busy")).hasSize(13);
        assertThat(log.after(0, "unknown")).isEmpty();

        log.forget("busy");
        assertThat(log.after(0)).hasSize(1);
    }
}
