package io.firstline.relay;

import io.firstline.bus.Addresses;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.RequestTemplate;
import io.firstline.config.venue.SubscribeTemplates;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the streams that clients want subscribed at the venue, by the commands of the feed, which respects the venue's limits of
 * requests. A feed that has no such request keeps its streams. Runs on the relay's event loop.
 */
final class UpstreamStreams {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamStreams.class);

    private final EventBus bus;
    private final String feed;
    private final boolean canSubscribe;
    private final StreamLedger ledger;

    UpstreamStreams(EventBus bus, FeedConfig config, int lingerMs) {
        this.bus = bus;
        this.feed = config.name();
        SubscribeTemplates templates = config.subscriptions();
        this.canSubscribe = Stream.concat(Stream.of(templates.general()), templates.kinds().stream())
                .map(RequestTemplate::subscribe)
                .anyMatch(request -> !request.isEmpty());
        List<String> configured = config.parts().stream()
                .flatMap(part -> part.subscriptions().streams().stream())
                .toList();
        int onOne = config.venue().limits().streamsOnOne();
        this.ledger = new StreamLedger(
                configured,
                onOne == 0 ? Integer.MAX_VALUE : onOne * config.parts().size(),
                lingerMs);
    }

    /** Whether the venue's limit has room for these streams too. */
    boolean hasRoomFor(Collection<String> streams) {
        return !canSubscribe || ledger.hasRoomFor(streams);
    }

    /** A client wants these streams; succeeds when they are subscribed. If it fails, {@link #leave} them too. */
    Future<?> want(Collection<String> streams) {
        List<String> missing = ledger.add(streams);
        return canSubscribe && !missing.isEmpty() ? command("subscribe", missing) : Future.succeededFuture();
    }

    /** A client wants these streams no more. */
    void leave(Collection<String> streams, long nowNanos) {
        ledger.remove(streams, nowNanos);
    }

    /** Unsubscribes what nobody has wanted for a while. Called about once a second. */
    void look(long nowNanos) {
        List<String> due = ledger.due(nowNanos);
        if (canSubscribe && !due.isEmpty()) {
            command("unsubscribe", due)
                    .onFailure(e -> LOG.debug("relay: {} does not unsubscribe {}: {}", feed, due, e.getMessage()));
        }
    }

    private Future<?> command(String what, List<String> streams) {
        return bus.request(
                Addresses.command(feed), new JsonObject().put("do", what).put("streams", new JsonArray(streams)));
    }
}
