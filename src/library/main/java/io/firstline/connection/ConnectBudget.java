package io.firstline.connection;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Limits how often this process connects to a host. Venues count attempts per address over five minutes and ban an
 * address that exceeds the limit, so all feeds of a Vert.x instance share one budget. A host that demands a pause gets
 * no attempts until it is over.
 *
 * <p>The budget serves the greatest need first. A feed without any connection may use the whole budget. Further
 * connections of a feed leave one attempt for each feed that has none yet, and a thirtieth for connections that are
 * lost. While a host demands a pause, feeds without any connection share one attempt every {@value #PAUSED_PROBE_S} s,
 * so that none stays disconnected for the whole pause.
 *
 * <p>Methods take the time as an argument, in nanoseconds of the monotonic clock. Thread-safe: feeds run on different
 * event loops, and attempts to connect are rare enough for a lock.
 */
public final class ConnectBudget implements Shareable {
    static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(5);
    /**
     * A feed without any connection tries a host at least this often, whatever its back-off, as long as half of the
     * budget is left.
     */
    static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(2);

    static final int MAX_HOSTS = 1_024;

    private static final int PAUSED_PROBE_S = 60;
    private static final long PAUSED_PROBE_NANOS = TimeUnit.SECONDS.toNanos(PAUSED_PROBE_S);
    /** The wish of a feed that has not asked for this long expires. */
    private static final long REQUEST_EXPIRY_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** The pause before the next request while attempts are reserved for others. */
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final String SHARED = "firstline.connect-budget";

    /** The state of one host: its attempts in the last five minutes, oldest first, and the end of its pause. */
    private static final class Host {
        private final ArrayDeque<Long> attempts = new ArrayDeque<>();
        /** Feeds without any connection, with the time of their last request. */
        private final Map<String, Long> requests = new HashMap<>();

        private boolean tried;
        private long triedNanos;
        private boolean paused;
        private long pausedUntilNanos;

        void forget(long nowNanos) {
            while (!attempts.isEmpty() && attempts.peekFirst() - (nowNanos - WINDOW_NANOS) <= 0) {
                attempts.removeFirst();
            }
            requests.values().removeIf(since -> nowNanos - since > REQUEST_EXPIRY_NANOS);
            paused = paused && pausedUntilNanos - nowNanos > 0;
        }

        boolean isIdle() {
            return attempts.isEmpty() && requests.isEmpty() && !paused;
        }

        /** The rest of the pause, or the time until the next attempt that it allows a feed without any connection. */
        long pauseNanos(boolean dark, long nowNanos) {
            if (!paused || (dark && !tried)) {
                return 0;
            }
            long leftNanos = pausedUntilNanos - nowNanos;
            return dark ? Math.min(leftNanos, PAUSED_PROBE_NANOS - sinceTriedNanos(nowNanos)) : leftNanos;
        }

        long sinceTriedNanos(long nowNanos) {
            return tried ? nowNanos - triedNanos : Long.MAX_VALUE;
        }
    }

    private final Map<String, Host> hosts = new HashMap<>();

    /** Makes a budget that nothing shares. */
    public ConnectBudget() {}

    /** The budget that all feeds on this Vert.x share. */
    public static ConnectBudget of(Vertx vertx) {
        return vertx.sharedData()
                .<String, ConnectBudget>getLocalMap(SHARED)
                .computeIfAbsent(SHARED, name -> new ConnectBudget());
    }

    private Host host(String name, long nowNanos) {
        Host known = hosts.get(name);
        if (known == null) {
            if (hosts.size() >= MAX_HOSTS) {
                makeRoom(nowNanos);
            }
            known = new Host();
            hosts.put(name, known);
        }
        known.forget(nowNanos);
        return known;
    }

    /** Removes idle hosts or, if there are none, the least recently tried host. */
    private void makeRoom(long nowNanos) {
        hosts.values().removeIf(host -> {
            host.forget(nowNanos);
            return host.isIdle();
        });
        if (hosts.size() >= MAX_HOSTS) {
            hosts.entrySet().stream()
                    .max(Comparator.comparingLong(entry -> entry.getValue().sinceTriedNanos(nowNanos)))
                    .map(Map.Entry::getKey)
                    .ifPresent(hosts::remove);
        }
    }

    /** The number of hosts in memory. */
    synchronized int hosts() {
        return hosts.size();
    }

    /** A feed without any connection wants to connect: the budget reserves an attempt for it. */
    public synchronized void wish(String host, String feed, long nowNanos) {
        host(host, nowNanos).requests.put(feed, nowNanos);
    }

    /** A feed has a connection or no longer wants one: its reservation ends. */
    public synchronized void attemptMade(String host, String feed) {
        Host known = hosts.get(host);
        if (known != null) {
            known.requests.remove(feed);
        }
    }

    /**
     * Takes one attempt from the budget, if one is left.
     *
     * @param limit allowed attempts in five minutes, 0 = no limit
     * @return 0 if the attempt may start and is counted; otherwise the milliseconds to wait before the next call
     */
    public synchronized long take(String host, int limit, long nowNanos) {
        return take(host(host, nowNanos), limit, 0, false, nowNanos);
    }

    /**
     * Takes one attempt for a feed.
     *
     * @param dark whether the feed has neither a connection nor another attempt under way
     */
    public synchronized long take(String host, int limit, String feed, boolean dark, long nowNanos) {
        Host known = host(host, nowNanos);
        if (dark) {
            known.requests.put(feed, nowNanos);
        }
        int others = known.requests.size() - (known.requests.containsKey(feed) ? 1 : 0);
        return take(known, limit, dark ? 0 : others + limit / 30, dark, nowNanos);
    }

    private static long take(Host host, int limit, int kept, boolean dark, long nowNanos) {
        long waitNanos = host.pauseNanos(dark, nowNanos);
        int made = host.attempts.size();
        if (limit > 0 && made >= limit) {
            waitNanos = Math.max(waitNanos, host.attempts.peekFirst() + WINDOW_NANOS - nowNanos);
        } else if (limit > 0 && made + kept >= limit) {
            waitNanos = Math.max(waitNanos, KEPT_NANOS);
        }
        if (waitNanos > 0) {
            return TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1;
        }
        if (limit > 0) {
            host.attempts.addLast(nowNanos);
        }
        host.tried = true;
        host.triedNanos = nowNanos;
        return 0;
    }

    /**
     * Milliseconds until a feed without any connection may try a host despite its back-off; 0 = now. Such attempts use
     * at most half of the budget, because a feed that uses it up has to wait longest.
     */
    public synchronized long probeInMs(String host, int limit, long nowNanos) {
        Host known = host(host, nowNanos);
        long paceNanos = limit == 0 ? PROBE_NANOS : Math.max(PROBE_NANOS, 2 * WINDOW_NANOS / limit);
        long leftNanos = paceNanos - known.sinceTriedNanos(nowNanos);
        return leftNanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
    }

    /** The rest of a host's pause, milliseconds. */
    public synchronized long pausedMs(String host, long nowNanos) {
        Host known = hosts.get(host);
        long leftNanos = known == null || !known.paused ? 0 : known.pausedUntilNanos - nowNanos;
        return leftNanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
    }

    /** Ends a host's pause, because a user wants attempts now. */
    public synchronized void resume(String host) {
        Host known = hosts.get(host);
        if (known != null) {
            known.paused = false;
        }
    }

    /**
     * Whether enough is left for attempts that can wait, such as eviction. A quarter is reserved for lost connections.
     */
    public synchronized boolean hasSpare(String host, int limit, long nowNanos) {
        Host known = hosts.get(host);
        if (known == null) {
            return true;
        }
        known.forget(nowNanos);
        return !known.paused && (limit == 0 || known.attempts.size() < limit - limit / 4);
    }

    /** The number of attempts that could start now; -1 = no limit. */
    public synchronized int left(String host, int limit, long nowNanos) {
        Host known = hosts.get(host);
        if (limit == 0 || known == null) {
            return limit == 0 ? -1 : limit;
        }
        known.forget(nowNanos);
        return Math.max(0, limit - known.attempts.size());
    }

    /**
     * Starts a pause that a host has demanded.
     *
     * @param pauseMs 0 = none
     */
    public synchronized void pause(String host, long pauseMs, long nowNanos) {
        Host known = host(host, nowNanos);
        long until = nowNanos + TimeUnit.MILLISECONDS.toNanos(pauseMs);
        if (!known.paused || until - known.pausedUntilNanos > 0) {
            known.paused = true;
            known.pausedUntilNanos = until;
        }
    }
}
