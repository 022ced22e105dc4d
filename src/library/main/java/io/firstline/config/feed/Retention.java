package io.firstline.config.feed;

import io.firstline.config.check.Checks;
import io.firstline.config.check.SchemaKeys;
import java.util.Map;

/**
 * How many published messages a feed keeps for consumers that missed some. Immutable; checked in the constructor.
 *
 * @param messages number of youngest messages, 0 (none) to 1,048,576
 * @param bytes their payload bytes, at most 1 GiB; the youngest message is kept whatever its size
 * @param streams number of streams whose last message is kept too, within the same number of bytes again; 0 = none
 */
public record Retention(int messages, int bytes, int streams) {
    private static final SchemaKeys KEYS = SchemaKeys.RETAIN;

    /**
     * Keeps nothing; the default of a feed that is not shared between nodes. Kept messages survive young collections,
     * which costs time.
     */
    public static final Retention NONE = new Retention(0, 0, 0);

    /**
     * The default of a feed that is shared between nodes: without retention, consumers lose messages at a change of
     * owner.
     */
    public static final Retention DEFAULT = KEYS.defaults(Retention.class, Map.of());

    public Retention {
        new Checks()
                .key(KEYS, "messages", messages)
                .key(KEYS, "bytes", bytes)
                .key(KEYS, "streams", streams)
                .throwIfAny("retention");
    }
}
