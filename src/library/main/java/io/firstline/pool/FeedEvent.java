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

    /** The types of events, with the facts of each. */
    public enum Type {
        /** A connection opened: {@code connection}. */
        CONNECTED("connected"),
        /** A connection ended without our closing it: {@code connection, cause, code, reason, ageMs}. */
        DISCONNECTED("disconnected"),
        /**
         * An attempt failed; reported once per cause until the feed has had all its connections for
         * {@code retryStableMs}: {@code cause, reason, url}.
         */
        CONNECT_FAILED("connect-failed"),
        /**
         * The host asked for a pause, or its attempts of five minutes are used up; reported once per outage:
         * {@code waitMs, url}.
         */
        CONNECT_WAITING("connect-waiting"),
        /** A connection that joined later may lead from now on: {@code connection, alone}. */
        IN_STEP("in-step"),
        /** A connection fell behind the remembered messages and is being replaced: {@code connection}. */
        OUT_OF_STEP("out-of-step"),
        /**
         * No data arrives though connections are open.
         * <ul>
         * <li>On one connection while others deliver: {@code connection}, and {@code stream} if only one stream is
         *     silent. The connection is being replaced.
         * <li>On all connections: {@code silentMs}, and {@code stream} if only one stream is silent. This is only
         *     reported.
         * <li>After a subscription that was not refused: {@code streams, waitedMs}. The URL may be wrong for these
         *     streams.
         * </ul>
         */
        STREAM_SILENT("stream-silent"),
        /**
         * The venue's numbers show that messages are missing, or the missing ones have arrived:
         * {@code stream, from, to, state, connection, lackedBy}. {@code state} is {@code open}, {@code healed} or
         * {@code lost}. {@code connection} is the one that revealed or healed the gap, {@code lackedBy} are those
         * that missed it.
         */
        GAP("gap"),
        /**
         * Two connections delivered different bytes for one message by the venue's key: {@code connection, stream}.
         * Reported once for each stream, counted in the status.
         */
        CONFLICT("conflict"),
        /** The server announces that it closes a connection, which is being replaced: {@code connection}. */
        SHUTDOWN_ANNOUNCED("shutdown-announced"),
        /** The server refused a request, or did not answer it: {@code connection, streams, reason}. */
        SUBSCRIBE_FAILED("subscribe-failed"),
        /**
         * The server reports an error that names no request: {@code connection, text, omitted, streams}. {@code text}
         * is the server's text. {@code streams} is the stream that it names; without one, the streams of all
         * unanswered requests. Reported at most once a second; {@code omitted} counts the errors left out since the
         * last event.
         */
        SERVER_ERROR("server-error"),
        /**
         * A connection was replaced: {@code connection, replacement, reason, compared, latencyMs, lagP99Micros}.
         * {@code compared} has the figures of both if the replacement had to be better, otherwise it is empty.
         */
        EVICTED("evicted"),
        /**
         * A replacement was not ready in time or not better; the old connection stays:
         * {@code connection, replacement, reason}. {@code connection} is null if the old one is lost by now.
         */
        EVICTION_ABANDONED("eviction-abandoned"),
        /** The server's behaviour suggests another configuration; reported once per outage: {@code advice, reason}. */
        ADVICE("advice"),
        /**
         * Copies on different connections almost never match by bytes or key, so messages may be published once per
         * connection: {@code reason, connections, members, keyCandidates}, and {@code class} if it concerns one class
         * of streams. {@code members} are JSON pointers to values that differ between two otherwise equal copies.
         * {@code keyCandidates} point to values that differ between messages and are equal in both copies. Reported
         * once until copies match again.
         */
        LINES_DIFFER("lines-differ"),
        /**
         * A pointer of the venue's profile was found in no message; reported once:
         * {@code reason, what, pointers, members}. {@code what} is {@code stream}, {@code key} or {@code sequence},
         * {@code class} is the class of streams, {@code members} are names of members that messages have.
         */
        NOT_FOUND("not-found"),
        /** Stream names are too long, or there are too many streams; reported once: {@code reason, limit}. */
        STREAMS_IGNORED("streams-ignored"),
        /**
         * Text frames hold several JSON values; reported once: {@code reason, connection, split}. {@code split} =
         * each became a message.
         */
        SEVERAL_VALUES("several-values"),
        /**
         * There are fewer live connections than wanted: {@code live, target, state}. Or there are enough, but their
         * messages have a problem, or none of them has delivered or answered anything for ten seconds: {@code reason}.
         */
        DEGRADED("degraded"),
        /** There are as many connections as wanted again: {@code live, target, state}. */
        RECOVERED("recovered"),
        /**
         * Another node of the cluster publishes the feed from now on: {@code node, epoch, from, waiting}.
         * {@code from} is the number of its first message, {@code waiting} how many messages it had that its
         * predecessor had not published.
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

    /**
     * Returns the event as sent on the bus: {@code event}, {@code feed}, {@code micros} and the facts in one object.
     */
    public JsonObject toJson() {
        return new JsonObject()
                .put("event", type.label())
                .put("feed", feed)
                .put("micros", micros)
                .mergeIn(facts);
    }
}
