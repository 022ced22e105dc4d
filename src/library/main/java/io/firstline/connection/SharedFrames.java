package io.firstline.connection;

import io.firstline.config.Limit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The frames that all connections of this process to one place may send under one limit. Connections that wait are
 * served in turn: first the feed that was served longest ago, and of its connections the one that was served longest
 * ago. Pings, heartbeats and answers keep their part of the limit while requests wait; pings at most half of it.
 *
 * <p>Takes the time as an argument, in nanoseconds of the monotonic clock. Thread-safe: feeds run on different event
 * loops, and connections with such a limit send seldom.
 */
final class SharedFrames {
    /** The wait of a connection whose turn it is not. */
    static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A connection that no longer asks for this long has ended. */
    private static final long EXPIRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final class Party {
        private final String feed;
        private long askedNanos;
        private long served;

        Party(String feed) {
            this.feed = feed;
        }
    }

    private final FrameRateLimit window;
    private final int forUrgent;
    /** The pings beside waiting requests; null = the limit is too low for that. */
    private final FrameRateLimit pings;

    private final Map<Object, Party> waiting = new HashMap<>();
    /** The turn in which each waiting feed was served last. */
    private final Map<String, Long> servedFeeds = new HashMap<>();

    private long turn;

    SharedFrames(Limit limit) {
        this.window = new FrameRateLimit(limit);
        // a limit of requests counts nothing urgent
        this.forUrgent = limit.what() == Limit.What.REQUESTS ? 0 : limit.max() / 4;
        int forPings = (forUrgent + 1) / 2;
        this.pings = forPings == 0
                ? null
                : new FrameRateLimit(new Limit(limit.what(), forPings, limit.perMs(), limit.scope()));
    }

    /**
     * The wait until this connection may send, nanoseconds; 0 = now.
     *
     * @param connection identifies it
     */
    synchronized long waitNanos(Object connection, FrameKind kind, long nowNanos) {
        if (kind == FrameKind.URGENT) {
            return window.waitNanos(forUrgent / 2, nowNanos);
        }
        waiting.values().removeIf(party -> nowNanos - party.askedNanos > EXPIRY_NANOS);
        if (kind == FrameKind.PING && pings != null && !waiting.isEmpty()) {
            return Math.max(window.waitNanos(forUrgent / 2, nowNanos), pings.waitNanos(0, nowNanos));
        }
        int before = before(connection);
        if (window.waitNanos(forUrgent + before, nowNanos) == 0 && before < freeAtMost()) {
            return 0;
        }
        return Math.max(TURN_NANOS, Math.min(EXPIRY_NANOS / 2, window.waitNanos(forUrgent, nowNanos)));
    }

    private int freeAtMost() {
        return window.limit() - forUrgent;
    }

    /** This connection waits for its turn. */
    synchronized void waits(Object connection, String feed, long nowNanos) {
        waiting.computeIfAbsent(connection, any -> new Party(feed)).askedNanos = nowNanos;
        servedFeeds.putIfAbsent(feed, 0L);
    }

    /** The number of waiting connections that are served before this one. */
    private int before(Object connection) {
        Party own = waiting.get(connection);
        if (own == null) {
            return waiting.size();
        }
        long ownFeed = servedFeeds.get(own.feed);
        return (int) waiting.values().stream()
                .filter(party -> {
                    long feed = servedFeeds.get(party.feed);
                    return feed < ownFeed || (feed == ownFeed && party.served < own.served);
                })
                .count();
    }

    /** Counts a frame that is sent now. */
    synchronized void spend(Object connection, FrameKind kind, long nowNanos) {
        window.spend(nowNanos);
        if (kind == FrameKind.PING && pings != null) {
            pings.spend(nowNanos);
        }
        Party party = waiting.get(connection);
        if (party != null) {
            party.served = ++turn;
            servedFeeds.put(party.feed, turn);
        }
    }

    /** This connection waits no longer. */
    synchronized void leave(Object connection) {
        waiting.remove(connection);
        if (waiting.isEmpty()) {
            servedFeeds.clear();
        }
    }
}
