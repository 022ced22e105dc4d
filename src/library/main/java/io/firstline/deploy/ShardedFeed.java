package io.firstline.deploy;

import io.firstline.arbitration.report.SubsetFigures;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.connection.report.DropCause;
import io.firstline.deploy.node.ClusterPart;
import io.firstline.deploy.node.FeedPublisher;
import io.firstline.deploy.node.ReportJson;
import io.firstline.deploy.node.StatusKeys;
import io.firstline.deploy.snapshot.SnapshotSource;
import io.firstline.feed.Feed;
import io.firstline.feed.Route;
import io.firstline.feed.report.ArrivalReport;
import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.feed.report.GapReport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;

/**
 * The pools of a feed for one configuration, used as one; usually there is one pool. A single pool runs on the event
 * loop of the feed's verticle, several run on one each. A feed has two of these while it is being changed.
 *
 * <p>Created and closed on the event loop of the feed's verticle; otherwise thread-safe.
 */
final class ShardedFeed implements SnapshotSource {
    private final Vertx vertx;
    private final FeedConfig config;
    private final FeedPublisher publisher;
    /** In the order of {@link FeedConfig#parts()}. */
    private final List<Feed> feeds;

    private final Numbering numbering;
    private final List<String> deployments;
    private final PoolEvents events;

    /** Numbers the messages of all pools and passes them on. */
    private interface Numbering {
        Future<Void> redirect(LongUnaryOperator renumber, MessageSink sink);
    }

    private ShardedFeed(
            Vertx vertx,
            FeedConfig config,
            FeedPublisher publisher,
            List<Feed> feeds,
            Numbering numbering,
            List<String> deployments,
            PoolEvents events) {
        this.vertx = vertx;
        this.config = config;
        this.publisher = publisher;
        this.feeds = feeds;
        this.numbering = numbering;
        this.deployments = deployments;
        this.events = events;
        feeds.get(0).countDrops(DropCause.BUS_CONSUMER_SLOW, publisher::dropped);
        feeds.get(0).countDrops(DropCause.NODE_SLOW, publisher::missedOnNodes);
    }

    /**
     * Creates the pools, which open nothing yet. Called on the event loop of the feed's verticle.
     *
     * @param publisher reports the feed's consumers
     * @param part receives the events
     * @param sink receives the messages
     */
    static Future<ShardedFeed> make(
            Vertx vertx, FeedConfig config, FeedPublisher publisher, ClusterPart part, MessageSink sink) {
        PoolEvents events = new PoolEvents(part);
        List<FeedConfig> parts = config.parts();
        if (parts.size() == 1) {
            Feed feed = Feed.of(vertx, config);
            feed.handler(message -> sink.take(message, 0));
            feed.eventHandler(events::publish);
            Numbering itself = (renumber, other) -> feed.redirect(renumber, message -> other.take(message, 0));
            return Future.succeededFuture(
                    new ShardedFeed(vertx, config, publisher, List.of(feed), itself, List.of(), events));
        }
        ShardedPublisher together = new ShardedPublisher(config.name(), events, sink);
        List<ShardVerticle> verticles = IntStream.range(0, parts.size())
                .mapToObj(i -> new ShardVerticle(parts.get(i), i + 1, together))
                .toList();
        return Future.all(verticles.stream().map(vertx::deployVerticle).toList())
                .map(ids -> new ShardedFeed(
                        vertx,
                        config,
                        publisher,
                        verticles.stream().map(ShardVerticle::feed).toList(),
                        together::redirect,
                        ids.list(),
                        events));
    }

    /** Returns a publisher for another configuration of the feed, with the same memory. */
    FeedPublisher publisherFor(FeedConfig changed) {
        return publisher.to(changed);
    }

    /** Sets whether these pools, and not those of another configuration, deliver the feed. */
    void deliver(boolean now) {
        events.deliver(now);
    }

    /**
     * Sends every message to another intake from now on, between two messages.
     *
     * @param renumber gets the number of the last message and returns the one to continue after; called where
     *     messages arrive
     */
    Future<Void> redirect(LongUnaryOperator renumber, MessageSink sink) {
        return numbering.redirect(renumber, sink);
    }

    /** Opens all; succeeds when each has a live connection, fails when all first attempts of one have failed. */
    Future<Void> start() {
        return Future.all(each(Feed::start)).mapEmpty();
    }

    /** Closes the pools, with close frames, and undeploys them. */
    Future<Void> close() {
        return Future.join(each(Feed::close))
                .<Void>mapEmpty()
                .eventually(() ->
                        Future.join(deployments.stream().map(vertx::undeploy).toList()));
    }

    /** Returns the state of the first pool that is not connected; {@code CONNECTED} if all are. */
    FeedState state() {
        return feeds.stream()
                .map(Feed::state)
                .filter(state -> state != FeedState.CONNECTED)
                .findFirst()
                .orElse(FeedState.CONNECTED);
    }

    /** Returns the activity of each pool's connections. */
    List<FeedActivity> activity() {
        return feeds.stream().map(Feed::activity).toList();
    }

    /** Returns the highest number of connections that a pool has opened. */
    Future<Long> connectionsMade() {
        return Future.all(each(Feed::connectionsMade))
                .map(all ->
                        all.<Long>list().stream().max(Comparator.naturalOrder()).get());
    }

    /** Starts connection numbers after those of an earlier generation. */
    void numberConnectionsAfter(long made) {
        feeds.forEach(feed -> feed.numberConnectionsAfter(made));
    }

    /** Sends through all pools if the route means all connections, otherwise through the first that can. */
    Future<Integer> send(Route route, Function<Feed, Future<Integer>> send) {
        return route.kind() == Route.Kind.ALL ? sum(each(send)) : first(send);
    }

    Future<Integer> subscribe(List<String> streams) {
        if (feeds.size() == 1) {
            return feeds.get(0).subscribe(streams);
        }
        return Future.all(each(Feed::report)).compose(all -> {
            List<List<String>> carried = new ArrayList<>();
            all.<FeedReport>list().forEach(report -> carried.add(new ArrayList<>(report.streams())));
            Map<Integer, List<String>> wanted = new TreeMap<>();
            for (String stream : streams) {
                if (carried.stream().anyMatch(there -> there.contains(stream))) {
                    continue;
                }
                int place = config.roomFor(stream, carried);
                if (place < 0) {
                    throw new IllegalArgumentException(
                            "none of the feed's " + feeds.size() + " pools can take " + stream + " as well");
                }
                carried.get(place).add(stream);
                wanted.computeIfAbsent(place, p -> new ArrayList<>()).add(stream);
            }
            return sum(wanted.entrySet().stream()
                    .map(e -> feeds.get(e.getKey()).subscribe(e.getValue()))
                    .toList());
        });
    }

    /** Returns the streams that the venue refuses, with its words, once it has answered. */
    Future<Map<String, String>> refusals(List<String> streams) {
        return Future.all(each(feed -> feed.refusals(streams))).map(all -> {
            Map<String, String> refused = new TreeMap<>();
            all.<Map<String, String>>list().forEach(refused::putAll);
            return refused;
        });
    }

    @Override
    public MessageFormat format() {
        return config.format();
    }

    @Override
    public int streamsPerConnection() {
        return config.venue().limits().streamsOnOne();
    }

    @Override
    public boolean hasRoom() {
        int most = config.venue().limits().maxConnections();
        return most == 0 || config.connections() < most;
    }

    @Override
    public Future<Place> place(String stream) {
        return config.streamPointer().isEmpty()
                ? first(pool -> pool.subscribed(stream).map(known -> new Place(pool, known)))
                : Future.failedFuture(new IllegalArgumentException("a streamPointer names the streams"));
    }

    Future<Integer> unsubscribe(List<String> streams) {
        return sum(each(feed -> feed.unsubscribe(streams)));
    }

    Future<Integer> setOnConnect(List<String> messages) {
        return sum(each(feed -> feed.setOnConnect(messages)));
    }

    Future<Void> evict(String connectionId) {
        return first(feed -> feed.evict(connectionId));
    }

    Future<Void> renew() {
        return Future.all(each(Feed::renew)).mapEmpty();
    }

    Future<FeedReport> report() {
        return Future.all(each(Feed::report)).map(all -> FeedReport.together(config.name(), all.list()));
    }

    /** Returns everything about the feed, with its consumers on this node. */
    Future<JsonObject> status() {
        return report().map(report -> ReportJson.of(report).put(StatusKeys.CONSUMERS, publisher.consumers()));
    }

    Future<List<GapReport>> gaps() {
        return Future.all(each(Feed::gaps)).map(all -> joined(all.list()));
    }

    Future<List<ArrivalReport>> arrivals() {
        return Future.all(each(Feed::arrivals)).map(all -> joined(all.list()));
    }

    /** Returns for each pool what fewer connections would have delivered. */
    Future<List<List<SubsetFigures>>> bestSubsets() {
        return Future.all(each(Feed::bestSubsets)).map(all -> all.<List<SubsetFigures>>list());
    }

    private <T> List<Future<T>> each(Function<Feed, Future<T>> action) {
        return feeds.stream().map(action).toList();
    }

    /** Tries one pool after another; fails with the last failure. */
    private <T> Future<T> first(Function<Feed, Future<T>> action) {
        Future<T> result = action.apply(feeds.get(0));
        for (int i = 1; i < feeds.size(); i++) {
            Feed next = feeds.get(i);
            result = result.recover(e -> action.apply(next));
        }
        return result;
    }

    private static Future<Integer> sum(List<Future<Integer>> counts) {
        return Future.all(counts).map(all -> IntStream.range(0, counts.size())
                .map(i -> all.<Integer>resultAt(i))
                .sum());
    }

    private static <T> List<T> joined(List<List<T>> lists) {
        return lists.stream().flatMap(List::stream).toList();
    }
}
