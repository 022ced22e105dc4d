package io.firstline.connection.report;

/** Why a message was dropped. */
public enum DropCause {
    /** Larger than {@code maxMessageBytes}. A compressed message of that size also ends the connection. */
    OVERSIZE("oversize"),
    /** A text message that is not UTF-8. */
    NOT_UTF8("not-utf8"),
    /** A binary message that is not text in the encoding that the venue's profile names. */
    UNDECODABLE("undecodable"),
    /** Its id belongs to no stream that the server of its connection has told. */
    UNNAMED("unnamed"),
    /** Incomplete when its connection ended. */
    TRUNCATED("truncated"),
    /** A consumer's buffer was full. */
    CONSUMER_FULL("consumer-full"),
    /** Replaced by a newer message of its stream while it waited for a slow consumer. */
    CONFLATED("conflated"),
    /** Older than a message already published, in a stream that promises order or only the latest state. */
    SUPERSEDED("superseded"),
    /** An event bus consumer was too far behind. Counted once for each consumer that did not get the message. */
    BUS_CONSUMER_SLOW("bus-consumer-slow"),
    /** Another node reads too slowly, or became known too late. Counted once for each node that did not get the message. */
    NODE_SLOW("node-slow");

    private final String label;

    DropCause(String label) {
        this.label = label;
    }

    /** The name in events, metrics and logs. */
    public String label() {
        return label;
    }
}
