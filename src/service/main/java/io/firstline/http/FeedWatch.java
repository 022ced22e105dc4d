package io.firstline.http;

import io.firstline.bus.Addresses;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.deploy.node.ClusterFacts;
import io.firstline.deploy.node.NodeStatus;
import io.firstline.deploy.node.StatusKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Observes all feeds of this node over the event bus: requests their status and receives their events. Runs on one
 * event loop.
 */
final class FeedWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FeedWatch.class);
    private static final long ANSWER_MS = 5_000;
    /** From this number of feeds on, the page lists them. */
    static final int LIST_FROM = 10;

    private final Vertx vertx;
    private final EventBus bus;
    private final EventLog events = new EventLog();
    private final Map<String, MessageConsumer<JsonObject>> heard = new HashMap<>();
    private final Map<String, RateHistory> rates = new HashMap<>();
    private final Set<String> announced;
    private final RejectionLog rejections = new RejectionLog(LOG, System::nanoTime);
    private JsonObject status;
    private boolean asking;

    /**
     * Makes a watch that has received nothing yet.
     *
     * @param announced feeds that will be deployed: subscribes early, so that their first events are not missed
     */
    FeedWatch(Vertx vertx, Collection<String> announced) {
        this.vertx = vertx;
        this.bus = vertx.eventBus();
        this.announced = Set.copyOf(announced);
    }

    Future<Void> start() {
        return Future.all(announced.stream().map(this::hear).toList()).mapEmpty();
    }

    void close() {
        heard.values().forEach(MessageConsumer::unregister);
        heard.clear();
    }

    private Future<Void> hear(String feed) {
        return heard.computeIfAbsent(feed, name -> bus.<JsonObject>localConsumer(Addresses.events(name))
                        .handler(event -> events.add(name, event.body())))
                .completion();
    }

    /**
     * Requests the status of every feed, unless a request is pending.
     *
     * @return the status; null = unknown; never fails
     */
    Future<JsonObject> ask() {
        if (asking) {
            return Future.succeededFuture(status);
        }
        asking = true;
        return feeds().map(FeedWatch::checked)
                .otherwise(e -> {
                    rejections.reject("no status from the feeds", e.getMessage());
                    return null;
                })
                .onSuccess(answer -> {
                    asking = false;
                    status = answer;
                    if (answer != null) {
                        follow(answer.getJsonObject(StatusKeys.FEEDS));
                    }
                });
    }

    private static JsonObject checked(JsonObject answer) {
        if (answer != null && !(answer.getValue(StatusKeys.FEEDS) instanceof JsonObject)) {
            throw new IllegalStateException(
                    "found a status without \"feeds\", allowed: one with an object of that name");
        }
        return answer;
    }

    /** Asks each feed separately: a feed that answers for all of them may hang. */
    private Future<JsonObject> feeds() {
        return NodeStatus.hasFeeds(vertx)
                ? NodeStatus.ask(vertx)
                : bus.<JsonObject>request(Addresses.STATUS, null, onThisNode(ANSWER_MS))
                        .map(Message::body)
                        .otherwise(this::withoutAnswer);
    }

    private static DeliveryOptions onThisNode(long answerMs) {
        return new DeliveryOptions().setSendTimeout(answerMs).setLocalOnly(true);
    }

    private JsonObject withoutAnswer(Throwable e) {
        if (e instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS) {
            return ClusterFacts.of(vertx).addTo(new JsonObject().put(StatusKeys.FEEDS, new JsonObject()));
        }
        throw new IllegalStateException(e.getMessage(), e);
    }

    private void follow(JsonObject feeds) {
        feeds.fieldNames().forEach(this::hear);
        Set<String> gone = new HashSet<>(heard.keySet());
        gone.removeAll(feeds.fieldNames());
        gone.removeAll(announced);
        gone.forEach(name -> {
            heard.remove(name).unregister();
            events.forget(name);
        });
        rates.keySet().retainAll(feeds.fieldNames());
    }

    /** Records how much each feed has published; call it about once a second. */
    void measureRates(long nowNanos) {
        JsonObject feeds = status == null ? new JsonObject() : status.getJsonObject(StatusKeys.FEEDS);
        for (String name : feeds.fieldNames()) {
            JsonObject feed = feeds.getJsonObject(name);
            if (!feed.containsKey(StatusKeys.ERROR)) {
                rates.computeIfAbsent(name, n -> new RateHistory()).see(feed.getLong(StatusKeys.PUBLISHED), nowNanos);
            }
        }
    }

    /** Whether this node is a member of a cluster. */
    boolean isMember() {
        return ClusterFacts.of(vertx).isMember();
    }

    /** The last status; null = unknown. */
    JsonObject status() {
        return status;
    }

    /** The clients of this node's relay; null = there is none. */
    JsonObject relay() {
        return status == null ? null : status.getJsonObject(StatusKeys.RELAY);
    }

    boolean knows(String feed) {
        return status != null && status.getJsonObject(StatusKeys.FEEDS).containsKey(feed);
    }

    /** Whether there are so many feeds that the page lists them, with the details of one. */
    boolean isList() {
        return status != null && status.getJsonObject(StatusKeys.FEEDS).size() >= LIST_FROM;
    }

    /**
     * The data that the page draws, by feed.
     *
     * @param chosen the feed with all details if the page lists the feeds; null = none
     */
    JsonObject view(String chosen) {
        JsonObject view = new JsonObject();
        JsonObject feeds = status == null ? new JsonObject() : status.getJsonObject(StatusKeys.FEEDS);
        boolean isList = isList();
        for (String name : feeds.fieldNames()) {
            JsonObject feed = feeds.getJsonObject(name);
            RateHistory rate = rates.get(name);
            long perSecond = rate == null ? 0 : rate.latest();
            view.put(
                    name,
                    isList && !name.equals(chosen) ? FeedView.brief(feed, perSecond) : FeedView.full(feed, perSecond));
        }
        return view;
    }

    /** The message rates of the last two minutes, by feed; in a list only those of the chosen feed. */
    JsonObject rateHistory(String chosen) {
        JsonObject all = new JsonObject();
        boolean isList = isList();
        rates.forEach((name, history) -> {
            if (!isList || name.equals(chosen)) {
                all.put(name, history.all());
            }
        });
        return all;
    }

    /** The events after this number; in a list only those of the chosen feed. */
    JsonArray eventsAfter(long number, String chosen) {
        return isList() ? events.after(number, chosen) : events.after(number);
    }

    /** The number of the newest event. */
    long newestEvent() {
        return events.newest();
    }
}
