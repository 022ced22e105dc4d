package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.cluster.ClusterVerticle;
import io.firstline.cluster.HazelcastCluster;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.replay.Failover;
import io.firstline.replay.FeedSubscription;
import io.firstline.replay.SubscriptionOptions;
import io.firstline.replay.SubscriptionReport;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.LineBehaviour;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Three nodes in separate processes that carry the same feeds, an exchange, and a consumer of every feed on a fourth
 * node. That node, the exchange and the ledger run in this process.
 */
final class ClusterScene implements AutoCloseable {
    static final int NODES = 3;
    private static final int PORT = 5700;
    private static final String SECRET = "a secret of this test";
    private static final long PATIENCE_S = 60;
    /** How many of the feeds have a second consumer, which merges the nodes. */
    private static final int MERGED = Integer.getInteger("cluster.merged", 20);

    private static final int LEASE_MS = Integer.getInteger("cluster.leaseMs", ClusterConfig.DEFAULT.leaseMs());

    private static final SubscriptionOptions MERGE = SubscriptionOptions.DEFAULT.withFailover(Failover.MERGED);

    private final Path folder;
    private final int feeds;
    private final int rate;
    final NodeNetwork network;
    private final List<Program> started = new ArrayList<>();
    private final List<Program> nodes = new ArrayList<>(Collections.nCopies(NODES + 1, null));
    private final Map<String, FeedSubscription> subscriptions = new TreeMap<>();
    private final Map<String, Census.Share> shares = new TreeMap<>();
    /** Subscriptions of the same feeds that merge the nodes. */
    private final Map<String, FeedSubscription> merging = new TreeMap<>();

    private final Map<String, Census.Share> merged = new TreeMap<>();
    private final Map<Integer, WrongClock> clocks = new TreeMap<>();
    private final Vertx exchangeVertx = Vertx.vertx();
    private final ExchangeSimulator exchange;
    private final Census census;
    private Vertx vertx;

    /**
     * Starts the exchange, which sends nothing yet.
     *
     * @param rate messages a second of each feed
     */
    ClusterScene(Path folder, int feeds, int rate) {
        Quiet.logs();
        this.folder = folder;
        this.feeds = feeds;
        this.rate = rate;
        network = NodeNetwork.create(NODES);
        exchange = ExchangeSimulator.create(
                exchangeVertx,
                SimulatorConfig.of()
                        .withHost(network.exchange())
                        .withMessagesPerSecond(rate)
                        .withLines(List.of(
                                LineBehaviour.perfect(), LineBehaviour.perfect().withDelayMs(3))));
        Bench.get(exchange.start());
        exchange.pauseEmission();
        census = new Census(exchange);
    }

    /** Starts the nodes and the consumers, and the exchange's messages; waits until every node is ready. */
    void open() throws IOException {
        openWithoutWaiting();
        untilWhole();
    }

    /** The same without a wait for standbys: nodes that are overloaded may have none. */
    void openWithoutWaiting() throws IOException {
        for (int i = 1; i <= NODES; i++) {
            start(i);
        }
        for (Program node : nodes.subList(1, NODES + 1)) {
            node.until("a node", () -> node.out().contains("running; Ctrl-C ends it"));
        }
        VertxOptions options = new VertxOptions();
        ClusterConfig here = cluster(network.here(), PORT + 100);
        HazelcastCluster.prepare(options, here);
        vertx = HazelcastCluster.join(Vertx.builder().with(options), here)
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                .join();
        for (int i = 1; i <= feeds; i++) {
            String name = "f" + i;
            Census.Share share = census.new Share();
            shares.put(name, share);
            FeedSubscription subscription = FeedSubscription.of(vertx, name).handler(share::receive);
            subscriptions.put(name, subscription);
            Bench.get(subscription.start());
            if (i <= MERGED) {
                Census.Share all = census.new Share();
                merged.put(name, all);
                merging.put(name, FeedSubscription.of(vertx, name, MERGE).handler(all::receive));
                Bench.get(merging.get(name).start());
            }
        }
        until("owners", () -> owners().size() == feeds);
        exchange.resumeEmission();
    }

    private String member(int node) {
        return network.host(node) + ":" + (PORT + node);
    }

    private ClusterConfig cluster(String host, int port) {
        return new ClusterConfig(
                true,
                "test",
                host,
                port,
                0,
                0,
                IntStream.rangeClosed(1, NODES).mapToObj(this::member).toList(),
                2,
                LEASE_MS,
                ClusterConfig.DEFAULT.standbyBytes(),
                SECRET,
                null,
                true,
                null,
                null,
                false);
    }

    /** The configuration of a node, or of a listener in the network of a node. */
    Path configuration(int number) throws IOException {
        JsonObject json = new JsonObject();
        for (int i = 1; i <= feeds; i++) {
            json.put(
                    "f" + i,
                    new JsonObject()
                            .put("url", exchange.url(Bench.STREAMS))
                            .put("connections", 2)
                            .put("allowPlaintext", true)
                            .put("connectsPer5Min", 0)
                            .put("joinGuardMs", 100));
        }
        ClusterConfig config = cluster(network.host(number), PORT + number);
        JsonObject cluster = new JsonObject()
                .put("name", config.name())
                .put("host", config.host())
                .put("port", config.port())
                .put("members", new JsonArray(config.members()))
                .put("secret", SECRET)
                .put("leaseMs", LEASE_MS)
                .put("allowPlaintext", true);
        Path file = folder.resolve("node" + number + ".json");
        Files.writeString(
                file,
                new JsonObject().put("cluster", cluster).put("feeds", json).encodePrettily());
        return file;
    }

    /** Starts a node, also again. */
    void start(int number) throws IOException {
        Program node = program(number, "run", configuration(number).toString());
        started.add(node);
        nodes.set(number, node);
    }

    /** Sets the clock that a node has from its next start on. */
    void setClock(int node, WrongClock clock) {
        clocks.put(node, clock);
    }

    /** Starts the real program in the network of a node. */
    Program program(int node, String... arguments) {
        List<String> command = Program.command(arguments);
        WrongClock clock = clocks.get(node);
        return Program.start(network.in(node, clock == null ? command : clock.around(command)));
    }

    Program node(int number) {
        return nodes.get(number);
    }

    static void until(String what, Callable<Boolean> condition) {
        Await.attempt(Duration.ofSeconds(PATIENCE_S), Duration.ofMillis(20), what, condition);
    }

    // owners and standbys

    private JsonObject status(int node) {
        Future<JsonObject> status = vertx.eventBus()
                .<JsonObject>request(
                        ClusterVerticle.ADDRESS + member(node),
                        new JsonObject().put("do", "status"),
                        new DeliveryOptions().setSendTimeout(500))
                .map(reply -> reply.body())
                .otherwise(new JsonObject().put("feeds", new JsonObject()));
        return Bench.get(status);
    }

    /** The owner of each feed. */
    Map<String, Integer> owners() {
        Map<String, Integer> owners = new TreeMap<>();
        for (int i = 1; i <= NODES; i++) {
            JsonObject carried = status(i).getJsonObject("feeds");
            for (String feed : carried.fieldNames()) {
                if (isOwner(carried, feed)) {
                    Integer before = owners.put(feed, i);
                    assertThat(before != null && isOwner(status(before).getJsonObject("feeds"), feed))
                            .as("%d and %s own %s", i, before, feed)
                            .isFalse(); // an owner that answered earlier may have released the feed since
                }
            }
        }
        return owners;
    }

    /** Returns the owner of a feed; waits until there is one. */
    int ownerOf(String feed) {
        AtomicInteger owner = new AtomicInteger();
        until("an owner of " + feed, () -> {
            owner.set(owners().getOrDefault(feed, 0));
            return owner.get() > 0 && !shares.get(feed).beganNanos.isEmpty();
        });
        return owner.get();
    }

    private static boolean isOwner(JsonObject carried, String feed) {
        return carried.getJsonObject(feed, new JsonObject())
                .getString("role", "none")
                .equals("owner");
    }

    /**
     * Waits until every node is present, and every feed has an owner and a standby that can take over without a loss.
     */
    void untilWhole() {
        untilWhole(NODES);
    }

    /** The same with some nodes absent. */
    void untilWhole(int present) {
        until("an owner and a warm standby for each feed", () -> {
            Map<String, Integer> warm = new TreeMap<>();
            int complete = 0;
            for (int i = 1; i <= NODES; i++) {
                JsonObject status = status(i);
                complete += status.getJsonArray("present", new JsonArray()).size() == present ? 1 : 0;
                JsonObject carried = status.getJsonObject("feeds");
                for (String feed : carried.fieldNames()) {
                    warm.merge(feed, carried.getJsonObject(feed).getBoolean("warm") ? 1 : 0, Integer::sum);
                }
            }
            return complete == present
                    && warm.size() == feeds
                    && warm.values().stream().allMatch(count -> count >= 2)
                    && owners().size() == feeds;
        });
    }

    /** The epochs in which a node publishes its feeds, as far as consumers have received them. */
    Map<String, Integer> epochsOf(int node) {
        Map<String, Integer> epochs = new TreeMap<>();
        owners().forEach((feed, owner) -> {
            if (owner == node) {
                epochs.put(feed, Collections.max(shares.get(feed).beganNanos.keySet()));
            }
        });
        return epochs;
    }

    /**
     * Waits until every one of these feeds is published in a later epoch.
     *
     * @return for each feed, how long after the given moment its first message of that epoch arrived, milliseconds
     */
    List<Double> untilTaken(Map<String, Integer> epochs, long sinceNanos) {
        until("another owner", () -> epochs.entrySet().stream().allMatch(e -> newer(e.getKey(), e.getValue()) > 0));
        return epochs.entrySet().stream()
                .map(e -> (newer(e.getKey(), e.getValue()) - sinceNanos) / 1e6)
                .toList();
    }

    private long newer(String feed, int epoch) {
        return shares.get(feed).beganNanos.entrySet().stream()
                .filter(began -> began.getKey() > epoch)
                .mapToLong(Map.Entry::getValue)
                .min()
                .orElse(0);
    }

    /** Returns how often another owner began to publish a feed, as far as consumers have received it. */
    int changesOfOwner() {
        return shares.values().stream()
                .mapToInt(share -> share.beganNanos.size() - 1)
                .sum();
    }

    /** The number of messages that all consumers together have received. */
    int received() {
        return shares.values().stream().mapToInt(share -> share.received).sum();
    }

    int sent() {
        return census.sent();
    }

    /** Returns the longest gap of each of these feeds at the consumers that merge the nodes, since the last call, milliseconds. */
    List<Double> takeMergedGaps(Collection<String> feeds) {
        return takeGaps(merged, feeds);
    }

    /** The same at the consumers of the feeds' owners. */
    List<Double> takeLeasedGaps(Collection<String> feeds) {
        return takeGaps(shares, feeds);
    }

    private static List<Double> takeGaps(Map<String, Census.Share> consumers, Collection<String> feeds) {
        Map<String, Double> gaps = new TreeMap<>();
        consumers.forEach((feed, share) -> gaps.put(feed, share.takeLongestGapMs()));
        gaps.keySet().retainAll(feeds);
        return List.copyOf(gaps.values());
    }

    // the ledger

    /** Pauses the exchange and waits until every consumer has everything. */
    void settle() {
        Bench.silence(exchange);
        try {
            until("everything received", () -> Stream.of(shares, merged)
                    .flatMap(of -> of.values().stream())
                    .allMatch(share -> share.lost() <= 0));
        } catch (AssertionError e) {
            tellMissing(shares, subscriptions);
            tellMissing(merged, merging);
            throw e;
        }
    }

    private static void tellMissing(Map<String, Census.Share> shares, Map<String, FeedSubscription> subscriptions) {
        shares.forEach((feed, share) -> {
            if (share.lost() > 0) {
                System.out.printf(
                        "[cluster] %s: missing %s of the exchange's messages; %s%n",
                        feed, share.missing(), Bench.get(subscriptions.get(feed).report()));
            }
        });
    }

    /** Asserts that every message arrived once, in its stream's order, and that no consumer reported a loss. */
    void assertNothingLost() {
        assertNothingLost(shares, subscriptions);
        assertNothingLost(merged, merging);
    }

    /**
     * The same, except that consumers that merge the nodes may have received messages late, flagged so, after a report
     * that one is lost.
     */
    void assertNothingLostButLateOnes() {
        assertNothingLost(shares, subscriptions);
        merged.forEach((feed, share) -> {
            assertThat(share.lost()).as("lost of %s", feed).isZero();
            assertThat(share.twice).as("twice of %s: %s", feed, share.oddities).isZero();
            assertThat(share.outOfOrder)
                    .as("out of order of %s: %s", feed, share.oddities)
                    .isEqualTo(share.late);
        });
    }

    private static void assertNothingLost(
            Map<String, Census.Share> shares, Map<String, FeedSubscription> subscriptions) {
        shares.forEach((feed, share) -> {
            SubscriptionReport report = Bench.get(subscriptions.get(feed).report());
            assertThat(share.lost()).as("lost of %s: %s", feed, report).isZero();
            assertThat(report.lost()).as("told as lost of %s", feed).isZero();
            assertThat(share.twice).as("twice of %s: %s", feed, share.oddities).isZero();
            assertThat(share.unknown).as("unknown of %s", feed).isZero();
            assertThat(share.outOfOrder)
                    .as("out of order of %s: %s", feed, share.oddities)
                    .isZero();
        });
    }

    /** The counts so far, in a line. */
    String ledger() {
        List<SubscriptionReport> reports =
                subscriptions.values().stream().map(s -> Bench.get(s.report())).toList();
        return String.format(
                        Locale.ROOT,
                        "%d feeds of %d messages/s, %,d sent to each: lost %d, twice %d, out of order %d; filled %d, repeats left out %d, stale %d, restarts %d",
                        feeds,
                        rate,
                        census.sent(),
                        shares.values().stream().mapToInt(Census.Share::lost).sum(),
                        shares.values().stream().mapToInt(share -> share.twice).sum(),
                        shares.values().stream()
                                .mapToInt(share -> share.outOfOrder)
                                .sum(),
                        reports.stream().mapToLong(SubscriptionReport::filled).sum(),
                        reports.stream().mapToLong(SubscriptionReport::repeated).sum(),
                        reports.stream().mapToLong(SubscriptionReport::stale).sum(),
                        reports.stream().mapToLong(SubscriptionReport::restarts).sum())
                + String.format(
                        Locale.ROOT,
                        "; merged: lost %d, twice %d, out of order %d (flagged late %d)",
                        merged.values().stream().mapToInt(Census.Share::lost).sum(),
                        merged.values().stream().mapToInt(share -> share.twice).sum(),
                        merged.values().stream()
                                .mapToInt(share -> share.outOfOrder)
                                .sum(),
                        merged.values().stream().mapToInt(share -> share.late).sum());
    }

    @Override
    public void close() {
        started.forEach(Program::close);
        if (Boolean.getBoolean("cluster.log")) {
            shares.forEach((feed, share) -> share.oddities.forEach(oddity -> System.out.println(feed + ": " + oddity)));
            started.forEach(node -> node.err().forEach(System.out::println));
        }
        if (vertx != null) {
            Bench.get(vertx.close());
        }
        Bench.get(exchange.close());
        Bench.get(exchangeVertx.close());
        network.close();
    }
}
