package io.firstline.service;

import io.firstline.bridge.CertificateWatch;
import io.firstline.bridge.TcpBridgeVerticle;
import io.firstline.cluster.BusCertificate;
import io.firstline.cluster.ClusterVerticle;
import io.firstline.cluster.HazelcastCluster;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.ConfigChange;
import io.firstline.config.service.HttpConfig;
import io.firstline.config.service.RelayConfig;
import io.firstline.config.service.ServiceConfig;
import io.firstline.config.service.TcpBridgeConfig;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.Scheduler;
import io.firstline.deploy.FeedVerticle;
import io.firstline.deploy.node.ClusterPart;
import io.firstline.feed.Feed;
import io.firstline.http.HttpVerticle;
import io.firstline.http.Metrics;
import io.firstline.recording.Recording;
import io.firstline.relay.RelayVerticle;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running configuration: Vert.x, the embedded simulator if configured, and a verticle per feed. */
final class RunningService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningService.class);
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 4;

    private final Vertx vertx;
    /** The metrics registry; null = no metrics. */
    private final PrometheusMeterRegistry registry;

    private final ExchangeSimulator simulator;
    /** Vert.x must not close before it is complete: the result is delivered on an event loop. */
    private final Future<?> described;

    private final Map<String, Deployed> deployed = new ConcurrentSkipListMap<>();
    /** Every feed that may still be starting, including those that a cluster node deploys. */
    private final Set<FeedVerticle> made = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private final Set<Future<?>> deploying = ConcurrentHashMap.newKeySet();
    private volatile ServiceConfig config;

    /** The operator's page and the probes; null = not served. */
    private HttpVerticle page;

    /** The server for clients in any language; null = not served. */
    private RelayVerticle relay;

    /** A deployed feed. */
    private record Deployed(FeedConfig config, FeedVerticle verticle, String id) {}
    /** This node of a cluster, once it is deployed; null = not in a cluster. */
    private ClusterVerticle node;
    /** Null = the event bus is not encrypted. */
    private CertificateWatch clusterCertificate;

    private RunningService(
            Vertx vertx, PrometheusMeterRegistry registry, ServiceConfig config, ExchangeSimulator simulator) {
        this.vertx = vertx;
        this.registry = registry;
        this.config = config;
        this.simulator = simulator;
        this.described = LOG.isInfoEnabled() // loading the native TLS library only to describe it takes long
                ? vertx.executeBlocking(() -> Platform.describe(vertx)).onSuccess(LOG::info)
                : Future.succeededFuture();
    }

    /** Creates Vert.x as this program runs it: native transport where it loads, no files cached on disk. */
    static Vertx vertx() {
        return Vertx.vertx(options());
    }

    private static VertxOptions options() {
        return new VertxOptions()
                .setPreferNativeTransport(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    /** Creates Vert.x as a node of this cluster, or alone if it is null. */
    private static Vertx vertx(PrometheusMeterRegistry registry, boolean vertxMetrics, ClusterConfig cluster) {
        VertxOptions options = options();
        if (cluster != null) {
            HazelcastCluster.prepare(options, cluster);
        }
        VertxBuilder builder =
                registry == null ? Vertx.builder().with(options) : Metrics.builder(options, registry, vertxMetrics);
        return cluster == null ? builder.build() : await(HazelcastCluster.join(builder, cluster), START_SECONDS);
    }

    /**
     * Starts Vert.x and, if configured, the simulator, but no feed yet.
     *
     * @throws BadInputException if the simulator rejects its section, for example a recording
     */
    static RunningService prepare(ServiceConfig config) {
        PrometheusMeterRegistry registry = config.http() == null ? null : Metrics.registry();
        Vertx vertx = vertx(
                registry,
                registry != null && config.http().vertxMetrics(),
                config.isClustered() ? config.cluster() : null);
        try {
            if (config.simulator() == null) {
                return new RunningService(vertx, registry, config, null);
            }
            ExchangeSimulator simulator = ExchangeSimulator.create(vertx, SimulatorConfig.fromJson(config.simulator()));
            await(simulator.start(), START_SECONDS);
            return new RunningService(vertx, registry, config.withSimulator(simulator.url("")), simulator);
        } catch (RuntimeException e) {
            await(vertx.close(), STOP_SECONDS);
            throw e instanceof IllegalArgumentException bad ? badSimulator(bad) : e;
        }
    }

    /**
     * The same for a command that only reads the feeds: it joins no cluster, where other nodes would take it for the member that
     * the configuration names, and serves nothing.
     */
    static RunningService toRead(ServiceConfig config) {
        return prepare(new ServiceConfig(config.feeds(), config.simulator(), config.simulated()));
    }

    /**
     * Checks the simulator's section, including its recordings; starts nothing.
     *
     * @throws BadInputException if the simulator rejects its section
     */
    static void checkSimulator(ServiceConfig config) {
        try {
            if (config.simulator() != null) {
                SimulatorConfig.fromJson(config.simulator()).recordings().forEach(Recording::read);
            }
        } catch (IllegalArgumentException e) {
            throw badSimulator(e);
        }
    }

    private static BadInputException badSimulator(IllegalArgumentException e) {
        return new BadInputException("/simulator: " + e.getMessage());
    }

    /** Deploys every feed. A feed that cannot connect yet is deployed too and retries. */
    Future<Void> deploy() {
        if (config.isClustered()) {
            node = new ClusterVerticle(config.cluster(), config.feeds(), this::verticle);
            if (registry != null) {
                Metrics.cluster(registry, vertx);
            }
            watchCertificate(config.cluster().tls());
            return deploying(node).mapEmpty();
        }
        announce(config.feeds());
        return Future.all(config.feeds().stream().map(this::add).toList()).mapEmpty();
    }

    private void watchCertificate(ClusterConfig.Tls tls) {
        if (tls != null) {
            clusterCertificate = new CertificateWatch(
                    vertx,
                    "the cluster",
                    new HttpConfig.PemFiles(tls.certificate(), tls.key()),
                    options -> BusCertificate.replace(vertx, tls, options.getKeyCertOptions()));
        }
    }

    /** Registers all feeds before the first one connects, so that it leaves the others their first attempt. */
    private void announce(List<FeedConfig> feeds) {
        ConnectBudget budget = ConnectBudget.of(vertx);
        long now = Scheduler.of(vertx).nowNanos();
        feeds.stream()
                .flatMap(feed -> feed.parts().stream())
                .forEach(part ->
                        budget.wish(URI.create(part.pool().connection().url()).getHost(), part.name(), now));
    }

    /** Completes with the reason when the service cannot continue. */
    CompletableFuture<String> senseless() {
        return node == null
                ? new CompletableFuture<>()
                : node.refused().toCompletionStage().toCompletableFuture();
    }

    private Future<?> add(FeedConfig feed) {
        if (node != null) {
            boolean isServed = relay != null && config.relay().serves(feed.name());
            return node.configure(feed).compose(v -> isServed ? relay.follow(feed) : Future.succeededFuture());
        }
        FeedVerticle verticle = verticle(feed, ClusterPart.Factory.ONLY_NODE);
        return deploying(verticle).onSuccess(id -> deployed.put(feed.name(), new Deployed(feed, verticle, id)));
    }

    private Future<String> deploying(Deployable verticle) {
        Future<String> id = vertx.deployVerticle(verticle);
        deploying.add(id);
        return id.onComplete(done -> deploying.remove(id));
    }

    private Future<?> remove(String feed) {
        if (relay != null) {
            relay.remove(feed);
        }
        return node == null ? vertx.undeploy(deployed.remove(feed).id()) : node.forget(feed);
    }

    /**
     * Applies another configuration as far as possible without a restart. Feeds that are equal in both keep running
     * untouched. Call it again only after the returned future completes.
     *
     * @return the changes; a step that failed is logged, and its feed stays as it was
     */
    Future<ConfigChange> apply(ServiceConfig wanted) {
        ConfigChange change =
                ConfigChange.between(config, simulator == null ? wanted : wanted.withSimulator(simulator.url("")));
        change.needsRestart().forEach(section -> LOG.warn("\"{}\" has changed: restart to apply it", section));
        List<Future<?>> steps = new ArrayList<>();
        change.removed().forEach(feed -> steps.add(reported(feed, "removed", remove(feed))));
        change.added().forEach(feed -> steps.add(reported(feed.name(), "added", add(feed))));
        change.changed().forEach(feed -> steps.add(reported(feed.name(), "changed", change(feed))));
        return Future.join(steps).transform(all -> running()).map(feeds -> {
            config = config.withFeeds(feeds);
            return change;
        });
    }

    /** Returns the feeds with the configurations that are in use. */
    private Future<List<FeedConfig>> running() {
        return node == null
                ? Future.succeededFuture(
                        deployed.values().stream().map(Deployed::config).toList())
                : node.configuredFeeds();
    }

    private Future<?> change(FeedConfig feed) {
        Deployed running = deployed.get(feed.name());
        Future<Void> changed = node == null ? running.verticle().change(feed) : node.configure(feed);
        return changed.onSuccess(v -> {
            if (node == null) {
                deployed.put(feed.name(), new Deployed(feed, running.verticle(), running.id()));
            }
            if (relay != null) {
                relay.changed(feed);
            }
        });
    }

    private static Future<?> reported(String feed, String what, Future<?> step) {
        return step.onSuccess(v -> LOG.info("{} {}", feed, what))
                .onFailure(e -> LOG.error("{} not {}: {}", feed, what, e.getMessage()));
    }

    /**
     * Serves the operator's page, if configured. Called before the feeds start, so that the page shows their start.
     *
     * @return its address; null = not configured
     */
    Future<String> serve() {
        if (registry == null) {
            return Future.succeededFuture();
        }
        HttpVerticle served = new HttpVerticle(
                config.http(),
                registry,
                config.feeds().stream().map(FeedConfig::name).toList(),
                config.bridges().sockjs());
        return vertx.deployVerticle(served).map(id -> {
            page = served;
            return served.url();
        });
    }

    /** Returns the address of the separate port for health and metrics; null = there is none. */
    String managementUrl() {
        return page == null ? null : page.managementUrl();
    }

    /** Returns how long the service reports "not ready" before it closes anything. */
    Duration shutdownDelay() {
        return config.http() == null
                ? Duration.ZERO
                : Duration.ofMillis(config.http().shutdownDelayMs());
    }

    private void announceTheEnd() {
        if (page == null) {
            return;
        }
        page.stopping();
        if (shutdownDelay().isZero()) {
            return;
        }
        LOG.info("reporting not ready, stopping in {} ms", shutdownDelay().toMillis());
        try {
            TimeUnit.MILLISECONDS.sleep(shutdownDelay().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Opens the TCP bridge, if configured.
     *
     * @return its address; null = not configured
     */
    Future<String> bridge() {
        TcpBridgeConfig tcp = config.bridges().tcp();
        if (tcp == null) {
            return Future.succeededFuture();
        }
        TcpBridgeVerticle bridge =
                new TcpBridgeVerticle(tcp, registry == null ? new CompositeMeterRegistry() : registry);
        String host = tcp.host().contains(":") ? "[" + tcp.host() + "]" : tcp.host();
        return vertx.deployVerticle(bridge).map(id -> host + ":" + bridge.port());
    }

    /**
     * Opens the relay, if configured. Called before the feeds start, which hand their messages over to it.
     *
     * @return its address; null = not configured
     */
    Future<String> relay() {
        RelayConfig wanted = config.relay();
        if (wanted == null) {
            return Future.succeededFuture();
        }
        RelayVerticle made = new RelayVerticle(wanted, registry == null ? new CompositeMeterRegistry() : registry);
        return vertx.deployVerticle(made).compose(id -> {
            relay = made;
            // in a cluster another node may publish a feed
            List<FeedConfig> followed = config.isClustered() ? config.feeds() : List.of();
            return Future.join(followed.stream()
                            .filter(feed -> wanted.serves(feed.name()))
                            .map(made::follow)
                            .toList())
                    .map(all -> made.url());
        });
    }

    private FeedVerticle verticle(FeedConfig feed, ClusterPart.Factory parts) {
        FeedVerticle verticle = FeedVerticle.of(feed, parts);
        if (relay != null && !config.isClustered() && config.relay().serves(feed.name())) {
            verticle.publishTo(relay.sink(feed));
        }
        made.add(verticle);
        return verticle;
    }

    /** Creates a feed that is not deployed, on a separate event loop. */
    Feed open(FeedConfig feed) {
        CompletableFuture<Feed> made = new CompletableFuture<>();
        vertx.runOnContext(v -> made.complete(Feed.of(vertx, feed)));
        return made.join();
    }

    Vertx onVertx() {
        return vertx;
    }

    /** Returns the metrics registry, or null. */
    PrometheusMeterRegistry registry() {
        return registry;
    }

    ServiceConfig config() {
        return config;
    }

    /** Returns the embedded simulator, or null. */
    ExchangeSimulator simulator() {
        return simulator;
    }

    /**
     * After the shutdown delay, closes the feeds with close frames, then the simulator, then Vert.x: Vert.x takes
     * long to close while sockets are busy. Feeds that are starting end their start first, because Vert.x would
     * complete it a second time.
     */
    @Override
    public void close() {
        announceTheEnd();
        if (clusterCertificate != null) {
            clusterCertificate.close();
        }
        Future<?> given = node == null ? Future.succeededFuture() : node.leave();
        await(
                given.transform(x -> started())
                        .transform(x -> Future.join(vertx.deploymentIDs().stream()
                                .map(vertx::undeploy)
                                .toList()))
                        .transform(x -> simulator == null ? Future.succeededFuture() : simulator.close())
                        .transform(x -> described)
                        .transform(x -> vertx.close()),
                STOP_SECONDS);
    }

    private Future<?> started() {
        List<Future<?>> starts = new ArrayList<>(deploying);
        List.copyOf(made).forEach(feed -> starts.add(feed.endStart()));
        return Future.join(starts);
    }

    /** Waits on a thread that is not a Vert.x thread; throws the original exception if the future fails. */
    static <T> T await(Future<T> future, long seconds) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("no answer within " + seconds + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
