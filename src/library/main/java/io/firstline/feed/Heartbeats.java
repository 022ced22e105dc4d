package io.firstline.feed;

import io.firstline.config.venue.Heartbeat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the heartbeats that a venue requires on every open connection. Runs on the feed's context. */
final class Heartbeats {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

    private final Heartbeat heartbeat;
    /** Far from the ids of requests: a reply to a heartbeat must not settle one. */
    private long lastId = 1_000_000_000;

    Heartbeats(Heartbeat heartbeat) {
        this.heartbeat = heartbeat;
    }

    /** Sends due heartbeats, and reports connections that have not answered; called about once a second. */
    void check(List<PooledConnection> open, long nowNanos) {
        if (heartbeat.isNone()) {
            return;
        }
        for (PooledConnection pooled : open) {
            if (!pooled.isLive()) {
                continue;
            }
            long silentMs = pooled.connection.silentMs();
            if (heartbeat.answered() && silentMs >= 2L * heartbeat.everyMs()) {
                pooled.connection.unanswered(
                        nowNanos - TimeUnit.MILLISECONDS.toNanos(heartbeat.everyMs()), "no answer to a heartbeat");
            }
            if (pooled.isLive()
                    && nowNanos - pooled.heartbeatNanos >= TimeUnit.MILLISECONDS.toNanos(heartbeat.everyMs())) {
                pooled.heartbeatNanos = nowNanos;
                pooled.connection
                        .sendFirst(heartbeat.message(++lastId))
                        // the end of the connection is reported
                        .onFailure(e -> LOG.debug("{} heartbeat", pooled.id(), e));
            }
        }
    }
}
