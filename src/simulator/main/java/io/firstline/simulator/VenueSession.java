package io.firstline.simulator;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The protocol state of one connection: its subscriptions and the replies to its requests. Uses no socket; one thread. */
abstract class VenueSession {
    private final Set<String> streams = new LinkedHashSet<>();
    private final int maxStreams;

    VenueSession(int maxStreams) {
        this.maxStreams = maxStreams;
    }

    /** The subscribed streams, by the market's names. */
    final List<String> streams() {
        return List.copyOf(streams);
    }

    /** Adds subscriptions; false, without a change, if they would exceed the limit. */
    final boolean subscribe(List<String> added) {
        Set<String> all = new LinkedHashSet<>(streams);
        all.addAll(added);
        if (all.size() > maxStreams) {
            return false;
        }
        streams.addAll(added);
        return true;
    }

    final void unsubscribe(List<String> removed) {
        removed.forEach(streams::remove);
    }

    /** The messages that the server sends when the connection opens. */
    List<String> greetings() {
        return List.of();
    }

    /** Handles a request and returns the replies; null if the connection must be closed for too many streams. */
    abstract List<String> replies(String text);

    /** Whether messages are wrapped as {@code {"stream":…,"data":…}}. */
    boolean isCombined() {
        return false;
    }

    /** The notice that the server will close the connection, not wrapped; empty = the venue sends none. */
    abstract String shutdownNotice(long time);
}
