package io.firstline.learn;

import io.firstline.payload.TextInflater;
import io.firstline.payload.TextInflater.Wrapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Collects the first messages of each connection, at most a number of messages and of bytes. Binary messages are
 * decoded if they hold JSON. For any thread.
 */
public final class ObservedMessages {
    /** Messages kept of each connection. */
    public static final int MAX_MESSAGES = 6_000;

    private static final int MAX_ALL_MESSAGES = 24_000;
    private static final long MAX_BYTES = 32L << 20;
    /** A longer message, usually a snapshot, is only counted. */
    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    private static final int MAX_CONNECTIONS = 32;

    /** How binary messages hold text, as a profile names it. */
    private enum Encoding {
        GZIP(Wrapper.GZIP),
        ZLIB(Wrapper.ZLIB),
        UTF8(null),
        DEFLATE(Wrapper.NONE);

        private final Wrapper wrapper;

        Encoding(Wrapper wrapper) {
            this.wrapper = wrapper;
        }
    }

    private final Map<String, List<String>> texts = new LinkedHashMap<>();
    private final Map<Encoding, TextInflater> inflaters = new EnumMap<>(Encoding.class);
    private int messages;
    private long bytes;
    private long left;
    private long unreadable;
    private Encoding encoding;

    /** Adds a message of a connection. */
    public synchronized void add(String connection, byte[] payload, boolean isText) {
        if (texts.size() < MAX_CONNECTIONS) {
            texts.computeIfAbsent(connection, any -> new ArrayList<>());
        }
        List<String> kept = texts.get(connection);
        if (kept == null || !hasRoom(kept, payload.length)) {
            left++;
            return;
        }
        String text = isText ? new String(payload, StandardCharsets.UTF_8) : decoded(payload);
        if (text == null) {
            unreadable++;
        } else if (hasRoom(kept, text.length())) {
            kept.add(text);
            messages++;
            bytes += text.length();
        } else {
            left++;
        }
    }

    private boolean hasRoom(List<String> kept, int length) {
        return kept.size() < MAX_MESSAGES
                && messages < MAX_ALL_MESSAGES
                && length <= MAX_MESSAGE_BYTES
                && bytes + length <= MAX_BYTES;
    }

    private String decoded(byte[] payload) {
        if (encoding != null) {
            return decoded(payload, encoding);
        }
        for (Encoding candidate : Encoding.values()) {
            String text = decoded(payload, candidate);
            if (text != null && (text.startsWith("{") || text.startsWith("["))) {
                encoding = candidate;
                return text;
            }
        }
        return null;
    }

    private String decoded(byte[] payload, Encoding as) {
        byte[] plain = payload;
        int length = payload.length;
        if (as.wrapper != null) {
            TextInflater inflater = inflaters.computeIfAbsent(as, any -> new TextInflater(as.wrapper));
            length = inflater.inflate(payload, 0, payload.length, MAX_MESSAGE_BYTES);
            plain = inflater.result();
        }
        if (length < 0) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(plain, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            return null; // counted as unreadable
        }
    }

    /** How binary messages hold text, as a profile names it; empty if none does. */
    synchronized String payload() {
        return encoding == null ? "" : encoding.name().toLowerCase(Locale.ROOT);
    }

    /** The kept messages by connection. */
    synchronized List<List<String>> texts() {
        return texts.values().stream().map(List::copyOf).toList();
    }

    /** The number of kept messages. */
    public synchronized int messages() {
        return messages;
    }

    /** The number of connections that delivered messages. */
    public synchronized int connections() {
        return texts.size();
    }

    /** The number of messages that were not kept, because there were more or longer ones than the bounds allow. */
    public synchronized long left() {
        return left;
    }

    /** The number of binary messages that hold no text. */
    public synchronized long unreadable() {
        return unreadable;
    }

    /** Whether further messages would not be kept. */
    public synchronized boolean isFull() {
        return messages >= MAX_ALL_MESSAGES
                || bytes >= MAX_BYTES
                || (!texts.isEmpty() && texts.values().stream().allMatch(kept -> kept.size() >= MAX_MESSAGES));
    }
}
