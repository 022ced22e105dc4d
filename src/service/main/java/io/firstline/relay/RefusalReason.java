package io.firstline.relay;

/** Why the relay does not carry out a client's request. */
enum RefusalReason {
    /** The relay does not understand it, or does not do such things: orders, logins, private streams. */
    UNKNOWN_REQUEST("unknownRequest"),
    /** A stream that the feed does not have and cannot subscribe to. */
    UNKNOWN_STREAM("unknownStream"),
    /** The venue refuses the stream; the explanation is in its words. */
    BY_VENUE("unknownStream"),
    /** The client would have more streams than one client may have. */
    TOO_MANY_STREAMS("tooManyStreams"),
    /** All clients together would exceed a limit of the venue. */
    VENUE_LIMIT("venueLimit"),
    /** The client sends more requests a second than one client may send. */
    TOO_MANY_REQUESTS("tooManyRequests"),
    /** The feed could not subscribe now. */
    NOT_POSSIBLE("notPossible");

    private final String key;

    RefusalReason(String key) {
        this.key = key;
    }

    /** Its name among the codes of a venue's profile. */
    String key() {
        return key;
    }
}
