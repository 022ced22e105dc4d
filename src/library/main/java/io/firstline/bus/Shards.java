package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.firstline.feed.ArrivalReport;
import io.firstline.feed.Feed;
import io.firstline.feed.FeedActivity;
import io.firstline.feed.FeedReport;
import io.firstline.feed.FeedState;
import io.firstline.feed.GapReport;
import io.firstline.feed.Route;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The pools of one feed, usually one, used as one. Thread-safe. */
final class Shards {
    private final FeedConfig config;
    private final List<Feed> feeds;

    /**
     * Creates the group.
     *
     * @param feeds in the order of {@link FeedConfig#parts()}
     */
    Shards(FeedConfig config, List<Feed> feeds) {
        this.config = config;
        this.feeds = feeds;
    }

    /** Opens all; succeeds when each has a live connection, fails when all first attempts of one have failed. */
    Future<Void> start() {
        return Future.all(each(Feed::start)).mapEmpty();
    }

    Future<Void> close() {
        return Future.join(each(Feed::close)).mapEmpty();
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

    Future<List<GapReport>> gaps() {
        return Future.all(each(Feed::gaps)).map(all -> joined(all.list()));
    }

    Future<List<ArrivalReport>> arrivals() {
        return Future.all(each(Feed::arrivals)).map(all -> joined(all.list()));
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
