package io.firstline.bus;

import java.util.Set;

/** Where a feed is found on the event bus. */
public final class Addresses {
    private static final String FEED = "firstline.feed.";

    /** Request: the state of every feed of this node as one JSON object. */
    public static final String STATUS = "firstline.status";

    private static final String EVENTS = "events";
    private static final String SEND = "send";
    private static final String COMMAND = "command";
    private static final String RESEND = "resend";
    private static final String REPLICAS = "replicas";
    private static final String CARRIERS = "carriers";
    private static final String AMENDMENTS = "amendments";
    private static final String HERE = "here";

    private static final Set<String> RESERVED =
            Set.of(EVENTS, SEND, COMMAND, RESEND, REPLICAS, CARRIERS, AMENDMENTS, HERE);

    private Addresses() {}

    /** The merged stream. */
    public static String feed(String feed) {
        return FEED + feed;
    }

    /** One stream of the feed, by the venue's name for it. */
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

    /** Request: what was published before, see {@link FeedResend}. */
    public static String resend(String feed) {
        return stream(feed, RESEND);
    }

    /**
     * As {@link #resend}, of any node that carries the feed: who does not publish it says so. It stays where it is when the feed changes
     * hands; in a cluster that is missing a node it takes seconds to make another address known.
     */
    public static String carriers(String feed) {
        return stream(feed, CARRIERS);
    }

    /** What a feed's replicas need to know of what is published, where the feed's own address does not carry it. */
    public static String replicas(String feed) {
        return stream(feed, REPLICAS);
    }

    /** What a feed's owner tells the other replicas of commands, see {@link Amending}. */
    static String amendments(String feed) {
        return stream(feed, AMENDMENTS);
    }

    /** As {@link #command}, of the feed as it is received on this node, whoever publishes it. */
    public static String here(String feed) {
        return stream(feed, HERE);
    }

    /**
     * Whether an address is one of those at which a feed's consumers find it: its messages, its events, one of its streams. All others of
     * a feed are for its own parts: whoever listened there would get their requests.
     */
    public static boolean isForConsumers(String feed, String address) {
        if (address.equals(feed(feed)) || address.equals(events(feed))) {
            return true;
        }
        String streams = stream(feed, "");
        String stream = address.startsWith(streams) ? address.substring(streams.length()) : "";
        return !stream.isEmpty() && !isReserved(stream);
    }

    static boolean isOfFeed(String address) {
        return address.startsWith(FEED);
    }

    /** The feed of one of a feed's addresses. */
    static String feedIn(String address) {
        int end = address.indexOf('.', FEED.length()); // a feed's name has no dot
        return end < 0 ? address.substring(FEED.length()) : address.substring(FEED.length(), end);
    }

    /**
     * Whether a stream of this name would have the address of something else. The name comes from the server, so without this look it
     * could make the feed send or obey what it received.
     */
    static boolean isReserved(String stream) {
        return RESERVED.contains(stream);
    }
}
