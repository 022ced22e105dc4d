package io.firstline.connection;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses of hosts as name servers last told them. They are used until their time to live is over; then they are
 * asked for again. A host that has been resolved once is never waited for longer than {@value #PATIENCE_MS} ms: if its
 * name servers are silent, or do not know it any more, its last addresses are used. Thread-safe.
 */
final class KnownAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(KnownAddresses.class);

    static final long PATIENCE_MS = 100;
    static final int MAX_HOSTS = 1_024;

    private static final long LONGEST_S = TimeUnit.HOURS.toSeconds(1);

    /** An answer of a name server, or of a file. */
    record Answer(List<InetAddress> addresses, long seconds) {}

    private record Known(List<InetAddress> addresses, long expiresNanos) {}

    private final Scheduler scheduler;

    private final Map<String, Known> hosts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MAX_HOSTS;
        }
    };

    KnownAddresses(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Remembers an answer. */
    synchronized void answered(String host, Answer answer) {
        long nanos = TimeUnit.SECONDS.toNanos(Math.min(LONGEST_S, answer.seconds()));
        hosts.put(host, new Known(answer.addresses(), scheduler.nowNanos() + nanos));
    }

    private synchronized Known known(String host) {
        return hosts.get(host);
    }

    /**
     * The addresses of a host.
     *
     * @param ask asks for them again; the answer is remembered
     * @param anew whether to ask although their time to live is not over
     */
    Future<List<InetAddress>> of(
            ContextInternal context, String host, Supplier<Future<List<InetAddress>>> ask, boolean anew) {
        Known known = known(host);
        if (known != null && !anew && known.expiresNanos() - scheduler.nowNanos() > 0) {
            return context.succeededFuture(known.addresses());
        }
        Future<List<InetAddress>> asked = ask.get();
        return known == null ? asked : orKnown(context, host, asked, known.addresses());
    }

    private static Future<List<InetAddress>> orKnown(
            ContextInternal context, String host, Future<List<InetAddress>> asked, List<InetAddress> known) {
        Promise<List<InetAddress>> first = context.promise();
        long timer = context.setTimer(PATIENCE_MS, t -> {
            if (first.tryComplete(known)) {
                LOG.debug("{} is not resolved yet; its last addresses are used", host);
            }
        });
        asked.onComplete(answer -> {
            context.owner().cancelTimer(timer);
            if (answer.failed() && first.tryComplete(known)) {
                LOG.debug("{} does not resolve any more; its last addresses are used", host, answer.cause());
            } else if (answer.succeeded()) {
                first.tryComplete(answer.result());
            }
        });
        return first.future();
    }
}
