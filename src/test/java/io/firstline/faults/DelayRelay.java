package io.firstline.faults;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Relays TCP connections, with a delay towards the clients of each address. Where packets get lost, TCP sends them
 * again: then everything is later, in order. Runs as a process in a network namespace, for kernels without netem.
 */
public final class DelayRelay {
    private static final int RETRANSMISSION_MS = 200;

    private final Vertx vertx;
    private final NetSocket client;
    private final int delayMs;
    private final double lossPercent;
    private final SplittableRandom random = new SplittableRandom();
    private final Deque<Buffer> waiting = new ArrayDeque<>();
    private long dueNanos = System.nanoTime();

    private DelayRelay(Vertx vertx, NetSocket client, int delayMs, double lossPercent) {
        this.vertx = vertx;
        this.client = client;
        this.delayMs = delayMs;
        this.lossPercent = lossPercent;
    }

    /**
     * Runs until it is killed.
     *
     * @param args the address and port to listen on, those of the server, and for each client {@code
     *     address=delayMs/lossPercent}
     */
    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx();
        vertx.createNetServer()
                .connectHandler(client -> accept(vertx, client, args))
                .listen(Integer.parseInt(args[1]), args[0])
                .onSuccess(server -> System.out.println("relaying"));
    }

    private static void accept(Vertx vertx, NetSocket client, String[] args) {
        int delayMs = 0;
        double lossPercent = 0;
        for (int i = 4; i < args.length; i++) {
            List<String> parts = List.of(args[i].split("[=/]"));
            if (parts.get(0).equals(client.remoteAddress().hostAddress())) {
                delayMs = Integer.parseInt(parts.get(1));
                lossPercent = Double.parseDouble(parts.get(2));
            }
        }
        DelayRelay relay = new DelayRelay(vertx, client, delayMs, lossPercent);
        client.pause();
        vertx.createNetClient()
                .connect(Integer.parseInt(args[3]), args[2])
                .onSuccess(relay::join)
                .onFailure(e -> client.close());
    }

    private void join(NetSocket server) {
        server.handler(this::later);
        server.closeHandler(v -> client.close());
        client.handler(server::write);
        client.closeHandler(v -> server.close());
        client.exceptionHandler(e -> server.close());
        client.resume();
    }

    private void later(Buffer bytes) {
        int extraMs = random.nextDouble(100) < lossPercent ? RETRANSMISSION_MS : 0;
        long now = System.nanoTime();
        dueNanos = Math.max(dueNanos, now + TimeUnit.MILLISECONDS.toNanos(delayMs + extraMs));
        waiting.add(bytes);
        // a timer may be early by less than a millisecond, so it takes what is next
        vertx.setTimer(
                Math.max(1, TimeUnit.NANOSECONDS.toMillis(dueNanos - now)), timer -> client.write(waiting.remove()));
    }
}
