package io.firstline.http;

import io.netty.channel.ChannelFuture;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The connections of browsers and scrapers, of which there are never more than a limit: for a new one the one that has been idle longest
 * goes, so that thousands of idle ones do not keep the operator out. Belongs to one event loop.
 */
final class OpenConnections {
    private final int limit;
    /** With the time at which each spoke last, or opened; who spoke last stands last. */
    private final Map<HttpConnection, Long> open = new LinkedHashMap<>();
    /** Those that are listening to updates: they are not idle though they say nothing; they have a limit of their own. */
    private final Set<HttpConnection> listening = new LinkedHashSet<>();

    OpenConnections(int limit) {
        this.limit = limit;
    }

    void opened(HttpConnection connection, long nowNanos) {
        open.put(connection, nowNanos);
        connection.closeHandler(v -> {
            open.remove(connection);
            listening.remove(connection);
        });
        if (open.size() > limit) {
            close(open.keySet().iterator().next());
        }
    }

    /** A whole request has come on it. */
    void spoke(HttpConnection connection, long nowNanos) {
        if (open.remove(connection) != null) {
            open.put(connection, nowNanos);
        }
    }

    /** Closes those that have not brought a whole request since then: a time-out would begin anew with each byte. */
    void closeSilentSince(long nanos) {
        List<HttpConnection> silent = new ArrayList<>();
        for (Map.Entry<HttpConnection, Long> each : open.entrySet()) {
            if (each.getValue() - nanos >= 0) {
                break;
            }
            silent.add(each.getKey());
        }
        silent.forEach(this::close);
    }

    private void close(HttpConnection connection) {
        open.remove(connection);
        cut(connection);
    }

    /** Ends a connection now: Vert.x' own way waits until everything is written, which somebody who reads nothing can put off for ever. */
    static void cut(HttpConnection connection) {
        ChannelFuture unused =
                ((ConnectionBase) connection).channelHandlerContext().close();
    }

    /** It stays open for what is sent to it. */
    void listens(HttpConnection connection) {
        if (open.remove(connection) != null) {
            listening.add(connection);
        }
    }

    /** It serves a client of a bridge, which has a limit of its own. */
    void forget(HttpConnection connection) {
        open.remove(connection);
        listening.remove(connection);
    }

    int size() {
        return open.size() + listening.size();
    }
}
