package io.firstline.simulator;

import java.util.List;

/** The protocol state of one connection: its subscriptions and the replies to its requests. Uses no socket; one thread. */
interface VenueSession {
    /** The subscribed streams, by the market's names. */
    List<String> streams();

    /** Adds subscriptions; false, without a change, if they would exceed the limit. */
    boolean subscribe(List<String> added);

    /** Handles a request and returns the replies; null if the connection must be closed for too many streams. */
    List<String> replies(String text);

    /** Whether messages are wrapped as {@code {"stream":…,"data":…}}. */
    default boolean isCombined() {
        return false;
    }

    /** The notice that the server will close the connection, not wrapped; empty = the venue sends none. */
    String shutdownNotice(long time);
}
