package io.firstline.pool;

/** What can be wrong with a feed's messages though its connections are open. */
enum Trouble {
    /** Connections bring different messages: nothing is saved by having several, and messages come several times. */
    LINES_DIFFER(FeedEvent.Type.LINES_DIFFER, true),
    /** What the profile points to is in no message. */
    NOT_FOUND(FeedEvent.Type.NOT_FOUND, false),
    /** Streams have names that are too long, or there are too many. */
    STREAMS_IGNORED(FeedEvent.Type.STREAMS_IGNORED, false),
    /** Frames hold several messages. */
    SEVERAL_VALUES(FeedEvent.Type.SEVERAL_VALUES, false);

    private final FeedEvent.Type type;
    private final boolean degrades;

    Trouble(FeedEvent.Type type, boolean degrades) {
        this.type = type;
        this.degrades = degrades;
    }

    /** The event that reports it. */
    FeedEvent.Type type() {
        return type;
    }

    /** Whether a feed with it is not whole. */
    boolean degrades() {
        return degrades;
    }
}
