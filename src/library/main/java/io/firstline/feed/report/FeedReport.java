package io.firstline.feed.report;

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
 * @param url the URL it connects to, secrets masked
 * @param state what it can deliver
 * @param target the wanted number of connections
 * @param places the largest number of connections that it may want; slots are numbered up to it
 * @param live the number of open connections
 * @param published messages published since the feed was created
 * @param copies messages received on all connections
 * @param control messages that are not part of the stream: replies to the feed's requests, announcements of a
 *     shutdown
 * @param malformed text messages that are not JSON although the venue's are, as far as they were inspected; published
 *     all the same
 * @param late messages published after younger ones
 * @param evictions connections replaced on purpose
 * @param evictedFor evictions by reason, without figures
 * @param lost connections that ended without our closing them
 * @param waiting messages in the buffers of slow consumers' streams
 * @param dropped messages not published, by cause
 * @param failures failed attempts and lost connections, by cause
 * @param copiesPerMessage how many connections delivered a message lately, on average; NaN = not known
 * @param exchangeLatency the age of messages at arrival; null = not known
 * @param attemptsLeft attempts to connect that its host's budget leaves for now; -1 = not limited
 * @param pausedMs the rest of the pause that its host asked for, milliseconds
 * @param lastFailure cause of the last failed attempt or lost connection, in the words of the server or the network;
 *     empty while it has all its connections
 * @param problems problems with the messages of the connections, in words; some of them make the feed
 *     {@link FeedState#DEGRADED}
 * @param paths what it has learned of its paths, those in use first; at most 64
 * @param streams the subscribed streams, if the feed knows them
 * @param ledger the state of each stream, if messages name their streams
 * @param connections the open ones, then the last that ended
 */
public record FeedReport(
        String feed,
        String url,
        FeedState state,
        int target,
        int places,
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
        double copiesPerMessage,
        ExchangeLatency exchangeLatency,
        int attemptsLeft,
        long pausedMs,
        String lastFailure,
        List<String> problems,
        List<PathReport> paths,
        List<String> streams,
        List<StreamReport> ledger,
        List<ConnectionReport> connections) {

    /** Combines the reports of several pools of one feed: sums, and the worst state. */
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
                shards.stream().mapToInt(FeedReport::places).sum(),
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
                shards.stream().mapToDouble(FeedReport::copiesPerMessage).min().orElseThrow(),
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
                joined(shards, FeedReport::paths),
                joined(shards, FeedReport::streams),
                joined(shards, FeedReport::ledger),
                connections(shards));
    }

    /** Numbers the slots of each pool after those of the pools before it. */
    private static List<ConnectionReport> connections(List<FeedReport> shards) {
        List<ConnectionReport> all = new ArrayList<>();
        int slotsBefore = 0;
        for (FeedReport shard : shards) {
            for (ConnectionReport each : shard.connections()) {
                all.add(each.after(slotsBefore));
            }
            slotsBefore += shard.places();
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
