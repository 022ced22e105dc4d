package io.firstline.connection;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.Endpoint;
import io.firstline.config.InvalidConfigException;
import io.firstline.config.WsConnectionConfig;
import io.vertx.core.Future;
import io.vertx.core.http.UpgradeRejectedException;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks an {@link Endpoint} for every attempt where to connect, and connects there: a URL, and the token in it, is used once.
 *
 * <p>An endpoint that fails is left alone for a while, by all connections of its feed together, and then asked by one of them first.
 * The attempt that failed says for how long, so that the host is left alone by other feeds as well. Belongs to its feed's context.
 */
public final class EndpointConnector implements Connector {
    private final Connector sockets;
    private final Endpoint endpoint;
    private final String ownHost;
    private final Supplier<Future<JsonNode>> ask;
    private final Clockwork clockwork;
    private final ConnectBudget budget;
    private final RetryPolicy retry;

    /** How often it failed since it last answered as it should. */
    private int failures;

    /** The failures so far: questions that were asked at the same count, and fail, are one more. */
    private long spell;

    private long restUntilNanos;
    /** The one question after a failure; null = none is on its way. */
    private Future<WsConnectionConfig> probe;

    /**
     * Makes a connector for one feed.
     *
     * @param sockets opens sockets at the URLs that the endpoint yields
     * @param config says which endpoint, and how long the pauses after its failures are
     * @param ask asks it once; fails with a {@link RestFailedException}
     * @param budget attempts at the hosts that the endpoint names are taken from it; those at the endpoint's own host its feed counts
     */
    public EndpointConnector(
            Connector sockets,
            WsConnectionConfig config,
            Supplier<Future<JsonNode>> ask,
            Clockwork clockwork,
            ConnectBudget budget) {
        this.sockets = sockets;
        this.endpoint = config.endpoint();
        this.ownHost = URI.create(endpoint.url()).getHost();
        this.ask = ask;
        this.clockwork = clockwork;
        this.budget = budget;
        this.retry = new RetryPolicy(config.retry(), clockwork.random());
    }

    @Override
    public Future<Socket> connect(WsConnectionConfig config) {
        return where(config).compose(this::open);
    }

    @Override
    public Future<Void> close() {
        return sockets.close();
    }

    private Future<WsConnectionConfig> where(WsConnectionConfig config) {
        if (failures == 0) {
            return asked(config);
        }
        if (restMs() > 0) {
            return Future.failedFuture(new RestFailedException("left alone after a failure", restMs()));
        }
        if (probe != null) {
            return probe.compose(answers -> asked(config));
        }
        Future<WsConnectionConfig> first = asked(config);
        if (!first.isComplete()) {
            probe = first;
            first.onComplete(done -> probe = null);
        }
        return first;
    }

    private Future<WsConnectionConfig> asked(WsConnectionConfig config) {
        long askedIn = spell;
        return ask.get().compose(answer -> at(config, answer)).transform(asked -> {
            if (asked.succeeded()) {
                failures = 0;
                return Future.succeededFuture(asked.result());
            }
            return Future.failedFuture(failed(asked.cause(), askedIn));
        });
    }

    /** The connection at the place that the answer names. */
    private Future<WsConnectionConfig> at(WsConnectionConfig config, JsonNode answer) {
        String id = Long.toHexString(clockwork.random().nextLong());
        try {
            return Future.succeededFuture(config.withUrl(endpoint.target(answer, id)));
        } catch (InvalidConfigException wrong) { // its message shows the URL
            return Future.failedFuture(new RestFailedException(
                    "an answer that makes no wss:// URL (ws:// only for loopback hosts, or with \"allowPlaintext\")",
                    0));
        } catch (IllegalArgumentException lacking) {
            return Future.failedFuture(new RestFailedException("an answer with " + lacking.getMessage(), 0));
        }
    }

    private RestFailedException failed(Throwable cause, long askedIn) {
        long now = clockwork.nowNanos();
        long wantedMs = cause instanceof RestFailedException rest ? rest.pauseMs() : 0;
        if (askedIn == spell) {
            wantedMs = Math.max(wantedMs, Math.max(1, retry.delayMs(failures)));
            failures++;
            spell++;
            restUntilNanos = now;
        }
        long untilNanos = now + TimeUnit.MILLISECONDS.toNanos(wantedMs);
        restUntilNanos = untilNanos - restUntilNanos > 0 ? untilNanos : restUntilNanos;
        return new RestFailedException("the endpoint: " + cause.getMessage(), Math.max(1, restMs()));
    }

    private long restMs() {
        long leftNanos = restUntilNanos - clockwork.nowNanos();
        return leftNanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
    }

    private Future<Socket> open(WsConnectionConfig config) {
        String host = URI.create(config.url()).getHost();
        long waitMs = host.equals(ownHost)
                ? 0 // counted by the feed
                : budget.take(host, config.retry().connectsPer5Min(), clockwork.nowNanos());
        if (waitMs > 0) {
            return Future.failedFuture(new RestFailedException(
                    "the host that the endpoint names must be left alone for " + waitMs + " ms", waitMs));
        }
        return sockets.connect(config).onFailure(e -> {
            if (e instanceof UpgradeRejectedException refused) {
                String header = refused.getHeaders().get("Retry-After");
                long pauseMs = RetryAfter.pauseMs(refused.getStatus(), header, Instant.now());
                budget.pause(host, pauseMs, clockwork.nowNanos());
            }
        });
    }
}
