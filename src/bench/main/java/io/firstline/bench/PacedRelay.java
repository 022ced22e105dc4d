package io.firstline.bench;

import io.firstline.bench.RelayServing.Sender;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The latency that the relay adds to a feed that publishes one message at a time, beside a plain Vert.x server at the same pace: the
 * time from the hand-over by the feed's own loop, where a handler of its {@code FeedStream} has the message, to a client
 * that reads it; and the processor time of the server's event loops for each delivered message. Nothing can be batched
 * but what arrives while the loop is busy. Clients run in the same process.
 */
final class PacedRelay {
    private static final int PER_SECOND = 5_000;
    /** Fewer for many clients: a plain server cannot send more to a hundred. */
    private static final int PER_SECOND_TO_MANY = 1_000;

    private static final int MANY = 100;
    private static final int STAMP = 16;
    private static final String FILL = "x".repeat(144);
    private static final long WARM_UP_NANOS = 1_000_000_000L;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /**
     * The medians of the rounds are shown.
     *
     * @param what the kind of the row
     * @param relay of each round
     * @param plain of each round
     */
    record Row(String what, List<Double> relay, List<Double> plain) {
        JsonObject toJson() {
            return new JsonObject()
                    .put("what", what)
                    .put("relay", new JsonArray(relay))
                    .put("plain", new JsonArray(plain));
        }
    }

    private PacedRelay() {}

    static List<Row> measure(Pace pace, boolean nativeTransport, Consumer<String> progress) {
        Row median = row("latency p50, µs, 1 client, 5,000/s");
        Row tail = row("latency p99, µs, 1 client, 5,000/s");
        List<Row> rows = new ArrayList<>(List.of(median, tail));
        RelayRows.CLIENTS.forEach(clients -> rows.add(row(String.format(
                Locale.ROOT,
                "CPU of the server, µs a delivered message, %d client%s, %,d/s to each",
                clients,
                clients == 1 ? "" : "s",
                rate(clients)))));
        long nanos = pace.measureMs() * 1_000_000L;
        for (int round = 0; round < pace.rounds(); round++) {
            for (Sender sender : Sender.values()) {
                long[] latencies = latencies(sender, nanos, nativeTransport);
                add(median, sender, latencies[latencies.length / 2] / 1e3);
                add(tail, sender, latencies[latencies.length * 99 / 100] / 1e3);
                for (int i = 0; i < RelayRows.CLIENTS.size(); i++) {
                    add(rows.get(2 + i), sender, cpu(sender, RelayRows.CLIENTS.get(i), nanos, nativeTransport) / 1e3);
                }
                progress.accept(String.format(
                        Locale.ROOT,
                        "relay: round %d, %s, paced: %s",
                        round + 1,
                        sender.name().toLowerCase(Locale.ROOT),
                        rows.stream()
                                .map(each -> sender == Sender.RELAY ? each.relay() : each.plain())
                                .map(each -> String.format(Locale.ROOT, "%.1f", each.get(each.size() - 1)))
                                .toList()));
            }
        }
        return rows;
    }

    private static Row row(String what) {
        return new Row(what, new ArrayList<>(), new ArrayList<>());
    }

    private static void add(Row row, Sender sender, double figure) {
        (sender == Sender.RELAY ? row.relay() : row.plain()).add(figure);
    }

    private static int rate(int clients) {
        return clients < MANY ? PER_SECOND : PER_SECOND_TO_MANY;
    }

    /** Publishes one message after another at a rate; a late one is not followed sooner by the next. */
    private static long publish(RelayServing serving, int perSecond, long nanos) {
        long end = System.nanoTime() + nanos;
        long published = 0;
        for (long next = System.nanoTime();
                next - end < 0;
                next = Math.max(next + SECOND / perSecond, System.nanoTime())) {
            while (System.nanoTime() - next < 0) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
            serving.publish().accept(String.format("%016x", System.nanoTime()) + FILL);
            published++;
        }
        return published;
    }

    /** Returns the times from the hand-over to the client, in ascending order. */
    private static long[] latencies(Sender sender, long nanos, boolean nativeTransport) {
        try (RelayServing serving = RelayServing.open(sender, nativeTransport);
                TimingClient client = new TimingClient(serving)) {
            publish(serving, PER_SECOND, WARM_UP_NANOS);
            client.clear();
            publish(serving, PER_SECOND, nanos);
            return client.sorted();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double cpu(Sender sender, int clients, long nanos, boolean nativeTransport) {
        try (RelayServing serving = RelayServing.open(sender, nativeTransport);
                CountingClients counting = CountingClients.connect(serving.port(), serving.path(), clients)) {
            while (counting.slowestBytes() == 0) { // until all are served
                serving.publish().accept(FILL);
                Waiting.sleep(2);
            }
            publish(serving, rate(clients), WARM_UP_NANOS);
            long before = loopsCpuNanos();
            long published = publish(serving, rate(clients), nanos);
            return (loopsCpuNanos() - before) / (double) (published * clients);
        }
    }

    private static long loopsCpuNanos() {
        return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("vert.x-eventloop"))
                .mapToLong(thread -> Math.max(0, THREADS.getThreadCpuTime(thread.getThreadId())))
                .sum();
    }

    /** A client that reads one message after another. */
    private static final class TimingClient implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final Thread thread = new Thread(this::read, "timing-client");
        private final List<Long> nanos = new ArrayList<>();

        TimingClient(RelayServing serving) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), serving.port());
            socket.setTcpNoDelay(true);
            socket.getOutputStream()
                    .write(("GET " + serving.path() + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                                    + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                    + "Sec-WebSocket-Version: 13\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
            int ends = 0;
            while (ends < 4) { // until the empty line
                int next = in.read();
                ends = next == '\r' || next == '\n' ? ends + 1 : 0;
            }
            thread.setDaemon(true);
            thread.start();
        }

        private void read() {
            byte[] stamp = new byte[STAMP];
            try {
                while (in.readUnsignedShort() >= 0) {
                    int length = in.readUnsignedShort(); // longer than 125 bytes, shorter than 65,536
                    in.readFully(stamp);
                    in.skipNBytes(length - STAMP);
                    long sent = Long.parseUnsignedLong(new String(stamp, StandardCharsets.US_ASCII), 16);
                    synchronized (nanos) {
                        nanos.add(System.nanoTime() - sent);
                    }
                }
            } catch (IOException end) {
                // the server or this client has closed
            }
        }

        void clear() {
            synchronized (nanos) {
                nanos.clear();
            }
        }

        long[] sorted() {
            synchronized (nanos) {
                return nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
