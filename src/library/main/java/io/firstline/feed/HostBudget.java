package io.firstline.feed;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.Scheduler;
import java.net.URI;
import java.util.List;

/** The shared {@link ConnectBudget} from the view of one feed: its limit, its clock, and the hosts of its URLs. */
final class HostBudget {
    private final ConnectBudget shared;
    private final String feed;
    private final Scheduler scheduler;
    private int limit;

    HostBudget(ConnectBudget shared, String feed, WsConnectionConfig config, Scheduler scheduler) {
        this.shared = shared;
        this.feed = feed;
        this.scheduler = scheduler;
        follow(config);
    }

    /** Uses the limit of another configuration from now on. */
    void follow(WsConnectionConfig config) {
        limit = config.retry().connectsPer5Min();
    }

    /**
     * Takes an attempt; returns 0 if it may start now, otherwise the milliseconds to wait.
     *
     * @param dark whether the feed has neither a connection nor another attempt in progress
     */
    long take(String url, boolean dark) {
        return shared.take(host(url), limit, feed, dark, scheduler.nowNanos());
    }

    /** Reserves attempts for the feed, which is about to connect to one of these URLs. */
    void wish(List<String> urls) {
        urls.forEach(url -> shared.wish(host(url), feed, scheduler.nowNanos()));
    }

    /** Ends the reservation: the feed has a connection, or needs none. */
    void attemptMade(List<String> urls) {
        urls.forEach(url -> shared.attemptMade(host(url), feed));
    }

    /** Returns in how many milliseconds a feed without a connection may try before its back-off ends. */
    long probeInMs(String url) {
        return shared.probeInMs(host(url), limit, scheduler.nowNanos());
    }

    /** Returns the rest of the pause that the host asked for, in milliseconds. */
    long pausedMs(String url) {
        return shared.pausedMs(host(url), scheduler.nowNanos());
    }

    /** Ends the pause that a host asked for. */
    void resume(List<String> urls) {
        urls.forEach(url -> shared.resume(host(url)));
    }

    /** Returns whether an attempt that is not urgent may start now. */
    boolean hasSpare(String url) {
        return shared.hasSpare(host(url), limit, scheduler.nowNanos());
    }

    /** Returns how many attempts are left; -1 = not limited. */
    int left(String url) {
        return shared.left(host(url), limit, scheduler.nowNanos());
    }

    /** The host asked for a pause. */
    void pause(String url, long pauseMs) {
        shared.pause(host(url), pauseMs, scheduler.nowNanos());
    }

    static String host(String url) {
        return URI.create(url).getHost();
    }
}
