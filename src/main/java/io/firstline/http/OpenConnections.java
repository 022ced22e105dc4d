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
 * Bounds the connections of browsers and scrapers. At the limit, a new connection replaces the one that has been idle
 * longest, so that thousands of idle connections do not lock the operator out. Runs on one event loop.
 */
final class OpenConnections {
    private final int limit;
    /** Connections with the time of their last request or opening; the most recent is last. */
    private final Map<HttpConnection, Long> open = new LinkedHashMap<>();
    /** Connections that receive updates. They send nothing but are not idle, and have a separate limit. */
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

    /** A complete request has arrived on the connection. */
    void spoke(HttpConnection connection, long nowNanos) {
        if (open.remove(connection) != null) {
            open.put(connection, nowNanos);
        }
    }

    /**
     * Closes connections without a complete request since the given time. An idle timeout would restart with each byte.
     */
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

    /**
     * Closes a connection immediately. Vert.x' own close waits until everything is written, which a client that does
     * not read can delay forever.
     */
    static void cut(HttpConnection connection) {
        ChannelFuture unused =
                ((ConnectionBase) connection).channelHandlerContext().close();
    }

    /** The connection stays open to receive updates. */
    void listens(HttpConnection connection) {
        if (open.remove(connection) != null) {
            listening.add(connection);
        }
    }

    /** The connection now serves a client of a bridge, which has a separate limit. */
    void forget(HttpConnection connection) {
        open.remove(connection);
        listening.remove(connection);
    }

    int size() {
        return open.size() + listening.size();
    }
}
