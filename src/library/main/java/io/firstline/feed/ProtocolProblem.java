package io.firstline.feed;

/** A way in which a server does not act as its venue's profile says. */
enum ProtocolProblem {
    /** The message that requests wait for did not arrive. */
    NOT_READY,
    /** The server asks more often than it is answered. */
    TOO_MANY_QUESTIONS,
    /** A value to repeat in an answer is missing or too long. */
    UNANSWERABLE,
    /** The server gives an id to no stream, or to two of them. */
    WRONG_ID,
    /** Messages have an id that the server has not told. */
    UNKNOWN_ID,
    /** A message has too many elements to be compared one by one. */
    STAYS_WHOLE
}
