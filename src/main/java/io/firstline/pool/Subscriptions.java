package io.firstline.pool;

import io.firstline.config.FeedConfig.Subscribing;
import io.vertx.core.json.JsonArray;
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
    private final Subscribing how;
    private final Set<String> streams;
    private List<String> onConnect;
    private long nextId = 1;

    Subscriptions(List<String> onConnect, Subscribing how) {
        this.onConnect = List.copyOf(onConnect);
        this.how = how;
        this.streams = new LinkedHashSet<>(how.streams());
    }

    /** Everything a connection sends when it opens, in order. */
    List<String> opening() {
        List<String> messages = new ArrayList<>(onConnect);
        if (!streams.isEmpty()) {
            messages.add(request(how.subscribe(), streams));
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
        return added.isEmpty() ? List.of() : List.of(request(how.subscribe(), added));
    }

    /** Removes streams; returns the request to send, empty if none was there. */
    List<String> unsubscribe(Collection<String> unwanted) {
        requireTemplate(how.unsubscribe());
        List<String> removed = unwanted.stream().filter(streams::remove).toList();
        return removed.isEmpty() ? List.of() : List.of(request(how.unsubscribe(), removed));
    }

    List<String> streams() {
        return List.copyOf(streams);
    }

    private String request(String template, Collection<String> which) {
        return template.replace("${streams}", new JsonArray(List.copyOf(which)).encode())
                .replace("${id}", Long.toString(nextId++));
    }

    private static void requireTemplate(String template) {
        if (template.isEmpty()) {
            throw new IllegalArgumentException(
                    "this feed does not know how to ask its server: give it a venue, or subscribe and unsubscribe templates");
        }
    }
}
