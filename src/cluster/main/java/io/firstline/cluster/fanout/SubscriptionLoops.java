package io.firstline.cluster.fanout;

import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The event loops of a node's subscriptions. Thread-safe. */
final class SubscriptionLoops {
    /** By address. If several read one, the youngest. */
    private final Map<String, EventLoop> loops = new ConcurrentHashMap<>();
    /** The number of subscriptions on each. */
    private final Map<EventLoop, Integer> subscriptions = new ConcurrentHashMap<>();

    void add(String address, EventLoop loop) {
        loops.put(address, loop);
        subscriptions.merge(loop, 1, Integer::sum);
    }

    void remove(String address, EventLoop loop) {
        loops.remove(address, loop);
        subscriptions.computeIfPresent(loop, (any, count) -> count == 1 ? null : count - 1);
    }

    /**
     * Returns the event loop that should read the frames of an address: the one of a subscription that shares it with no other. The
     * messages of many subscriptions can keep one loop busy: then another one has to read frames, and keep what waits.
     *
     * @return null = none
     */
    EventLoop alone(String address) {
        EventLoop loop = loops.get(address);
        return loop != null && subscriptions.getOrDefault(loop, 0) == 1 ? loop : null;
    }
}
