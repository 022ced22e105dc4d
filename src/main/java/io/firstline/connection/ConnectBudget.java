package io.firstline.connection;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How often this process may still connect to a host. Venues count attempts per address over five minutes and ban who exceeds it, so
 * all feeds of a Vert.x instance share one budget. A host that says "too often" is left alone for as long as it asked.
 *
 * <p>Takes the time as an argument, in nanoseconds of the monotonic clock. Thread-safe: feeds run on different event loops, and an
 * attempt to connect is rare enough for a lock.
 */
public final class ConnectBudget implements Shareable {
    static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final String SHARED = "firstline.connect-budget";

    /** What is known of one host: the attempts of the last five minutes, oldest first, and until when it wants to be left alone. */
    private static final class Host {
        private final ArrayDeque<Long> attempts = new ArrayDeque<>();
        private boolean paused;
        private long pausedUntilNanos;

        void forgetBefore(long nanos) {
            while (!attempts.isEmpty() && attempts.peekFirst() - nanos <= 0) {
                attempts.removeFirst();
            }
        }
    }

    private final Map<String, Host> hosts = new HashMap<>();

    /** The budget that all feeds on this Vert.x share. */
    public static ConnectBudget of(Vertx vertx) {
        return vertx.sharedData()
                .<String, ConnectBudget>getLocalMap(SHARED)
                .computeIfAbsent(SHARED, name -> new ConnectBudget());
    }

    /**
     * Takes one attempt out of the budget, if there is one.
     *
     * @param limit attempts allowed in five minutes, 0 = no limit
     * @return 0 = go ahead, the attempt is counted; else so many milliseconds to wait before asking again
     */
    public synchronized long take(String host, int limit, long nowNanos) {
        Host known = hosts.computeIfAbsent(host, h -> new Host());
        known.forgetBefore(nowNanos - WINDOW_NANOS);
        long waitNanos = known.paused ? known.pausedUntilNanos - nowNanos : 0;
        if (limit > 0 && known.attempts.size() >= limit) {
            waitNanos = Math.max(waitNanos, known.attempts.peekFirst() + WINDOW_NANOS - nowNanos);
        }
        if (waitNanos > 0) {
            return TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1;
        }
        known.paused = false;
        if (limit > 0) {
            known.attempts.addLast(nowNanos);
        }
        return 0;
    }

    /**
     * Whether enough is left for attempts that can wait, such as eviction: a quarter is kept for connections that are lost.
     */
    public synchronized boolean hasSpare(String host, int limit, long nowNanos) {
        Host known = hosts.get(host);
        if (known == null) {
            return true;
        }
        known.forgetBefore(nowNanos - WINDOW_NANOS);
        boolean paused = known.paused && known.pausedUntilNanos - nowNanos > 0;
        return !paused && (limit == 0 || known.attempts.size() < limit - limit / 4);
    }

    /** How many attempts it could make at once; -1 = there is no limit. */
    public synchronized int left(String host, int limit, long nowNanos) {
        Host known = hosts.get(host);
        if (limit == 0 || known == null) {
            return limit == 0 ? -1 : limit;
        }
        known.forgetBefore(nowNanos - WINDOW_NANOS);
        return Math.max(0, limit - known.attempts.size());
    }

    /** Leaves a host alone for a while, because it asked for that. */
    public synchronized void pause(String host, long pauseMs, long nowNanos) {
        Host known = hosts.computeIfAbsent(host, h -> new Host());
        long until = nowNanos + TimeUnit.MILLISECONDS.toNanos(pauseMs);
        if (!known.paused || until - known.pausedUntilNanos > 0) {
            known.paused = true;
            known.pausedUntilNanos = until;
        }
    }
}
