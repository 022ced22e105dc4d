package io.firstline.pool;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Clockwork;
import io.firstline.connection.ConnectBudget;
import java.net.URI;

/** The shared {@link ConnectBudget} as one feed sees it: its host, its limit, its clock. */
final class HostBudget {
    private final ConnectBudget shared;
    private String host;
    private int limit;
    private final Clockwork clockwork;

    HostBudget(ConnectBudget shared, WsConnectionConfig config, Clockwork clockwork) {
        this.shared = shared;
        this.clockwork = clockwork;
        follow(config);
    }

    /** From now on attempts go where this configuration says. */
    void follow(WsConnectionConfig config) {
        host = URI.create(config.url()).getHost();
        limit = config.retry().connectsPer5Min();
    }

    /** Takes an attempt: 0 = go ahead, else milliseconds to wait. */
    long take() {
        return shared.take(host, limit, clockwork.nowNanos());
    }

    /** Whether an attempt that can wait may be made now. */
    boolean hasSpare() {
        return shared.hasSpare(host, limit, clockwork.nowNanos());
    }

    /** The host asked to be left alone. */
    void pause(long pauseMs) {
        shared.pause(host, pauseMs, clockwork.nowNanos());
    }
}
