package io.firstline.cluster.fanout;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedMessageCodec;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Many messages of one address as one body of the event bus: version (1), address and line, each after its length, then
 * for each message its kind, its length and its bytes. Numbers are big-endian. Not thread-safe.
 */
final class FeedFrame {
    /** The form of frames that this node reads and writes. */
    static final byte VERSION = 1;
    /** No further message begins behind this length: it bounds the work of one frame. A longer message is alone. */
    static final int MOST_BYTES = 1 << 20;

    private static final byte MESSAGE = 0;
    private static final byte BYTES = 1;
    private static final byte JSON = 2;
    private static final int ENTRY_HEAD = 1 + Integer.BYTES;

    private final FeedMessageCodec messages = new FeedMessageCodec();

    /**
     * Begins a frame.
     *
     * @param line the header of its messages; null = none
     * @param expectedBytes how long it may become
     */
    static Buffer begin(String address, String line, int expectedBytes) {
        Buffer frame = Buffer.buffer(expectedBytes).appendByte(VERSION);
        append(frame, address);
        append(frame, line == null ? "" : line);
        return frame;
    }

    private static void append(Buffer frame, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        frame.appendInt(bytes.length).appendBytes(bytes);
    }

    /** Adds a message to a frame. */
    void add(Buffer frame, Object body) {
        int start = frame.length();
        if (body instanceof FeedMessage message) {
            frame.appendByte(MESSAGE).appendInt(0);
            messages.encodeToWire(frame, message);
            frame.setInt(start + 1, frame.length() - start - ENTRY_HEAD);
        } else if (body instanceof JsonObject json) {
            Buffer bytes = json.toBuffer();
            frame.appendByte(JSON).appendInt(bytes.length()).appendBuffer(bytes);
        } else {
            Buffer bytes = (Buffer) body;
            frame.appendByte(BYTES).appendInt(bytes.length()).appendBuffer(bytes);
        }
    }

    /** The address and the line of a frame, and where its messages begin. */
    record Head(String address, String line, int end) {}

    /**
     * Reads the beginning of a frame.
     *
     * @throws IllegalArgumentException if it is malformed, or its address is not one whose messages are sent in frames
     */
    static Head head(Buffer frame) {
        need(frame.length() > 0 && frame.getByte(0) == VERSION, "another version than " + VERSION);
        int addressEnd = textEnd(frame, 1);
        int lineEnd = textEnd(frame, addressEnd);
        String address = frame.getString(1 + Integer.BYTES, addressEnd);
        need(Addresses.isFramed(address), "an address that is not a feed's");
        String line = frame.getString(addressEnd + Integer.BYTES, lineEnd);
        return new Head(address, line.isEmpty() ? null : line, lineEnd);
    }

    private static int textEnd(Buffer frame, int at) {
        need(frame.length() - at >= Integer.BYTES, "no more than " + frame.length() + " bytes");
        int length = frame.getInt(at);
        need(length >= 0 && length <= frame.length() - at - Integer.BYTES, "a text of " + length + " bytes");
        return at + Integer.BYTES + length;
    }

    /**
     * Reads the messages of a frame into new objects.
     *
     * @param start from {@link Head#end}
     * @throws IllegalArgumentException if it is malformed; the messages before that were passed on
     */
    void read(Buffer frame, int start, Consumer<Object> bodies) {
        int at = start;
        while (at < frame.length()) {
            need(frame.length() - at >= ENTRY_HEAD, "a message that ends within its head");
            need(at == start || at <= MOST_BYTES, "a message behind the first " + MOST_BYTES + " bytes");
            byte kind = frame.getByte(at);
            int length = frame.getInt(at + 1);
            int from = at + ENTRY_HEAD;
            need(length >= 0 && length <= frame.length() - from, "a message of " + length + " bytes");
            bodies.accept(body(kind, frame, from, from + length));
            at = from + length;
        }
    }

    private Object body(byte kind, Buffer frame, int from, int to) {
        switch (kind) {
            case MESSAGE -> {
                return messages.decodeFromWire(from, to, frame);
            }
            case BYTES -> {
                return frame.getBuffer(from, to);
            }
            case JSON -> {
                try {
                    return new JsonObject(frame.slice(from, to));
                } catch (DecodeException e) {
                    throw new IllegalArgumentException("found no JSON object", e);
                }
            }
            default -> throw new IllegalArgumentException("found a message of kind " + kind);
        }
    }

    private static void need(boolean holds, String found) {
        if (!holds) {
            throw new IllegalArgumentException("found " + found);
        }
    }
}
