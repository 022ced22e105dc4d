package io.firstline.feed;

import io.firstline.feed.report.FeedState;

/** A problem with a feed's messages although its connections are open. */
enum ProfileProblem {
    /** Connections deliver different messages: redundancy has no effect, and messages are published several times. */
    LINES_DIFFER(true),
    /** A connection lacks messages that others deliver. */
    COPIES_MISSING(false),
    /** Connections lack the same messages. */
    LOSSES_SHARED(false),
    /** A value that the profile points to is in no message. */
    NOT_FOUND(false),
    /** Stream names are too long, or there are too many streams. */
    STREAMS_IGNORED(false),
    /** Frames hold several messages. */
    SEVERAL_VALUES(false),
    /** No open connection has delivered or answered anything for long. */
    UNANSWERED(true),
    /** Nothing arrives for unusually long, and the server has never answered a ping: nobody knows whether it is there. */
    DOUBTFUL(true),
    /** The server refuses the login, and attempts are rare. */
    LOGIN_REFUSED(true);

    private final boolean degrades;

    ProfileProblem(boolean degrades) {
        this.degrades = degrades;
    }

    /** Returns whether it makes the feed {@link FeedState#DEGRADED}. */
    boolean degrades() {
        return degrades;
    }
}
