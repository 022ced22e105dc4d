package io.firstline.connection;

import io.firstline.config.ConnectTarget;
import io.firstline.config.Limit;
import io.firstline.config.Limit.Scope;
import io.firstline.config.Limit.What;
import io.firstline.config.WsConnectionConfig;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Keeps one connection within all limits of its server. In the connection's limits, one frame is always reserved for a
 * pong, which cannot wait. Of limits over more than a second, a tenth is reserved for heartbeats and answers, which may wait
 * a second but no longer.
 */
public final class SendBudget {
    private static final int FOR_PONGS = 1;
    private static final long URGENT_WAIT_MS = TimeUnit.SECONDS.toMillis(1);

    /** A limit; one of the two counts. */
    private record Counted(Limit limit, FrameRateLimit own, SharedFrames shared) {
        boolean counts(FrameKind kind) {
            return limit.what() == What.FRAMES || kind == FrameKind.REQUEST;
        }

        /** The frames that a limit of the connection must have left after one of this kind. */
        int reserve(FrameKind kind) {
            if (limit.what() != What.FRAMES) {
                return 0; // a limit of requests counts nothing urgent
            }
            return kind == FrameKind.URGENT || limit.perMs() <= URGENT_WAIT_MS
                    ? FOR_PONGS
                    : FOR_PONGS + Math.max(1, limit.max() / 10);
        }
    }

    private final SharedLimits shared;
    private final List<Counted> limits;
    private final String feed;

    /**
     * Makes a budget of which nothing is used, except what others have used of shared limits.
     *
     * @param feed shares fairly with other feeds
     */
    public SendBudget(WsConnectionConfig config, SharedLimits shared, String feed) {
        this.shared = shared;
        this.feed = feed;
        ConnectTarget to = new ConnectTarget(config.url(), config.path());
        this.limits = Stream.of(What.FRAMES, What.REQUESTS)
                .flatMap(what -> config.limitsOf(what).stream())
                .map(limit -> limit.scope() == Scope.CONNECTION
                        ? new Counted(limit, new FrameRateLimit(limit), null)
                        : new Counted(limit, null, shared.frames(limit, to.place(limit))))
                .toList();
    }

    /** The wait until a frame may be sent, nanoseconds; 0 = now. */
    long waitNanos(FrameKind kind, long nowNanos) {
        long longest = 0;
        for (Counted each : limits) {
            if (each.counts(kind)) {
                longest = Math.max(
                        longest,
                        each.own() != null
                                ? each.own().waitNanos(each.reserve(kind), nowNanos)
                                : each.shared().waitNanos(this, kind, nowNanos));
            }
        }
        return longest;
    }

    /** Counts a frame that is sent now if the budget allows it; no other connection gets the same room. */
    boolean trySpend(FrameKind kind, long nowNanos) {
        synchronized (shared) {
            boolean free = waitNanos(kind, nowNanos) == 0;
            if (free) {
                spend(kind, nowNanos);
            }
            return free;
        }
    }

    /** Counts a frame that is sent now, within the budget or not. */
    void spend(FrameKind kind, long nowNanos) {
        for (Counted each : limits) {
            if (!each.counts(kind)) {
                continue;
            }
            if (each.own() != null) {
                each.own().spend(nowNanos);
            } else {
                each.shared().spend(this, kind, nowNanos);
            }
        }
    }

    /** Requests wait: take turns with other connections. */
    void waits(long nowNanos) {
        limits.stream().filter(each -> each.shared() != null).forEach(each -> each.shared()
                .waits(this, feed, nowNanos));
    }

    /** No requests wait. */
    void leave() {
        limits.stream().filter(each -> each.shared() != null).forEach(each -> each.shared()
                .leave(this));
    }
}
