package io.firstline.bus;

/** Where a feed is found on the event bus. */
public final class Addresses {
    private static final String FEED = "firstline.feed.";

    /** Request: the state of every feed of this node as one JSON object. */
    public static final String STATUS = "firstline.status";

    private static final String EVENTS = "events";
    private static final String SEND = "send";
    private static final String COMMAND = "command";
    private static final String RESEND = "resend";

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
        return stream.equals(EVENTS) || stream.equals(SEND) || stream.equals(COMMAND) || stream.equals(RESEND);
    }
}
