package io.firstline.bridge;

import io.firstline.bus.Addresses;
import io.firstline.config.BridgeConfig;
import java.util.HashSet;
import java.util.Set;

/** Which addresses of the event bus a bridge's clients may use. Decides from the address alone. */
final class Permissions {
    private final BridgeConfig config;
    /** Requests to these make a feed act or tell. */
    private final Set<String> requests = new HashSet<>();

    Permissions(BridgeConfig config) {
        this.config = config;
        requests.add(Addresses.STATUS);
        config.feeds().forEach(feed -> {
            requests.add(Addresses.send(feed));
            requests.add(Addresses.command(feed));
        });
    }

    /** The messages, events and streams of its feeds; whoever listened elsewhere would get what others ask. */
    boolean mayHear(String address) {
        return config.feeds().stream().anyMatch(feed -> Addresses.isForConsumers(feed, address));
    }

    /** With the token. */
    boolean mayAsk(String address) {
        return config.inbound() && requests.contains(address);
    }
}
