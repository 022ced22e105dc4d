package io.firstline.cluster;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recognises the errors that Vert.x reports when a connection of the event bus ends: each message that was not written is one,
 * "Promise already completed", which makes thousands at a busy moment. The promise of such a message accepts a failure but
 * answers that it did not, so {@code Promise.fail} throws, and the future of the write reports that as unhandled. Consumers request
 * these messages again.
 */
final class UnwrittenMessages {
    private static final Logger LOG = LoggerFactory.getLogger(HazelcastCluster.class);
    private static final String PROMISE = Promise.class.getName();
    private static final String FUTURE = Future.class.getName();
    private static final String FUTURES = "io.vertx.core.impl.future.";

    /** Such an error follows the end of a connection within milliseconds, on a node that hangs a little later. */
    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LongSupplier nanos;
    private volatile long endedNanos;

    /** @param nanos the monotonic clock */
    UnwrittenMessages(LongSupplier nanos) {
        this.nanos = nanos;
        this.endedNanos = nanos.getAsLong() - SOON_NANOS;
    }

    /** A connection to another node has ended, or could not be opened. On any thread. */
    void connectionEnded() {
        endedNanos = nanos.getAsLong();
    }

    /** Logs an error that nobody has handled. */
    void unhandled(Throwable e) {
        if (isOurs(e)) {
            LOG.trace("a message to a node that is gone was not written", e);
        } else {
            LOG.error("unhandled", e);
        }
    }

    /**
     * Returns whether it is of an unwritten message. A promise of the user that is completed twice looks the same, so it is
     * one only soon after a connection has ended.
     */
    boolean isOurs(Throwable e) {
        return is(e) && nanos.getAsLong() - endedNanos < SOON_NANOS;
    }

    /** Returns whether a promise threw it to the future that failed it, whatever thread and socket that future is of. */
    static boolean is(Throwable e) {
        StackTraceElement[] frames = e.getStackTrace();
        return e instanceof IllegalStateException
                && "Promise already completed".equals(e.getMessage())
                && frames.length > 0
                && "fail".equals(frames[0].getMethodName())
                && Arrays.stream(frames)
                        .map(StackTraceElement::getClassName)
                        .dropWhile(PROMISE::equals)
                        .limit(1)
                        .anyMatch(caller -> caller.equals(FUTURE) || caller.startsWith(FUTURES));
    }
}
