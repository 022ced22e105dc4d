package io.firstline.cluster.fanout;

import io.firstline.bus.publish.FanOut;
import io.firstline.connection.Scheduler;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
import java.util.function.UnaryOperator;

/**
 * The frames that this node sends. Each address of a feed that has been published here has its frames; each
 * node that reads frames has a link for all that it gets.
 */
public final class NodeFrames implements FanOut {
    private static final LongSupplier NOW_NANOS = Scheduler.monotonicClock();

    private final VertxInternal vertx;
    private final Consumer<String> nowFramed;
    private final UnaryOperator<String> nodeName;
    private final Function<String, Future<NetSocket>> connect;
    private final Map<String, FramedAddress> addresses = new ConcurrentHashMap<>();
    private final Map<String, NodeLink> links = new ConcurrentHashMap<>();
    private final Map<EventLoop, FrameInput> inputs = new ConcurrentHashMap<>();
    private final SubscriptionLoops subscriptions = new SubscriptionLoops();

    /**
     * Frames for no node yet.
     *
     * @param nowFramed called when an address of this node gets frames: it sets their nodes, as far as they are known
     * @param nodeName returns what users call a node
     * @param connect connects to the event bus of a node, on the context on which it is called
     */
    public NodeFrames(
            Vertx vertx,
            Consumer<String> nowFramed,
            UnaryOperator<String> nodeName,
            Function<String, Future<NetSocket>> connect) {
        this.vertx = (VertxInternal) vertx;
        this.nowFramed = nowFramed;
        this.nodeName = nodeName;
        this.connect = connect;
    }

    /** Returns what delivers the frames that arrive on an event loop. */
    public FrameInput input(EventLoop loop) {
        return inputs.computeIfAbsent(
                loop, any -> new FrameInput((EventBusImpl) vertx.eventBus(), subscriptions, contextOn(any)));
    }

    @Override
    public void reads(String address, Context context) {
        if (context.isEventLoopContext()) {
            subscriptions.add(address, ((ContextInternal) context).nettyEventLoop());
        }
    }

    @Override
    public void endsReading(String address, Context context) {
        if (context.isEventLoopContext()) {
            subscriptions.remove(address, ((ContextInternal) context).nettyEventLoop());
        }
    }

    private ContextInternal contextOn(EventLoop loop) {
        return vertx.contextBuilder().withEventLoop(loop).build();
    }

    /** Returns the frames of an address; null = its messages are not sent in frames. */
    public FramedAddress framed(String address) {
        return addresses.get(address);
    }

    @Override
    public Address address(String address, ObjIntConsumer<String> missed) {
        FramedAddress framed = addresses.get(address);
        if (framed == null) {
            framed = addresses.computeIfAbsent(
                    address, any -> new FramedAddress(vertx, any, NOW_NANOS, this::link, missed));
            nowFramed.accept(address);
        }
        // not the context itself: that of a verticle keeps the verticle, and addresses outlive feeds
        framed.publishedOn(contextOn(vertx.getOrCreateContext().nettyEventLoop()));
        return framed;
    }

    private NodeLink link(String nodeId) {
        return links.computeIfAbsent(
                nodeId,
                id -> new NodeLink(
                        nodeName.apply(id),
                        context -> new NodeConnection(context, NOW_NANOS, () -> connect.apply(id))));
    }

    /** A node has left; may be called on any thread. */
    public void gone(String nodeId) {
        NodeLink link = links.remove(nodeId);
        if (link != null) {
            link.close();
        }
    }

    @Override
    public Future<Void> delivered() {
        addresses.values().forEach(FramedAddress::flush);
        List<Future<Boolean>> all =
                links.values().stream().map(NodeLink::delivered).toList();
        return all.isEmpty() ? Future.succeededFuture() : Future.join(all).mapEmpty();
    }
}
