package io.firstline.pool;

import io.firstline.config.FeedConfig.Subscribing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a feed wants from every connection, now and later: messages to send when it opens, and streams to subscribe. Subscriptions made
 * at run time belong to the feed, so a new connection gets them too. Not thread-safe; asks, but sends nothing itself.
 */
final class Subscriptions {
    /** The same on every connection, so that the acks of a request that all of them send are copies of one message. */
    private static final long OPENING_ID = 1;

    private final Subscribing how;
    private final Set<String> streams;
    private List<String> onConnect;
    private long lastId = OPENING_ID;

    Subscriptions(List<String> onConnect, Subscribing how) {
        this.onConnect = List.copyOf(onConnect);
        this.how = how;
        this.streams = new LinkedHashSet<>(how.streams());
    }

    /** Everything a connection sends when it opens, in order. */
    List<String> opening() {
        List<String> messages = new ArrayList<>(onConnect);
        if (!streams.isEmpty()) {
            messages.add(how.subscribeRequest(List.copyOf(streams), OPENING_ID));
        }
        return messages;
    }

    void setOnConnect(List<String> messages) {
        onConnect = List.copyOf(messages);
    }

    /** Adds streams; returns the request to send, empty if all were there already. */
    List<String> subscribe(Collection<String> wanted) {
        requireTemplate(how.subscribe());
        List<String> added = wanted.stream().filter(streams::add).toList();
        return added.isEmpty() ? List.of() : List.of(how.subscribeRequest(added, ++lastId));
    }

    /** Removes streams; returns the request to send, empty if none was there. */
    List<String> unsubscribe(Collection<String> unwanted) {
        requireTemplate(how.unsubscribe());
        List<String> removed = unwanted.stream().filter(streams::remove).toList();
        return removed.isEmpty() ? List.of() : List.of(how.unsubscribeRequest(removed, ++lastId));
    }

    List<String> streams() {
        return List.copyOf(streams);
    }

    private static void requireTemplate(String template) {
        if (template.isEmpty()) {
            throw new IllegalArgumentException(
                    "this feed does not know how to ask its server: give it a venue, or subscribe and unsubscribe templates");
        }
    }
}
