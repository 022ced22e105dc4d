package io.firstline.config.feed;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.feed.FeedConfig.Shard;
import io.firstline.config.venue.Venue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Splits a feed's streams into pools: as few as the venue's routes and limits allow. Pure functions. */
final class Sharding {
    private Sharding() {}

    /**
     * The shards of these streams, in their order.
     *
     * @param ownUrl whether the feed configures its URL, which overrides the venue's routes
     */
    static List<Shard> of(List<String> streams, Venue venue, boolean ownUrl) {
        Map<List<String>, List<String>> byUrls = new LinkedHashMap<>();
        streams.forEach(
                stream -> byUrls.computeIfAbsent(ownUrl ? List.of() : venue.urlsOf(stream), urls -> new ArrayList<>())
                        .add(stream));
        List<Shard> shards = new ArrayList<>();
        byUrls.forEach((urls, theirs) -> {
            for (int from = 0; from < theirs.size(); ) {
                List<String> rest = theirs.subList(from, theirs.size());
                int count = venue.limits().fitting(rest);
                shards.add(new Shard(urls, rest.subList(0, count)));
                from += count;
            }
        });
        return shards;
    }

    /**
     * The index of a shard with room for one more stream; -1 = none.
     *
     * @param parts the configurations of the feed's pools
     * @param carried the current streams of each
     */
    static int roomFor(String stream, List<FeedConfig> parts, List<List<String>> carried) {
        for (int i = 0; i < parts.size(); i++) {
            Venue venue = parts.get(i).venue();
            WsConnectionConfig connection = parts.get(i).pool().connection();
            List<String> urls = venue.urlsOf(stream);
            List<String> more = new ArrayList<>(carried.get(i));
            more.add(stream);
            if ((venue.routes().isEmpty() || urls.isEmpty() || urls.get(0).equals(connection.url()))
                    && venue.limits().fitting(more) == more.size()) {
                return i;
            }
        }
        return -1;
    }
}
