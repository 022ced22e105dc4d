package io.firstline.relay;

/** Why the relay does not carry out a client's request. */
enum RefusalReason {
    /** The relay does not understand it, or does not do such things: orders, logins, private streams. */
    UNKNOWN_REQUEST,
    /** A stream that the feed does not have and cannot subscribe to. */
    UNKNOWN_STREAM,
    /** The client would have more streams than one client may have. */
    TOO_MANY_STREAMS,
    /** All clients together would exceed a limit of the venue. */
    VENUE_LIMIT,
    /** The client sends more requests a second than one client may send. */
    TOO_MANY_REQUESTS,
    /** The feed could not subscribe now. */
    NOT_POSSIBLE
}
