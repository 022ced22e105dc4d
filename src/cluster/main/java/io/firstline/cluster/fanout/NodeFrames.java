package io.firstline.cluster.fanout;

import io.firstline.bus.Addresses;
import io.firstline.bus.publish.FanOut;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.connection.Scheduler;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.UnaryOperator;

/**
 * The frames that this node sends and receives. Each address of a feed that has been published here has its frames; each
 * node that reads frames has one address for all that it gets. Received messages are delivered to the consumers of this node.
 */
public final class NodeFrames implements FanOut {
    private static final DeliveryOptions HERE = new DeliveryOptions().setLocalOnly(true);

    private final Vertx vertx;
    private final EventBusImpl bus;
    private final Consumer<String> nowFramed;
    private final RejectionLog rejections;
    private final FeedFrame frames = new FeedFrame();
    private final UnaryOperator<String> nodeName;
    private final Map<String, FramedAddress> addresses = new ConcurrentHashMap<>();
    private final Map<String, NodeLink> links = new ConcurrentHashMap<>();

    /**
     * Frames that are not received yet.
     *
     * @param nowFramed called when an address of this node gets frames: it sets their nodes, as far as they are known
     * @param nodeName returns what users call a node
     */
    public NodeFrames(
            Vertx vertx, Consumer<String> nowFramed, UnaryOperator<String> nodeName, RejectionLog rejections) {
        this.vertx = vertx;
        this.bus = (EventBusImpl) vertx.eventBus();
        this.nowFramed = nowFramed;
        this.nodeName = nodeName;
        this.rejections = rejections;
    }

    /**
     * Begins to receive frames.
     *
     * @param nodeId this node
     * @param busLoop the event loop of the connections on which they arrive: on another one each frame would wait for a thread to
     *     wake up
     * @return succeeds when other nodes may send some
     */
    public Future<Void> receive(String nodeId, EventLoop busLoop) {
        ContextInternal context =
                ((VertxInternal) vertx).contextBuilder().withEventLoop(busLoop).build();
        Promise<Void> ready = Promise.promise();
        context.runOnContext(v -> {
            bus.consumer(addressOf(nodeId), this::received);
            ready.complete(); // the senders need not know the consumer
        });
        return ready.future();
    }

    /** Returns where a node receives frames. */
    public static String addressOf(String nodeId) {
        return Addresses.FRAMES + nodeId;
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
                    address, any -> new FramedAddress(vertx, any, Scheduler.monotonicClock(), this::link, missed));
            nowFramed.accept(address);
        }
        return framed;
    }

    private NodeLink link(String nodeId) {
        return links.computeIfAbsent(nodeId, id -> {
            MessageProducer<Buffer> sender = bus.sender(addressOf(id));
            return new NodeLink(nodeName.apply(id), sender::write);
        });
    }

    /** A node has left; may be called on any thread. */
    public void gone(String nodeId) {
        links.remove(nodeId);
    }

    @Override
    public void flush() {
        addresses.values().forEach(FramedAddress::flush);
    }

    /** Any node may have sent it. */
    private void received(Message<Object> delivery) {
        try {
            Buffer frame = RejectionLog.body(delivery, Buffer.class);
            FeedFrame.Head head = FeedFrame.head(frame);
            frames.read(frame, head.end(), body -> deliver(head, body));
        } catch (IllegalArgumentException e) {
            rejections.reject("frames of other nodes: dropped one, or the rest of one", e.getMessage());
        }
    }

    private void deliver(FeedFrame.Head head, Object body) {
        MultiMap headers =
                head.line() == null ? null : MultiMap.caseInsensitiveMultiMap().add(Addresses.LINE, head.line());
        bus.sendOrPubInternal(new RemoteMessage(bus, head.address(), headers, body), HERE, null);
    }
}
