package io.firstline.bus.publish;

/**
 * A number of messages and their payload bytes: what a feed has published, a consumer's position, or a consumer's
 * backlog.
 */
public record Volume(long messages, long bytes) {
    public static final Volume NONE = new Volume(0, 0);

    /** Returns this amount with one more message. */
    public Volume plus(int payloadBytes) {
        return new Volume(messages + 1, bytes + payloadBytes);
    }

    public Volume minus(Volume other) {
        return new Volume(messages - other.messages, bytes - other.bytes);
    }

    public Volume times(int factor) {
        return new Volume(messages * factor, bytes * factor);
    }

    public Volume dividedBy(int parts) {
        return new Volume(messages / parts, bytes / parts);
    }

    /** Returns whether it has more messages or more bytes. */
    public boolean exceeds(Volume bound) {
        return messages > bound.messages || bytes > bound.bytes;
    }

    @Override
    public String toString() {
        return messages + " messages, " + bytes + " bytes";
    }
}
