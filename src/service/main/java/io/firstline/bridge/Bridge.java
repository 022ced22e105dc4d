package io.firstline.bridge;

import io.firstline.config.service.BridgeConfig;
import io.firstline.stream.FeedMessage;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the clients of one bridge. It listens once on each address that any client wants, and encodes each message
 * once for all clients. Runs on one event loop.
 */
final class Bridge {
    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);
    private static final long SWEEP_MS = 2_000;
    /** Within this time a client must have sent an allowed request or, in a protocol with mandatory pings, a ping. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(12);

    private final Vertx vertx;
    private final BridgeProtocol protocol;
    private final BridgeConfig config;
    private final Permissions permissions;
    private final TokenCheck token;
    private final boolean onlyAuthenticated;
    private final BridgeFigures figures;
    private final ServedSockets sockets;
    private final Set<Client> clients = new LinkedHashSet<>();
    private final Map<String, AddressSubscription> subscriptions = new HashMap<>();
    private final long sweep;

    /**
     * Makes a bridge without clients.
     *
     * @param onlyAuthenticated whether listening needs the token too
     */
    Bridge(
            Vertx vertx,
            BridgeProtocol protocol,
            BridgeConfig config,
            TokenCheck token,
            boolean onlyAuthenticated,
            MeterRegistry registry) {
        this(vertx, protocol, config, token, onlyAuthenticated, registry, ServedSockets.ofProcess());
    }

    /** The same with another limit of served sockets. */
    Bridge(
            Vertx vertx,
            BridgeProtocol protocol,
            BridgeConfig config,
            TokenCheck token,
            boolean onlyAuthenticated,
            MeterRegistry registry,
            ServedSockets sockets) {
        this.vertx = vertx;
        this.sockets = sockets;
        this.protocol = protocol;
        this.config = config;
        this.permissions = new Permissions(config);
        this.token = token;
        this.onlyAuthenticated = onlyAuthenticated;
        this.figures = new BridgeFigures(registry, name());
        if (config.maxClients() > sockets.forBridges()) {
            LOG.warn(
                    "bridge {} serves at most {} clients, not {}: the limit of open files allows no more beside those of the feeds",
                    name(),
                    sockets.forBridges(),
                    config.maxClients());
        }
        this.sweep = vertx.setPeriodic(SWEEP_MS, id -> sweep(System.nanoTime()));
    }

    String name() {
        return protocol.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Adds a client. Returns null if there is no room; then the client has got an error. */
    Client opened(ClientSocket line) {
        if (clients.size() >= config.maxClients() || !sockets.enter()) {
            figures.refused();
            LOG.debug("bridge {} rejects {}: {} clients are connected", name(), line.peer(), clients.size());
            line.write(protocol.error("too_many_clients")).onComplete(written -> line.cutOff());
            return null;
        }
        Client client = new Client(this, line, System.nanoTime());
        clients.add(client);
        figures.clients(clients.size());
        LOG.debug("bridge {} serves {}", name(), line.peer());
        return client;
    }

    /** Removes a client that has disconnected or is about to. */
    void gone(Client client) {
        if (clients.remove(client)) {
            sockets.leave();
            figures.clients(clients.size());
            client.heard().forEach(address -> leave(address, client));
        }
    }

    void listen(String address, Client client) {
        subscriptions
                .computeIfAbsent(address, AddressSubscription::new)
                .listeners
                .add(client);
    }

    void leave(String address, Client client) {
        AddressSubscription subscription = subscriptions.get(address);
        if (subscription != null && subscription.listeners.remove(client) && subscription.listeners.isEmpty()) {
            subscriptions.remove(address);
            subscription.consumer.unregister();
        }
    }

    void sweep(long nowNanos) {
        token.report(nowNanos);
        List.copyOf(clients).stream()
                .filter(client -> client.isSilent(nowNanos - SILENCE_NANOS))
                .forEach(client -> client.disconnect("silent"));
    }

    void close() {
        vertx.cancelTimer(sweep);
        List.copyOf(clients).forEach(client -> client.disconnect("closing"));
        figures.close();
    }

    EventBus bus() {
        return vertx.eventBus();
    }

    BridgeProtocol protocol() {
        return protocol;
    }

    BridgeConfig config() {
        return config;
    }

    Permissions permissions() {
        return permissions;
    }

    TokenCheck token() {
        return token;
    }

    boolean isOnlyAuthenticated() {
        return onlyAuthenticated;
    }

    BridgeFigures figures() {
        return figures;
    }

    /** The body for clients, whatever body the feed publishes. */
    static Object body(Object body) {
        return body instanceof FeedMessage message ? message.toJson() : body;
    }

    /** The clients that listen on one address. */
    private final class AddressSubscription {
        private final String address;
        private final Set<Client> listeners = new LinkedHashSet<>();
        private final MessageConsumer<Object> consumer;

        AddressSubscription(String address) {
            this.address = address;
            this.consumer = bus().consumer(address, this::pass);
        }

        private void pass(Message<Object> message) {
            Buffer frame = protocol.message(address, message, body(message.body()));
            for (Client client : new ArrayList<>(listeners)) { // a dropped client is removed during this loop
                client.deliver(frame);
            }
        }
    }
}
