package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.connection.Scheduler;
import io.firstline.testkit.Await;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeathProbeTest {
    private static final String MEMBER = "127.0.0.1:1";

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    /** Probes a port twice at the same time. */
    private void probe(int port, long patienceMs) {
        Promise<Void> begun = Promise.promise();
        vertx.runOnContext(v -> {
            DeathProbe probe = new DeathProbe(vertx, Scheduler.of(vertx), patienceMs);
            probe.probe(MEMBER, port, ended::incrementAndGet);
            probe.probe(MEMBER, port, ended::incrementAndGet);
            begun.complete();
        });
        Await.result(begun.future());
    }

    @Test
    void shouldTakeARefusalForTheEnd() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        probe(port, 60_000);
        Await.until("the end", () -> ended.get() == 1);
    }

    /** Its last connection is closed before its port, as the kernel may do under load. */
    @Test
    void shouldWaitForThePortOfAProcessThatEnds() throws IOException {
        NetServer ending = listen(socket -> accepted.incrementAndGet());
        probe(ending.actualPort(), 60_000);
        Await.until("it is probed many times", () -> accepted.get() > 10);
        assertThat(ended).hasValue(0);

        Await.result(ending.close());

        Await.until("the end", () -> ended.get() == 1);
    }

    @Test
    void shouldProveNothingWhileThePortAccepts() {
        NetServer alive = listen(socket -> accepted.incrementAndGet());
        Promise<DeathProbe> made = Promise.promise();
        vertx.runOnContext(v -> made.complete(new DeathProbe(vertx, Scheduler.of(vertx), 20)));
        DeathProbe probe = Await.result(made.future());

        Await.until("one probe after another ends", () -> {
            vertx.runOnContext(v -> probe.probe(MEMBER, alive.actualPort(), ended::incrementAndGet));
            return accepted.get() > 10;
        });

        assertThat(ended).hasValue(0);
    }

    /** All nodes probe a member at once when its connections end, and each does it for a lease. */
    @Test
    void shouldProbeMoreAndMoreRarely() {
        long patienceMs = 400;
        NetServer alive = listen(socket -> accepted.incrementAndGet());
        Promise<Void> last = Promise.promise();
        vertx.runOnContext(v -> {
            DeathProbe probe = new DeathProbe(vertx, Scheduler.of(vertx), patienceMs);
            probe.probe(MEMBER, alive.actualPort(), ended::incrementAndGet);
            vertx.setTimer(2 * patienceMs, t -> last.complete());
        });

        Await.result(last.future());

        assertThat(accepted.get()).isBetween(2, 3 + (int) patienceMs / 40);
    }

    private NetServer listen(Handler<NetSocket> handler) {
        return Await.result(vertx.createNetServer().connectHandler(handler).listen(0, "127.0.0.1"));
    }
}
