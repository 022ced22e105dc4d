package io.firstline.cluster.fanout;

import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frames on their way to another node, with a bound: Vert.x queues what the other node does not read. A node that exceeds the
 * bound gets no frames until half of what waits is written. If a connection to it breaks, the frames that waited count as missed once
 * the node gets frames again: before, it may just have ended. Thread-safe.
 */
final class NodeLink {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLink.class);
    /** The most bytes that wait; a frame is sent in any case if nothing waits. */
    static final long MOST_BYTES = 16 << 20;

    private final String name;
    private final Function<ContextInternal, NodeConnection> connect;
    /** One for each event loop that publishes. */
    private final Map<EventLoop, NodeConnection> connections = new ConcurrentHashMap<>();

    private final AtomicLong waitingBytes = new AtomicLong();
    /** The messages that waited on connections that broke, by who counts them. */
    private final Map<ObjIntConsumer<String>, Integer> broken = new ConcurrentHashMap<>();

    private volatile boolean isSlow;
    private volatile boolean isClosed;

    /**
     * A node that nothing was sent to.
     *
     * @param name what users call it
     */
    NodeLink(String name, Function<ContextInternal, NodeConnection> connect) {
        this.name = name;
        this.connect = connect;
    }

    /**
     * Sends a frame, or counts its messages as missed.
     *
     * @param context its event loop is that of the connection
     */
    void send(FeedFrame frame, ContextInternal context, ObjIntConsumer<String> missed) {
        long length = frame.length();
        long before = waitingBytes.get();
        if (isSlow ? before > MOST_BYTES / 2 : before > 0 && before + length > MOST_BYTES) {
            if (!isSlow) {
                isSlow = true;
                LOG.warn(
                        "{} reads too slowly: {} bytes wait, it gets no messages until half of them are written",
                        name,
                        before);
            }
            missed.accept(name, frame.messages());
            return;
        }
        if (isSlow) {
            isSlow = false;
            LOG.info("{} gets messages again", name);
        }
        waitingBytes.addAndGet(length);
        connection(context).send(frame.data()).onComplete((written, failure) -> {
            waitingBytes.addAndGet(-length);
            if (failure != null) {
                broken.merge(missed, frame.messages(), Integer::sum);
            } else if (!broken.isEmpty()) {
                countBroken();
            }
        });
    }

    /** The node is there. */
    private void countBroken() {
        for (ObjIntConsumer<String> missed : List.copyOf(broken.keySet())) {
            Integer messages = broken.remove(missed);
            if (messages != null) {
                LOG.warn("{} did not get {} messages: a connection to it ended while they waited", name, messages);
                missed.accept(name, messages);
            }
        }
    }

    private NodeConnection connection(ContextInternal context) {
        EventLoop loop = context.nettyEventLoop();
        NodeConnection known = connections.get(loop);
        if (known == null) {
            known = connections.computeIfAbsent(loop, any -> connect.apply(context));
            if (isClosed) {
                known.close();
            }
        }
        return known;
    }

    /** Counts messages that were dropped before it was known that this node consumes them. */
    void missed(int messages, ObjIntConsumer<String> missed) {
        missed.accept(name, messages);
    }

    /** See {@link NodeConnection#delivered}. */
    Future<Boolean> delivered() {
        List<Future<Boolean>> each =
                connections.values().stream().map(NodeConnection::delivered).toList();
        return Future.join(each).map(all -> each.stream().allMatch(Future::result));
    }

    /** The node has left. */
    void close() {
        isClosed = true;
        connections.values().forEach(NodeConnection::close);
    }
}
