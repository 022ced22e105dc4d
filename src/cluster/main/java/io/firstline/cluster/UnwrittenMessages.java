package io.firstline.cluster;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Arrays;
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

    private UnwrittenMessages() {}

    /** Logs an error that nobody has handled. */
    static void unhandled(Throwable e) {
        if (is(e)) {
            LOG.trace("a message to a node that is gone was not written", e);
        } else {
            LOG.error("unhandled", e);
        }
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
