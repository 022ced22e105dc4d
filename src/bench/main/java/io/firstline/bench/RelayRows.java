package io.firstline.bench;

import io.firstline.bench.RelayServing.Sender;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Messages per second that the relay delivers to 1, 10 and 100 clients, beside a plain Vert.x WebSocket server that broadcasts
 * the same ones. The next messages are published when the slowest client has got most of those before, so that both
 * send as fast as the clients read. Clients only count bytes, and run in the same process.
 */
final class RelayRows {
    static final List<Integer> CLIENTS = List.of(1, 10, 100);
    private static final int PAYLOAD = 160;
    private static final int HEADER = 4;
    private static final int WINDOW = 2_000;
    private static final int STEP = 100;
    private static final long PAUSE_NANOS = 20_000;
    private static final long WARM_UP_NANOS = 1_000_000_000L;

    /**
     * Delivered messages per second, in the order of the rounds, by the number of clients.
     *
     * @param relay of the relay
     * @param plain of the plain server
     * @param paced what it costs at a fixed rate
     */
    record Rates(Map<Integer, List<Double>> relay, Map<Integer, List<Double>> plain, List<PacedRelay.Row> paced) {
        static final Rates NONE = new Rates(Map.of(), Map.of(), List.of());

        Spread ratio(int clients) {
            return Results.ratio(relay.getOrDefault(clients, List.of()), plain.getOrDefault(clients, List.of()));
        }

        boolean isKnown() {
            return !relay.isEmpty();
        }

        JsonArray toJson() {
            JsonArray rows = new JsonArray();
            relay.forEach((clients, rates) -> rows.add(new JsonObject()
                    .put("clients", clients)
                    .put("perSecond", new JsonArray(rates))
                    .put("plainPerSecond", new JsonArray(plain.get(clients)))));
            return rows;
        }
    }

    private RelayRows() {}

    static Rates measure(Pace pace, boolean nativeTransport, Consumer<String> progress) {
        Map<Sender, Map<Integer, List<Double>>> rates = new EnumMap<>(Sender.class);
        for (Sender sender : Sender.values()) {
            rates.put(sender, new TreeMap<>());
        }
        for (int round = 0; round < pace.rounds(); round++) {
            for (int clients : CLIENTS) {
                for (Sender sender : Sender.values()) {
                    double rate = measure(sender, clients, pace.measureMs() * 1_000_000L, nativeTransport);
                    rates.get(sender)
                            .computeIfAbsent(clients, any -> new ArrayList<>())
                            .add(rate);
                    progress.accept(String.format(
                            Locale.ROOT,
                            "relay: round %d, %s, %d clients, %.2f M messages/s delivered",
                            round + 1,
                            sender.name().toLowerCase(Locale.ROOT),
                            clients,
                            rate / 1e6));
                }
            }
        }
        return new Rates(
                rates.get(Sender.RELAY), rates.get(Sender.PLAIN), PacedRelay.measure(pace, nativeTransport, progress));
    }

    private static double measure(Sender sender, int clients, long nanos, boolean nativeTransport) {
        try (RelayServing serving = RelayServing.open(sender, nativeTransport)) {
            String text = "x".repeat(PAYLOAD);
            return run(serving.port(), serving.path(), clients, nanos, () -> serving.publish()
                    .accept(text));
        }
    }

    private static double run(int port, String path, int clients, long nanos, Runnable publish) {
        try (CountingClients counting = CountingClients.connect(port, path, clients)) {
            long published = 0;
            while (counting.slowestBytes() == 0) { // until all are served
                publish.run();
                published++;
                Waiting.sleep(2);
            }
            long start = System.nanoTime();
            long begun = 0;
            long before = 0;
            while (true) {
                long slowest = counting.slowestBytes() / (PAYLOAD + HEADER);
                long now = System.nanoTime();
                if (begun == 0 && now - start > WARM_UP_NANOS) {
                    begun = now;
                    before = counting.allBytes();
                } else if (begun != 0 && now - begun > nanos) {
                    return (counting.allBytes() - before) / (double) (PAYLOAD + HEADER) / (now - begun) * 1e9;
                }
                if (published - slowest < WINDOW) {
                    for (int i = 0; i < STEP; i++) {
                        publish.run();
                    }
                    published += STEP;
                } else {
                    LockSupport.parkNanos(PAUSE_NANOS); // the clients need the processor
                }
            }
        }
    }
}
