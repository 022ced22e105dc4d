package io.firstline.connection;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.ConnectTarget;
import io.firstline.config.Credentials;
import io.firstline.config.Endpoint;
import io.firstline.config.Limit;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.Records;
import io.firstline.config.problem.InvalidConfigException;
import io.vertx.core.Future;
import io.vertx.core.http.UpgradeRejectedException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Asks an {@link Endpoint} before each attempt where to connect, and connects there. A URL, with any token in it, is
 * used once.
 *
 * <p>When the endpoint fails, all connections of the feed pause together. Then one of them asks first. The failed
 * attempt reports the length of the pause, so that other feeds pause too. Runs on its feed's context.
 */
public final class EndpointConnector implements Connector {
    private static final int SHORTEST_TOKEN = 16;

    private final Connector sockets;
    private final String ownHost;
    private final Function<WsConnectionConfig, Future<JsonNode>> ask;
    private final Scheduler scheduler;
    private final ConnectBudget budget;
    private final RetryPolicy retry;

    /** Consecutive failures since the last good answer. */
    private int failures;

    /** Counts failures so far. Requests that started at the same count and fail count as one failure. */
    private long spell;

    private long restUntilNanos;
    /** The only request after a failure; null = none is pending. */
    private Future<Place> probe;

    /**
     * Makes a connector for one feed.
     *
     * @param sockets opens sockets at the URLs from the endpoint
     * @param config names the endpoint and the pauses after its failures
     * @param ask sends one request to the endpoint of an attempt, on its path; fails with a {@link RestFailedException}
     * @param budget counts attempts at the hosts that the endpoint names; the feed counts those at the endpoint's host
     */
    public EndpointConnector(
            Connector sockets,
            WsConnectionConfig config,
            Function<WsConnectionConfig, Future<JsonNode>> ask,
            Scheduler scheduler,
            ConnectBudget budget) {
        this.sockets = sockets;
        this.ownHost = URI.create(config.endpoint().url()).getHost();
        this.ask = ask;
        this.scheduler = scheduler;
        this.budget = budget;
        this.retry = new RetryPolicy(config.retry(), scheduler.random());
    }

    @Override
    public Future<Socket> connect(WsConnectionConfig config) {
        return open(config).map(Opened::socket);
    }

    @Override
    public Future<Opened> open(WsConnectionConfig config) {
        return where(config).compose(place -> openAt(place.config()).map(socket -> new Opened(socket, place.answer())));
    }

    /** A URL of the endpoint, and its whole answer. */
    private record Place(WsConnectionConfig config, JsonNode answer) {}

    @Override
    public Future<Void> close() {
        return sockets.close();
    }

    private Future<Place> where(WsConnectionConfig config) {
        if (failures == 0) {
            return asked(config);
        }
        if (restMs() > 0) {
            return Future.failedFuture(new RestFailedException("paused after a failure", restMs()));
        }
        if (probe != null) {
            return probe.compose(answers -> asked(config));
        }
        Future<Place> first = asked(config);
        if (!first.isComplete()) {
            probe = first;
            first.onComplete(done -> probe = null);
        }
        return first;
    }

    private Future<Place> asked(WsConnectionConfig config) {
        long askedIn = spell;
        return ask.apply(config).compose(answer -> at(config, answer)).transform(asked -> {
            if (asked.succeeded()) {
                failures = 0;
                return Future.succeededFuture(asked.result());
            }
            return Future.failedFuture(failed(asked.cause(), askedIn));
        });
    }

    /** Connects to the place in the answer. */
    private Future<Place> at(WsConnectionConfig config, JsonNode answer) {
        String id = Long.toHexString(scheduler.random().nextLong());
        try {
            String url = config.endpoint().target(pointer -> JsonText.value(answer, pointer), id);
            return Future.succeededFuture(new Place(hidingTokens(config, answer).withUrl(url), answer));
        } catch (InvalidConfigException wrong) { // its message contains the URL
            return Future.failedFuture(new RestFailedException(
                    "an answer that gives no wss:// URL (ws:// only for loopback hosts, or with \"allowPlaintext\")",
                    0));
        } catch (IllegalArgumentException lacking) {
            return Future.failedFuture(new RestFailedException("an answer with " + lacking.getMessage(), 0));
        }
    }

    /** The server may repeat a token of the answer, also in a refusal. */
    private static WsConnectionConfig hidingTokens(WsConnectionConfig config, JsonNode answer) {
        Credentials known = config.credentials();
        return Records.with(
                config,
                "credentials",
                new Credentials(known.secrets(), known.sign(), known.hidden().and(tokens(answer))));
    }

    /**
     * The texts of an answer that may be tokens. Shorter ones are codes and names, which messages contain too.
     */
    static List<String> tokens(JsonNode answer) {
        List<String> found = new ArrayList<>();
        addTokens(answer, found);
        return found;
    }

    private static void addTokens(JsonNode node, List<String> found) {
        if (node.isTextual()
                && node.textValue().length() >= SHORTEST_TOKEN
                && !node.textValue().contains("://")) {
            found.add(node.textValue());
        }
        node.forEach(child -> addTokens(child, found));
    }

    private RestFailedException failed(Throwable cause, long askedIn) {
        long now = scheduler.nowNanos();
        long wantedMs = cause instanceof RestFailedException rest ? rest.pauseMs() : 0;
        int status = cause instanceof RestFailedException rest ? rest.status() : 0;
        if (askedIn == spell) {
            wantedMs = Math.max(wantedMs, Math.max(1, retry.delayMs(failures)));
            failures++;
            spell++;
            restUntilNanos = now;
        }
        long untilNanos = now + TimeUnit.MILLISECONDS.toNanos(wantedMs);
        restUntilNanos = untilNanos - restUntilNanos > 0 ? untilNanos : restUntilNanos;
        return new RestFailedException("the endpoint: " + cause.getMessage(), Math.max(1, restMs()), status);
    }

    private long restMs() {
        long leftNanos = restUntilNanos - scheduler.nowNanos();
        return leftNanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
    }

    private Future<Socket> openAt(WsConnectionConfig config) {
        ConnectTarget to = new ConnectTarget(config.url(), config.path());
        String host = to.host();
        long waitMs = URI.create(config.url()).getHost().equals(ownHost)
                ? 0 // counted by the feed
                : budget.take(ConnectBudget.Target.of(to, config.limitsOf(Limit.What.CONNECTS)), scheduler.nowNanos());
        if (waitMs > 0) {
            return Future.failedFuture(new RestFailedException(
                    "no attempt at the host from the endpoint is allowed for " + waitMs + " ms", waitMs));
        }
        return sockets.connect(config).onFailure(e -> {
            if (e instanceof UpgradeRejectedException refused) {
                String header = refused.getHeaders().get("Retry-After");
                long pauseMs = RetryAfter.pauseMs(refused.getStatus(), header, Instant.now());
                budget.pause(host, pauseMs, scheduler.nowNanos());
            }
        });
    }
}
