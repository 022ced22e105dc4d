package io.firstline.config;

/**
 * How many published messages a feed keeps for consumers that missed some. Immutable; checked in the constructor.
 *
 * @param messages number of youngest messages, 0 (none) to 1,048,576
 * @param bytes their payload bytes, at most 1 GiB; the youngest message is kept whatever its size
 * @param streams number of streams whose last message is kept too, within the same number of bytes again; 0 = none
 */
public record Retention(int messages, int bytes, int streams) {
    public static final int DEFAULT_MESSAGES = 4_096;
    public static final int DEFAULT_BYTES = 4 << 20;
    public static final int DEFAULT_STREAMS = 1_024;

    /**
     * Keeps nothing; the default of a feed that is not shared between nodes. Kept messages survive young collections,
     * which costs time.
     */
    public static final Retention NONE = new Retention(0, 0, 0);

    /**
     * The default of a feed that is shared between nodes: without retention, consumers lose messages at a change of
     * owner.
     */
    public static final Retention DEFAULT = new Retention(DEFAULT_MESSAGES, DEFAULT_BYTES, DEFAULT_STREAMS);

    public Retention {
        new Checks()
                .range("messages", messages, 0, 1 << 20)
                .range("bytes", bytes, 0, 1 << 30)
                .range("streams", streams, 0, 1 << 16)
                .throwIfAny("retention");
    }
}
