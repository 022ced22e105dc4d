package io.firstline.bus;

/**
 * A number of messages and their payload bytes: what a feed has published, a consumer's position, or a consumer's
 * backlog.
 */
record Amount(long messages, long bytes) {
    static final Amount NONE = new Amount(0, 0);

    /** Returns this amount with one more message. */
    Amount plus(int payloadBytes) {
        return new Amount(messages + 1, bytes + payloadBytes);
    }

    Amount minus(Amount other) {
        return new Amount(messages - other.messages, bytes - other.bytes);
    }

    Amount times(int factor) {
        return new Amount(messages * factor, bytes * factor);
    }

    Amount dividedBy(int parts) {
        return new Amount(messages / parts, bytes / parts);
    }

    /** Returns whether it has more messages or more bytes. */
    boolean exceeds(Amount bound) {
        return messages > bound.messages || bytes > bound.bytes;
    }

    @Override
    public String toString() {
        return messages + " messages, " + bytes + " bytes";
    }
}
