package io.firstline.cluster;

import io.firstline.config.RetryConfig;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.connection.RetryPolicy;
import io.firstline.connection.Scheduler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the rounds of {@link EtcdLeases} to etcd when they are due. Runs on the context on which it is made. */
final class EtcdLink {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdLink.class);
    private static final int PAUSES_PER_LEASE = 8;
    private static final int LONGEST_PAUSE_MS = 1_000;
    private static final int DISCOVERY_TIMEOUT_MS = 2_000;

    private final Scheduler scheduler;
    private final EtcdLeases leases;
    private final EtcdText text;
    private final EtcdClient client;
    private final int endpoints;
    private final RetryPolicy retry;
    private final Runnable onAnswer;
    private int failures;
    private String lastFailure = "no answer yet";

    /**
     * Connects to nothing yet.
     *
     * @param process this process, as other members know it
     * @param onAnswer called after each answer
     */
    EtcdLink(Vertx vertx, ClusterConfig config, NodeRun process, Scheduler scheduler, Runnable onAnswer) {
        this.scheduler = scheduler;
        this.onAnswer = onAnswer;
        this.leases = new EtcdLeases(
                config.self(), process, UUID.randomUUID().toString(), config.leaseMs(), scheduler.nowNanos());
        this.text = text(config);
        this.client = new EtcdClient(vertx, config.lease(), TimeUnit.NANOSECONDS.toMillis(leases.timeoutNanos()));
        this.endpoints = config.lease().etcd().size();
        int baseMs = config.leaseMs() / PAUSES_PER_LEASE;
        this.retry =
                new RetryPolicy(new RetryConfig(baseMs, Math.max(baseMs, LONGEST_PAUSE_MS), 0), scheduler.random());
    }

    private static EtcdText text(ClusterConfig config) {
        return new EtcdText(config.lease().prefix() + config.name() + "/", config.leaseMs());
    }

    EtcdLeases leases() {
        return leases;
    }

    /** Returns why the last request failed. */
    String lastFailure() {
        return lastFailure;
    }

    /** Sends the round that is due. */
    void poll() {
        EtcdRound round = leases.next(scheduler.nowNanos());
        if (round == null) {
            return;
        }
        client.ask("/v3/kv/txn", text.request(round))
                .map(json -> text.answer(round.number(), json))
                .onSuccess(answer -> answered(round, answer))
                .onFailure(e -> failed(round, e));
    }

    private void answered(EtcdRound round, Optional<EtcdRound.Answer> answer) {
        if (failures > endpoints) {
            LOG.info("etcd answers again, after {} failed requests", failures);
        }
        failures = 0;
        if (answer.isPresent()) {
            leases.answered(answer.get(), scheduler.nowNanos());
        } else if (leases.ended(round.number(), scheduler.nowNanos())) {
            LOG.warn("etcd has lost data or the report of this node, which begins anew and claims nothing for a lease");
        }
        onAnswer.run();
        poll();
    }

    /** Tries the other members of etcd at once, and then all of them more and more rarely. */
    private void failed(EtcdRound round, Throwable failure) {
        failures++;
        lastFailure = failure.getMessage();
        LOG.debug("request {} to etcd failed: {}", round.number(), lastFailure);
        long pauseMs = failures < endpoints ? 0 : retry.delayMs(failures - endpoints);
        leases.failed(round.number(), TimeUnit.MILLISECONDS.toNanos(pauseMs), scheduler.nowNanos());
    }

    void close() {
        client.close();
    }

    // before this node joins

    /**
     * Finds the nodes that have reported to etcd, so that this node can join them. A node that may own feeds reports
     * first: two nodes that start at the same time find each other.
     *
     * @return host and port of each; empty if no etcd answers
     */
    static Future<Collection<String>> nodes(Vertx vertx, ClusterConfig config) {
        EtcdText text = text(config);
        EtcdClient client = new EtcdClient(vertx, config.lease(), DISCOVERY_TIMEOUT_MS);
        Promise<Collection<String>> found = Promise.promise();
        String self = config.isMember() ? config.self() : null;
        ask(client, text, self, config.lease().etcd().size(), found);
        return found.future().onComplete(done -> client.close());
    }

    private static void ask(
            EtcdClient client, EtcdText text, String self, int attempts, Promise<Collection<String>> found) {
        Future<Void> registered = self == null ? Future.succeededFuture() : register(client, text, self);
        registered
                .compose(v -> client.ask("/v3/kv/range", text.reportsRequest()))
                .map(text::reports)
                .onComplete(asked -> {
                    if (asked.succeeded()) {
                        TreeSet<String> nodes = new TreeSet<>();
                        asked.result().keySet().forEach(holder -> nodes.add(EtcdRecord.nodeOf(holder)));
                        found.complete(nodes);
                    } else if (attempts > 1) {
                        ask(client, text, self, attempts - 1, found);
                    } else {
                        LOG.warn(
                                "joins without the nodes that etcd knows: {}",
                                asked.cause().getMessage());
                        found.complete(new TreeSet<>());
                    }
                });
    }

    private static Future<Void> register(EtcdClient client, EtcdText text, String self) {
        String holder = EtcdRecord.holder(self, "joining-" + UUID.randomUUID());
        return client.ask("/v3/kv/txn", text.request(new EtcdRound(0, holder, 0, List.of())))
                .mapEmpty();
    }
}
