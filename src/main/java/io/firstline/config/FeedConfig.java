package io.firstline.config;

import java.util.List;

/**
 * One feed: what to connect to, how often, and how to publish the merged stream.
 *
 * @param name the feed's name, part of its event bus addresses
 * @param pool the connections; with {@code connections} 1 only {@link WsPoolConfig#connection()} counts
 * @param connections 1 = a single connection without arbitration, more = a pool
 * @param body what event bus consumers get
 * @param streamPointer JSON pointer to a stream's name in a message: each stream is then published on an address of its own
 *     as well; empty = no
 * @param subscriptions the streams subscribed over the open connection, and how the venue wants to be asked
 */
public record FeedConfig(
        String name, WsPoolConfig pool, int connections, Body body, String streamPointer, Subscribing subscriptions) {

    /** What an event bus consumer finds in {@code message.body()}. */
    public enum Body {
        /** A {@code FeedMessage}: by reference on this node, in binary form to others. */
        MESSAGE,
        /** The payload alone, as a {@code Buffer}. */
        BUFFER,
        /** A {@code JsonObject} with the fields of {@code FeedMessage}: what bridges and other languages like best. */
        JSON
    }

    /**
     * The streams a feed asks for over its open connections.
     *
     * @param streams subscribed on each connection when it opens
     * @param subscribe the venue's request, with {@code ${streams}} (a JSON array) and {@code ${id}}; empty = the venue has none
     * @param unsubscribe the same for the way back
     */
    public record Subscribing(List<String> streams, String subscribe, String unsubscribe) {
        public static final Subscribing NONE = new Subscribing(List.of(), "", "");

        public Subscribing {
            streams = List.copyOf(streams);
        }
    }
}
