package io.firstline.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The message that a member sends to all others several times in each lease, for all feeds at once.
 *
 * @param from the sender
 * @param number of the round, ascending
 * @param leaseMs the sender's configured lease; a member with another value gets no votes
 * @param asks its requests for votes
 * @param given the leases and claims that it releases
 * @param carries the feeds that it receives, and their states
 */
record Round(String from, long number, int leaseMs, List<Ask> asks, List<Ask> given, Map<String, Part> carries) {
    private static final String ASKS = "asks";
    private static final String GIVEN = "given";
    private static final String SILENT = "silentMs";

    /**
     * The state of a feed that a member receives.
     *
     * @param warm whether the member could take it over without a loss
     * @param receives whether the member receives it from the exchange
     * @param silentMs the time without any frame, milliseconds
     * @param epoch the highest epoch in which the feed was published as far as the member knows; 0 = none
     */
    record Part(boolean warm, boolean receives, int silentMs, int epoch) {
        static final Part NONE = new Part(false, false, 0, 0);
    }

    JsonObject toJson() {
        JsonObject feeds = new JsonObject();
        carries.forEach((feed, part) -> feeds.put(
                feed,
                new JsonObject()
                        .put("warm", part.warm())
                        .put("receives", part.receives())
                        .put(SILENT, part.silentMs())
                        .put("epoch", part.epoch())));
        return new JsonObject()
                .put("from", from)
                .put("round", number)
                .put("leaseMs", leaseMs)
                .put(ASKS, array(asks))
                .put(GIVEN, array(given))
                .put("carries", feeds);
    }

    /** Reads a round of another node; throws {@link IllegalArgumentException} if it is invalid. */
    static Round of(JsonObject json) {
        Map<String, Part> carries = new TreeMap<>();
        JsonObject feeds = Said.object(json, "carries");
        for (String feed : feeds.fieldNames()) {
            JsonObject part = Said.object(feeds, feed);
            carries.put(
                    feed,
                    new Part(
                            Said.flag(part, "warm"),
                            Said.flag(part, "receives"),
                            part.containsKey(SILENT) ? Said.count(part, SILENT) : 0, // older versions do not send it
                            Said.count(part, "epoch")));
        }
        return new Round(
                Said.name(json, "from"),
                Said.number(json, "round"),
                Said.count(json, "leaseMs"),
                Said.list(json, ASKS, Round::ask),
                Said.list(json, GIVEN, Round::ask),
                carries);
    }

    private static JsonArray array(List<Ask> asks) {
        JsonArray array = new JsonArray();
        asks.forEach(ask -> array.add(new JsonObject().put("feed", ask.feed()).put("epoch", ask.epoch())));
        return array;
    }

    private static Ask ask(JsonObject json) {
        return new Ask(Said.name(json, "feed"), Said.count(json, "epoch"));
    }

    /**
     * A voter's answer to a round.
     *
     * @param from the voter
     * @param number of the round
     */
    record Votes(String from, long number, List<Vote> votes) {
        JsonObject toJson() {
            JsonArray array = new JsonArray();
            votes.forEach(vote -> array.add(new JsonObject()
                    .put("feed", vote.feed())
                    .put("epoch", vote.epoch())
                    .put("granted", vote.granted())
                    .put("known", vote.knownEpoch())));
            return new JsonObject().put("from", from).put("round", number).put("votes", array);
        }

        static boolean is(JsonObject json) {
            return json.containsKey("votes");
        }

        /** Reads votes of another node; throws {@link IllegalArgumentException} if they are invalid. */
        static Votes of(JsonObject json) {
            return new Votes(
                    Said.name(json, "from"), Said.number(json, "round"), Said.list(json, "votes", Votes::vote));
        }

        private static Vote vote(JsonObject json) {
            return new Vote(
                    Said.name(json, "feed"),
                    Said.count(json, "epoch"),
                    Said.flag(json, "granted"),
                    Said.count(json, "known"));
        }
    }
}
