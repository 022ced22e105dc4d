package io.firstline.bus;

import java.util.Set;

/** The event bus addresses of a feed. */
public final class Addresses {
    private static final String FEED = "firstline.feed.";

    /** Request: returns the state of every feed of this node as one JSON object. */
    public static final String STATUS = "firstline.status";

    /** Request: returns the clients of this node's relay as a JSON object. */
    public static final String RELAY = "firstline.relay";

    /** The address of a node of a cluster, followed by its {@code host:port}. */
    public static final String NODE = "firstline.cluster.";

    /**
     * The header of a message at {@link #lines}, and of the first message of a new owner at {@link #feed}: its
     * {@link io.firstline.replay.retention.OwnerEpochs}.
     */
    public static final String LINE = "line";

    private static final String EVENTS = "events";
    private static final String SEND = "send";
    private static final String COMMAND = "command";
    private static final String RESEND = "resend";
    private static final String REPLICAS = "replicas";
    private static final String CARRIERS = "carriers";
    private static final String LINES = "lines";
    private static final String AMENDMENTS = "amendments";
    private static final String HERE = "here";
    private static final String RELAYS = "relays";

    private static final Set<String> RESERVED =
            Set.of(EVENTS, SEND, COMMAND, RESEND, REPLICAS, CARRIERS, LINES, AMENDMENTS, HERE, RELAYS);

    private Addresses() {}

    /** The merged stream. */
    public static String feed(String feed) {
        return FEED + feed;
    }

    /** One stream of the feed, by the venue's stream name. */
    public static String stream(String feed, String stream) {
        return feed(feed) + "." + stream;
    }

    public static String events(String feed) {
        return stream(feed, EVENTS);
    }

    public static String send(String feed) {
        return stream(feed, SEND);
    }

    public static String command(String feed) {
        return stream(feed, COMMAND);
    }

    /** Request: returns messages published before, see {@link io.firstline.replay.retention.ReplayService}. */
    public static String resend(String feed) {
        return stream(feed, RESEND);
    }

    /**
     * Like {@link #resend}, answered by any node that carries the feed; a node that does not publish it reports that.
     * This address does not change with the owner: in a cluster with a missing node, a new address takes seconds to
     * become known.
     */
    public static String carriers(String feed) {
        return stream(feed, CARRIERS);
    }

    /**
     * The messages that each node that carries the feed has merged itself, while a subscription wants them. The header
     * {@link #LINE} of a message is the line's {@link io.firstline.replay.retention.LineName}.
     */
    public static String lines(String feed) {
        return stream(feed, LINES);
    }

    /** The messages that a feed's replicas need, if the feed's own address does not carry whole messages. */
    public static String replicas(String feed) {
        return stream(feed, REPLICAS);
    }

    /** The run-time changes that a feed's owner sends to the other replicas, see {@code RuntimeSubscriptions}. */
    public static String amendments(String feed) {
        return stream(feed, AMENDMENTS);
    }

    /** Like {@link #command}, for the feed as this node receives it, whichever node publishes it. */
    public static String here(String feed) {
        return stream(feed, HERE);
    }

    /** The streams that the clients of each node's relay want. */
    public static String relays(String feed) {
        return stream(feed, RELAYS);
    }

    /**
     * Returns whether an address is one for a feed's consumers: its messages, its events, one of its streams. All
     * other addresses of a feed are internal: a foreign consumer there would receive their requests.
     */
    public static boolean isForConsumers(String feed, String address) {
        if (address.equals(feed(feed)) || address.equals(events(feed))) {
            return true;
        }
        String streams = stream(feed, "");
        String stream = address.startsWith(streams) ? address.substring(streams.length()) : "";
        return !stream.isEmpty() && !isReserved(stream);
    }

    /** Returns whether messages at this address are sent to other nodes in frames of many messages. */
    public static boolean isFramed(String address) {
        if (!isOfFeed(address)) {
            return false;
        }
        String feed = feedIn(address);
        return address.equals(feed(feed)) || address.equals(lines(feed)) || address.equals(replicas(feed));
    }

    public static boolean isOfFeed(String address) {
        return address.startsWith(FEED);
    }

    /** Returns the feed of one of a feed's addresses. */
    public static String feedIn(String address) {
        int end = address.indexOf('.', FEED.length()); // a feed's name has no dot
        return end < 0 ? address.substring(FEED.length()) : address.substring(FEED.length(), end);
    }

    /**
     * Returns whether a stream of this name would have the address of something else. Stream names come from the
     * server, so without this check a server could make the feed send or execute what it received.
     */
    public static boolean isReserved(String stream) {
        return RESERVED.contains(stream);
    }
}
