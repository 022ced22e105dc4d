package io.firstline.config;

/**
 * How much of what it has published a feed keeps, so that a consumer can ask for what it did not get. Immutable; checked when it is made.
 *
 * @param messages how many messages, the youngest; 0 = none, at most 1,048,576
 * @param bytes of how many payload bytes, at most 1 GiB; the youngest is kept whatever its size
 * @param streams of how many streams the last message is kept, beside those, within as many bytes again; 0 = of none
 */
public record Retention(int messages, int bytes, int streams) {
    public static final int DEFAULT_MESSAGES = 4_096;
    public static final int DEFAULT_BYTES = 4 << 20;
    public static final int DEFAULT_STREAMS = 1_024;

    /** Nothing: what a feed keeps that is not told otherwise and not shared between nodes. What is kept grows old, and old costs. */
    public static final Retention NONE = new Retention(0, 0, 0);

    /** What a feed keeps that is shared between nodes and not told otherwise: without it no consumer gets through a change of owner. */
    public static final Retention DEFAULT = new Retention(DEFAULT_MESSAGES, DEFAULT_BYTES, DEFAULT_STREAMS);

    public Retention {
        new Checks()
                .range("messages", messages, 0, 1 << 20)
                .range("bytes", bytes, 0, 1 << 30)
                .range("streams", streams, 0, 1 << 16)
                .throwIfAny("retention");
    }
}
