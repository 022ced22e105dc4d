package io.firstline.connection;

import io.firstline.config.ConnectTarget;
import io.firstline.config.Limit;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Limits how often this process connects to a host. Venues count attempts per address, mostly over five minutes, and
 * ban an address that exceeds the limit, so all feeds of a Vert.x instance share one budget. A host that demands a
 * pause gets no attempts until it is over.
 *
 * <p>The budget serves the greatest need first. A feed without any connection may use the whole budget. Further
 * connections of a feed leave one attempt for each feed that has none yet, and a third for feeds that lose their last
 * one: a server that ends every connection after seconds would otherwise leave them without one for the rest of the time. While a host demands a pause, feeds without any connection share one attempt every {@value #PAUSED_PROBE_S} s,
 * so that none stays disconnected for the whole pause.
 *
 * <p>Methods take the time as an argument, in nanoseconds of the monotonic clock. Thread-safe: feeds run on different
 * event loops, and attempts to connect are rare enough for a lock.
 */
public final class ConnectBudget implements Shareable {
    /**
     * A feed without any connection tries a host at least this often, whatever its back-off, as long as half of the
     * budget is left.
     */
    static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(2);

    static final int MAX_HOSTS = 1_024;

    private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int PAUSED_PROBE_S = 60;
    private static final long PAUSED_PROBE_NANOS = TimeUnit.SECONDS.toNanos(PAUSED_PROBE_S);
    /** The wish of a feed that has not asked for this long expires. */
    private static final long REQUEST_EXPIRY_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** The pause before the next request while attempts are reserved for others. */
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final String SHARED = "firstline.connect-budget";

    /** A host to connect to, with the limits of attempts there. */
    public record Target(String host, List<Quota> quotas) {
        /** The place of a URL. */
        public static Target of(String url, List<Limit> limits) {
            return new Target(
                    URI.create(url).getHost(),
                    limits.stream()
                            .map(limit -> new Quota(limit.place(url), limit.max(), limit.perMs() * 1_000_000L))
                            .toList());
        }

        /** The place of a connection: servers count each local address and each proxy apart. */
        public static Target of(ConnectTarget to, List<Limit> limits) {
            return new Target(
                    to.host(),
                    limits.stream()
                            .map(limit -> new Quota(to.place(limit), limit.max(), limit.perMs() * 1_000_000L))
                            .toList());
        }
    }

    /** The most attempts at a place in any time of this length. */
    record Quota(String place, int max, long windowNanos) {}

    /**
     * The state of one host or domain: its attempts as long as a limit counts them, oldest first, and the end of its
     * pause.
     */
    private static final class Host {
        private final ArrayDeque<Long> attempts = new ArrayDeque<>();
        private long windowNanos;
        /** Feeds without any connection, with the time of their last request. */
        private final Map<String, Long> requests = new HashMap<>();

        private boolean tried;
        private long triedNanos;
        private boolean paused;
        private long pausedUntilNanos;

        void forget(long nowNanos) {
            while (!attempts.isEmpty() && attempts.peekFirst() - (nowNanos - windowNanos) <= 0) {
                attempts.removeFirst();
            }
            requests.values().removeIf(since -> nowNanos - since > REQUEST_EXPIRY_NANOS);
            paused = paused && pausedUntilNanos - nowNanos > 0;
        }

        /** Returns how many attempts a limit counts. */
        int counted(Quota quota, long nowNanos) {
            windowNanos = Math.max(windowNanos, quota.windowNanos());
            return quota.windowNanos() == windowNanos
                    ? attempts.size()
                    : (int) attempts.stream()
                            .filter(at -> at - (nowNanos - quota.windowNanos()) > 0)
                            .count();
        }

        /** Returns when the limit allows another attempt, counted from now; all its attempts are used. */
        long freeInNanos(Quota quota, long nowNanos) {
            Iterator<Long> latestFirst = attempts.descendingIterator();
            long oldest = nowNanos;
            for (int i = 0; i < quota.max(); i++) {
                oldest = latestFirst.next();
            }
            return oldest + quota.windowNanos() - nowNanos;
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
    private final SharedLimits others = new SharedLimits();

    /** Makes a budget that nothing shares. */
    public ConnectBudget() {}

    /** The budget that all feeds on this Vert.x share. */
    public static ConnectBudget of(Vertx vertx) {
        return vertx.sharedData()
                .<String, ConnectBudget>getLocalMap(SHARED)
                .computeIfAbsent(SHARED, name -> new ConnectBudget());
    }

    /** The other limits that the same connections share. */
    public SharedLimits others() {
        return others;
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
     * Takes one attempt from the whole budget, if one is left: the caller's feed has taken its own already.
     *
     * @return 0 if the attempt may start and is counted; otherwise the milliseconds to wait before the next call
     */
    public synchronized long take(Target target, long nowNanos) {
        return take(target, 0, false, false, nowNanos);
    }

    /**
     * Takes one attempt for a feed.
     *
     * @param dark whether the feed has neither a connection nor another attempt under way
     */
    public synchronized long take(Target target, String feed, boolean dark, long nowNanos) {
        Host known = host(target.host(), nowNanos);
        if (dark) {
            known.requests.put(feed, nowNanos);
        }
        int others = known.requests.size() - (known.requests.containsKey(feed) ? 1 : 0);
        return take(target, others, dark, !dark, nowNanos);
    }

    private long take(Target target, int others, boolean dark, boolean leavesSome, long nowNanos) {
        Host host = host(target.host(), nowNanos);
        long waitNanos = host.pauseNanos(dark, nowNanos);
        for (Quota quota : target.quotas()) {
            Host place = host(quota.place(), nowNanos);
            int made = place.counted(quota, nowNanos);
            if (made >= quota.max()) {
                waitNanos = Math.max(waitNanos, place.freeInNanos(quota, nowNanos));
            } else if (leavesSome && made + others + kept(quota) >= quota.max()) {
                waitNanos = Math.max(waitNanos, KEPT_NANOS);
            }
        }
        if (waitNanos > 0) {
            return TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1;
        }
        target.quotas().stream().map(Quota::place).distinct().forEach(place -> host(place, nowNanos)
                .attempts
                .addLast(nowNanos));
        host.tried = true;
        host.triedNanos = nowNanos;
        return 0;
    }

    /** Attempts for feeds that lose their last connection; those of short times are soon there again. */
    private static int kept(Quota quota) {
        return quota.max() / (quota.windowNanos() < LONG_NANOS ? 30 : 3);
    }

    /**
     * Milliseconds until a feed without any connection may try a host despite its back-off; 0 = now. Such attempts use
     * at most half of the budget, because a feed that uses it up has to wait longest.
     */
    public synchronized long probeInMs(Target target, long nowNanos) {
        long paceNanos = target.quotas().stream()
                .mapToLong(quota -> 2 * quota.windowNanos() / quota.max())
                .reduce(PROBE_NANOS, Math::max);
        long leftNanos = paceNanos - host(target.host(), nowNanos).sinceTriedNanos(nowNanos);
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
     * Whether enough is left for attempts that can wait, such as eviction. A sixth is reserved for lost connections, beside
     * what those of feeds without any connection have.
     */
    public synchronized boolean hasSpare(Target target, long nowNanos) {
        Host known = hosts.get(target.host());
        if (known != null) {
            known.forget(nowNanos);
        }
        return (known == null || !known.paused)
                && target.quotas().stream()
                        .allMatch(quota -> made(quota, nowNanos) < quota.max() - kept(quota) - quota.max() / 6);
    }

    /** The number of attempts that could start now; -1 = no limit. */
    public synchronized int left(Target target, long nowNanos) {
        return target.quotas().stream()
                .mapToInt(quota -> Math.max(0, quota.max() - made(quota, nowNanos)))
                .min()
                .orElse(-1);
    }

    private int made(Quota quota, long nowNanos) {
        Host known = hosts.get(quota.place());
        if (known == null) {
            return 0;
        }
        known.forget(nowNanos);
        return known.counted(quota, nowNanos);
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
