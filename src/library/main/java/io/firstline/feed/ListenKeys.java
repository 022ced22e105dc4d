package io.firstline.feed;

import io.firstline.config.Endpoint;
import io.firstline.config.Endpoint.KeepAlive;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.JsonText;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.RestClient;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Keeps the listen key of each open connection alive. A request that fails is repeated at the next time; when the key
 * expires, the venue closes the connection. Runs on the feed's context.
 */
final class ListenKeys {
    private final FeedEnvironment environment;
    private final Supplier<WsConnectionConfig> config;
    private final FeedEventLog eventLog;

    ListenKeys(FeedEnvironment environment, Supplier<WsConnectionConfig> config, FeedEventLog eventLog) {
        this.environment = environment;
        this.config = config;
        this.eventLog = eventLog;
    }

    /** A connection has opened. */
    void opened(PooledConnection pooled) {
        Endpoint endpoint = config.get().endpoint();
        if (!endpoint.keepAlive().isNone() && pooled.login != null && environment.rests() != null) {
            pooled.keepAliveTimer =
                    environment.scheduler().every(endpoint.keepAlive().everyMs(), () -> request(pooled, endpoint));
        }
    }

    /** A connection has ended. */
    void closed(PooledConnection pooled) {
        environment.scheduler().cancel(pooled.keepAliveTimer);
        pooled.keepAliveTimer = -1;
    }

    private void request(PooledConnection pooled, Endpoint endpoint) {
        if (!pooled.isLive()) {
            closed(pooled);
            return;
        }
        KeepAlive keepAlive = endpoint.keepAlive();
        String url;
        Map<String, String> headers;
        try {
            url = keepAlive.at(pointer -> JsonText.value(pooled.login.answer(), pointer));
            headers = pooled.login.filled(endpoint.headers());
        } catch (IllegalArgumentException lacking) { // it names the pointer
            failed(pooled, String.valueOf(lacking.getMessage()));
            return;
        }
        RestClient client = environment
                .rests()
                .apply(config.get()
                        .withPath(pooled.login.filled(pooled.connection.config().path())));
        Future<Void> sent;
        try {
            sent = client.send(keepAlive.method().name(), url, headers);
        } catch (RuntimeException bad) { // not a URL; its message contains the key
            sent = Future.failedFuture("the listen key gives no valid URL");
        }
        sent.onComplete(done -> {
            client.close();
            if (done.failed()) {
                failed(pooled, String.valueOf(done.cause().getMessage()));
            }
        });
    }

    private void failed(PooledConnection pooled, String why) {
        eventLog.serverError(pooled, List.of(), pooled.shown("the listen key was not kept alive: " + why));
    }
}
