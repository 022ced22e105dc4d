package io.firstline.relay;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.RelayLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The feeds of a relay, and which of them clients read at a path. Feeds are added and removed on any thread; everything else
 * runs on the relay's event loop.
 */
final class ServedFeeds {
    private final Vertx vertx;
    private final ContextInternal context;
    private final RelayLimits limits;
    private final MeterRegistry registry;
    private final LongSupplier nanos;
    private final long answerMs;
    private volatile Map<String, ServedFeed> feeds = Map.of();

    /** A feed and the protocols in which clients read it. */
    record ServedFeed(FeedConfig config, RelayFeed feed, ClientRequests requests, List<ClientProtocol> protocols) {
        /** Whether clients of this feed understand those of the other. */
        boolean speaksAs(FeedConfig other) {
            return Objects.equals(config.venue(), other.venue())
                    && config.streamPointer().equals(other.streamPointer());
        }
    }

    /** The feed and the session of a client, by its path. */
    record Opened(ServedFeed feed, ClientSession session) {}

    /**
     * Starts without feeds.
     *
     * @param context that of the relay
     * @param answerMs the longest time that a client waits for the venue's answer to its request
     */
    ServedFeeds(
            Vertx vertx,
            Context context,
            RelayLimits limits,
            MeterRegistry registry,
            LongSupplier nanos,
            long answerMs) {
        this.vertx = vertx;
        this.context = (ContextInternal) context;
        this.limits = limits;
        this.registry = registry;
        this.nanos = nanos;
        this.answerMs = answerMs;
    }

    RelayFeed add(FeedConfig feed) {
        RelayFeed served =
                new RelayFeed(feed.name(), context.nettyEventLoop(), nanos, new RelayFigures(registry, feed.name()));
        serve(feed, served);
        return served;
    }

    private ClientRequests serve(FeedConfig feed, RelayFeed served) {
        ClientRequests requests = new ClientRequests(
                vertx,
                answerMs,
                served,
                new UpstreamStreams(vertx, feed, limits.lingerMs(), nanos),
                new RelaySnapshots(vertx, served),
                limits,
                nanos);
        served.onLeave(requests::left);
        change(all -> all.put(feed.name(), new ServedFeed(feed, served, requests, protocols(feed))));
        context.runOnContext(v -> requests.listen());
        return requests;
    }

    private static List<ClientProtocol> protocols(FeedConfig feed) {
        List<ClientProtocol> protocols = new ArrayList<>();
        boolean namesStreams = !feed.streamPointer().isEmpty()
                || !feed.venue().format().naming().rules().isEmpty();
        protocols.add(new PlainProtocol(feed.name(), namesStreams));
        VenueClientProtocol.of(feed, System::currentTimeMillis).ifPresent(protocols::add);
        return protocols;
    }

    /** The feed has another configuration; clients that would not understand its messages are closed. */
    void changed(FeedConfig feed) {
        ServedFeed before = feeds.get(feed.name());
        if (before == null) {
            return;
        }
        if (before.speaksAs(feed)) {
            before.requests().configuredAs(feed);
            return;
        }
        before.feed().closeAll(ClientClosing.RESTART, "the feed has changed: connect again", nanos.getAsLong());
        before.requests().close();
        serve(feed, before.feed()).inherit(before.requests());
    }

    /**
     * A feed is served by the relays of other nodes too.
     *
     * @param merged whether each of them merges the nodes
     */
    void shareWithOthers(String feed, boolean merged) {
        ClientRequests requests = feeds.get(feed).requests();
        requests.shareWithOthers();
        if (merged) {
            requests.numbersAreOwn();
        }
    }

    /** Returns the removed feed; null = there was none. */
    ServedFeed remove(String feed) {
        ServedFeed removed = feeds.get(feed);
        change(all -> all.remove(feed));
        return removed;
    }

    private synchronized void change(Consumer<Map<String, ServedFeed>> change) {
        Map<String, ServedFeed> changed = new LinkedHashMap<>(feeds);
        change.accept(changed);
        feeds = Collections.unmodifiableMap(changed);
    }

    Collection<ServedFeed> all() {
        return feeds.values();
    }

    /**
     * Opens a session for a client; null = no feed has this path. For the arguments and exceptions see {@link
     * ClientProtocol#open}.
     */
    Opened open(String path, String query) {
        for (ServedFeed feed : feeds.values()) {
            for (ClientProtocol protocol : feed.protocols()) {
                ClientSession session = protocol.open(path, query);
                if (session != null) {
                    return new Opened(feed, session);
                }
            }
        }
        return null;
    }

    /** All paths, for people. */
    List<String> paths() {
        return feeds.values().stream()
                .flatMap(feed -> feed.protocols().stream())
                .flatMap(protocol -> protocol.paths().stream())
                .distinct()
                .toList();
    }
}
