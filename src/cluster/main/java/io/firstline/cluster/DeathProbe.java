package io.firstline.cluster;

import io.firstline.connection.Scheduler;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.ConnectException;

/**
 * Finds out whether the process of another member has ended: its host refuses connections to the port of the event bus.
 * A member listens there until it can publish nothing more. A host that does not answer proves nothing, nor does one
 * that accepts. Runs on the event loop of its creation.
 */
final class DeathProbe {
    private static final int CONNECT_MS = 200;
    /** A process that ends may close its connections a little before the port. */
    private static final int TRIES = 4;

    private static final long PAUSE_MS = 10;

    private final NetClient client;
    private final Scheduler scheduler;

    DeathProbe(Vertx vertx, Scheduler scheduler) {
        this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MS));
        this.scheduler = scheduler;
    }

    /**
     * Probes a member's port.
     *
     * @param member host and port of the member
     * @param ended called if its process has ended
     */
    void probe(String member, int busPort, Runnable ended) {
        probe(member.substring(0, member.lastIndexOf(':')), busPort, 1, ended);
    }

    private void probe(String host, int busPort, int attempt, Runnable ended) {
        String address = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        client.connect(busPort, address)
                .onSuccess(socket -> {
                    socket.close();
                    if (attempt < TRIES) {
                        scheduler.once(PAUSE_MS, () -> probe(host, busPort, attempt + 1, ended));
                    }
                })
                .onFailure(e -> {
                    if (isRefused(e)) {
                        ended.run();
                    }
                });
    }

    private static boolean isRefused(Throwable failure) {
        return failure instanceof ConnectException
                && String.valueOf(failure.getMessage()).contains("refused");
    }
}
