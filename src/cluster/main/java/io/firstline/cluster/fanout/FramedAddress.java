package io.firstline.cluster.fanout;

import io.firstline.bus.publish.FanOut;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects what is published at one address in a turn of the event loop, encodes it once, and sends it to each node that
 * consumes the address and reads frames. A frame is sent earlier if it is full or a millisecond old. Thread-safe.
 */
public final class FramedAddress implements FanOut.Address {
    private static final Logger LOG = LoggerFactory.getLogger(FramedAddress.class);
    /** The size of the send buffer of a connection between nodes. */
    private static final int FULL_BYTES = 64 << 10;

    private static final int FIRST_BYTES = 512;
    /** The bound of frames that wait until the consumers are known. */
    private static final int MOST_WAITING_BYTES = 16 << 20;

    /** The longest wait of frames for those on the former connections: a node may hang. */
    private static final long MOST_WAITING_MS = 50;

    private static final long OLDEST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final VertxInternal vertx;
    private final String address;
    private final LongSupplier nowNanos;
    private final Function<String, NodeLink> links;
    private final ObjIntConsumer<String> missed;
    /** The nodes that get frames; null = not known yet. */
    private volatile List<String> nodes;

    /** Its event loop has the connections. */
    private ContextInternal context;
    /** Frames wait until those on the former connections have arrived. */
    private boolean isMoving;

    /** Null = nothing waits. */
    private FeedFrame frame;

    private String line;
    private long beganNanos;
    private int lastBytes;
    /** Whole frames; empty when the nodes are known. */
    private final Queue<FeedFrame> waiting = new ArrayDeque<>();

    private int waitingBytes;
    /** The messages dropped since the last time that the nodes were known. */
    private int dropped;

    private boolean endsTurn;

    /**
     * An address that nothing was published at.
     *
     * @param links returns the link to a node
     * @param missed see {@link FanOut#address}
     */
    FramedAddress(
            VertxInternal vertx,
            String address,
            LongSupplier nowNanos,
            Function<String, NodeLink> links,
            ObjIntConsumer<String> missed) {
        this.vertx = vertx;
        this.address = address;
        this.nowNanos = nowNanos;
        this.links = links;
        this.missed = missed;
    }

    /** Sets the nodes that get frames; null = they are not known. */
    public void nodes(List<String> nodeIds) {
        nodes = nodeIds;
        vertx.runOnContext(v -> turnEnds()); // the first messages may wait for it
    }

    /** From now on a feed on this context publishes here. */
    synchronized void publishedOn(ContextInternal publisher) {
        if (context == null || nodes == null || nodes.isEmpty()) {
            context = publisher;
            return;
        }
        if (context.nettyEventLoop() == publisher.nettyEventLoop() || isMoving) {
            return;
        }
        flush();
        isMoving = true;
        ContextInternal former = context;
        Promise<Boolean> areDelivered = Promise.promise();
        List<Future<Boolean>> delivered =
                nodes.stream().map(node -> links.apply(node).delivered()).toList();
        Future.join(delivered)
                .onComplete(done -> areDelivered.tryComplete(delivered.stream().allMatch(Future::result)));
        vertx.setTimer(MOST_WAITING_MS, id -> areDelivered.tryComplete(false));
        // on new connections, frames could overtake those that a node has not read yet
        areDelivered.future().onSuccess(all -> moved(all ? publisher : former));
    }

    private synchronized void moved(ContextInternal to) {
        context = to;
        isMoving = false;
        sendWaiting();
    }

    @Override
    public synchronized void publish(Object body, String lineOfBody) {
        if (frame == null) {
            List<String> readers = nodes;
            if (readers != null && readers.isEmpty()) {
                return;
            }
        } else if (!Objects.equals(line, lineOfBody)) {
            send();
        }
        long now = nowNanos.getAsLong();
        if (frame == null) {
            line = lineOfBody;
            beganNanos = now;
            frame = new FeedFrame(address, line, Math.max(FIRST_BYTES, Math.min(lastBytes, FULL_BYTES)));
        }
        frame.add(body);
        if (frame.length() >= FULL_BYTES || now - beganNanos >= OLDEST_NANOS) {
            send();
        }
        if (frame != null && !endsTurn) {
            endsTurn = true;
            vertx.getOrCreateContext().runOnContext(v -> turnEnds());
        }
    }

    private synchronized void turnEnds() {
        endsTurn = false;
        flush();
    }

    synchronized void flush() {
        if (frame != null) {
            send();
        } else {
            sendWaiting();
        }
    }

    private void send() {
        FeedFrame whole = frame;
        frame = null;
        lastBytes = whole.length() + whole.length() / 8;
        List<String> readers = nodes;
        if (readers != null && !isMoving && waiting.isEmpty()) {
            readers.forEach(node -> links.apply(node).send(whole, context, missed));
            return;
        }
        if (waitingBytes + whole.length() > MOST_WAITING_BYTES) {
            if (dropped == 0) {
                LOG.warn(
                        "{}: drops messages, because {}",
                        address,
                        isMoving
                                ? "too many wait for earlier ones to reach other nodes"
                                : "consumers on other nodes are not known yet");
            }
            dropped += whole.messages();
        } else {
            waiting.add(whole);
            waitingBytes += whole.length();
        }
        sendWaiting();
    }

    private void sendWaiting() {
        List<String> readers = nodes;
        if (readers == null || isMoving) {
            return;
        }
        for (FeedFrame whole = waiting.poll(); whole != null; whole = waiting.poll()) {
            for (String node : readers) {
                links.apply(node).send(whole, context, missed);
            }
        }
        waitingBytes = 0;
        if (dropped > 0) {
            LOG.warn("{}: dropped {} messages for other nodes; sends the next ones", address, dropped);
            for (String node : readers) {
                links.apply(node).missed(dropped, missed);
            }
            dropped = 0;
        }
    }
}
