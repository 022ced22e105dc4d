package io.firstline.connection;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How often this process may still connect to a host. Venues count attempts per address over five minutes and ban who exceeds it, so
 * all feeds of a Vert.x instance share one budget. A host that says "too often" is left alone for as long as it asked.
 *
 * <p>Who needs it most comes first. A feed without any connection may use the whole budget; further connections of a feed leave one
 * attempt for each feed that has none yet, and a thirtieth for those that lose theirs. While a host wants to be left alone, feeds
 * without any connection try it together once every {@value #PAUSED_PROBE_S} s: nobody stays dark for as long as a server says.
 *
 * <p>Takes the time as an argument, in nanoseconds of the monotonic clock. Thread-safe: feeds run on different event loops, and an
 * attempt to connect is rare enough for a lock.
 */
public final class ConnectBudget implements Shareable {
    static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(5);
    /** Without any connection, a host is tried at least this often, whatever the back-off, as far as half of the budget allows. */
    static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(2);

    static final int MAX_HOSTS = 1_024;

    private static final int PAUSED_PROBE_S = 60;
    private static final long PAUSED_PROBE_NANOS = TimeUnit.SECONDS.toNanos(PAUSED_PROBE_S);
    /** A feed that has not asked for so long does not want its first connection any more. */
    private static final long WISH_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Asked again after so long, while attempts are kept for others. */
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final String SHARED = "firstline.connect-budget";

    /** What is known of one host: the attempts of the last five minutes, oldest first, and until when it wants to be left alone. */
    private static final class Host {
        private final ArrayDeque<Long> attempts = new ArrayDeque<>();
        /** Feeds without any connection, and when they said so. */
        private final Map<String, Long> wishes = new HashMap<>();

        private boolean tried;
        private long triedNanos;
        private boolean paused;
        private long pausedUntilNanos;

        void forget(long nowNanos) {
            while (!attempts.isEmpty() && attempts.peekFirst() - (nowNanos - WINDOW_NANOS) <= 0) {
                attempts.removeFirst();
            }
            wishes.values().removeIf(since -> nowNanos - since > WISH_NANOS);
            paused = paused && pausedUntilNanos - nowNanos > 0;
        }

        boolean isIdle() {
            return attempts.isEmpty() && wishes.isEmpty() && !paused;
        }

        long sinceTriedNanos(long nowNanos) {
            return tried ? nowNanos - triedNanos : Long.MAX_VALUE;
        }
    }

    private final Map<String, Host> hosts = new HashMap<>();

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

    /** Forgets idle hosts; if there is none, the one that was not tried for longest. */
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

    /** How many hosts are remembered. */
    synchronized int hosts() {
        return hosts.size();
    }

    /** A feed without any connection is going to connect: attempts are kept for it. */
    public synchronized void wish(String host, String feed, long nowNanos) {
        host(host, nowNanos).wishes.put(feed, nowNanos);
    }

    /** A feed has a connection, or wants none any more. */
    public synchronized void wishGranted(String host, String feed) {
        Host known = hosts.get(host);
        if (known != null) {
            known.wishes.remove(feed);
        }
    }

    /**
     * Takes one attempt out of the budget, if there is one.
     *
     * @param limit attempts allowed in five minutes, 0 = no limit
     * @return 0 = go ahead, the attempt is counted; else so many milliseconds to wait before asking again
     */
    public synchronized long take(String host, int limit, long nowNanos) {
        return take(host(host, nowNanos), limit, 0, false, nowNanos);
    }

    /**
     * The same for a feed.
     *
     * @param dark whether it has no connection, nor another attempt under way
     */
    public synchronized long take(String host, int limit, String feed, boolean dark, long nowNanos) {
        Host known = host(host, nowNanos);
        if (dark) {
            known.wishes.put(feed, nowNanos);
        }
        int others = known.wishes.size() - (known.wishes.containsKey(feed) ? 1 : 0);
        return take(known, limit, dark ? 0 : others + limit / 30, dark, nowNanos);
    }

    private static long take(Host host, int limit, int kept, boolean dark, long nowNanos) {
        long waitNanos = host.paused ? host.pausedUntilNanos - nowNanos : 0;
        if (waitNanos > 0 && dark) {
            waitNanos = host.tried ? Math.min(waitNanos, PAUSED_PROBE_NANOS - host.sinceTriedNanos(nowNanos)) : 0;
        }
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
     * In how many milliseconds a feed without any connection may try a host before its back-off is over; 0 = now. Such attempts use no
     * more than half of the budget: who spends it all waits longest.
     */
    public synchronized long probeInMs(String host, int limit, long nowNanos) {
        Host known = host(host, nowNanos);
        long paceNanos = limit == 0 ? PROBE_NANOS : Math.max(PROBE_NANOS, 2 * WINDOW_NANOS / limit);
        long leftNanos = paceNanos - known.sinceTriedNanos(nowNanos);
        return leftNanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
    }

    /** For how many milliseconds a host still wants to be left alone. */
    public synchronized long pausedMs(String host, long nowNanos) {
        Host known = hosts.get(host);
        long leftNanos = known == null || !known.paused ? 0 : known.pausedUntilNanos - nowNanos;
        return leftNanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
    }

    /** Somebody wants attempts at once, whatever the host asked for. */
    public synchronized void resume(String host) {
        Host known = hosts.get(host);
        if (known != null) {
            known.paused = false;
        }
    }

    /**
     * Whether enough is left for attempts that can wait, such as eviction: a quarter is kept for connections that are lost.
     */
    public synchronized boolean hasSpare(String host, int limit, long nowNanos) {
        Host known = hosts.get(host);
        if (known == null) {
            return true;
        }
        known.forget(nowNanos);
        return !known.paused && (limit == 0 || known.attempts.size() < limit - limit / 4);
    }

    /** How many attempts it could make at once; -1 = there is no limit. */
    public synchronized int left(String host, int limit, long nowNanos) {
        Host known = hosts.get(host);
        if (limit == 0 || known == null) {
            return limit == 0 ? -1 : limit;
        }
        known.forget(nowNanos);
        return Math.max(0, limit - known.attempts.size());
    }

    /** Leaves a host alone for a while, because it asked for that. */
    public synchronized void pause(String host, long pauseMs, long nowNanos) {
        if (pauseMs <= 0) {
            return;
        }
        Host known = host(host, nowNanos);
        long until = nowNanos + TimeUnit.MILLISECONDS.toNanos(pauseMs);
        if (!known.paused || until - known.pausedUntilNanos > 0) {
            known.paused = true;
            known.pausedUntilNanos = until;
        }
    }
}
