package io.firstline.pool;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.ConnectBudget;
import io.vertx.core.Vertx;
import java.net.URI;

/** The shared {@link ConnectBudget} as one feed sees it: its host, its limit, the real clock. */
final class HostBudget {
    private final ConnectBudget shared;
    private final String host;
    private final int limit;

    HostBudget(Vertx vertx, WsConnectionConfig config) {
        this.shared = ConnectBudget.of(vertx);
        this.host = URI.create(config.url()).getHost();
        this.limit = config.retry().connectsPer5Min();
    }

    /** Takes an attempt: 0 = go ahead, else milliseconds to wait. */
    long take() {
        return shared.take(host, limit, System.nanoTime());
    }

    /** Whether an attempt that can wait may be made now. */
    boolean hasSpare() {
        return shared.hasSpare(host, limit, System.nanoTime());
    }

    /** The host asked to be left alone. */
    void pause(long pauseMs) {
        shared.pause(host, pauseMs, System.nanoTime());
    }
}
