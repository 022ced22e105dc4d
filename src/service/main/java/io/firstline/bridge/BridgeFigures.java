package io.firstline.bridge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The counters of one bridge. Thread-safe. */
final class BridgeFigures implements AutoCloseable {
    private final MeterRegistry registry;
    private final AtomicInteger clients = new AtomicInteger();
    private final Counter messages;
    private final Counter dropped;
    private final Counter refused;
    private final List<Meter> meters;

    BridgeFigures(MeterRegistry registry, String bridge) {
        this.registry = registry;
        Tags tags = Tags.of("bridge", bridge);
        this.messages = counter("firstline.bridge.messages", "Messages written to clients", tags);
        this.dropped = counter("firstline.bridge.dropped", "Clients dropped because they did not read", tags);
        this.refused = counter("firstline.bridge.refused", "Clients rejected or disconnected", tags);
        Gauge open = Gauge.builder("firstline.bridge.clients", clients, AtomicInteger::get)
                .description("Clients that are connected")
                .tags(tags)
                .register(registry);
        this.meters = List.of(messages, dropped, refused, open);
    }

    private Counter counter(String name, String help, Tags tags) {
        return Counter.builder(name).description(help).tags(tags).register(registry);
    }

    void clients(int count) {
        clients.set(count);
    }

    void sent() {
        messages.increment();
    }

    void dropped() {
        dropped.increment();
    }

    void refused() {
        refused.increment();
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
