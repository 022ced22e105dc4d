package io.firstline.deploy;

import io.firstline.bus.Addresses;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.Scheduler;
import io.firstline.deploy.node.ClusterPart;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets commands change a feed's subscriptions on every node that receives it, so that a new owner has the streams
 * subscribed at run time. The changes also survive a new configuration of the feed. The owner carries out a command
 * and sends the changes to the other nodes: at once, and repeatedly for nodes that join later or were cut off. They
 * apply the changes and replace those of earlier owners.
 *
 * <p>The other nodes may not know a command that the owner received just before it died: its sender must repeat it
 * when the owner changes. Runs on the event loop of the feed's verticle.
 */
final class RuntimeSubscriptions {
    private static final Logger LOG = LoggerFactory.getLogger(RuntimeSubscriptions.class);
    private static final long SEND_MS = 1_000;
    private static final String EPOCH = "epoch";

    private final EventBus bus;
    private final String feed;
    private final Supplier<ShardedFeed> current;
    private final ClusterPart part;
    private final Supplier<Future<Void>> leave;
    private final RejectionLog rejections;
    private final StreamHolders holders = new StreamHolders();
    private final LongSupplier nanos;
    private FeedConfig config;
    private SubscriptionOverrides amendments = SubscriptionOverrides.NONE;
    private int heardEpoch;

    /**
     * Starts without changes.
     *
     * @param part this node's part in publishing the feed
     */
    RuntimeSubscriptions(
            Vertx vertx, Scheduler scheduler, FeedConfig config, Supplier<ShardedFeed> current, ClusterPart part) {
        this.bus = vertx.eventBus();
        this.feed = config.name();
        this.config = config;
        this.current = current;
        this.part = part;
        this.nanos = scheduler::nowNanos;
        this.rejections = new RejectionLog(LOG, nanos);
        if (part.isShared()) {
            this.leave = bus.consumer(Addresses.amendments(feed), this::received)::unregister;
            scheduler.every(SEND_MS, this::sendChanges);
        } else {
            this.leave = Future::succeededFuture;
        }
    }

    private static List<String> streams(FeedConfig config) {
        return config.parts().stream()
                .flatMap(part -> part.subscriptions().streams().stream())
                .toList();
    }

    // another configuration

    /** Applies the run-time changes to a feed with another configuration. */
    Future<Void> carryOver(ShardedFeed next, FeedConfig wanted) {
        return change(next, wanted, SubscriptionOverrides.NONE, amendments)
                .onFailure(
                        e -> LOG.warn("{}: not all run-time subscriptions could be restored: {}", feed, e.getMessage()))
                .otherwiseEmpty()
                .mapEmpty();
    }

    /** Sets the configuration in use. */
    void configuredAs(FeedConfig wanted) {
        config = wanted;
    }

    Future<Void> close() {
        return leave.get();
    }

    // on the owner

    /** @param holder the one that will {@link #release} them; null = nobody in particular */
    Future<Integer> subscribe(List<String> streams, String holder) {
        if (holder != null) {
            holders.wants(streams, holder, part.publishingEpoch(), nanos.getAsLong());
        }
        return amend(feed -> feed.subscribe(streams), before -> before.subscribe(streams, streams(config)));
    }

    /**
     * Waits for the venue's answers to {@link #subscribe}, and unsubscribes what it refuses.
     *
     * @return the streams that it refuses, with its words
     */
    Future<Map<String, String>> refusals(List<String> streams) {
        List<String> configured = streams(config);
        List<String> added =
                streams.stream().filter(each -> !configured.contains(each)).toList();
        return current.get()
                .refusals(added)
                .compose(refused -> refused.isEmpty()
                        ? Future.succeededFuture(refused)
                        : unsubscribe(List.copyOf(refused.keySet())).map(refused));
    }

    /** Unsubscribes what no other holder wants, and returns the rest: the holder must ask again later. */
    Future<List<String>> release(List<String> streams, String holder) {
        List<String> kept = holders.leaves(streams, holder, part.publishingEpoch(), nanos.getAsLong());
        List<String> ended =
                streams.stream().filter(stream -> !kept.contains(stream)).toList();
        return ended.isEmpty()
                ? Future.succeededFuture(kept)
                : unsubscribe(ended).map(kept);
    }

    Future<Integer> unsubscribe(List<String> streams) {
        return amend(feed -> feed.unsubscribe(streams), before -> before.unsubscribe(streams, streams(config)));
    }

    Future<Integer> setOnConnect(List<String> messages) {
        return amend(feed -> feed.setOnConnect(messages), before -> before.onConnect(messages));
    }

    private interface Change {
        Future<Integer> on(ShardedFeed feed);
    }

    private Future<Integer> amend(Change change, UnaryOperator<SubscriptionOverrides> subscriptionsChanged) {
        if (!part.isPublishing()) {
            return Future.failedFuture(new IllegalStateException(
                    feed + " is not published by this node: send the command to " + Addresses.command(feed)));
        }
        return change.on(current.get()).onComplete(done -> {
            // a change that could not be written to a connection is written to the next one
            if (done.succeeded() || !(done.cause() instanceof IllegalArgumentException)) {
                amendments = subscriptionsChanged.apply(amendments);
                sendChanges();
            }
        });
    }

    /** Sends the changes to the other nodes, if there are any. */
    private void sendChanges() {
        int epoch = part.publishingEpoch();
        if (epoch > 0) {
            bus.publish(Addresses.amendments(feed), amendments.toJson().put(EPOCH, epoch));
        }
    }

    // on the other nodes

    private void received(Message<Object> message) {
        int epoch;
        SubscriptionOverrides wanted;
        try {
            JsonObject json = RejectionLog.body(message, JsonObject.class);
            if (!(json.getValue(EPOCH) instanceof Integer number)) {
                throw new IllegalArgumentException("\"epoch\" must be a whole number");
            }
            epoch = number;
            wanted = SubscriptionOverrides.of(json);
        } catch (IllegalArgumentException e) {
            rejections.reject(feed + ": dropped an invalid list of run-time changes", e.getMessage());
            return;
        }
        if (epoch < heardEpoch || epoch <= part.publishingEpoch()) {
            return; // from a former owner, or our own
        }
        heardEpoch = epoch;
        follow(wanted).onComplete(done -> {
            if (done.failed()) {
                LOG.warn(
                        "{}: the owner's run-time subscriptions could not be applied: {}",
                        feed,
                        done.cause().getMessage());
            }
            part.subscriptionsChanged();
        });
    }

    private Future<?> follow(SubscriptionOverrides wanted) {
        SubscriptionOverrides before = amendments;
        amendments = wanted;
        if (!wanted.equals(before)) {
            LOG.info("{}: applied the owner's run-time subscriptions: {}", feed, wanted.appliedTo(streams(config)));
        }
        return change(current.get(), config, before, wanted);
    }

    private static Future<?> change(
            ShardedFeed feed, FeedConfig config, SubscriptionOverrides before, SubscriptionOverrides after) {
        Set<String> wantedBefore = before.appliedTo(streams(config));
        Set<String> wantedAfter = after.appliedTo(streams(config));
        List<Future<Integer>> steps = new ArrayList<>();
        List<String> fewer = without(wantedBefore, wantedAfter);
        if (!fewer.isEmpty()) {
            steps.add(feed.unsubscribe(fewer));
        }
        List<String> more = without(wantedAfter, wantedBefore);
        if (!more.isEmpty()) {
            steps.add(feed.subscribe(more));
        }
        List<String> sent = onConnect(config, after);
        if (!sent.equals(onConnect(config, before))) {
            steps.add(feed.setOnConnect(sent));
        }
        return Future.join(steps);
    }

    private static List<String> onConnect(FeedConfig config, SubscriptionOverrides subscriptionsChanged) {
        return subscriptionsChanged.onConnect() == null
                ? config.pool().connection().onConnect()
                : subscriptionsChanged.onConnect();
    }

    private static List<String> without(Set<String> streams, Set<String> others) {
        Set<String> rest = new TreeSet<>(streams);
        rest.removeAll(others);
        return List.copyOf(rest);
    }
}
