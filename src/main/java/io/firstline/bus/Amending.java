package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets commands change what a feed asks its server for, on every node that receives it: or the one that takes over would not have what was
 * subscribed at run time. It holds for another configuration of the feed as well. The owner does what it is told and tells the others, at once, and again and again for those that come later
 * or were cut off. They do the same, and forget what they were told by owners before.
 *
 * <p>What an owner was told in the moment of its death the others may not know: who gave a command gives it again when the owner has
 * changed. Belongs to the event loop of the feed's verticle.
 */
final class Amending {
    private static final Logger LOG = LoggerFactory.getLogger(Amending.class);
    private static final long TELL_MS = 1_000;
    private static final String EPOCH = "epoch";

    private final EventBus bus;
    private final String feed;
    private final Supplier<Shards> shards;
    private final Replica replica;
    private final MessageConsumer<Object> owners;
    private final Refusals refusals = new Refusals(LOG);
    private FeedConfig config;
    private Amendments amendments = Amendments.NONE;
    private int heardEpoch;

    /**
     * Nothing is changed yet.
     *
     * @param replica this node's part; null = there is no other node
     */
    Amending(Vertx vertx, FeedConfig config, Supplier<Shards> shards, Replica replica) {
        this.bus = vertx.eventBus();
        this.feed = config.name();
        this.config = config;
        this.shards = shards;
        this.replica = replica;
        if (replica == null) {
            this.owners = null;
        } else {
            this.owners = bus.consumer(Addresses.amendments(feed), this::told);
            vertx.setPeriodic(TELL_MS, t -> tell());
        }
    }

    private static List<String> streams(FeedConfig config) {
        return config.parts().stream()
                .flatMap(part -> part.subscriptions().streams().stream())
                .toList();
    }

    // another configuration

    /** Lets what commands have changed hold for a feed of another configuration as well. */
    Future<Void> carryOver(Shards next, FeedConfig wanted) {
        return change(next, wanted, Amendments.NONE, amendments)
                .onFailure(
                        e -> LOG.warn("{} is not asked for all that it was told to ask for: {}", feed, e.getMessage()))
                .otherwiseEmpty()
                .mapEmpty();
    }

    /** That is the configuration now. */
    void configuredAs(FeedConfig wanted) {
        config = wanted;
    }

    Future<Void> close() {
        return owners == null ? Future.succeededFuture() : owners.unregister();
    }

    // what the owner is told

    Future<Integer> subscribe(List<String> streams) {
        return amend(feed -> feed.subscribe(streams), before -> before.subscribe(streams, streams(config)));
    }

    Future<Integer> unsubscribe(List<String> streams) {
        return amend(feed -> feed.unsubscribe(streams), before -> before.unsubscribe(streams, streams(config)));
    }

    Future<Integer> setOnConnect(List<String> messages) {
        return amend(feed -> feed.setOnConnect(messages), before -> before.onConnect(messages));
    }

    private interface Change {
        Future<Integer> on(Shards feed);
    }

    private Future<Integer> amend(Change change, UnaryOperator<Amendments> amended) {
        if (replica != null && replica.publishingEpoch() == 0) {
            return Future.failedFuture(new IllegalStateException(
                    feed + " is not published by this node: its owner is asked at " + Addresses.command(feed)));
        }
        return change.on(shards.get()).onComplete(done -> {
            // what could not be written to a connection holds for the next one
            if (done.succeeded() || !(done.cause() instanceof IllegalArgumentException)) {
                amendments = amended.apply(amendments);
                if (replica != null) {
                    tell();
                }
            }
        });
    }

    private void tell() {
        int epoch = replica.publishingEpoch();
        if (epoch > 0) {
            bus.publish(Addresses.amendments(feed), amendments.toJson().put(EPOCH, epoch));
        }
    }

    // what the others are told

    private void told(Message<Object> message) {
        int epoch;
        Amendments wanted;
        try {
            JsonObject json = Refusals.body(message, JsonObject.class);
            if (!(json.getValue(EPOCH) instanceof Integer number)) {
                throw new IllegalArgumentException("\"epoch\" must be a whole number");
            }
            epoch = number;
            wanted = Amendments.of(json);
        } catch (IllegalArgumentException e) {
            refusals.refuse(feed + ": what an owner is said to have changed is dropped", e.getMessage());
            return;
        }
        if (epoch < heardEpoch || epoch <= replica.publishingEpoch()) {
            return; // from somebody who has lost the feed, or our own
        }
        heardEpoch = epoch;
        follow(wanted).onComplete(done -> {
            if (done.failed()) {
                LOG.warn(
                        "{} is not received here as its owner receives it: {}",
                        feed,
                        done.cause().getMessage());
            }
            replica.amended();
        });
    }

    private Future<?> follow(Amendments wanted) {
        Amendments before = amendments;
        amendments = wanted;
        if (!wanted.equals(before)) {
            LOG.info("{} is asked for here what its owner asks for: {}", feed, wanted.appliedTo(streams(config)));
        }
        return change(shards.get(), config, before, wanted);
    }

    private static Future<?> change(Shards feed, FeedConfig config, Amendments before, Amendments after) {
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

    private static List<String> onConnect(FeedConfig config, Amendments amended) {
        return amended.onConnect() == null ? config.pool().connection().onConnect() : amended.onConnect();
    }

    private static List<String> without(Set<String> streams, Set<String> others) {
        Set<String> rest = new TreeSet<>(streams);
        rest.removeAll(others);
        return List.copyOf(rest);
    }
}
