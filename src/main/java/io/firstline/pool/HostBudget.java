package io.firstline.pool;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Clockwork;
import io.firstline.connection.ConnectBudget;
import java.net.URI;
import java.util.List;

/** The shared {@link ConnectBudget} as one feed sees it: its limit, its clock, and the hosts of its URLs. */
final class HostBudget {
    private final ConnectBudget shared;
    private final String feed;
    private final Clockwork clockwork;
    private int limit;

    HostBudget(ConnectBudget shared, String feed, WsConnectionConfig config, Clockwork clockwork) {
        this.shared = shared;
        this.feed = feed;
        this.clockwork = clockwork;
        follow(config);
    }

    /** From now on attempts are made as this configuration says. */
    void follow(WsConnectionConfig config) {
        limit = config.retry().connectsPer5Min();
    }

    /**
     * Takes an attempt: 0 = go ahead, else milliseconds to wait.
     *
     * @param dark whether the feed has no connection, nor another attempt under way
     */
    long take(String url, boolean dark) {
        return shared.take(host(url), limit, feed, dark, clockwork.nowNanos());
    }

    /** The feed is about to connect to one of these: attempts are kept for it. */
    void wish(List<String> urls) {
        urls.forEach(url -> shared.wish(host(url), feed, clockwork.nowNanos()));
    }

    /** The feed has a connection, or wants none any more. */
    void wishGranted(List<String> urls) {
        urls.forEach(url -> shared.wishGranted(host(url), feed));
    }

    /** In how many milliseconds a feed without any connection may try before its back-off is over. */
    long probeInMs(String url) {
        return shared.probeInMs(host(url), limit, clockwork.nowNanos());
    }

    /** For how many milliseconds the host still wants to be left alone. */
    long pausedMs(String url) {
        return shared.pausedMs(host(url), clockwork.nowNanos());
    }

    /** Whatever the host asked for, attempts are made from now on. */
    void resume(List<String> urls) {
        urls.forEach(url -> shared.resume(host(url)));
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
