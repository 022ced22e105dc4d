package io.firstline.feed;

import io.firstline.config.venue.StreamNaming;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.SubscribeTemplates.Batch;
import io.firstline.feed.PendingRequests.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    private final StreamNaming naming;
    private final int perRequest;
    private final Set<String> streams;
    /** The names of subscribed streams in messages: finding one takes expressions, and a server may ask often. */
    private final Map<String, String> shownNames = new HashMap<>();

    private List<String> onConnect;
    private final int greetings;
    private long lastId = OPENING_IDS;

    /**
     * Creates the subscriptions of a feed.
     *
     * @param greetings how many messages of the venue are numbered before the first request
     */
    DesiredSubscriptions(
            List<String> onConnect, SubscribeTemplates how, StreamNaming naming, int perRequest, int greetings) {
        this.greetings = greetings;
        this.onConnect = List.copyOf(onConnect);
        this.how = how;
        this.naming = naming;
        this.perRequest = perRequest;
        this.streams = new LinkedHashSet<>(how.streams());
    }

    /** Returns the messages that a connection sends first when it opens. */
    List<String> onConnect() {
        return onConnect;
    }

    /** Returns the subscribe requests that a connection sends when it opens. */
    List<Request> opening() {
        return requests(how.subscribing(streams, perRequest), greetings + 1L, true);
    }

    void setOnConnect(List<String> messages) {
        onConnect = List.copyOf(messages);
    }

    /** Adds streams; returns the requests to send, none if all streams were present. */
    List<Request> subscribe(Collection<String> wanted) {
        Set<String> all = new LinkedHashSet<>(streams);
        List<String> added = wanted.stream().filter(all::add).toList();
        how.subscribing(wanted, perRequest); // fails if there is no request for one of them
        how.requireDistinct(all);
        List<Request> requests = filled(
                how.replaces() && !added.isEmpty() ? how.replacing(all) : how.subscribing(added, perRequest), true);
        streams.addAll(added);
        return numbered(requests);
    }

    /** Removes streams; returns the requests to send, none if no stream was present. */
    List<Request> unsubscribe(Collection<String> unwanted) {
        List<String> removed =
                unwanted.stream().distinct().filter(streams::contains).toList();
        List<Request> requests = how.replaces() ? withoutRemoved(removed) : unsubscribing(unwanted, removed);
        removed.forEach(streams::remove);
        removed.forEach(shownNames::remove);
        return numbered(requests);
    }

    private List<Request> withoutRemoved(List<String> removed) {
        if (removed.isEmpty()) {
            return List.of();
        }
        Set<String> left = new LinkedHashSet<>(streams);
        removed.forEach(left::remove);
        return filled(how.replacing(left), true);
    }

    private List<Request> unsubscribing(Collection<String> unwanted, List<String> removed) {
        how.unsubscribing(unwanted, perRequest); // fails if there is no request for one of them
        return filled(how.unsubscribing(removed, perRequest), false);
    }

    /** Returns requests; fails if a stream's name has too few words for them. */
    private List<Request> filled(List<Batch> batches, boolean subscribes) {
        batches.forEach(batch -> batch.text(0, 0));
        return requests(batches, lastId + 1, subscribes);
    }

    /**
     * Splits refused streams in two requests, for those that are still wanted, to find the stream that the server
     * rejects. Returns none for a single stream, and if requests replace the subscription.
     */
    List<Request> halves(List<String> refused) {
        List<String> names = refused.stream().filter(streams::contains).toList();
        if (refused.size() < 2 || names.isEmpty() || how.replaces()) {
            return List.of(); // a part would replace the whole
        }
        int middle = (names.size() + 1) / 2;
        List<Batch> halves = new ArrayList<>(how.subscribing(names.subList(0, middle), perRequest));
        halves.addAll(how.subscribing(names.subList(middle, names.size()), perRequest));
        return numbered(requests(halves, lastId + 1, true));
    }

    /** Returns the requests that end and begin the subscription of a stream; none if the venue has no such requests. */
    List<Request> again(String stream) {
        if (!streams.contains(stream) || !how.canResubscribe(stream)) {
            return List.of();
        }
        List<Request> requests =
                new ArrayList<>(requests(how.unsubscribing(List.of(stream), perRequest), lastId + 1, false));
        requests.addAll(requests(how.subscribing(List.of(stream), perRequest), lastId + 1 + requests.size(), true));
        return numbered(requests);
    }

    boolean has(String stream) {
        return streams.contains(stream);
    }

    List<String> streams() {
        return List.copyOf(streams);
    }

    /** Returns the name of a stream in messages. */
    String shownName(String stream) {
        String known = shownNames.get(stream);
        if (known != null) {
            return known;
        }
        String shown = naming.shown(how.shownName(stream));
        if (streams.contains(stream)) {
            shownNames.put(stream, shown);
        }
        return shown;
    }

    /** Returns the stream that messages call by this name; null if the feed does not subscribe to it. */
    String streamShownAs(String name) {
        return streams.contains(name)
                ? name
                : streams.stream()
                        .filter(stream -> shownName(stream).equals(name))
                        .findFirst()
                        .orElse(null);
    }

    private List<Request> numbered(List<Request> requests) {
        lastId += requests.size();
        return requests;
    }

    private List<Request> requests(List<Batch> batches, long firstId, boolean subscribe) {
        List<Request> requests = new ArrayList<>();
        for (Batch batch : batches) {
            long id = firstId + requests.size();
            Map<String, Set<String>> words = new LinkedHashMap<>();
            batch.streams().forEach(stream -> words.put(stream, how.shownWords(stream)));
            requests.add(new Request(
                    id,
                    (epochMs, ofConnection) -> batch.text(id, epochMs, ofConnection),
                    words,
                    subscribe,
                    batch.takesLearned() ? shownName(batch.streams().get(0)) : null));
        }
        return requests;
    }
}
