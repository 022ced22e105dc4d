package io.firstline.cluster.fanout;

import io.firstline.bus.Addresses;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads frames, which any node may have sent, into new objects. Not thread-safe. */
final class FeedFrameReader {
    /** At most this many strings are shared between frames. */
    private static final int MOST_SHARED = 4_096;
    /** Longer ones are not: any node may send them. */
    private static final int MOST_SHARED_LENGTH = 256;

    /** One instance of each name of a feed or a stream, because consumers keep many messages. */
    private final Map<String, String> shared = new HashMap<>();
    /** The names of the present frame. */
    private final List<String> names = new ArrayList<>();

    private byte[] bytes;
    private int at;
    private int end;

    /** Takes the messages of a frame. */
    interface Sink {
        /** Takes a message; line null = none. */
        void message(String address, String line, Object body);
    }

    /**
     * Reads a frame behind its type.
     *
     * @return its address
     * @throws IllegalArgumentException if it is malformed, or its address is not one whose messages are sent in frames; the
     *     messages before that were passed on
     */
    String read(byte[] data, int from, int to, Sink sink) {
        names.clear();
        bytes = data;
        at = from;
        end = to;
        String address = name(false);
        need(address != null && Addresses.isFramed(address), "an address that is not a feed's");
        String line = name(false);
        int start = at;
        while (at < end) {
            need(at == start || at - from <= FeedFrame.MOST_BYTES, "a message behind the first bytes of a frame");
            sink.message(address, line, body());
        }
        return address;
    }

    private Object body() {
        byte kind = bytes[at];
        switch (kind) {
            case FeedFrame.MESSAGE -> {
                return message();
            }
            case FeedFrame.BYTES -> {
                at++;
                return Buffer.buffer(data());
            }
            case FeedFrame.JSON -> {
                at++;
                try {
                    return new JsonObject(Buffer.buffer(data()));
                } catch (DecodeException | ClassCastException e) {
                    throw new IllegalArgumentException("found no JSON object", e);
                }
            }
            default -> throw new IllegalArgumentException("found a message of kind " + kind);
        }
    }

    private FeedMessage message() {
        int head = at;
        skip(FeedFrame.HEAD);
        byte flags = bytes[head + 1];
        String feed = name(true);
        String connection = name(false);
        need(feed != null && connection != null, "a message without names");
        String stream = name(true);
        return new FeedMessage(
                feed,
                (int) FeedFrame.INTS.get(bytes, head + 2),
                (long) FeedFrame.LONGS.get(bytes, head + 6),
                connection,
                (long) FeedFrame.LONGS.get(bytes, head + 14),
                stream,
                (long) FeedFrame.LONGS.get(bytes, head + 22),
                data(),
                (flags & FeedFrame.TEXT) != 0,
                (flags & FeedFrame.LATE) != 0);
    }

    private byte[] data() {
        int length = length();
        int from = at;
        skip(length);
        return Arrays.copyOfRange(bytes, from, from + length);
    }

    private String name(boolean isKept) {
        int number = at;
        skip(Short.BYTES);
        int name = (short) FeedFrame.SHORTS.get(bytes, number) & FeedFrame.NO_NAME;
        if (name == FeedFrame.NO_NAME) {
            return null;
        }
        if (name < names.size()) {
            return names.get(name);
        }
        need(name == names.size(), "a name that is not known");
        int length = length();
        int from = at;
        skip(length);
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        names.add(isKept ? shared(text) : text);
        return names.get(name);
    }

    private String shared(String name) {
        String known = shared.get(name);
        if (known == null) {
            known = name;
            if (shared.size() < MOST_SHARED && name.length() <= MOST_SHARED_LENGTH) {
                shared.put(name, name);
            }
        }
        return known;
    }

    private int length() {
        int head = at;
        skip(Integer.BYTES);
        return (int) FeedFrame.INTS.get(bytes, head);
    }

    private void skip(int length) {
        need(length >= 0 && length <= end - at, "a part of " + length + " bytes, there are " + (end - at));
        at += length;
    }

    private static void need(boolean holds, String found) {
        if (!holds) {
            throw new IllegalArgumentException("found " + found);
        }
    }
}
