package io.firstline.feed;

import io.firstline.config.venue.PayloadEncoding;
import io.firstline.connection.report.DropCause;
import io.firstline.payload.Payload;
import io.firstline.payload.TextInflater;
import io.firstline.payload.TextInflater.Wrapper;

/**
 * Restores the text in binary messages that hold text, as the venue's profile says. A message that holds none is dropped and counted.
 * Runs on the feed's context.
 */
final class PayloadDecoder {
    private final boolean decodes;
    /** Null = the text is not compressed. */
    private final TextInflater inflater;
    /** The text; reused. */
    private final Payload text = new Payload();

    PayloadDecoder(PayloadEncoding encoding) {
        this.decodes = encoding.isText();
        this.inflater = switch (encoding) {
            case NONE, UTF8, PROTOBUF, SBE, MSGPACK -> null;
            case GZIP -> new TextInflater(Wrapper.GZIP);
            case ZLIB -> new TextInflater(Wrapper.ZLIB);
            case DEFLATE -> new TextInflater(Wrapper.NONE);
        };
    }

    /** Returns the message to read, valid until the next one; null = it was dropped. */
    Payload decoded(PooledConnection pooled, Payload message) {
        return decodes && !message.isText() ? text(pooled, message) : message;
    }

    private Payload text(PooledConnection pooled, Payload message) {
        if (inflater == null) {
            text.over(message.array(), message.from(), message.length(), true);
        } else {
            int most = pooled.connection.config().maxMessageBytes();
            int length = inflater.inflate(message.array(), message.from(), message.length(), most);
            if (length == TextInflater.TOO_LONG) {
                pooled.dropped(pooled.connection, DropCause.OVERSIZE, most + 1L);
                return null;
            }
            text.over(inflater.result(), 0, Math.max(0, length), true);
            if (length == TextInflater.MALFORMED) {
                return undecodable(pooled, message);
            }
        }
        return text.isUtf8() ? text : undecodable(pooled, message);
    }

    /** Returns the longest message of a connection that is not dropped, if it has to be decoded; otherwise no limit. */
    int mostBytes(PooledConnection pooled) {
        return inflater == null ? Integer.MAX_VALUE : pooled.connection.config().maxMessageBytes();
    }

    /** Decodes a message of bytes that were decoded before. */
    Payload decodedAgain(Payload message) {
        if (!decodes || message.isText()) {
            return message;
        }
        if (inflater == null) {
            return text.over(message.array(), message.from(), message.length(), true);
        }
        int length = inflater.inflate(message.array(), message.from(), message.length(), Integer.MAX_VALUE);
        return text.over(inflater.result(), 0, length, true);
    }

    private static Payload undecodable(PooledConnection pooled, Payload message) {
        pooled.dropped(pooled.connection, DropCause.UNDECODABLE, message.length());
        return null;
    }
}
