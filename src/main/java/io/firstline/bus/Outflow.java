package io.firstline.bus;

import io.vertx.core.Context;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one feed puts on the event bus, and how far its consumers on this node have got with it. Vert.x queues without a bound for a
 * consumer on another context; here it gets one, of messages and of payload bytes:
 *
 * <ul>
 *   <li>A consumer that is further behind than the bound is passed over until it is half as far behind: see {@link Shedding}. Nobody
 *       else notices.
 *   <li>A consumer that is {@value #BLOCKED} times as far behind is blocked: it does not even get what would be shed. Nothing more is
 *       published on the addresses that it consumes until it has worked off what is waiting, or is not registered any more (see
 *       {@link Probe}). Other consumers of these addresses suffer with it; other addresses, the feed and its streams do not.
 * </ul>
 *
 * <p>Every message that a consumer did not get for one of these reasons is counted, for each consumer; one that was not published
 * once. A consumer is known from its first message on. Consumers on other nodes of a cluster are not known.
 *
 * <p>Used on the feed's context, but for what says otherwise. Outlives the feed: what was published before it was closed may be
 * waiting still when another feed of its name is opened.
 */
final class Outflow {
    private static final Logger LOG = LoggerFactory.getLogger(Outflow.class);
    private static final int BLOCKED = 4;
    private static final int MARKS_PER_BOUND = 16;
    private static final int MOST_THREADS = 64;
    private static final String OTHERS = "others";

    private final EventBus bus;
    private final String feed;
    private final Amount bound;
    private final Amount blockedBound;
    private final Amount markEvery;
    private final LongAdder dropped = new LongAdder();
    /** The same by the thread that the consumer runs on, of which there are few, however many consumers come and go. */
    private final Map<String, LongAdder> droppedBy = new ConcurrentHashMap<>();

    private final List<Reader> readers = new CopyOnWriteArrayList<>();
    private final List<Reader> blocked = new CopyOnWriteArrayList<>();
    private final Map<String, Probe> probes = new ConcurrentHashMap<>();
    private long messages;
    private long bytes;
    private volatile Amount newest = Amount.NONE;

    Outflow(EventBus bus, String feed, Amount bound) {
        this.bus = bus;
        this.feed = feed;
        this.bound = bound;
        this.blockedBound = bound.times(BLOCKED);
        this.markEvery = bound.dividedBy(MARKS_PER_BOUND);
    }

    /** Publishes on one address, unless it is held. */
    void publish(String address, Object body, DeliveryOptions options) {
        if (blocked.isEmpty() || !isHeld(address)) {
            bus.publish(address, body, options);
            return;
        }
        Probe probe = probes.computeIfAbsent(address, a -> new Probe());
        if (probe.hasArrived()) {
            LOG.info("{} goes on publishing on {}: no blocked consumer is registered there", feed, address);
            forget(address);
            publish(address, body, options);
        } else if (probe.isDue()) {
            bus.publish(address, probe.sample(body), probe.options());
        } else {
            dropped.increment();
            blocked.stream().filter(reader -> reader.reads(address)).forEach(reader -> missed(reader.thread()));
        }
    }

    /** One more message of the feed is on all its addresses, or was held. */
    void published(int payloadBytes) {
        messages++;
        bytes += payloadBytes;
        if (messages - newest.messages() >= markEvery.messages() || bytes - newest.bytes() >= markEvery.bytes()) {
            mark();
        }
    }

    private void mark() {
        newest = new Amount(messages, bytes);
        for (Reader reader : readers) {
            if (blocked.contains(reader)) {
                continue; // or its queue would grow by marks
            }
            reader.mark(newest);
            if (reader.behind().exceeds(blockedBound)) {
                blocked.add(reader);
                LOG.warn("{} holds what {} consumes: it has left {}", feed, reader, reader.behind());
            }
        }
    }

    private boolean isHeld(String address) {
        blocked.removeIf(this::isBack);
        boolean held = blocked.stream().anyMatch(reader -> reader.reads(address));
        if (!held) {
            probes.remove(address);
        }
        return held;
    }

    private boolean isBack(Reader reader) {
        boolean back = reader.hasArrived() || !readers.contains(reader);
        if (back) {
            LOG.info("{} goes on publishing what {} consumes", feed, reader);
        }
        return back;
    }

    private void forget(String address) {
        probes.remove(address);
        for (Reader reader : blocked) {
            reader.forget(address);
            if (reader.addresses().isEmpty()) {
                left(reader);
            }
        }
    }

    // on a consumer's context

    /** A message of this feed is about to be delivered on a context where it was not before; answers with who is to deliver it. */
    Reader joined(Context context, Map<String, Reader> byAddress, String address) {
        Reader reader = byAddress.values().stream()
                .filter(known -> known.outflow() == this)
                .findFirst()
                .orElseGet(() -> new Reader(this, context, byAddress));
        byAddress.put(address, reader);
        if (!readers.contains(reader)) {
            readers.add(reader);
        }
        return reader;
    }

    void deliver(Reader reader, DeliveryContext<?> delivery) {
        if (!probes.isEmpty()) {
            Probe probe = probes.get(delivery.message().address());
            if (probe != null) {
                probe.arrived(delivery.message());
            }
        }
        reader.deliver(delivery);
    }

    // on any thread

    void left(Reader reader) {
        readers.remove(reader);
    }

    /** A consumer on this thread did not get a message. */
    void drop(String thread) {
        dropped.increment();
        missed(thread);
    }

    private void missed(String thread) {
        LongAdder known = droppedBy.get(thread);
        if (known == null) {
            known = droppedBy.computeIfAbsent(
                    droppedBy.size() < MOST_THREADS ? thread : OTHERS, name -> new LongAdder());
        }
        known.increment();
    }

    /** Who consumes the feed on this node, as far as is known, and who has missed something: by thread. */
    JsonArray consumers() {
        Map<String, JsonObject> byThread = new TreeMap<>();
        readers.forEach(reader -> {
            JsonObject consumer = byThread.computeIfAbsent(reader.thread(), Outflow::consumer);
            Amount behind = reader.behind();
            consumer.put("contexts", consumer.getInteger("contexts") + 1)
                    .put("behind", Math.max(consumer.getLong("behind"), behind.messages()))
                    .put("behindBytes", Math.max(consumer.getLong("behindBytes"), behind.bytes()))
                    .put("blocked", consumer.getBoolean("blocked") || blocked.contains(reader));
        });
        droppedBy.forEach((thread, count) ->
                byThread.computeIfAbsent(thread, Outflow::consumer).put("dropped", count.sum()));
        return new JsonArray(List.copyOf(byThread.values()));
    }

    private static JsonObject consumer(String thread) {
        return new JsonObject()
                .put("thread", thread)
                .put("contexts", 0)
                .put("behind", 0L)
                .put("behindBytes", 0L)
                .put("blocked", false)
                .put("dropped", 0L);
    }

    /** How many messages consumers did not get, since the first feed of this name was opened here. */
    long dropped() {
        return dropped.sum();
    }

    /** On how many contexts the feed is consumed, as far as is known. */
    int readers() {
        return readers.size();
    }

    Amount newest() {
        return newest;
    }

    Amount bound() {
        return bound;
    }

    String feed() {
        return feed;
    }
}
