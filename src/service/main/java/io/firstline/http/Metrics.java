package io.firstline.http;

import io.firstline.deploy.node.ClusterFacts;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.UUID;
import java.util.function.ToDoubleFunction;

/** Makes a Vert.x that exports its own metrics and those of the JVM. */
public final class Metrics {
    private Metrics() {}

    /** A registry for Prometheus. */
    public static PrometheusMeterRegistry registry() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    /**
     * Makes a Vert.x whose metrics, and those of the JVM, go to a registry.
     *
     * @param all also the metrics of the event bus and of client sockets. Each message looks these up: at tens of
     *     thousands of messages a second they cost a fifth of the throughput or more, and the feeds count the same
     */
    public static Vertx measured(VertxOptions options, PrometheusMeterRegistry registry, boolean all) {
        return builder(options, registry, all).build();
    }

    /** The same as a builder. */
    public static VertxBuilder builder(VertxOptions options, PrometheusMeterRegistry registry, boolean all) {
        MicrometerMetricsOptions metrics = new MicrometerMetricsOptions()
                .setEnabled(true)
                .setJvmMetricsEnabled(true)
                // instances of one JVM with the same name would all write to the registry of the first
                .setRegistryName(UUID.randomUUID().toString());
        if (!all) {
            metrics.addDisabledMetricsCategory(MetricsDomain.EVENT_BUS)
                    .addDisabledMetricsCategory(MetricsDomain.HTTP_CLIENT);
        }
        options.setMetricsOptions(metrics);
        return Vertx.builder().with(options).withMetrics(new MicrometerMetricsFactory(registry));
    }

    /** Adds metrics of this node's cluster. */
    public static void cluster(MeterRegistry registry, Vertx vertx) {
        Gauge.builder("firstline.cluster.majority", vertx, on -> figure(on, facts -> facts.majority() ? 1 : 0))
                .description("Whether this node sees a majority of the members: without one no feed is published")
                .register(registry);
        Gauge.builder(
                        "firstline.cluster.present",
                        vertx,
                        on -> figure(on, facts -> facts.present().size()))
                .description("Members that this node sees, including itself")
                .register(registry);
        Gauge.builder("firstline.cluster.members", vertx, on -> figure(on, ClusterFacts::members))
                .description("Members of the cluster, running or not")
                .register(registry);
        Gauge.builder("firstline.cluster.shed", vertx, on -> figure(on, ClusterFacts::shed))
                .description("Feeds that this node does not compare with their owners because it is overloaded")
                .register(registry);
        Gauge.builder("firstline.cluster.pause", vertx, on -> figure(on, facts -> facts.pauseMs() / 1e3))
                .baseUnit("seconds")
                .description("How long pauses of this process must be expected to be, by those of the last minute")
                .register(registry);
    }

    private static double figure(Vertx vertx, ToDoubleFunction<ClusterFacts> figure) {
        ClusterFacts facts = ClusterFacts.of(vertx);
        return facts.isMember() ? figure.applyAsDouble(facts) : Double.NaN;
    }
}
