package io.firstline.bridge;

import io.firstline.bus.Addresses;
import io.firstline.config.service.BridgeConfig;
import java.util.HashSet;
import java.util.Set;

/** Decides which event bus addresses a bridge's clients may use, from the address alone. */
final class Permissions {
    private final BridgeConfig config;
    /** Addresses for requests to which a feed reacts. */
    private final Set<String> requests = new HashSet<>();

    Permissions(BridgeConfig config) {
        this.config = config;
        requests.add(Addresses.STATUS);
        config.feeds().forEach(feed -> {
            requests.add(Addresses.send(feed));
            requests.add(Addresses.command(feed));
        });
    }

    /**
     * Whether clients may listen: allowed for messages, events and streams of the bridge's feeds. On other addresses a
     * client would receive the requests of others.
     */
    boolean mayHear(String address) {
        return config.feeds().stream().anyMatch(feed -> Addresses.isForConsumers(feed, address));
    }

    /** Whether clients with the token may send requests. */
    boolean mayAsk(String address) {
        return config.inbound() && requests.contains(address);
    }
}
