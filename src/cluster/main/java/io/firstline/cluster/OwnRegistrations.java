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
 * consumers would never receive a message again. Called on threads of Vert.x; does not block.
 */
final class OwnRegistrations {
    /** The map of consumers that the nodes share. */
    interface Registry {
        void add(String address, RegistrationInfo consumer, Completable<Void> done);

        void remove(String address, RegistrationInfo consumer, Completable<Void> done);
    }

    private record Own(String address, RegistrationInfo consumer) {}

    private final Registry registry;
    private final Set<Own> all = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean repeats = new AtomicBoolean();

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

    /** Registers all consumers again, one by one, unless this still runs; a registration that exists stays. */
    void repeat() {
        if (repeats.compareAndSet(false, true)) {
            repeat(all.iterator());
        }
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
