package io.firstline.feed.message;

import io.firstline.config.venue.PayloadEncoding;
import io.firstline.payload.MessageItems;
import io.firstline.payload.MsgpackItems;
import io.firstline.payload.MsgpackReader;
import io.firstline.payload.ProtobufReader;
import io.firstline.payload.SbeReader;
import io.firstline.payload.ValueReader;
import java.util.List;
import java.util.Set;

/** Creates what reads and cuts a venue's binary messages. */
public final class BinaryValues {
    private BinaryValues() {}

    /**
     * Returns a reader of the values at these pointers; null = binary messages hold text or are not read.
     *
     * @param containers the pointers whose value may be an object or array
     */
    public static ValueReader reader(PayloadEncoding encoding, List<String> pointers, Set<String> containers) {
        return switch (encoding) {
            case NONE, UTF8, GZIP, ZLIB, DEFLATE -> null;
            case PROTOBUF -> new ProtobufReader(pointers);
            case SBE -> new SbeReader(pointers);
            case MSGPACK -> new MsgpackReader(pointers, containers);
        };
    }

    /** Returns what cuts binary messages into their items; null = they are not cut. */
    public static MessageItems items(PayloadEncoding encoding) {
        return encoding == PayloadEncoding.MSGPACK ? new MsgpackItems() : null;
    }
}
