package io.firstline.config;

import io.firstline.config.FeedConfig.Shard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which pools carry a feed's streams: as few as the venue's routes and limits allow. Pure functions. */
final class Sharding {
    private Sharding() {}

    /**
     * The shards of these streams, in their order.
     *
     * @param ownUrl whether the feed says itself where its connections open: then the venue's routes do not
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
     * The shard that can take one more stream, by its index; -1 = none.
     *
     * @param parts the feed as each of its pools carries it
     * @param carried what each of them carries now
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
