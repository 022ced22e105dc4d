package io.firstline.pool;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Clockwork;
import io.firstline.connection.ConnectBudget;
import java.net.URI;

/** The shared {@link ConnectBudget} as one feed sees it: its limit, its clock, and the hosts of its URLs. */
final class HostBudget {
    private final ConnectBudget shared;
    private final Clockwork clockwork;
    private int limit;

    HostBudget(ConnectBudget shared, WsConnectionConfig config, Clockwork clockwork) {
        this.shared = shared;
        this.clockwork = clockwork;
        follow(config);
    }

    /** From now on attempts are made as this configuration says. */
    void follow(WsConnectionConfig config) {
        limit = config.retry().connectsPer5Min();
    }

    /** Takes an attempt: 0 = go ahead, else milliseconds to wait. */
    long take(String url) {
        return shared.take(host(url), limit, clockwork.nowNanos());
    }

    /** Whether an attempt that can wait may be made now. */
    boolean hasSpare(String url) {
        return shared.hasSpare(host(url), limit, clockwork.nowNanos());
    }

    /** How many attempts are left; -1 = they are not limited. */
    int left(String url) {
        return shared.left(host(url), limit, clockwork.nowNanos());
    }

    /** The host asked to be left alone. */
    void pause(String url, long pauseMs) {
        shared.pause(host(url), pauseMs, clockwork.nowNanos());
    }

    private static String host(String url) {
        return URI.create(url).getHost();
    }
}
