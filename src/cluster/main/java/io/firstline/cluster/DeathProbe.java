package io.firstline.cluster;

import io.firstline.connection.Scheduler;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.ConnectException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Finds out whether the process of another member has ended: its host refuses connections to the port of the event bus.
 * A member listens there until it can publish nothing more. A host that does not answer proves nothing, nor does one
 * that accepts. But a process that ends may close its connections before the port, so the port is tried for a while.
 * Runs on the event loop of its creation.
 */
final class DeathProbe {
    private static final int CONNECT_MS = 200;
    /** The first pause between two attempts; each further one is twice as long, up to the longest. */
    private static final long PAUSE_MS = 10;

    private static final long LONGEST_PAUSE_MS = 40;

    private final NetClient client;
    private final Scheduler scheduler;
    private final long patienceNanos;
    /** The probes that are running, by member and port. */
    private final Set<String> running = new HashSet<>();

    /** @param patienceMs how long a port is tried: after a lease, the end of its owner needs no proof */
    DeathProbe(Vertx vertx, Scheduler scheduler, long patienceMs) {
        this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MS));
        this.scheduler = scheduler;
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMs);
    }

    /**
     * Probes a member's port, unless that is being done.
     *
     * @param member host and port of the member
     * @param ended called if its process has ended
     */
    void probe(String member, int busPort, Runnable ended) {
        String name = member + " " + busPort;
        if (running.add(name)) {
            String host = member.substring(0, member.lastIndexOf(':'));
            String address = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            connect(new Probe(name, address, busPort, scheduler.nowNanos() + patienceNanos, ended), PAUSE_MS);
        }
    }

    private record Probe(String name, String address, int port, long untilNanos, Runnable ended) {}

    private void connect(Probe probe, long pauseMs) {
        client.connect(probe.port(), probe.address()).onComplete((socket, failure) -> {
            if (socket != null) {
                socket.close(); // one that waits for the end would hear of it 0.2 s late: the kernel drops its packets
            }
            if (failure != null && isRefused(failure)) {
                running.remove(probe.name());
                probe.ended().run();
            } else if (probe.untilNanos() - scheduler.nowNanos() > 0) {
                scheduler.once(pauseMs, () -> connect(probe, Math.min(2 * pauseMs, LONGEST_PAUSE_MS)));
            } else {
                running.remove(probe.name());
            }
        });
    }

    private static boolean isRefused(Throwable failure) {
        return failure instanceof ConnectException
                && String.valueOf(failure.getMessage()).contains("refused");
    }
}
