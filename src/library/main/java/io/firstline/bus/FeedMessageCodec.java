package io.firstline.bus;

import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes a {@link FeedMessage} to consumers of this node without a copy, and to others in a compact binary form:
 * version (2), flags (bit 0 text, bit 1 late, bit 2 stream), epoch, sequence, receive time, identity, then feed,
 * connection id, payload and, with bit 2, the stream's name, each after its length. Numbers are big-endian.
 *
 * <p>An older node writes no stream, and 0 as the identity of a message without a key; then the identity is hashed
 * from the bytes. It ignores the stream that this node writes. So nodes of both versions understand each other. A node
 * rejects any other version by an error that names both.
 */
public final class FeedMessageCodec implements MessageCodec<FeedMessage, FeedMessage> {
    public static final String NAME = "firstline.feed-message";

    private static final byte VERSION = 2;
    private static final int TEXT = 1;
    private static final int LATE = 2;
    private static final int STREAM = 4;
    /** At most this many strings are shared between messages. */
    private static final int MAX_SHARED = 4_096;
    /** The length of the fields before the feed's name. */
    private static final int HEAD = 30;

    /** One instance of each name of a feed or a stream, because consumers keep many messages. */
    private final Map<String, String> names = new ConcurrentHashMap<>();

    public FeedMessageCodec() {}

    /** Registers the codec of {@link FeedMessage} with an event bus, once. */
    public static void register(Vertx vertx) {
        try {
            vertx.eventBus().registerDefaultCodec(FeedMessage.class, new FeedMessageCodec());
        } catch (IllegalStateException known) {
            // the bus has no query for codecs; this exception means that an earlier feed has registered it
        }
    }

    @Override
    public void encodeToWire(Buffer wire, FeedMessage message) {
        wire.appendByte(VERSION)
                .appendByte((byte) ((message.text() ? TEXT : 0)
                        | (message.late() ? LATE : 0)
                        | (message.stream() != null ? STREAM : 0)))
                .appendInt(message.epoch())
                .appendLong(message.sequence())
                .appendLong(message.receivedMicros())
                .appendLong(message.identity());
        append(wire, message.feed());
        append(wire, message.connectionId());
        wire.appendInt(message.length()).appendBytes(message.bytes());
        if (message.stream() != null) {
            append(wire, message.stream());
        }
    }

    @Override
    public FeedMessage decodeFromWire(int start, Buffer wire) {
        return decodeFromWire(start, wire.length(), wire);
    }

    /** Reads a message that ends before other data. */
    public FeedMessage decodeFromWire(int start, int end, Buffer wire) {
        if (end - start < HEAD) {
            throw new IllegalArgumentException("feed message of " + (end - start) + " bytes");
        }
        byte version = wire.getByte(start);
        if (version != VERSION) {
            throw new IllegalArgumentException("feed message in form " + version + ", this node knows " + VERSION);
        }
        byte flags = wire.getByte(start + 1);
        int epoch = wire.getInt(start + 2);
        long sequence = wire.getLong(start + 6);
        long receivedMicros = wire.getLong(start + 14);
        long identity = wire.getLong(start + 22);
        int feedAt = start + HEAD;
        int connectionAt = feedAt + 4 + length(wire, feedAt, end);
        int payloadAt = connectionAt + 4 + length(wire, connectionAt, end);
        int payloadStart = payloadAt + 4;
        int payloadEnd = payloadStart + length(wire, payloadAt, end);
        return new FeedMessage(
                shared(string(wire, feedAt)),
                epoch,
                sequence,
                string(wire, connectionAt),
                receivedMicros,
                (flags & STREAM) == 0 ? null : stream(wire, payloadEnd, end),
                identity,
                wire.getBytes(payloadStart, payloadEnd),
                (flags & TEXT) != 0,
                (flags & LATE) != 0);
    }

    private String stream(Buffer wire, int at, int end) {
        length(wire, at, end);
        return shared(string(wire, at));
    }

    /** Returns the shared instance of a name; any node may have sent it, so the number of names is bounded. */
    private String shared(String name) {
        String known = names.get(name);
        if (known == null) {
            known = name;
            if (names.size() < MAX_SHARED) {
                names.put(name, name);
            }
        }
        return known;
    }

    /** The length of a part of a message, checked because any node may have sent it. */
    private static int length(Buffer wire, int at, int end) {
        int there = end - at - Integer.BYTES;
        int length = there < 0 ? -1 : wire.getInt(at);
        if (length < 0 || length > there) {
            throw new IllegalArgumentException("feed message with a part of " + length + " bytes, there are " + there);
        }
        return length;
    }

    private static void append(Buffer wire, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        wire.appendInt(bytes.length).appendBytes(bytes);
    }

    private static String string(Buffer wire, int at) {
        return wire.getString(at + 4, at + 4 + wire.getInt(at), "UTF-8");
    }

    @Override
    public FeedMessage transform(FeedMessage message) {
        return message;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
