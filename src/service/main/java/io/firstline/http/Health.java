package io.firstline.http;

import io.firstline.deploy.node.ClusterFacts;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import io.vertx.ext.web.RoutingContext;

/** Serves health and metrics, on both listeners. Runs on one event loop. */
final class Health {
    private static final int UNAVAILABLE = 503;

    private final Vertx vertx;
    private final FeedWatch watch;
    private final PrometheusMeterRegistry registry;
    private final HealthChecks checks;
    private final boolean openMetrics;
    private boolean stopping;

    Health(Vertx vertx, FeedWatch watch, PrometheusMeterRegistry registry, boolean openMetrics) {
        this.vertx = vertx;
        this.watch = watch;
        this.registry = registry;
        this.openMetrics = openMetrics;
        this.checks = HealthChecks.create(vertx).register("feeds", promise -> {
            NodeReadiness readiness = readiness();
            JsonObject facts = new JsonObject()
                    .put("level", readiness.level().name())
                    .put("reasons", new JsonArray(readiness.reasons()));
            promise.complete(readiness.isReady() ? Status.OK(facts) : Status.KO(facts));
        });
    }

    /** The process is about to end: readiness is 503 from now on. */
    void stopping() {
        stopping = true;
    }

    NodeReadiness readiness() {
        return stopping ? NodeReadiness.STOPPING : NodeReadiness.of(watch.status(), ClusterFacts.of(vertx));
    }

    /** Adds the routes to a listener. */
    void serve(Guard guard) {
        guard.reading(Access.Rule.OPEN, "/health/live")
                .handler(request -> HttpAnswers.json(request, 200, new JsonObject().put("status", "UP")));
        guard.reading(Access.Rule.OPEN, "/health/ready").handler(request -> ready(request, guard));
        guard.reading(openMetrics ? Access.Rule.OPEN : Access.Rule.READ, "/metrics")
                .handler(request -> HttpAnswers.send(request, "text/plain; version=0.0.4; charset=utf-8", scraped()));
    }

    private Buffer scraped() {
        return Buffer.buffer(registry.scrape());
    }

    private void ready(RoutingContext request, Guard guard) {
        boolean detailed = guard.maySeeDetails(request);
        watch.ask()
                .compose(status -> checks.checkStatus())
                .onSuccess(result -> {
                    NodeReadiness readiness = readiness();
                    JsonObject answer =
                            new JsonObject().put("status", readiness.level().name());
                    if (detailed) {
                        answer.put("reasons", new JsonArray(readiness.reasons()))
                                .put("checks", result.toJson().getJsonArray("checks"));
                        ClusterFacts.of(vertx).addTo(answer);
                    }
                    HttpAnswers.json(request, readiness.isReady() ? 200 : UNAVAILABLE, answer);
                })
                .onFailure(request::fail);
    }
}
