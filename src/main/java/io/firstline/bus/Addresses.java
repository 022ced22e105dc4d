package io.firstline.bus;

/** Where a feed is found on the event bus. */
public final class Addresses {
    /** Request: the state of every feed of this node as one JSON object. */
    public static final String STATUS = "firstline.status";

    private Addresses() {}

    /** The merged stream. */
    public static String feed(String feed) {
        return "firstline.feed." + feed;
    }

    /** One stream of the feed, by the venue's name for it. */
    public static String stream(String feed, String stream) {
        return feed(feed) + "." + stream;
    }

    public static String events(String feed) {
        return feed(feed) + ".events";
    }

    public static String send(String feed) {
        return feed(feed) + ".send";
    }

    public static String command(String feed) {
        return feed(feed) + ".command";
    }
}
