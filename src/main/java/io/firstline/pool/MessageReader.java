package io.firstline.pool;

import io.firstline.config.Dialect;
import io.firstline.payload.KeyReader;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Reads of each message what its venue's dialect lets us see. Holds the last one read; belongs to the feed's context. */
final class MessageReader {
    private final KeyReader keys;
    private final int streamPointers;
    private final int ackPointer;
    private final int refusalsEnd;

    MessageReader(Dialect dialect) {
        List<String> pointers = new ArrayList<>(dialect.stream());
        streamPointers = pointers.size();
        if (!dialect.ackId().isEmpty()) {
            pointers.add(dialect.ackId());
            pointers.addAll(dialect.refusal());
        }
        ackPointer = streamPointers;
        refusalsEnd = pointers.size();
        keys = pointers.isEmpty() ? null : new KeyReader(pointers);
    }

    /** Whether messages tell which stream they belong to. */
    boolean knowsStreams() {
        return streamPointers > 0;
    }

    /** Whether replies to requests can be told. */
    boolean knowsReplies() {
        return refusalsEnd > ackPointer;
    }

    /** Reads a message; false if there is nothing to be seen in it. */
    boolean read(Buffer payload, boolean text) {
        return keys != null && text && keys.read(payload);
    }

    /** Stands for the stream of the message; 0 = it has none. */
    long stream() {
        long stream = 0;
        for (int i = 0; i < streamPointers; i++) {
            if (keys.isPresent(i)) {
                stream = (Long.rotateLeft(stream, 23) ^ keys.hash(i)) * 0x9E3779B97F4A7C15L;
            }
        }
        return stream;
    }

    /** The stream's name: the values at its pointers, with blanks between them. Allocates. */
    String streamName() {
        StringJoiner name = new StringJoiner(" ");
        for (int i = 0; i < streamPointers; i++) {
            if (keys.isPresent(i)) {
                name.add(keys.text(i));
            }
        }
        return name.toString();
    }

    /** The id of the request that the message replies to; 0 = it is no reply. */
    long replyTo() {
        return knowsReplies() && keys.isLong(ackPointer) ? keys.asLong(ackPointer) : 0;
    }

    /** What is said against the request that the message replies to; null = nothing. */
    String refusal() {
        for (int i = ackPointer + 1; i < refusalsEnd; i++) {
            if (keys.isPresent(i)) {
                return keys.text(i);
            }
        }
        return null;
    }
}
