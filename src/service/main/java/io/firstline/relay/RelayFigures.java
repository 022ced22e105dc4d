package io.firstline.relay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The metrics of one feed at the relay. Set on one event loop, read by any thread. */
final class RelayFigures implements AutoCloseable {
    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();
    private final AtomicLong clients = new AtomicLong();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicLong ageNanos = new AtomicLong();
    private final Counter messages;
    private final Counter bytes;
    private final Counter conflated;
    private final Counter lost;
    private final Map<ClientClosing, Counter> closed = new EnumMap<>(ClientClosing.class);

    RelayFigures(MeterRegistry registry, String feed) {
        this.registry = registry;
        this.tags = Tags.of("feed", feed);
        messages = counter("firstline.relay.messages", "Messages written to clients", tags);
        bytes = counter("firstline.relay.bytes", "Bytes of these messages, as sent", tags);
        conflated =
                counter("firstline.relay.conflated", "Messages that slow clients did not get, for newer ones", tags);
        lost = counter("firstline.relay.lost", "Messages that the relay lost: their clients were closed", tags);
        for (ClientClosing why : ClientClosing.values()) {
            closed.put(
                    why, counter("firstline.relay.closed", "Connections that ended", tags.and("reason", why.label())));
        }
        gauge("firstline.relay.clients", "Clients that are connected", clients, 1);
        gauge("firstline.relay.queue.bytes", "Bytes that wait for clients", queuedBytes, 1);
        gauge(
                "firstline.relay.queue.age.seconds",
                "How long the oldest message has waited for its client",
                ageNanos,
                1e9);
    }

    private Counter counter(String name, String help, Tags with) {
        Counter counter = Counter.builder(name).description(help).tags(with).register(registry);
        meters.add(counter);
        return counter;
    }

    private void gauge(String name, String help, AtomicLong value, double unit) {
        meters.add(Gauge.builder(name, value, v -> v.get() / unit)
                .description(help)
                .tags(tags)
                .register(registry));
    }

    void clients(int count) {
        clients.set(count);
    }

    void sent(int count, long length) {
        messages.increment(count);
        bytes.increment((double) length);
    }

    void conflated(long count) {
        conflated.increment((double) count);
    }

    void lost(long count) {
        lost.increment((double) count);
    }

    void closed(ClientClosing why) {
        closed.get(why).increment();
    }

    void queues(long waitingBytes, long oldestNanos) {
        queuedBytes.set(waitingBytes);
        ageNanos.set(oldestNanos);
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
