package io.firstline.connection;

/** Why a message was not passed on. */
public enum DropCause {
    /** Larger than {@code maxMessageBytes}; a compressed one ends the connection as well. */
    OVERSIZE("oversize"),
    /** A text message that is not UTF-8. */
    NOT_UTF8("not-utf8"),
    /** Cut off in the middle by the end of its connection. */
    TRUNCATED("truncated"),
    /** A consumer's buffer was full. */
    CONSUMER_FULL("consumer-full"),
    /** A newer message of its stream took its place while it waited for a slow consumer. */
    CONFLATED("conflated"),
    /** Older than what was passed on, in a stream that is wanted in order or for its state only. */
    SUPERSEDED("superseded"),
    /** An event bus consumer was too far behind; counted for each consumer that did not get it. */
    BUS_CONSUMER_SLOW("bus-consumer-slow");

    private final String label;

    DropCause(String label) {
        this.label = label;
    }

    /** The name in events, metrics and logs. */
    public String label() {
        return label;
    }
}
