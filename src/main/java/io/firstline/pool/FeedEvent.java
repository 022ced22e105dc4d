package io.firstline.pool;

import io.vertx.core.json.JsonObject;

/**
 * One fact about a feed.
 *
 * @param type what happened
 * @param feed the feed's name
 * @param micros when, microseconds since the epoch
 * @param facts the details, by type: see {@link Type}
 */
public record FeedEvent(Type type, String feed, long micros, JsonObject facts) {

    /** What can happen, and the facts that come with it. */
    public enum Type {
        /** A connection opened: {@code connection}. */
        CONNECTED("connected"),
        /** A connection ended that we had not closed: {@code connection, cause, code, reason, ageMs}. */
        DISCONNECTED("disconnected"),
        /** An attempt failed; told once per cause until the feed has been whole for {@code retryStableMs}: {@code cause, reason, url}. */
        CONNECT_FAILED("connect-failed"),
        /** The host asked to be left alone, or had its attempts of five minutes; told once per outage: {@code waitMs, url}. */
        CONNECT_WAITING("connect-waiting"),
        /** A connection that joined later may lead now: {@code connection, alone}. */
        IN_STEP("in-step"),
        /** A connection fell behind what is remembered and is being replaced: {@code connection}. */
        OUT_OF_STEP("out-of-step"),
        /**
         * Nothing comes though connections are open. On one of them while others deliver: {@code connection}, and {@code stream} if it is
         * only one of its streams; it is being replaced. On all of them, which is only told: {@code silentMs}, and {@code stream} if it
         * is only one. After a subscription that was not refused: {@code streams, waitedMs}; perhaps the URL is the wrong one for them.
         */
        STREAM_SILENT("stream-silent"),
        /**
         * The venue's numbers show that messages are missing, or that they have come after all: {@code stream, from, to}; {@code state} is
         * {@code open}, {@code healed} or {@code lost}; {@code connection} is the one that showed it, or that healed it; {@code lackedBy}
         * names those that passed over it.
         */
        GAP("gap"),
        /**
         * Two connections brought different bytes for what the venue's key says is one message: {@code connection, stream}; told once for
         * each stream, counted in the status.
         */
        CONFLICT("conflict"),
        /** The server says that it is about to close a connection, which is being replaced: {@code connection}. */
        SHUTDOWN_ANNOUNCED("shutdown-announced"),
        /** The server refused a request, or did not answer it: {@code connection, streams, reason}. */
        SUBSCRIBE_FAILED("subscribe-failed"),
        /**
         * The server reports an error that names no request: {@code connection, text, omitted}; {@code text} holds the server's words,
         * {@code streams} the stream that it names or, if it names none, those whose requests wait for an answer. At most one a second;
         * {@code omitted} counts those that were left out since the last one.
         */
        SERVER_ERROR("server-error"),
        /**
         * A connection was replaced: {@code connection, replacement, reason, compared, latencyMs, lagP99Micros}; {@code compared} holds
         * the numbers of both where the replacement had to be better, else it is empty.
         */
        EVICTED("evicted"),
        /** A replacement did not get ready, or was not better; the old connection stays: {@code connection, replacement, reason}. */
        EVICTION_ABANDONED("eviction-abandoned"),
        /** What the server does suggests another configuration; told once per outage: {@code advice, reason}. */
        ADVICE("advice"),
        /**
         * Copies that come on different connections hardly ever are copies of one message, by their bytes or by their key, so that messages
         * may be published once for each connection: {@code reason, connections, members, keyCandidates}, and
         * {@code class} if it is one class of streams. {@code members} are JSON pointers to what differs between two copies that are
         * equal otherwise, {@code keyCandidates} to what differs from message to message and is the same in both copies. Told once
         * until copies match again.
         */
        LINES_DIFFER("lines-differ"),
        /**
         * What the venue's profile points to was found in no message; told once: {@code reason, what, pointers, members}; {@code what} is
         * {@code stream}, {@code key} or {@code sequence}, {@code class} says of which class of streams, {@code members} are names of
         * members that messages have.
         */
        NOT_FOUND("not-found"),
        /** Names of streams are too long, or there are too many streams; told once: {@code reason, limit}. */
        STREAMS_IGNORED("streams-ignored"),
        /**
         * Text frames hold several JSON values; told once: {@code reason, connection, split}; {@code split} says whether each became a
         * message of its own.
         */
        SEVERAL_VALUES("several-values"),
        /**
         * Fewer live connections than wanted: {@code live, target, state}; or as many, but something is wrong with what they bring, which
         * {@code reason} says.
         */
        DEGRADED("degraded"),
        /** As many as wanted again: {@code live, target, state}. */
        RECOVERED("recovered"),
        /**
         * Another node of the cluster publishes the feed from now on: {@code node, epoch, from, waiting}; {@code from} is the number of
         * its first message, {@code waiting} how many it had that its predecessor had not published.
         */
        OWNER_CHANGED("owner-changed"),
        /** Messages were dropped in the last second: {@code cause, count, total}. */
        DROPPED("dropped");

        private final String label;

        Type(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /** The event as it goes over the bus: {@code event}, {@code feed}, {@code micros} and the facts in one object. */
    public JsonObject toJson() {
        return new JsonObject()
                .put("event", type.label())
                .put("feed", feed)
                .put("micros", micros)
                .mergeIn(facts);
    }
}
