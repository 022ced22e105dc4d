package io.firstline.feed;

import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.PendingRequests.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A feed's subscriptions on every connection: the messages to send when it opens, and the streams to subscribe to.
 * Subscriptions at run time belong to the feed, so a new connection gets them too. Creates requests, but sends
 * nothing. Not thread-safe.
 */
final class DesiredSubscriptions {
    /**
     * Ids of run-time requests are greater than this. The opening requests of each connection are numbered from 1, so
     * that all connections send equal requests, and the acks to them are copies of one message.
     */
    private static final long OPENING_IDS = 10_000;

    private final SubscribeTemplates how;
    private final int perRequest;
    private final Set<String> streams;
    private List<String> onConnect;
    private long lastId = OPENING_IDS;

    DesiredSubscriptions(List<String> onConnect, SubscribeTemplates how, int perRequest) {
        this.onConnect = List.copyOf(onConnect);
        this.how = how;
        this.perRequest = how.takesSeveral() ? perRequest : 1;
        this.streams = new LinkedHashSet<>(how.streams());
    }

    /** Returns the messages that a connection sends first when it opens. */
    List<String> onConnect() {
        return onConnect;
    }

    /** Returns the subscribe requests that a connection sends when it opens. */
    List<Request> opening() {
        return requests(List.copyOf(streams), how::subscribeRequest, 1);
    }

    void setOnConnect(List<String> messages) {
        onConnect = List.copyOf(messages);
    }

    /** Adds streams; returns the requests to send, none if all streams were present. */
    List<Request> subscribe(Collection<String> wanted) {
        requireTemplate(how.subscribe());
        List<String> added = wanted.stream().filter(streams::add).toList();
        return numbered(requests(added, how::subscribeRequest, lastId + 1));
    }

    /** Removes streams; returns the requests to send, none if no stream was present. */
    List<Request> unsubscribe(Collection<String> unwanted) {
        requireTemplate(how.unsubscribe());
        List<String> removed = unwanted.stream().filter(streams::remove).toList();
        return numbered(requests(removed, how::unsubscribeRequest, lastId + 1));
    }

    /**
     * Splits a refused request in two, for its streams that are still wanted, to find the stream that the server
     * rejects. Returns none for a single stream, or if the request was to unsubscribe.
     */
    List<Request> halves(Request refused) {
        List<String> names =
                refused.streams().stream().filter(streams::contains).toList();
        if (refused.streams().size() < 2 || names.isEmpty()) {
            return List.of();
        }
        int middle = (names.size() + 1) / 2;
        List<Request> halves = new ArrayList<>(requests(names.subList(0, middle), how::subscribeRequest, lastId + 1));
        halves.addAll(requests(names.subList(middle, names.size()), how::subscribeRequest, lastId + 1 + halves.size()));
        return numbered(halves);
    }

    List<String> streams() {
        return List.copyOf(streams);
    }

    private List<Request> numbered(List<Request> requests) {
        lastId += requests.size();
        return requests;
    }

    private List<Request> requests(List<String> names, BiFunction<List<String>, Long, String> template, long firstId) {
        List<Request> requests = new ArrayList<>();
        for (int from = 0; from < names.size(); from += perRequest) {
            List<String> batch = List.copyOf(names.subList(from, Math.min(from + perRequest, names.size())));
            long id = firstId + requests.size();
            requests.add(new Request(id, template.apply(batch, id), batch));
        }
        return requests;
    }

    private static void requireTemplate(String template) {
        if (template.isEmpty()) {
            throw new IllegalArgumentException(
                    "this feed has no subscribe requests: configure a venue, or subscribe and unsubscribe templates");
        }
    }
}
