package io.firstline.bus.publish;

import io.vertx.core.eventbus.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Counts rejected input of a node, and logs each kind at once, then at most once a minute with the number of omitted
 * lines. The detail of a line comes from outside: it is shortened, and control characters are replaced. Thread-safe.
 */
public final class RejectionLog {
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** At most this many kinds are distinguished. */
    private static final int MOST_KINDS = 32;

    private static final int LONGEST_DETAIL = 200;

    private final Logger log;
    private final LongSupplier nowNanos;
    private final Map<String, Kind> kinds = new LinkedHashMap<>();
    private long count;

    private static final class Kind {
        private long loggedNanos;
        private long leftOut;
    }

    /**
     * Starts without a rejection.
     *
     * @param log the logger of its lines
     * @param nowNanos a monotonic clock
     */
    public RejectionLog(Logger log, LongSupplier nowNanos) {
        this.log = log;
        this.nowNanos = nowNanos;
    }

    /**
     * Rejects an input.
     *
     * @param kind a fixed text: what is rejected and how
     * @param detail the sender, what was found, what is allowed
     */
    public void reject(String kind, String detail) {
        String line = rejected(kind, detail, nowNanos.getAsLong());
        if (line != null) {
            log.warn("{}", line);
        }
    }

    /** The same at a given time; returns the line to log, or null. */
    synchronized String rejected(String kind, String detail, long nowNanos) {
        count++;
        Kind known = kinds.get(kind);
        if (known != null && nowNanos - known.loggedNanos < QUIET_NANOS) {
            known.leftOut++;
            return null;
        }
        if (known == null) {
            if (kinds.size() >= MOST_KINDS) {
                return null;
            }
            known = new Kind();
            kinds.put(kind, known);
        }
        String line = kind + ": " + shown(detail)
                + (known.leftOut == 0 ? "" : " (and " + known.leftOut + " more like it since the last line)");
        known.loggedNanos = nowNanos;
        known.leftOut = 0;
        return line;
    }

    /** Returns the number of rejections. */
    public synchronized long count() {
        return count;
    }

    /**
     * Returns the body of a message that any node may have sent; null = it has none.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    public static Object body(Message<?> message) {
        try {
            return message.body(); // decoded here if it comes from another node
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("found a body that cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** The same, with a check of its class. */
    public static <T> T body(Message<?> message, Class<T> allowed) {
        Object body = body(message);
        if (!allowed.isInstance(body)) {
            throw new IllegalArgumentException("found "
                    + (body == null ? "no body" : "a " + body.getClass().getSimpleName()) + ", allowed: a "
                    + allowed.getSimpleName());
        }
        return allowed.cast(body);
    }

    private static String shown(String detail) {
        String text = detail == null ? "no detail" : detail;
        String cut = text.length() > LONGEST_DETAIL ? text.substring(0, LONGEST_DETAIL) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
