package io.firstline.cluster.fanout;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frames on their way to another node, with a bound: Vert.x queues what the other node does not read. A node that exceeds the
 * bound gets no frames until half of what waits is written. If the connection to it breaks meanwhile, the frames that waited
 * count as missed too; otherwise the node may just have ended. Thread-safe.
 */
final class NodeLink {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLink.class);
    /** The most bytes that wait; a frame is sent in any case if nothing waits. */
    static final long MOST_BYTES = 16 << 20;

    private final String name;
    private final Function<Buffer, Future<Void>> write;
    private final AtomicLong waitingBytes = new AtomicLong();
    private volatile boolean isSlow;

    /**
     * A node that nothing was sent to.
     *
     * @param name what users call it
     * @param write sends a frame; the result completes when it is written, or cannot be
     */
    NodeLink(String name, Function<Buffer, Future<Void>> write) {
        this.name = name;
        this.write = write;
    }

    /** Sends a frame of some messages, or counts them as missed. */
    void send(Buffer frame, int messages, ObjIntConsumer<String> missed) {
        long length = frame.length();
        long before = waitingBytes.get();
        if (isSlow ? before > MOST_BYTES / 2 : before > 0 && before + length > MOST_BYTES) {
            if (!isSlow) {
                isSlow = true;
                LOG.warn(
                        "{} reads too slowly: {} bytes wait, and it gets no messages until half is written",
                        name,
                        before);
            }
            missed.accept(name, messages);
            return;
        }
        if (isSlow) {
            isSlow = false;
            LOG.info("{} gets messages again", name);
        }
        waitingBytes.addAndGet(length);
        write.apply(frame).onComplete((written, failure) -> {
            waitingBytes.addAndGet(-length);
            if (failure != null && isSlow) {
                missed.accept(name, messages);
            }
        });
    }

    /** Counts messages that were dropped before it was known that this node consumes them. */
    void missed(int messages, ObjIntConsumer<String> missed) {
        missed.accept(name, messages);
    }
}
