package io.firstline.bridge;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds the connections of browsers, scrapers and clients that have not finished their upgrade. At the limit, a new connection replaces the one that has been idle
 * longest, so that thousands of idle connections do not lock the operator out. Runs on one event loop.
 */
public final class OpenConnections {
    private static final String BYTES = "firstline-bytes";
    private static final String EARLY_FRAMES = "firstline-early-frames";

    private final int limit;
    private final LongSupplier nowNanos;
    /** Connections with the time of their last request or opening; the most recent is last. */
    private final Map<HttpConnection, Long> open = new LinkedHashMap<>();
    /** Connections with the time of the first byte since their last complete request; the oldest is first. */
    private final Map<HttpConnection, Long> unfinished = new LinkedHashMap<>();
    /** Connections that receive updates. They send nothing but are not idle, and have a separate limit. */
    private final Set<HttpConnection> listening = new LinkedHashSet<>();

    /**
     * Starts without connections.
     *
     * @param nowNanos a monotonic clock
     */
    public OpenConnections(int limit, LongSupplier nowNanos) {
        this.limit = limit;
        this.nowNanos = nowNanos;
    }

    /** A connection has opened. */
    public void opened(HttpConnection connection) {
        open.put(connection, nowNanos.getAsLong());
        connection.closeHandler(v -> forget(connection));
        pipeline(connection).addFirst(BYTES, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext channel, Object bytes) {
                if (open.containsKey(connection)) {
                    unfinished.putIfAbsent(connection, nowNanos.getAsLong());
                }
                channel.fireChannelRead(bytes);
            }
        });
        ChannelHandlerContext http = ((ConnectionBase) connection).channelHandlerContext();
        pipeline(connection).addBefore(http.name(), EARLY_FRAMES, new EarlyFrames(http));
        if (open.size() > limit) {
            close(open.keySet().iterator().next());
        }
    }

    /**
     * Closes a connection whose client sends WebSocket frames before the upgrade is accepted, which no client may do (RFC 6455, 4.1).
     * Vert.x would queue these frames at a handler that it then removes: their buffers are never released.
     */
    private static final class EarlyFrames extends ChannelInboundHandlerAdapter {
        private final ChannelHandlerContext http;

        EarlyFrames(ChannelHandlerContext http) {
            this.http = http;
        }

        @Override
        public void channelRead(ChannelHandlerContext channel, Object message) {
            if (message instanceof WebSocketFrame frame && !http.isRemoved()) {
                frame.release();
                ChannelFuture unused = channel.close();
            } else {
                channel.fireChannelRead(message);
            }
        }
    }

    /** A complete request has arrived on the connection. */
    public void requested(HttpConnection connection) {
        unfinished.remove(connection);
        if (open.remove(connection) != null) {
            open.put(connection, nowNanos.getAsLong());
        }
    }

    /**
     * Closes overdue connections. An idle timeout would restart with each byte.
     *
     * @param silenceMs the longest time since the last complete request
     * @param requestMs the longest time since the first byte of an incomplete request
     */
    public void closeOverdue(long silenceMs, long requestMs) {
        long now = nowNanos.getAsLong();
        Set<HttpConnection> overdue = new LinkedHashSet<>();
        addEarlier(open, now - TimeUnit.MILLISECONDS.toNanos(silenceMs), overdue);
        addEarlier(unfinished, now - TimeUnit.MILLISECONDS.toNanos(requestMs), overdue);
        overdue.forEach(this::close);
    }

    private static void addEarlier(Map<HttpConnection, Long> inOrder, long nanos, Set<HttpConnection> earlier) {
        for (Map.Entry<HttpConnection, Long> each : inOrder.entrySet()) {
            if (each.getValue() - nanos >= 0) {
                return;
            }
            earlier.add(each.getKey());
        }
    }

    private void close(HttpConnection connection) {
        forget(connection);
        cut(connection);
    }

    private static ChannelPipeline pipeline(HttpConnection connection) {
        return ((ConnectionBase) connection).channelHandlerContext().pipeline();
    }

    /**
     * Closes a connection immediately. Vert.x' own close waits until everything is written, which a client that does
     * not read can delay forever.
     */
    public static void cut(HttpConnection connection) {
        ChannelFuture unused =
                ((ConnectionBase) connection).channelHandlerContext().close();
    }

    /** The connection stays open to receive updates. */
    public void listens(HttpConnection connection) {
        unfinished.remove(connection);
        if (open.remove(connection) != null) {
            listening.add(connection);
        }
    }

    /** The connection now serves a client of a bridge, which has a separate limit. */
    public void forget(HttpConnection connection) {
        open.remove(connection);
        unfinished.remove(connection);
        listening.remove(connection);
    }

    public int size() {
        return open.size() + listening.size();
    }
}
