package io.firstline.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Everything about a feed at one instant.
 *
 * @param feed its name
 * @param url where it connects to, secrets masked
 * @param state what it can deliver
 * @param target how many connections it wants
 * @param live how many are open
 * @param published messages passed on since the feed was made
 * @param copies messages received on all connections
 * @param control what concerned a connection and not the stream: replies to the feed's own requests, announcements of a shutdown
 * @param malformed text messages that are not JSON where the venue's are, as far as they were looked at; published all the same
 * @param late published after younger ones
 * @param evictions connections replaced on purpose
 * @param evictedFor the same by reason, without the numbers that spoke for it
 * @param lost connections that ended without our closing them
 * @param waiting messages in the buffers of streams, for consumers that are behind
 * @param dropped messages not passed on, by cause
 * @param failures failed attempts and lost connections, by cause
 * @param exchangeLatency how old messages were when they came; null = nobody knows
 * @param attemptsLeft attempts to connect that its host's budget leaves for now; -1 = they are not limited
 * @param pausedMs for how long its host wants to be left alone, milliseconds
 * @param lastFailure why the last attempt to connect failed or the last connection was lost, in the words of the server or the network; empty
 *     while it has all its connections
 * @param problems what is wrong with what the connections bring, in words; with some of it the feed is {@link FeedState#DEGRADED}
 * @param streams subscribed over the connections, where the feed knows them
 * @param ledger what is known of each stream, where messages tell their streams
 * @param connections the open ones, then the last that left
 */
public record FeedReport(
        String feed,
        String url,
        FeedState state,
        int target,
        int live,
        long published,
        long copies,
        long control,
        long malformed,
        long late,
        long evictions,
        Map<String, Long> evictedFor,
        long lost,
        long waiting,
        Map<String, Long> dropped,
        Map<String, Long> failures,
        ExchangeLatency exchangeLatency,
        int attemptsLeft,
        long pausedMs,
        String lastFailure,
        List<String> problems,
        List<String> streams,
        List<StreamReport> ledger,
        List<ConnectionReport> connections) {

    /** What several pools that carry one feed have to report: their sums. The feed is as well as the one that is worst. */
    public static FeedReport together(String feed, List<FeedReport> shards) {
        if (shards.size() == 1) {
            return shards.get(0);
        }
        List<FeedState> states =
                shards.stream().map(FeedReport::state).distinct().toList();
        boolean someDeliver = states.contains(FeedState.CONNECTED) || states.contains(FeedState.DEGRADED);
        return new FeedReport(
                feed,
                shards.get(0).url(),
                states.size() == 1 || !someDeliver ? states.get(0) : FeedState.DEGRADED,
                shards.stream().mapToInt(FeedReport::target).sum(),
                shards.stream().mapToInt(FeedReport::live).sum(),
                sum(shards, FeedReport::published),
                sum(shards, FeedReport::copies),
                sum(shards, FeedReport::control),
                sum(shards, FeedReport::malformed),
                sum(shards, FeedReport::late),
                sum(shards, FeedReport::evictions),
                sums(shards, FeedReport::evictedFor),
                sum(shards, FeedReport::lost),
                sum(shards, FeedReport::waiting),
                sums(shards, FeedReport::dropped),
                sums(shards, FeedReport::failures),
                ExchangeLatency.together(
                        shards.stream().map(FeedReport::exchangeLatency).toList()),
                shards.stream().mapToInt(FeedReport::attemptsLeft).min().orElseThrow(),
                shards.stream().mapToLong(FeedReport::pausedMs).max().orElseThrow(),
                shards.stream()
                        .map(FeedReport::lastFailure)
                        .filter(failure -> !failure.isEmpty())
                        .findFirst()
                        .orElse(""),
                joined(shards, FeedReport::problems).stream().distinct().toList(),
                joined(shards, FeedReport::streams),
                joined(shards, FeedReport::ledger),
                connections(shards));
    }

    /** Each pool's seats are numbered after those of the pools before it. */
    private static List<ConnectionReport> connections(List<FeedReport> shards) {
        List<ConnectionReport> all = new ArrayList<>();
        int seatsBefore = 0;
        for (FeedReport shard : shards) {
            for (ConnectionReport each : shard.connections()) {
                all.add(each.after(seatsBefore));
            }
            seatsBefore += shard.target();
        }
        return all;
    }

    private static long sum(List<FeedReport> shards, ToLongFunction<FeedReport> figure) {
        return shards.stream().mapToLong(figure).sum();
    }

    private static Map<String, Long> sums(List<FeedReport> shards, Function<FeedReport, Map<String, Long>> figures) {
        return shards.stream()
                .flatMap(shard -> figures.apply(shard).entrySet().stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Long::sum, TreeMap::new));
    }

    private static <T> List<T> joined(List<FeedReport> shards, Function<FeedReport, List<T>> items) {
        return shards.stream().flatMap(shard -> items.apply(shard).stream()).toList();
    }
}
