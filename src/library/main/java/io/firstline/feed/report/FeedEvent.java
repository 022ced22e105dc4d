package io.firstline.feed.report;

import io.vertx.core.json.JsonObject;

/**
 * One fact about a feed: {@code if (event.fact() instanceof FeedFact.Evicted evicted) …}.
 *
 * @param feed the feed's name
 * @param shard the pool of a sharded feed, from 1; 0 = the feed is not sharded
 * @param micros when, microseconds since the epoch
 * @param fact what happened
 */
public record FeedEvent(String feed, int shard, long micros, FeedFact fact) {
    /** On the bus, true for an event of a node that receives the feed but does not publish it. */
    public static final String STANDBY = "standby";

    /** The kinds of events, with their names on the bus; {@link FeedFact} has the facts of each. */
    public enum Type {
        CONNECTED("connected"),
        DISCONNECTED("disconnected"),
        CONNECT_FAILED("connect-failed"),
        CONNECT_WAITING("connect-waiting"),
        IN_STEP("in-step"),
        OUT_OF_STEP("out-of-step"),
        /**
         * No data arrives though connections are open: {@link FeedFact.ConnectionSilent},
         * {@link FeedFact.StreamSilent} or {@link FeedFact.NoFirstData}.
         */
        STREAM_SILENT("stream-silent"),
        GAP("gap"),
        CONNECTION_GAP("connection-gap"),
        RESUBSCRIBED("resubscribed"),
        SNAPSHOT_AFTER_LOSS("snapshot-after-loss"),
        CONFLICT("conflict"),
        SHUTDOWN_ANNOUNCED("shutdown-announced"),
        SUBSCRIBE_FAILED("subscribe-failed"),
        STREAM_REFUSED("stream-refused"),
        SERVER_ERROR("server-error"),
        PROTOCOL_DIFFERS("protocol-differs"),
        EVICTED("evicted"),
        EVICTION_ABANDONED("eviction-abandoned"),
        RESIZED("resized"),
        ADVICE("advice"),
        LINES_DIFFER("lines-differ"),
        COPIES_MISSING("copies-missing"),
        LOSSES_SHARED("losses-shared"),
        NOT_FOUND("not-found"),
        STREAMS_IGNORED("streams-ignored"),
        SEVERAL_VALUES("several-values"),
        DEGRADED("degraded"),
        RECOVERED("recovered"),
        OWNER_CHANGED("owner-changed"),
        OVERLOADED("overloaded"),
        /** Messages were dropped: {@link FeedFact.Dropped} or {@link FeedFact.DroppedOversize}. */
        DROPPED("dropped");

        private final String label;

        Type(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    public Type type() {
        return fact.type();
    }

    /** Returns the same event of a pool of a sharded feed. */
    public FeedEvent ofShard(String shardedFeed, int number) {
        return new FeedEvent(shardedFeed, number, micros, fact);
    }

    /** Returns the event as it is sent on the bus. */
    public JsonObject toJson() {
        return FeedEventJson.of(this);
    }
}
