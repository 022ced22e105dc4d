package io.firstline.bus.publish;

import io.firstline.bus.Addresses;
import io.firstline.deploy.node.StatusKeys;
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
 * Publishes one feed on the event bus and tracks how far its consumers on this node have read. Vert.x queues without
 * a bound for a consumer on another context; this class bounds the backlog in messages and payload bytes:
 *
 * <ul>
 * <li>A consumer that exceeds the bound gets no messages until its backlog falls below half of it: see
 *     {@link Shedding}. Other consumers are not affected.
 * <li>A consumer whose backlog exceeds {@value #BLOCKED} times the bound is blocked: it no longer takes messages from
 *     its queue at all. Nothing more is published on the addresses that it consumes until it has worked off its queue
 *     or is no longer registered (see {@link BlockedConsumerProbe}). This affects other consumers of these addresses, but no other
 *     addresses, nor the feed and its streams.
 * </ul>
 *
 * <p>Every message that a consumer did not get for one of these reasons is counted, for each consumer; a message that
 * was not published is counted once. A consumer is known from its first message on. Consumers on other nodes of a
 * cluster are not known; messages that their node did not get are counted for the node, see {@link FanOut}.
 *
 * <p>Used on the feed's context except where noted. Outlives the feed: messages of a closed feed may still be queued
 * when another feed of its name opens.
 */
final class BoundedPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(BoundedPublisher.class);
    private static final int BLOCKED = 4;
    private static final int MARKS_PER_BOUND = 16;
    private static final int MOST_THREADS = 64;
    private static final String OTHERS = "others";

    private final EventBus bus;
    private final String feed;
    private final Volume bound;
    private final Volume blockedBound;
    private final Volume markEvery;
    private final LongAdder dropped = new LongAdder();
    private final LongAdder missedOnNodes = new LongAdder();
    /** Both by the consumer's thread or node, of which there are few, however many consumers come and go. */
    private final Map<String, LongAdder> droppedBy = new ConcurrentHashMap<>();

    private final List<ConsumerContext> readers = new CopyOnWriteArrayList<>();
    private final List<ConsumerContext> blocked = new CopyOnWriteArrayList<>();
    private final Map<String, BlockedConsumerProbe> probes = new ConcurrentHashMap<>();
    private final TurnBatch batch;
    private long messages;
    private long bytes;
    private volatile Volume newest = Volume.NONE;

    BoundedPublisher(EventBus bus, String feed, Volume bound) {
        this.bus = bus;
        this.feed = feed;
        this.bound = bound;
        this.blockedBound = bound.times(BLOCKED);
        this.markEvery = bound.dividedBy(MARKS_PER_BOUND);
        this.batch = new TurnBatch(all -> publish(Addresses.feed(feed), all, TurnBatch.OPTIONS));
    }

    /** Returns the messages of the feed that are published together at the end of this turn. */
    TurnBatch batch() {
        return batch;
    }

    /** Publishes on one address, unless it is held for a blocked consumer. */
    void publish(String address, Object body, DeliveryOptions options) {
        if (blocked.isEmpty() || !isHeld(address)) {
            bus.publish(address, body, options);
            return;
        }
        BlockedConsumerProbe probe = probes.computeIfAbsent(address, a -> new BlockedConsumerProbe());
        if (probe.hasArrived()) {
            LOG.info("{} continues publishing on {}: no blocked consumer is registered there", feed, address);
            forget(address);
            publish(address, body, options);
        } else if (probe.isDue()) {
            bus.publish(address, probe.sample(body), probe.options());
        } else {
            int count = TurnBatch.messagesIn(body);
            dropped.add(count);
            blocked.stream().filter(reader -> reader.reads(address)).forEach(reader -> missed(reader.thread(), count));
        }
    }

    /** One more message of the feed was published or held on all its addresses. */
    void published(int payloadBytes) {
        messages++;
        bytes += payloadBytes;
        if (messages - newest.messages() >= markEvery.messages() || bytes - newest.bytes() >= markEvery.bytes()) {
            mark();
        }
    }

    private void mark() {
        newest = new Volume(messages, bytes);
        for (ConsumerContext reader : readers) {
            if (blocked.contains(reader)) {
                continue; // otherwise marks would fill its queue
            }
            reader.mark(newest);
            if (reader.behind().exceeds(blockedBound)) {
                blocked.add(reader);
                LOG.warn("{} stops publishing for blocked consumer {}: {} behind", feed, reader, reader.behind());
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

    private boolean isBack(ConsumerContext reader) {
        boolean back = reader.hasArrived() || !readers.contains(reader);
        if (back) {
            LOG.info("{} continues publishing for consumer {}", feed, reader);
        }
        return back;
    }

    private void forget(String address) {
        probes.remove(address);
        for (ConsumerContext reader : blocked) {
            reader.forget(address);
            if (reader.addresses().isEmpty()) {
                left(reader);
            }
        }
    }

    // on a consumer's context

    /** Registers a context at its first delivery of this feed; returns its reader. */
    ConsumerContext joined(Context context, Map<String, ConsumerContext> byAddress, String address) {
        ConsumerContext reader = byAddress.values().stream()
                .filter(known -> known.boundedPublisher() == this)
                .findFirst()
                .orElseGet(() -> new ConsumerContext(this, context, byAddress));
        byAddress.put(address, reader);
        if (!readers.contains(reader)) {
            readers.add(reader);
        }
        return reader;
    }

    void deliver(ConsumerContext reader, DeliveryContext<?> delivery) {
        if (!probes.isEmpty()) {
            BlockedConsumerProbe probe = probes.get(delivery.message().address());
            if (probe != null) {
                probe.arrived(delivery.message());
            }
        }
        reader.deliver(delivery);
    }

    // on any thread

    void left(ConsumerContext reader) {
        readers.remove(reader);
    }

    /** A consumer on this thread did not get some messages. */
    void drop(String thread, int count) {
        dropped.add(count);
        missed(thread, count);
    }

    /** The consumers of another node did not get some messages. */
    void missedOnNode(String node, int count) {
        missedOnNodes.add(count);
        missed("node " + node, count);
    }

    private void missed(String thread, int count) {
        LongAdder known = droppedBy.get(thread);
        if (known == null) {
            known = droppedBy.computeIfAbsent(
                    droppedBy.size() < MOST_THREADS ? thread : OTHERS, name -> new LongAdder());
        }
        known.add(count);
    }

    /** Returns the known consumers of the feed on this node, and those that missed messages, by thread. */
    JsonArray consumers() {
        Map<String, JsonObject> byThread = new TreeMap<>();
        readers.forEach(reader -> {
            JsonObject consumer = byThread.computeIfAbsent(reader.thread(), BoundedPublisher::consumer);
            Volume behind = reader.behind();
            consumer.put(StatusKeys.CONTEXTS, consumer.getInteger(StatusKeys.CONTEXTS) + 1)
                    .put(StatusKeys.BEHIND, Math.max(consumer.getLong(StatusKeys.BEHIND), behind.messages()))
                    .put(StatusKeys.BEHIND_BYTES, Math.max(consumer.getLong(StatusKeys.BEHIND_BYTES), behind.bytes()))
                    .put(StatusKeys.BLOCKED, consumer.getBoolean(StatusKeys.BLOCKED) || blocked.contains(reader));
        });
        droppedBy.forEach((thread, count) ->
                byThread.computeIfAbsent(thread, BoundedPublisher::consumer).put(StatusKeys.DROPPED, count.sum()));
        return new JsonArray(List.copyOf(byThread.values()));
    }

    private static JsonObject consumer(String thread) {
        return new JsonObject()
                .put(StatusKeys.THREAD, thread)
                .put(StatusKeys.CONTEXTS, 0)
                .put(StatusKeys.BEHIND, 0L)
                .put(StatusKeys.BEHIND_BYTES, 0L)
                .put(StatusKeys.BLOCKED, false)
                .put(StatusKeys.DROPPED, 0L);
    }

    /** Returns how many messages consumers did not get since the first feed of this name was opened here. */
    long dropped() {
        return dropped.sum();
    }

    /** Returns how many messages other nodes did not get, in the same time. */
    long missedOnNodes() {
        return missedOnNodes.sum();
    }

    /** Returns on how many contexts the feed is consumed, as far as they are known. */
    int readers() {
        return readers.size();
    }

    Volume newest() {
        return newest;
    }

    Volume bound() {
        return bound;
    }

    String feed() {
        return feed;
    }
}
