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
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the rounds of {@link RecordedLeases} to the service that keeps them, when they are due. Runs on the context on
 * which it is made.
 */
final class LeaseLink {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseLink.class);
    private static final int PAUSES_PER_LEASE = 8;
    private static final int LONGEST_PAUSE_MS = 1_000;
    private static final int DISCOVERY_TIMEOUT_MS = 2_000;
    private static final String JOINING = "joining-";

    private final Scheduler scheduler;
    private final RecordedLeases leases;
    private final LeaseService service;
    private final String title;
    private final int leaseMs;
    private final long timeoutMs;
    private final int endpoints;
    private final RetryPolicy retry;
    private final Runnable onAnswer;
    private boolean closed;
    private int failures;
    private String lastFailure = "no answer yet";

    /**
     * Connects to nothing yet.
     *
     * @param process this process, as other members know it
     * @param onAnswer called after each answer
     */
    LeaseLink(Vertx vertx, ClusterConfig config, NodeRun process, Scheduler scheduler, Runnable onAnswer) {
        this.scheduler = scheduler;
        this.onAnswer = onAnswer;
        this.leases = new RecordedLeases(
                config.self(), process, UUID.randomUUID().toString(), config.leaseMs(), scheduler.nowNanos());
        this.leaseMs = config.leaseMs();
        this.timeoutMs = TimeUnit.NANOSECONDS.toMillis(leases.timeoutNanos());
        this.service = LeaseService.of(vertx, config, timeoutMs);
        this.title = config.lease().title();
        this.endpoints = config.lease().urls().size();
        int baseMs = config.leaseMs() / PAUSES_PER_LEASE;
        this.retry =
                new RetryPolicy(new RetryConfig(baseMs, Math.max(baseMs, LONGEST_PAUSE_MS), 0), scheduler.random());
    }

    RecordedLeases leases() {
        return leases;
    }

    /** Returns why the last request failed. */
    String lastFailure() {
        return lastFailure;
    }

    /** Sends the round that is due. */
    void poll() {
        LeaseRound round = closed ? null : leases.next(scheduler.nowNanos());
        if (round == null) {
            return;
        }
        service.carryOut(round)
                .timeout(timeoutMs, TimeUnit.MILLISECONDS)
                .onSuccess(answer -> answered(round, answer))
                .onFailure(e -> failed(round, e));
    }

    private void answered(LeaseRound round, Optional<LeaseRound.Answer> answer) {
        if (failures > endpoints) {
            LOG.info("{} answers again, after {} failed requests", title, failures);
        }
        failures = 0;
        if (answer.isPresent()) {
            leases.answered(answer.get(), scheduler.nowNanos());
        } else if (leases.ended(round.number(), scheduler.nowNanos())) {
            LOG.warn(
                    "{} has no report of this node any more: its data was lost, or the report was late and another node"
                            + " has taken over. This node begins anew and claims nothing for {} ms",
                    title,
                    leaseMs);
        }
        onAnswer.run();
        poll();
    }

    /** Tries the other addresses of the service at once, and then all of them more and more rarely. */
    private void failed(LeaseRound round, Throwable failure) {
        failures++;
        lastFailure =
                failure instanceof TimeoutException ? "no answer within " + timeoutMs + " ms" : failure.getMessage();
        LOG.debug("request {} to {} failed: {}", round.number(), title, lastFailure);
        long pauseMs = failures < endpoints ? 0 : retry.delayMs(failures - endpoints);
        leases.failed(round.number(), TimeUnit.MILLISECONDS.toNanos(pauseMs), scheduler.nowNanos());
    }

    /** Sends nothing more. */
    void close() {
        closed = true;
        service.close();
    }

    // before this node joins

    /**
     * Finds the nodes that have reported to the service, so that this node can join them. A node that may own feeds
     * reports first: two nodes that start at the same time find each other.
     *
     * @return host and port of each; empty if it does not answer
     */
    static Future<Collection<String>> nodes(Vertx vertx, ClusterConfig config) {
        LeaseService service = LeaseService.of(vertx, config, DISCOVERY_TIMEOUT_MS);
        Promise<Collection<String>> found = Promise.promise();
        ask(service, config, config.lease().urls().size(), found);
        return found.future().onComplete(done -> service.close());
    }

    private static void ask(
            LeaseService service, ClusterConfig config, int attempts, Promise<Collection<String>> found) {
        LeaseRound first =
                new LeaseRound(0, LeaseRecord.holder(config.self(), JOINING + UUID.randomUUID()), "", List.of());
        Future<?> registered = config.isMember() ? service.carryOut(first) : Future.succeededFuture();
        registered.compose(v -> service.holders()).onComplete(asked -> {
            if (asked.succeeded()) {
                TreeSet<String> nodes = new TreeSet<>();
                asked.result().forEach(holder -> nodes.add(LeaseRecord.nodeOf(holder)));
                found.complete(nodes);
            } else if (attempts > 1) {
                ask(service, config, attempts - 1, found);
            } else {
                LOG.warn(
                        "joins without the nodes that {} knows: {}",
                        config.lease().title(),
                        asked.cause().getMessage());
                found.complete(new TreeSet<>());
            }
        });
    }
}
