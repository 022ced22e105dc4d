package io.firstline.cluster;

import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Registers this node's consumers again from time to time. While a cluster splits and merges, another node may take
 * this one for gone and remove its registrations from the map that all share, and nobody notifies this node: its
 * consumers would never receive a message again. That follows a change of the members, so the pauses grow while they stay
 * the same. Called on threads of Vert.x and Hazelcast; does not block.
 */
final class OwnRegistrations {
    /** The map of consumers that the nodes share. */
    interface Registry {
        void add(String address, RegistrationInfo consumer, Completable<Void> done);

        void remove(String address, RegistrationInfo consumer, Completable<Void> done);
    }

    private record Own(String address, RegistrationInfo consumer) {}

    /** A minute: another node may act on a change late. */
    static final int CALLS_AFTER_CHANGE = 30;

    private static final int MOST_DOUBLINGS = 4;
    /** Half a minute. */
    static final int MOST_PAUSE_CALLS = 1 << MOST_DOUBLINGS;

    private final Registry registry;
    private final Set<Own> all = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean repeats = new AtomicBoolean();
    /** Since the last change of the members. */
    private int repeated;
    /** The calls until the next one that registers. */
    private int callsLeft = 1;

    OwnRegistrations(Registry registry) {
        this.registry = registry;
    }

    void add(String address, RegistrationInfo consumer, Completable<Void> done) {
        if (!consumer.localOnly()) {
            all.add(new Own(address, consumer));
        }
        registry.add(address, consumer, done);
    }

    void remove(String address, RegistrationInfo consumer, Completable<Void> done) {
        all.remove(new Own(address, consumer));
        registry.remove(address, consumer, done);
    }

    /** A member has joined or left. */
    synchronized void membersChanged() {
        repeated = 0;
        callsLeft = 1;
    }

    /**
     * Registers all consumers again, one by one, unless this still runs or a pause does; a registration that exists stays.
     * To be called every two seconds.
     */
    void repeat() {
        if (isDue() && repeats.compareAndSet(false, true)) {
            repeat(all.iterator());
        }
    }

    private synchronized boolean isDue() {
        if (--callsLeft > 0) {
            return false;
        }
        repeated = Math.min(repeated + 1, CALLS_AFTER_CHANGE + MOST_DOUBLINGS);
        int doublings = Math.max(0, repeated - CALLS_AFTER_CHANGE + 1);
        callsLeft = 1 << Math.min(doublings, MOST_DOUBLINGS);
        return true;
    }

    private void repeat(Iterator<Own> rest) {
        if (!rest.hasNext()) {
            repeats.set(false);
            return;
        }
        Own own = rest.next();
        registry.add(own.address, own.consumer, (added, failure) -> {
            if (all.contains(own)) {
                repeat(rest); // after a failure too: the next call tries again
            } else { // the consumer has ended meanwhile
                registry.remove(own.address, own.consumer, (removed, failed) -> repeat(rest));
            }
        });
    }
}
