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
 * @param run the sender's process; older versions do not name it
 * @param pauseMs how long its process pauses at times, milliseconds; see {@link PauseHistory#expectedNanos}
 */
record NodeHeartbeat(
        String from,
        long number,
        int leaseMs,
        List<LeaseRequest> asks,
        List<LeaseRequest> given,
        Map<String, Part> carries,
        NodeRun run,
        int pauseMs)
        implements NodeMessage {
    private static final String ASKS = "asks";
    private static final String GIVEN = "given";
    private static final String SILENT = "silentMs";
    private static final String AHEAD = "ahead";
    private static final String BEHIND = "behind";
    private static final String CONFIG = "config";
    private static final String STARTED = "startedMs";
    private static final String BUS_PORT = "busPort";
    private static final String PAUSE = "pauseMs";

    /**
     * The state of a feed that a member receives.
     *
     * @param warm whether the member could take it over without a loss
     * @param receives whether the member receives it from the exchange
     * @param silentMs the time without any frame, milliseconds
     * @param epoch the highest epoch in which the feed was published as far as the member knows; 0 = none
     * @param ahead whether the member receives messages and the owner publishes none of them
     * @param behind whether it is not warm for this alone: the owner publishes messages, and the member receives none
     * @param sequence the number of the last published message that the member knows
     * @param config the fingerprint of the member's configuration of the feed; empty = an older version does not send it
     */
    record Part(
            boolean warm,
            boolean receives,
            int silentMs,
            int epoch,
            boolean ahead,
            boolean behind,
            long sequence,
            String config) {
        static final Part NONE = new Part(false, false, 0, 0, false, 0);

        /** A part of an unknown configuration, which is not behind. */
        Part(boolean warm, boolean receives, int silentMs, int epoch, boolean ahead, long sequence) {
            this(warm, receives, silentMs, epoch, ahead, false, sequence, "");
        }
    }

    /** A heartbeat of a process without pauses. */
    NodeHeartbeat(
            String from,
            long number,
            int leaseMs,
            List<LeaseRequest> asks,
            List<LeaseRequest> given,
            Map<String, Part> carries,
            NodeRun run) {
        this(from, number, leaseMs, asks, given, carries, run, 0);
    }

    /** The same without releases. */
    NodeHeartbeat withoutReleases() {
        return given.isEmpty()
                ? this
                : new NodeHeartbeat(from, number, leaseMs, asks, List.of(), carries, run, pauseMs);
    }

    /** The same without requests for votes: they were sent on a faster way. */
    NodeHeartbeat releasesOnly() {
        return new NodeHeartbeat(from, number, leaseMs, List.of(), given, carries, run, pauseMs);
    }

    /** Returns whether a message is a heartbeat that releases something. */
    static boolean hasReleases(JsonObject message) {
        return message.getValue(GIVEN) instanceof JsonArray given && !given.isEmpty();
    }

    @Override
    public JsonObject toJson() {
        JsonObject feeds = new JsonObject();
        carries.forEach((feed, part) -> feeds.put(
                feed,
                new JsonObject()
                        .put("warm", part.warm())
                        .put("receives", part.receives())
                        .put(SILENT, part.silentMs())
                        .put("epoch", part.epoch())
                        .put(AHEAD, part.ahead())
                        .put(BEHIND, part.behind())
                        .put("sequence", part.sequence())
                        .put(CONFIG, part.config())));
        return new JsonObject()
                .put("from", from)
                .put("round", number)
                .put("leaseMs", leaseMs)
                .put(ASKS, array(asks))
                .put(GIVEN, array(given))
                .put("carries", feeds)
                .put(STARTED, run.startedMs())
                .put(BUS_PORT, run.busPort())
                .put(PAUSE, pauseMs);
    }

    /** Reads a round of another node; throws {@link IllegalArgumentException} if it is invalid. */
    static NodeHeartbeat of(JsonObject json) {
        Map<String, Part> carries = new TreeMap<>();
        JsonObject feeds = MessageFields.object(json, "carries");
        for (String feed : feeds.fieldNames()) {
            JsonObject part = MessageFields.object(feeds, feed);
            carries.put(
                    feed,
                    new Part(
                            MessageFields.flag(part, "warm"),
                            MessageFields.flag(part, "receives"),
                            part.containsKey(SILENT)
                                    ? MessageFields.count(part, SILENT)
                                    : 0, // older versions do not send it
                            MessageFields.count(part, "epoch"),
                            part.containsKey(AHEAD) && MessageFields.flag(part, AHEAD),
                            part.containsKey(BEHIND) && MessageFields.flag(part, BEHIND),
                            part.containsKey("sequence") ? MessageFields.number(part, "sequence") : 0,
                            part.getValue(CONFIG, "").equals("") ? "" : MessageFields.name(part, CONFIG)));
        }
        return new NodeHeartbeat(
                MessageFields.name(json, "from"),
                MessageFields.number(json, "round"),
                MessageFields.count(json, "leaseMs"),
                MessageFields.list(json, ASKS, NodeHeartbeat::ask),
                MessageFields.list(json, GIVEN, NodeHeartbeat::ask),
                carries,
                json.containsKey(STARTED)
                        ? new NodeRun(MessageFields.number(json, STARTED), MessageFields.count(json, BUS_PORT))
                        : NodeRun.UNKNOWN,
                json.containsKey(PAUSE) ? MessageFields.count(json, PAUSE) : 0);
    }

    private static JsonArray array(List<LeaseRequest> asks) {
        JsonArray array = new JsonArray();
        asks.forEach(ask -> array.add(new JsonObject().put("feed", ask.feed()).put("epoch", ask.epoch())));
        return array;
    }

    private static LeaseRequest ask(JsonObject json) {
        return new LeaseRequest(MessageFields.name(json, "feed"), MessageFields.count(json, "epoch"));
    }

    /**
     * A voter's answer to a round.
     *
     * @param from the voter
     * @param number of the round
     */
    record Votes(String from, long number, List<LeaseVote> votes) implements NodeMessage {
        @Override
        public JsonObject toJson() {
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
                    MessageFields.name(json, "from"),
                    MessageFields.number(json, "round"),
                    MessageFields.list(json, "votes", Votes::vote));
        }

        private static LeaseVote vote(JsonObject json) {
            return new LeaseVote(
                    MessageFields.name(json, "feed"),
                    MessageFields.count(json, "epoch"),
                    MessageFields.flag(json, "granted"),
                    MessageFields.count(json, "known"));
        }
    }
}
